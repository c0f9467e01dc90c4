# SPDX-License-Identifier: MPL-2.0
"""The hostile programs one after the other from a shell, and the shell's own bombs; it answers after each."""
import os
import re

from osxdklib import suites

IMAGE, MEM, LINUX = 'small', '256M', True
PROGRAMS = ('bomb', 'elf', 'files', 'memory', 'storm')
TIMEOUT = 400


def files(config):
    out = os.path.join(os.path.dirname(suites.program_image(config, 'hostile')), 'hostile')
    found = {}
    for name in PROGRAMS + ('lib/victim', 'lib/victim-dynamic', 'lib/interpreter'):
        found['hostile/' + name] = os.path.join(out, name)
    return found


def program(app, name):
    text = app.run(f'/hostile/{name}', TIMEOUT, record=False)
    totals = re.search(r'^(\d+) passed, (\d+) failed', text, re.M)
    bad = re.findall(r'^not ok.*', text, re.M)
    app.check(name, totals and totals.group(2) == '0', '\n'.join(bad) or text[-300:])
    app.alive()


def shell(app, name, command):
    app.run(command, TIMEOUT, record=False)
    app.check(name, True)
    app.alive()


def play(app):
    for name in PROGRAMS:
        if not app.is_left_out(f'survive/{name}'):
            program(app, name)
    shell(app, 'a fork bomb of the shell', 'busybox su -s /bin/bash nobody -c '
          '"ulimit -u 50; f() { f | f & }; f 2>/dev/null; sleep 3; kill -9 -1" 2>/dev/null; sleep 1')
    shell(app, 'a string without end', '(ulimit -v 100000; x=xxxxxxxx; while x=$x$x$x; do :; done) 2>/dev/null')
    shell(app, 'a pipe into itself', 'mkfifo /tmp/p; (timeout 2 cat </tmp/p >/tmp/p & timeout 2 sh -c "echo x >/tmp/p"); wait; rm /tmp/p')
    shell(app, 'recursion', "bash -c 'ulimit -s 1024; f() { f; }; f' 2>/dev/null")
    shell(app, 'random bytes as programs', 'cd /tmp; for i in $(seq 20); do head -c 5000 /dev/urandom >r; chmod +x r; ./r; done 2>/dev/null; rm r')
    shell(app, 'many arguments', 'busybox true $(busybox seq 300000) 2>/dev/null; ls $(busybox yes | busybox head -c 150000 | busybox tr -d "\\n") 2>/dev/null')
    shell(app, 'a thousand jobs', 'for i in $(busybox seq 300); do busybox sleep 2 & done 2>/dev/null; wait')
