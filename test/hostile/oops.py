# SPDX-License-Identifier: MPL-2.0
"""The kernel goes wrong in a process's name: that process dies, the system goes on until there were too many."""
import os
import re

from osxdklib import image, run
from osxdklib.console import Session

IMAGE, MEM, LINUX = 'small', '256M', False
ARGS, CRASHES = ['provoke-crash'], True
FILE = '/proc/sys/kernel/provoke_crash'
# What to write, and what the report says of the locks that were held.
KINDS = (('trap', []), ('assert', []), ('mutex', ['crash_mutex']), ('spin', ['crash_spin']), ('irq', ['crash_irq']),
         ('all', ['crash_irq', 'crash_spin', 'crash_mutex']))
ALWAYS = ['proc_text', 'file_pos']     # a write to a file of procfs holds none of these


# The first process goes wrong itself: it is the shell, and echo is its own.
INIT = f'''#!/bin/bash
mount -t proc proc /proc
echo trap >{FILE}
'''
_config = None


def files(config):
    global _config
    _config = config
    return {}


def init_goes_wrong(app):
    """Without the first process nothing goes on: a panic, as on Linux."""
    tree = image.root_tree(_config, 'small')
    path = os.path.join(_config.arch_dir, 'images', 'init-crash')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(INIT)
    os.chmod(path, 0o755)
    tree.add_host_file('init-crash', path)
    initrd = image.write_image(path + '.cpio.gz', tree)
    machine = run.make_machine(_config, initrd=initrd, args=['provoke-crash', 'rdinit=/init-crash'])
    with Session(machine) as session:
        session.expect('Attempted to kill init! exitcode=0x0000000b', 120 * (4 if _config.debug else 1))
    app.check('the end of init is a panic', True)


def provoke(app, kind, locks):
    app.run('dmesg -c >/dev/null', record=False)
    status = app.run(f'(echo {kind} >{FILE}); echo status $?', record=False)
    app.equal(f'{kind}: the writer dies of SIGSEGV', re.findall(r'status (\d+)', status)[-1:], ['139'])
    log = app.run('dmesg', record=False)
    app.check(f'{kind}: the report is in the log', 'Oops: ' in log and 'write_provoke_crash' in log, log)
    named = [name for name in re.findall(r'lock (\w+) was held: released', log) if name not in ALWAYS]
    app.equal(f'{kind}: locks', named, locks)
    app.alive()


def play(app):
    for _ in range(2):     # the second round needs the locks of the first
        for kind, locks in KINDS:
            provoke(app, kind, locks)
    app.equal('tainted', app.run('cat /proc/sys/kernel/tainted', record=False).strip(), '128')
    app.equal('oops_limit', app.run('cat /proc/sys/kernel/oops_limit', record=False).strip(), '10000')
    text = app.run(f'busybox su -s /bin/sh nobody -c "echo trap >{FILE}"', record=False)
    app.check('only root may', 'denied' in text, text)
    app.run('echo 1 >/proc/sys/kernel/oops_limit', record=False)
    app.send(f'(echo trap >{FILE})\n')
    app.expect(r'Kernel panic: Oopsed too often \(kernel.oops_limit is 1\)')
    app.check('oops_limit=1: the first is a panic', True)
    init_goes_wrong(app)
