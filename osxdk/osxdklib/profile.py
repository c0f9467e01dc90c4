# SPDX-License-Identifier: MPL-2.0
"""profile - samples of a guest's kernel stacks through QEMU's gdb stub, as a flame graph.

The guest is stopped GDB_PROFILE_COUNT times, every GDB_PROFILE_INTERVAL seconds, wherever it is: code with
interrupts off is seen like any other.  A sample is the task, then its kernel stack from the outside in; time
in user mode and idle time are samples of those names.
"""
import collections
import json
import os
import re
import socket
import subprocess
import tempfile
import time
import typing

from . import backtrace, flamegraph, run
from .config import Refused
from .console import Session, Timeout
from .qemu import Guest, gdb_socket, gdb_tcp
from .rsp import RspError, Stub

MAX_FRAMES = 64
SYMBOLS_AT_ONCE = 2000
# The task where user mode runs and the stub does not reach the kernel's memory through its page tables (riscv64).
UNKNOWN = '?'
TRAP_FUNCTION = 'trap_entry'
# The wait of the idle loop; a CPU that is halted stands behind it, in the loop itself.
IDLE_FUNCTIONS = ('cpu_idle_wait', 'sched_start')


class Frames(typing.NamedTuple):
    """Numbers of the program counter and the frame pointer in the stub's answer, in words of 8 bytes; where the caller's
    frame pointer stands from the frame pointer on, with the caller's program counter behind it."""
    pc: int
    fp: int
    record: int


FRAMES = {'x86_64': Frames(16, 6, 0), 'riscv64': Frames(32, 8, -16)}
# What the sampler must know of the kernel's structures, as gdb expressions.
LAYOUT = {'areas': '(unsigned long)&cpu_areas', 'area_size': 'sizeof(struct cpu_area)',
          'current': '(unsigned long)&((struct cpu_area *)0)->local.current', 'thread_type': '(unsigned long)&thread_type_',
          'type': '(unsigned long)&((struct object *)0)->_type', 'comm': '(unsigned long)&((struct thread *)0)->comm',
          'comm_size': 'sizeof(((struct thread *)0)->comm)'}
SUFFIXES = {'flame-graph': 'svg', 'folded': 'folded', 'json': 'json'}


def layout_of(elf):
    """The numbers of LAYOUT out of the kernel's debug information."""
    words = [word for text in LAYOUT.values() for word in ('-ex', f'output/u {text}', '-ex', 'echo \\n')]
    done = subprocess.run(['gdb-multiarch', '-q', '-batch', *words, elf], capture_output=True, text=True, check=False)
    numbers = [int(line) for line in done.stdout.split() if line.isdecimal()]
    if len(numbers) != len(LAYOUT):
        raise Refused(f'profile: {os.path.relpath(elf)} lacks debug information: {done.stderr.strip()[:200]}')
    return dict(zip(LAYOUT, numbers))


class Sampler:
    """Takes samples: (name of the task, addresses innermost first)."""

    def __init__(self, stub, arch, elf):
        self.stub, self.layout = stub, layout_of(elf)
        self.frames = FRAMES[arch]
        self.samples = []

    def _word(self, address):
        data = self.stub.memory(address, 8)
        return None if data is None else int.from_bytes(data, 'little')

    def _stack(self):
        registers = self.stub.registers()
        pc, fp = (int.from_bytes(registers[8 * n:8 * n + 8], 'little') for n in (self.frames.pc, self.frames.fp))
        addresses = [pc]
        while pc >= backtrace.KERNEL_HALF and fp >= backtrace.KERNEL_HALF and len(addresses) < MAX_FRAMES:
            pair = self.stub.memory(fp + self.frames.record, 16)
            if pair is None:
                break
            older, pc = int.from_bytes(pair[:8], 'little'), int.from_bytes(pair[8:], 'little')
            if pc < backtrace.KERNEL_HALF:
                break
            addresses.append(pc)
            if older <= fp:
                break
            fp = older
        return addresses

    def _task(self, cpu):
        at = self.layout
        task = self._word(at['areas'] + cpu * at['area_size'] + at['current'])
        if task is None:
            return UNKNOWN
        if not task:
            return 'boot'
        if self._word(task + at['type']) != at['thread_type']:
            return 'kernel'
        name = self.stub.memory(task + at['comm'], at['comm_size']) or b'?'
        return name.split(b'\0')[0].decode('utf-8', 'replace') or '?'

    def take(self):
        """One sample of each CPU; the guest is stopped."""
        for number, cpu in enumerate(self.stub.cpus()):
            self.stub.select(cpu)
            self.samples.append((self._task(number), self._stack()))

    def run(self, count, interval, ended=lambda: False):
        """Samples until `count` stops were made, or `ended()`, or the guest has gone."""
        try:
            for _ in range(count):
                self.stub.go_on()
                time.sleep(interval)
                self.stub.stop()
                if ended():
                    break
                self.take()
            self.stub.detach()
        except RspError as error:
            if not self.samples:
                raise Refused(f'profile: {error}') from None


def names_of(elf, addresses):
    """{address: functions there, outermost first}: more than one where the compiler inlined."""
    names = {}
    ordered = sorted(addresses)
    for start in range(0, len(ordered), SYMBOLS_AT_ONCE):
        part = ordered[start:start + SYMBOLS_AT_ONCE]
        for address, text in zip(part, backtrace.symbolize(elf, part)):
            functions = re.findall(r'(?:^| < )([\w.$]+)', text)
            names[address] = functions[::-1] or ['?']
    return names


def fold(elf, samples):
    """Counter of stacks, each a tuple of names from the outside in."""
    # A return address is that of the next instruction: look up the call before it.
    looked_up = [(task, [pcs[0]] + [pc - 1 for pc in pcs[1:]]) for task, pcs in samples]
    names = names_of(elf, {pc for _, pcs in looked_up for pc in pcs if pc >= backtrace.KERNEL_HALF})
    stacks = collections.Counter()
    for task, pcs in looked_up:
        if pcs[0] < backtrace.KERNEL_HALF:
            stacks[(task, '[user]') if task != 'boot' else ('boot', '[firmware]')] += 1
            continue
        frames = [name for pc in reversed(pcs) for name in names[pc]]
        if frames == [TRAP_FUNCTION]:
            frames = ['[user]']     # which was about to be left
        stacks[('[idle]',) if frames[-1] in IDLE_FUNCTIONS else (task, *frames)] += 1
    return stacks


def folded_text(stacks):
    """A line per stack, names joined by semicolons, and its count: what flame graph tools read."""
    return ''.join(f'{";".join(stack)} {count}\n' for stack, count in sorted(stacks.items()))


def write(config, stacks, title):
    """Writes the profile in the format asked for; returns the path."""
    folder = os.path.join(config.arch_dir, 'profile')
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, 'profile.' + SUFFIXES[config.profile_format])
    if config.profile_format == 'flame-graph':
        text = flamegraph.svg(stacks, title)
    elif config.profile_format == 'folded':
        text = folded_text(stacks)
    else:
        rows = [{'stack': list(stack), 'count': count} for stack, count in stacks.most_common()]
        text = json.dumps({'title': title, 'interval_s': config.profile_interval, 'stacks': rows}, indent=1) + '\n'
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    return path


def report(config, elf, samples, title):
    """Writes the profile and prints where most of the time went."""
    stacks = fold(elf, samples)
    path = write(config, stacks, title)
    total, own = sum(stacks.values()), collections.Counter()
    for stack, count in stacks.items():
        own[stack[-1]] += count
    for name, count in own.most_common(12):
        print(f'{100 * count / total:5.1f} %  {name}')
    print(f'{os.path.relpath(path)}: {total} samples')
    return stacks


def _elf(config):
    if config.kernel != 'omegaos':
        raise Refused(f'KERNEL={config.kernel}: only our own kernel has the symbols that a profile needs')
    if config.arch not in FRAMES:
        raise Refused(f'profile: QEMU stops {config.arch} where it takes interrupts, and nowhere else')


def connect(address, seconds=10):
    """A Stub at a host and port, or at a path; waits for QEMU to listen."""
    deadline = time.monotonic() + seconds
    while True:
        sock = socket.socket(socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX)
        try:
            sock.connect(address)
            return Stub(sock)
        except OSError as error:
            sock.close()
            if time.monotonic() > deadline:
                raise Refused(f'profile: nobody listens at {address}: {error} (make profile_server)') from None
            time.sleep(0.1)


def sample_command(config, command, log=None):
    """Boots the root image and samples it while `command` runs in its shell.  Returns (ELF file, samples)."""
    machine = run.make_machine(config, args=[*run.DEBUG_ARGS, 'TERM=vt100'])
    with tempfile.TemporaryDirectory() as folder:
        where = os.path.join(folder, 'gdb')
        with Session(machine, log=log, gdb=gdb_socket(where)) as session:
            try:
                session.login()
            except Timeout as error:
                raise Refused(f'profile: {error}') from None
            session.send(command + '\n')
            sampler = Sampler(connect(where), config.arch, machine.elf)
            session.pump_in_background()
            start = session.mark
            sampler.run(config.profile_count, config.profile_interval,
                        lambda: Session.PROMPT in session.text[start:])
    return machine.elf, sampler.samples


def cmd_profile(config, args):
    """osxdk profile SHELL COMMAND: where the kernel's time goes while the command runs."""
    _elf(config)
    if not args:
        raise Refused('profile: give a shell command to sample; for a guest of your own: make profile_server, then '
                      'make profile_client')
    command = ' '.join(args)
    elf, samples = sample_command(config, command)
    if not samples:
        raise Refused(f'profile: "{command}" was over before the first sample; lower GDB_PROFILE_INTERVAL')
    report(config, elf, samples, command)


def cmd_profile_server(config, _args):
    """osxdk profile_server: a guest on this terminal that profile_client can sample."""
    _elf(config)
    print(f'osxdk: make profile_client samples this guest (port {config.gdb_port})', flush=True)
    guest = Guest(run.make_machine(config, args=[*run.terminal_args(), *run.DEBUG_ARGS]), gdb=gdb_tcp(config.gdb_port))
    return run.attend(guest, config.timeout)


def cmd_profile_client(config, _args):
    """osxdk profile_client: samples the guest of profile_server."""
    _elf(config)
    if not os.path.exists(config.kernel_path):
        raise Refused('no kernel is built: run make build')
    sampler = Sampler(connect(('127.0.0.1', config.gdb_port), seconds=1), config.arch, config.kernel_path)
    sampler.run(config.profile_count, config.profile_interval)
    report(config, config.kernel_path, sampler.samples, f'port {config.gdb_port}')
