# SPDX-License-Identifier: MPL-2.0
"""sysfuzz - the system call fuzzer of test/sysfuzz in guests with the debug kernel.

Guests run under instruction counting: with one seed a run repeats to the instruction, and waiting costs no time.
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

from . import build, run, sysroot
from .config import Refused
from .console import Session
from .cpio import Tree
from .qmp import QmpError

ICOUNT = ('-icount', 'shift=0,sleep=off', '-seed', '1', '-rtc', 'base=2024-01-01,clock=vm')
LIMIT_MS = 150              # of a program, in the guest's time
QUIET_SECONDS = 60          # of QEMU's CPU time without a line of statistics: the guest hangs
REPLAY_TIMEOUT = 120
MEM_MIB = 512
TAIL = 200_000              # of the console, kept
LONG_SECONDS = 3600
NEXT_SEED = 1000            # a guest after a finding goes on with another seed

STATISTICS = re.compile(r'sysfuzz: (\d+) programs, (\d+) kept, (\d+) edges')
END = re.compile(r'sysfuzz: (end, |no /dev/kcov)')
# What a kernel says when it is wrong, whoever sees it first.
BAD = re.compile(r'(?:Kernel panic:|Oops:|BUG: |panic inside|sysfuzz: FINDING).*')


def work_folder(config):
    return os.path.join(config.arch_dir, 'fuzz')


def debug_kernel(config):
    """The debug kernel's own file: the name of what was built last stays with the other suites."""
    config = config.with_profile('debug')
    with build.Lock(config.meson_dir):
        build.configure(config)
        build.ninja(config)
    return os.path.join(config.meson_dir, 'omegaos')


def fuzzer(config):
    """Builds test/sysfuzz and returns the program."""
    out = os.path.join(config.arch_dir, 'sysfuzz')
    env = {k: v for k, v in os.environ.items() if k not in ('MAKEFLAGS', 'MAKEOVERRIDES', 'MFLAGS')}
    with build.Lock(out):
        made = subprocess.run(['make', '--no-print-directory', '-C', os.path.join(config.kit, 'test/sysfuzz'), f'OUT={out}',
                               *sysroot.make_variables(config)],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env=env)
    if made.returncode != 0:
        raise Refused(f'test/sysfuzz does not compile:\n{made.stdout}')
    return os.path.join(out, 'sysfuzz')


def archive(config, name, replay=None):
    """An initramfs with the fuzzer as /init; `replay`: the text of the program it is to run."""
    tree = Tree(usr_merge=False)
    with open(fuzzer(config), 'rb') as file:
        tree.add_file('init', file.read(), 0o755)
    tree.add_dir('dev')
    tree.add_dir('proc')
    if replay:
        tree.add_file('replay', replay.encode())
    path = os.path.join(work_folder(config), name)
    with open(path, 'wb') as file:
        file.write(tree.newc())
    return path


def make_machine(config, initrd, seed):
    kernel = initrd.removesuffix('.cpio')
    args = ['nokaslr', f'sysfuzz.seed={seed}', f'sysfuzz.limit={LIMIT_MS}']
    return run.Machine(config, kernel, initrd=initrd, elf=kernel, append=run.kernel_args(config, 'omegaos', *args),
                       mem_mib=MEM_MIB, smp=1, extra=ICOUNT, tcg=True)


def prepare(config, name, program=None):
    """Returns an initramfs beside which the kernel lies: copies, since a run of hours outlives builds."""
    os.makedirs(work_folder(config), exist_ok=True)
    target = os.path.join(work_folder(config), f'kernel-{name}')
    shutil.copy2(debug_kernel(config), target + '.new')
    os.replace(target + '.new', target)
    return archive(config, f'kernel-{name}.cpio', program)


class Finding:
    """What a guest's end was: the complaint, the program (its text) and the console."""

    def __init__(self, seed, what, text, trace=''):
        self.seed, self.what, self.text, self.trace = seed, what.strip(), text, trace
        self.replay = replay_text(text)

    def __str__(self):
        return f'seed {self.seed}: {self.what}\n    replay: {self.replay or "unknown"}'


def replay_text(text):
    """The program that was running: the fuzzer's own lines, or what a panic prints."""
    text = text.replace('\r', '')
    pieces = re.findall(r'sysfuzz: replay (\d+)/(\d+) (\S+)', text)
    if pieces:
        first = next(i for i, piece in enumerate(pieces) if piece[0] == '1')
        return ''.join(piece[2] for piece in pieces[first:first + int(pieces[first][1])])
    note = re.search(r'^note: (\S+)', text, re.M)
    return note[1] if note else ''


def cpu_seconds(session):
    """What QEMU has used: the host may be busy with other things."""
    try:
        with open(f'/proc/{session.guest.process.pid}/stat', encoding='ascii', errors='replace') as file:
            fields = file.read().rpartition(')')[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


class Fuzzing:
    """One guest after the other until the time is over, each with a seed of its own."""

    def __init__(self, config, initrd, seed, deadline):
        self.config, self.initrd, self.seed, self.deadline = config, initrd, seed, deadline
        self.programs, self.edges, self.findings, self.error = 0, 0, [], None
        self._now = 0       # programs of the guest that runs

    def run(self):
        try:
            while time.monotonic() < self.deadline:
                finding = self._guest()
                self.programs, self._now = self.programs + self._now, 0
                if finding is None:
                    return
                self.findings.append(finding)
                self._keep(finding)
                self.seed += NEXT_SEED
        except (Refused, OSError) as error:
            self.error = error

    @property
    def total(self):
        return self.programs + self._now

    def _guest(self):
        """Runs one guest.  None: the time is over."""
        with Session(make_machine(self.config, self.initrd, self.seed)) as session:
            heard = 0.0
            while time.monotonic() < self.deadline:
                alive = session._pump(1.0)
                if self._statistics(session):
                    heard = cpu_seconds(session)
                bad = BAD.search(session.text)
                if bad:
                    self._drain(session)
                    return Finding(self.seed, bad[0], session.text)
                if not alive:
                    return Finding(self.seed, 'the guest ended', session.text)
                if cpu_seconds(session) - heard > QUIET_SECONDS:
                    return Finding(self.seed, f'no statistics for {QUIET_SECONDS} s', session.text, self._hang(session))
                session.text = session.text[-TAIL:]
        return None

    def _statistics(self, session):
        seen = STATISTICS.findall(session.text)
        if not seen or int(seen[-1][0]) == self._now:
            return False
        self._now, self.edges = int(seen[-1][0]), max(self.edges, int(seen[-1][2]))
        return True

    @staticmethod
    def _drain(session):
        end = time.monotonic() + 10
        while time.monotonic() < end and session._pump(1.0):
            pass

    @staticmethod
    def _hang(session):
        """Where the CPU is, and the program from the kernel's memory."""
        trace = session.guest.backtrace()
        return trace + '\n' + note_in_memory(session.guest)

    def _keep(self, finding):
        path = os.path.join(work_folder(self.config), f'finding-{finding.seed}.log')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(f'{finding}\n\n{finding.trace}\n{finding.text}')


def note_in_memory(guest):
    """The note that a panic would have printed (kcov.c), read through QEMU."""
    symbols = subprocess.run(['llvm-nm-22', guest.machine.elf], capture_output=True, text=True, check=False).stdout
    place = re.search(r'^(\w+) \w note_text$', symbols, re.M)
    if not place:
        return ''
    try:
        text = guest.qmp.monitor(f'x/{4096}xb 0x{place[1]}')
    except QmpError:
        return ''
    data = bytes(int(b, 16) for line in text.splitlines() for b in re.findall(r'0x([0-9a-f]{2})\b', line.partition(':')[2]))
    return 'note: ' + data.split(b'\0')[0].decode('ascii', 'replace') + '\n'


def fuzz(config, seconds, seeds, log, tick=lambda runs: None):
    """Fuzzes with each seed at once for `seconds`.  Returns the Fuzzing objects."""
    initrd = prepare(config, seeds[0])
    deadline = time.monotonic() + seconds
    runs = [Fuzzing(config, initrd, seed, deadline) for seed in seeds]
    threads = [threading.Thread(target=one.run, daemon=True) for one in runs]
    for thread in threads:
        thread.start()
    try:
        while any(thread.is_alive() for thread in threads):
            for thread in threads:
                thread.join(30 / len(threads))
            tick(runs)
    finally:
        for one, thread in zip(runs, threads):      # stopped by a signal: no guest stays behind
            one.deadline = 0
            thread.join(10)
    for one in runs:
        if one.error:
            raise Refused(str(one.error))
        log.write(f'fuzz kernel: seed {one.seed}: {one.total} programs, {one.edges} edges\n')
        for finding in one.findings:
            log.write(f'{finding}\n{finding.trace}\n{finding.text[-4000:]}\n')
    return runs


def verdict(runs):
    """The line of a run: `N programs, E edges, no finding`."""
    findings = [finding for one in runs for finding in one.findings]
    return (f'{sum(one.total for one in runs)} programs, {max(one.edges for one in runs)} edges, ' +
            (f'{len(findings)} findings' if findings else 'no finding')), findings


class Record:
    """What a run did, also when it is stopped before its end: fuzz/record.txt of an hour and more, else last.txt."""

    def __init__(self, config, seconds, seeds):
        self.path = os.path.join(work_folder(config), 'record.txt' if seconds >= LONG_SECONDS else 'last.txt')
        self.start, self.wanted, self.seeds = time.time(), seconds, seeds
        commit = subprocess.run(['git', '-C', config.root, 'describe', '--always', '--dirty'], capture_output=True, text=True,
                                check=False)
        self.commit = commit.stdout.strip()

    def write(self, runs):
        line, findings = verdict(runs)
        begun = time.strftime('%Y-%m-%d %H:%M:%S UTC', time.gmtime(self.start))
        with open(self.path + '.new', 'w', encoding='utf-8') as file:
            file.write(f'seeds {" ".join(map(str, self.seeds))}\ncommit {self.commit}\nbegun {begun}\n'
                       f'ran {time.time() - self.start:.0f} s of {self.wanted} s\n{line}\n')
            file.writelines(f'{finding}\n' for finding in findings)
        os.replace(self.path + '.new', self.path)


def seed_of_the_day():
    return int(time.strftime('%Y%m%d', time.gmtime()))


def suite(config, log):
    """Two minutes: one minute with a fixed seed, one with the seed of the day."""
    from .suites import Result
    result = Result()
    for seed in (1, seed_of_the_day()):
        runs = fuzz(config, 60, [seed], log)
        line, findings = verdict(runs)
        result.add(f'sysfuzz SEED={seed}: {line}', not findings and runs[0].total,
                   ''.join(f'    {finding}\n' for finding in findings))
        print(f'sysfuzz SEED={seed}: {line}', file=log)
        result.note += f'{"; " if result.note else ""}SEED={seed}: {line}'
    return result


def fuzz_kernel(config, seconds, seed=None):
    """osxdk fuzz kernel SECONDS [SEED]: one guest with that seed, or one for each CPU."""
    seeds = [seed] if seed is not None else [seed_of_the_day() + i for i in range(os.cpu_count() or 1)]
    print('SEED=' + ' '.join(map(str, seeds)), flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.makedirs(work_folder(config), exist_ok=True)
    record = Record(config, seconds, seeds)
    with open(os.path.join(work_folder(config), 'kernel.log'), 'w', encoding='utf-8') as log:
        runs = fuzz(config, seconds, seeds, log, record.write)
    record.write(runs)
    line, findings = verdict(runs)
    for finding in findings:
        print(finding)
    print(f'fuzz kernel: {line}')
    return 1 if findings or not sum(one.total for one in runs) else 0


def replay(config, text):
    """osxdk fuzz replay TEXT: the program, twenty times; results of its calls, reports of the kernel."""
    initrd = prepare(config, 'replay', text)
    with Session(make_machine(config, initrd, 1), echo=True) as session:
        code, trace = session.finish(None, REPLAY_TIMEOUT)
        print(trace)
        bad = BAD.search(session.text)
        print(f'replay: {bad[0].strip() if bad else "no finding"}')
        return 1 if bad or trace else 0
