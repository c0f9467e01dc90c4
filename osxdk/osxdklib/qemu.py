# SPDX-License-Identifier: MPL-2.0
"""qemu - one guest: its command line, its process, and the exit code that it ends with."""
import os
import shutil
import socket
import subprocess
import threading

from . import backtrace, doors
from .config import Refused
from .counters import Counters
from .qmp import Qmp, QmpError

EXIT_TIMEOUT = 124
ESCAPE = '0x1d'     # ^] then x leaves QEMU; ^A stays with the guest's line editing

# isa-debug-exit of x86_64 ends QEMU with 2n+1: 0x10 is good, 0x20 bad.  riscv64's sifive_test has a code of its own for
# bad ends, and 0 for a good one as for a power-off; loongarch64 has nothing of the kind.
GOOD_EXIT, BAD_EXIT = 0x10 * 2 + 1, 0x20 * 2 + 1
GOOD_EXITS = {'x86_64': GOOD_EXIT}

_kvm_lock = threading.Lock()
_kvm_verdict = None


def qemu_binary(arch):
    path = shutil.which('qemu-system-' + arch)
    if not path:
        raise Refused(f'qemu-system-{arch} is not installed: run tools/setup')
    return path


def kvm_usable(config):
    """Whether KVM really runs a guest here.  Says so once when it was wanted and cannot be had."""
    global _kvm_verdict
    with _kvm_lock:
        if _kvm_verdict is None:
            _kvm_verdict = config.want_kvm and _kvm_probe(config)
            if config.want_kvm and not _kvm_verdict:
                print('osxdk: KVM not usable, using TCG', flush=True)
        return _kvm_verdict


def _kvm_probe(config):
    """Some hosts open /dev/kvm and then emulate every instruction, and cannot do SYSCALL at all."""
    if config.arch != os.uname().machine or not os.access('/dev/kvm', os.R_OK | os.W_OK):
        return False
    from . import kvmprobe
    with open('/proc/sys/kernel/random/boot_id', encoding='ascii') as file:
        boot_id = file.read()
    known = os.path.join(config.build_root, '.kvm')
    if os.path.exists(known):
        with open(known, encoding='ascii') as file:
            saved_id, _, answer = file.read().partition(' ')
        if saved_id == boot_id.strip():
            return answer == 'usable'
    usable = kvmprobe.run(qemu_binary(config.arch), config.build_root)
    with open(known, 'w', encoding='ascii') as file:
        file.write(f'{boot_id.strip()} {"usable" if usable else "unusable"}')
    return usable


class Machine:
    """What to boot.  `kernel` is any file QEMU's -kernel takes; `elf` has its symbols, if any."""

    def __init__(self, config, kernel, initrd=None, append='', elf=None, scheme=None, mem_mib=None, smp=None,
                 extra=(), cpu=None, tcg=False, door=None):
        self.config, self.kernel, self.initrd, self.append = config, kernel, initrd, append
        self.elf = elf
        self.scheme = config.scheme if scheme is None else config.with_scheme(scheme).scheme
        self.mem_mib = mem_mib or config.mem_mib
        self.smp = smp or config.smp
        self.cpu, self.extra, self.tcg = cpu, list(extra), tcg
        self.door = door or doors.chosen(config)

    @property
    def has_counters(self):
        return self.config.coverage and self.elf == self.config.kernel_path

    def arguments(self):
        for path in (self.kernel, self.initrd):
            if path and not os.path.isfile(path):
                raise Refused(f'{os.path.relpath(path)}: no such file (run make build or make image)')
        accel = 'kvm' if not self.tcg and kvm_usable(self.config) else 'tcg'
        args = [qemu_binary(self.config.arch), '-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none',
                '-machine', self.scheme['machine'], '-accel', accel, '-cpu', self.cpu or self.scheme.get('cpu', 'max'),
                '-smp', str(self.smp), '-m', f'{self.mem_mib}M']
        args += doors.arguments(self, self.append)
        for device in self.scheme.get('devices', []):
            args += ['-device', device]
        return args + self.scheme.get('args', []) + self.extra


def gdb_tcp(port):
    return f'tcp:127.0.0.1:{port}'


def gdb_socket(path):
    return f'unix:{path},server=on,wait=off'


class Guest:
    """A running QEMU.  With `console` a socket, the serial line is there; without it, on our stdio.
    `gdb` is where the stub for debuggers listens (gdb_tcp(port), gdb_socket(path))."""

    def __init__(self, machine, console=None, gdb=None, paused=False):
        self.machine = machine
        ours, theirs = socket.socketpair()
        passed = [theirs.fileno()]
        args = machine.arguments() + ['-chardev', f'socket,id=qmp,fd={theirs.fileno()}',
                                      '-mon', 'chardev=qmp,mode=control']
        if console is None:
            args += ['-chardev', 'stdio,id=console,mux=on,signal=off', '-mon', 'chardev=console,mode=readline',
                     '-echr', ESCAPE]
        else:
            args += ['-chardev', f'socket,id=console,fd={console.fileno()}']
            passed.append(console.fileno())
        args += ['-serial', 'chardev:console']
        self._counters = None
        if machine.has_counters:
            self._counters = Counters(machine.config, machine.elf, machine.mem_mib)
            args += self._counters.arguments()
            passed.append(self._counters.fd)
        if gdb:
            args += ['-gdb', gdb]
        if paused:
            args.append('-S')
        if machine.config.verbose:
            print('+ ' + ' '.join(args), flush=True)
        # An own process group would lose the terminal; ^C goes to the guest because QEMU sets raw mode.
        self.process = subprocess.Popen(args, pass_fds=passed, stdin=None if console is None else subprocess.DEVNULL)
        theirs.close()
        if console is not None:
            console.close()
        self._qmp_socket, self._qmp = ours, None

    @property
    def qmp(self):
        if self._qmp is None:
            self._qmp = Qmp(self._qmp_socket)
        return self._qmp

    def wait(self, timeout=None):
        """Returns QEMU's exit code, or None when the time is up and the guest still runs."""
        try:
            code = self.process.wait(timeout)
            if self._counters:
                self._counters.collect()
            return code
        except subprocess.TimeoutExpired:
            return None

    def backtrace(self):
        try:
            return backtrace.report(self.qmp, self.machine.config.arch, self.machine.elf)
        except QmpError as error:
            return f'no backtrace: {error}'

    def kill(self):
        """Ends QEMU whatever it does; harmless when it has ended."""
        if self.process.poll() is None:
            try:
                self.qmp.command('quit')
            except QmpError:
                pass        # it went by itself just now, or is beyond talking
            if self.wait(3) is None:
                self.process.kill()
        self.wait()
        self._qmp_socket.close()


def verdict(code, good_text_seen, arch='x86_64'):
    """Our exit code for a guest that ended with QEMU's `code`.

    Where a power-off (or a triple fault) gives what a good end gives, the console decides.
    """
    if code == GOOD_EXITS.get(arch):
        return 0 if good_text_seen is not False else 1
    if code == 0:
        return 0 if good_text_seen else 1
    return 1
