# SPDX-License-Identifier: MPL-2.0
"""run - boots a kernel with a root image and gives it this terminal; also under a debugger."""
import os
import shutil
import subprocess
import sys
import termios

from . import build, doors, image, newergdb, oracle
from .config import Refused
from .qemu import EXIT_TIMEOUT, GOOD_EXITS, Guest, Machine, gdb_tcp

LINUX_ARGS = 'quiet loglevel=3 panic=-1 mitigations=off'
# A debugger wants the kernel where it was linked.
DEBUG_ARGS = ('nokaslr', 'no_hash_pointers')
# Terminal types that the root images describe.
KNOWN_TERMS = {'ansi', 'linux', 'screen', 'vt100', 'vt220', 'xterm', 'xterm-256color'}


def kernel_file(config, kind):
    """Returns (file for -kernel, ELF file with symbols or None) of omegaos, linux or a path."""
    if kind == 'omegaos':
        path = build.build(config)
        return path, path
    if kind in ('linux', 'oracle'):
        return oracle.linux_kernel(config), None
    if not os.path.isfile(kind):
        raise Refused(f'KERNEL={kind}: give omegaos, linux or the path of a kernel')
    return os.path.abspath(kind), os.path.abspath(kind)


def kernel_args(config, kind, *more):
    """The kernel command line: the manifest's, the kernel's own, the caller's, then APPEND."""
    boot = config.manifest.get('boot', {})
    args = [boot.get('args', '')]
    if kind in ('linux', 'oracle'):
        args += [LINUX_ARGS, oracle.ARGS.get(config.arch, '')]
    elif config.log_level != 'error':
        args.append(f'osxtd.log_level={config.log_level}')
    return ' '.join(a for a in (*args, *more, config.append) if a)


def make_machine(config, kind=None, initrd=None, args=(), **options):
    """A Machine for kernel `kind` (KERNEL= by default) with `initrd` (the root image by default)."""
    kind = kind or config.kernel
    if 'kernel' in config.manifest:     # a project of `osxdk new --kernel`: no root image
        from . import newkernel
        return newkernel.machine(config)
    doors.chosen(config, kind)    # refused before anything is fetched or built
    initrd = initrd or image.pick_image(config)
    kernel, elf = kernel_file(config, kind)
    return Machine(config, kernel, initrd=initrd, elf=elf,
                   append=kernel_args(config, kind, *args), **options)


def terminal_args():
    """Tells the guest what is behind its serial line."""
    term = os.environ.get('TERM', 'dumb')
    args = [f'TERM={term if term in KNOWN_TERMS else "xterm" if term != "dumb" else "dumb"}']
    if sys.stdout.isatty():
        size = shutil.get_terminal_size()
        args += [f'OMEGA_ROWS={size.lines}', f'OMEGA_COLUMNS={size.columns}']
    return args


def cmd_run(config, _args):
    """osxdk run: an interactive guest.  0 when it powered off, 124 when TIMEOUT= passed."""
    if config.auto_test != 'none':
        from . import suites
        return suites.run_auto_test(config)
    machine = make_machine(config, args=terminal_args())
    if sys.stdin.isatty():
        print('osxdk: ^] x leaves QEMU, ^] c its monitor; the guest gets all other keys', flush=True)
    return attend(Guest(machine), config.timeout)


def attend(guest, timeout):
    """Waits for the end of a guest that has this terminal; returns our exit code."""
    saved = termios.tcgetattr(sys.stdin) if sys.stdin.isatty() else None
    try:
        code = guest.wait(timeout)
        if code is None:
            print(f'\nosxdk: the guest still runs after {timeout} s\n{guest.backtrace()}', file=sys.stderr)
            return EXIT_TIMEOUT
    finally:
        guest.kill()
        if saved:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, saved)
    if code not in (0, GOOD_EXITS.get(guest.machine.config.arch)):
        print(f'osxdk: the guest ended badly (QEMU left with {code})', file=sys.stderr)
        return 1
    return 0


def cmd_gdb_server(config, _args):
    """osxdk gdb_server: the guest waits for a debugger on GDB_TCP_PORT."""
    print(f'osxdk: waiting for a debugger on port {config.gdb_port} (make gdb_client)', flush=True)
    guest = Guest(make_machine(config, args=[*terminal_args(), *DEBUG_ARGS]), gdb=gdb_tcp(config.gdb_port), paused=True)
    try:
        code = guest.wait(config.timeout)
    finally:
        guest.kill()
    return EXIT_TIMEOUT if code is None else 0 if code in (0, GOOD_EXITS.get(config.arch)) else 1


def gdb_command(config, elf, where, *more):
    """The command line of a gdb that knows the kernel: its symbols, and `omega` (osxdk/gdb)."""
    if not shutil.which('gdb-multiarch'):
        raise Refused('gdb-multiarch is not installed: run tools/setup')
    return [*newergdb.command(config), '-q', '-ex', 'set confirm off', '-ex', 'set max-value-size unlimited',
            '-ex', f'target remote {where}', '-ex', f'source {os.path.join(config.kit, "osxdk/gdb/omega.py")}',
            *more] + ([elf] if elf else [])


def cmd_gdb_client(config, args):
    """osxdk gdb_client [GDB ARGS]: a debugger with the kernel's symbols on GDB_TCP_PORT."""
    if not os.path.exists(config.kernel_path):
        raise Refused('no kernel is built: run make build')
    return subprocess.run(gdb_command(config, config.kernel_path, f'127.0.0.1:{config.gdb_port}', *args), check=False).returncode


def cmd_debug(config, args):
    """osxdk debug [GDB ARGS]: a guest and a debugger in one (`omega tasks` …); the console goes to a file."""
    from .console import Session
    machine = make_machine(config, args=DEBUG_ARGS)
    log_path = os.path.join(config.build_root, 'debug-console.log')
    with open(log_path, 'w', encoding='utf-8') as log:
        session = Session(machine, log=log, gdb=gdb_tcp(config.gdb_port), paused=True)
        session.pump_in_background()
        print(f'osxdk: the console goes to {os.path.relpath(log_path)}', flush=True)
        try:
            return subprocess.run(gdb_command(config, machine.elf, f'127.0.0.1:{config.gdb_port}', *args), check=False).returncode
        finally:
            session.close()
