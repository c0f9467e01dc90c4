# SPDX-License-Identifier: MPL-2.0
"""bench - guest instructions per operation and boot time, ours beside Debian's own kernel.

test/bench/README.md tells what the figures mean.  Nothing here depends on the machine: figures are counted,
not timed (but for the boot's wall time, which is the median of alternating runs).
"""
import array
import gzip
import json
import math
import os
import selectors
import stat
import subprocess
import time

from . import build, image, oracle, sysroot
from .config import Refused, kit_root
from .qemu import qemu_binary

# What QEMU emulates.  A string instruction of x86_64 would count once per byte.
MACHINES = {'x86_64': ('-machine', 'q35', '-cpu', 'max,-erms,-fsrm'),
            'riscv64': ('-machine', 'virt', '-cpu', 'max', '-bios', 'default'),
            'loongarch64': ('-machine', 'virt', '-cpu', 'max')}
ICOUNT = ('-icount', 'shift=0,sleep=off')
# A CPU of loongarch64 that sends itself an interrupt ends QEMU 10.0 under icount, unless that instruction stands alone.
COUNTED_ACCEL = {'loongarch64': 'tcg,one-insn-per-tb=on'}
# Debian's loong64 kernel has pages of 16 KiB and keeps more for itself.
MEMORY = {'loongarch64': '512M'}
FIXED_MACHINE = ('-smp', '1', '-seed', '1', '-rtc', 'base=2024-01-01,clock=vm',
                 '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-serial', 'stdio')
KERNEL_ARGS = 'console=ttyS0 quiet mitigations=off nokaslr norandmaps rdinit={init} panic=-1'
BENCH_TIMEOUT = 240
WARM_UP, ROUNDS = 4, 33     # rounds of a row, as in src/main.c
NULL_BAR, MEAN_BAR = 0.4, 0.6
KNOWN_LOOP = 20000          # instructions of its first row
BOOT_TIMEOUT = 60
BOOT_RUNS = 5

# Rows of issue 2 in its order; the mean is theirs.  Rows under EXTRA are shown below it.
ROWS = ('null_syscall', 'clock_gettime_vdso', 'clock_gettime_syscall', 'read_1', 'write_1', 'fstat', 'stat',
        'open_close', 'create_write_unlink', 'read_4k', 'read_64k', 'pipe_round_trip', 'fork_exit_wait', 'fork_exec',
        'thread_create_join', 'mmap_munmap', 'anonymous_fault', 'cow_fault', 'mprotect', 'signal_install',
        'signal_delivery', 'futex_wake', 'poll_100', 'select_100', 'sched_yield')
EXTRA = ('fork_exec_self', 'futex_handover', 'context_switch_2', 'context_switch_8', 'timer_arm_cancel', 'nanosleep')


# Programs

def build_programs(config):
    """Compiles test/bench/src into build/<arch>/bench when a source is newer; returns {name: path}."""
    source, out = os.path.join(kit_root(), 'test/bench/src'), os.path.join(config.arch_dir, 'bench')
    os.makedirs(out, exist_ok=True)
    folders = [source, *(os.path.join(source, 'arch', name) for name in ('generic', config.arch))]
    rows = sorted(name for name in os.listdir(source) if name.startswith('rows_') and name.endswith('.c'))
    musl = sysroot.Musl(config)
    common = [*musl.cc, '-std=gnu23', '-O2', '-g', '-Wall', '-Wextra', '-Werror', '-I', folders[-1],
              '-fno-unroll-loops', '-fno-stack-protector', '-fno-pie', '-static', '-nostdlib', '--ld-path=ld.lld-22',
              f'-ffile-prefix-map={kit_root()}=.']
    jobs = {'bench': [*musl.cflags, *musl.before, 'main.c', 'verdict.c', *rows, *musl.after],
            'scaling': [*musl.cflags, *musl.before, 'scaling.c', 'verdict.c', *musl.after],
            'tiny': ['-ffreestanding', 'tiny.c'], 'boot': ['-ffreestanding', 'boot.c']}
    for name, arguments in jobs.items():
        _compile(common + arguments, folders, os.path.join(out, name), f'the guest program "{name}"')
    return {name: os.path.join(out, name) for name in jobs}


def build_plugin(config, name):
    """Compiles one of test/bench/plugin for the QEMU of this machine; returns its path."""
    source, target = os.path.join(kit_root(), 'test/bench/plugin'), os.path.join(config.arch_dir, 'bench', name + '.so')
    os.makedirs(os.path.dirname(target), exist_ok=True)
    _compile(['clang-22', '-std=gnu23', '-O2', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', name + '.c'], [source], target,
             f'the plugin "{name}"')
    return target


def _compile(command, folders, target, what):
    """Runs a compiler in the first of `folders` when anything in them is newer than `target`."""
    paths = [os.path.join(folder, name) for folder in folders for name in (*os.listdir(folder), '.')]
    if os.path.exists(target) and os.path.getmtime(target) > max(map(os.path.getmtime, paths)):
        return
    result = subprocess.run(command + ['-o', target], cwd=folders[0], text=True, check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode != 0:
        print(result.stdout)
        raise Refused(f'bench: {what} does not compile (see above)')


def marks(program, names=('begin', 'end', 'row')):
    """The addresses between which the plugins count, as their arguments."""
    symbols = dict(line.split()[::-2] for line in _output(['llvm-nm-22', '--defined-only', program]).splitlines())
    return ','.join(f'{name}=0x{symbols["bench_mark_" + name]}' for name in names)


def _output(command, **options):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, **options)
    if result.returncode != 0:
        raise Refused(f'bench: {" ".join(command)} failed: {result.stderr.strip()}')
    return result.stdout


# Archives (newc)

def archive_entry(name, mode, data=b'', device=(0, 0), number=0):
    fields = (number, mode, 0, 0, 2 if stat.S_ISDIR(mode) else 1, 0, len(data), 0, 0, *device, len(name) + 1, 0)
    entry = b'070701' + b''.join(b'%08X' % field for field in fields) + name.encode() + b'\0'
    entry += b'\0' * (-len(entry) % 4) + data
    return entry + b'\0' * (-len(entry) % 4)


def archive_end():
    return archive_entry('TRAILER!!!', 0)


def bench_archive(programs, path, init='bench'):
    """An initramfs with one of the programs as /init, and nothing that both kernels do not need."""
    entries = [archive_entry(name, stat.S_IFDIR | 0o755) for name in ('dev', 'proc', 'tmp')]
    for name, major, minor in (('console', 5, 1), ('null', 1, 3), ('zero', 1, 5)):
        entries.append(archive_entry('dev/' + name, stat.S_IFCHR | 0o666, device=(major, minor)))
    for name, program in (('init', init), ('bench-tiny', 'tiny')):
        entries.append(archive_entry(name, stat.S_IFREG | 0o755, _read(programs[program])))
    _write(path, b''.join(entries) + archive_end())
    return path


def boot_archive(programs, path, root=None):
    """The initramfs of bench-boot: `root` (newc, plain or gzip, and stays so) or nothing, and /bench-boot."""
    body = archive_entry('dev', stat.S_IFDIR | 0o755) + \
        archive_entry('dev/console', stat.S_IFCHR | 0o600, device=(5, 1))
    packed = False
    if root:
        body = _read(root)
        packed = body[:2] == b'\x1f\x8b'
        body = gzip.decompress(body) if packed else body
        end = body.rfind(b'070701', 0, body.rfind(b'TRAILER!!!'))
        if end < 0:
            raise Refused(f'bench: {root} is not a newc archive')
        body = body[:end]
    body += archive_entry('bench-boot', stat.S_IFREG | 0o755, _read(programs['boot']), number=1 << 30) + archive_end()
    _write(path, gzip.compress(body, mtime=0) if packed else body)
    return path


def _read(path):
    with open(path, 'rb') as file:
        return file.read()


def _write(path, data):
    with open(path + '.new', 'wb') as file:
        file.write(data)
    os.replace(path + '.new', path)


# Guests

def guest_command(arch, kernel, initrd, arguments, init='/init', counted=True, extra=(), machine=FIXED_MACHINE):
    append = ' '.join([KERNEL_ARGS.format(init=init), *filter(None, [oracle.ARGS.get(arch)])])
    if arguments:
        append += ' -- ' + ' '.join(arguments)
    accel = COUNTED_ACCEL.get(arch, 'tcg') if counted else 'tcg'
    return [qemu_binary(arch), *MACHINES[arch], *machine, '-accel', accel, '-m', MEMORY.get(arch, '256M'),
            *(ICOUNT if counted else ()), '-kernel', kernel, '-initrd', initrd, '-append', append, *extra]


def run_guest(command, timeout, stop, grace=0):
    """Runs QEMU until a console line starts with `stop` (and then up to `grace` seconds until it ends by
    itself), it ends, or the time is over.

    Returns (lines, seconds from the start to that line or None, reason or None)."""
    lines, pending, start = [], b'', time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          start_new_session=True) as guest, selectors.DefaultSelector() as waiter:
        waiter.register(guest.stdout, selectors.EVENT_READ)
        try:
            while True:
                left = timeout - (time.monotonic() - start)
                if left <= 0 or not waiter.select(left):
                    return lines, None, f'no answer within {timeout} s'
                data = os.read(guest.stdout.fileno(), 65536)
                now = time.monotonic() - start
                pending += data
                *whole, pending = pending.split(b'\n')
                for line in whole:
                    lines.append(line.decode(errors='replace').strip('\r'))
                    if lines[-1].startswith(stop):
                        return lines, now, None
                if not data:
                    lines.append(pending.decode(errors='replace'))
                    return lines, None, 'the machine stopped early'
        finally:
            end_guest(guest, grace)


def end_guest(guest, grace):
    try:
        guest.wait(grace)
    except subprocess.TimeoutExpired:
        guest.kill()


def read_counts(path):
    """The counts of each row's rounds, from the plugin's file."""
    words = array.array('Q')
    if os.path.exists(path):
        with open(path, 'rb') as file:
            words.frombytes(file.read())
    rows = []
    for word in words:
        if word == 0:
            rows.append([])
        else:
            rows[-1].append(word - 1)
    return rows


def middle_mean(rounds):
    """The mean of the middle half of the timed rounds: the few that a timer interrupt hits fall out."""
    timed = sorted(rounds[WARM_UP:])
    middle = timed[len(timed) // 4:len(timed) - len(timed) // 4]
    return sum(middle) / len(middle)


class Figures:
    """{row: number or 'failed reason'} of one guest, from its console and the plugin's counts."""

    def __init__(self, lines, counts):
        self.rows, self.ops = {}, {}
        verdicts = {}
        for line in lines:
            words = line.split(' ', 2)
            if words[0] == 'BENCH-ROW' and len(words) == 3:
                self.ops[words[1]] = int(words[2])
            if words[0] == 'BENCH' and len(words) == 3:
                verdicts[words[1]] = words[2]
        self.complete = [len(rounds) == WARM_UP + ROUNDS for rounds in counts]
        if self.complete[:3] != [True] * 3:
            raise ValueError('the counts of its first rows are missing')
        known, nothing, empty = map(middle_mean, counts[:3])
        self.known = known - nothing
        for name, rounds, whole in zip(self.ops, counts[3:], self.complete[3:]):
            ops, said = self.ops[name], verdicts.get(name, 'failed no answer')
            if said == 'done' and whole:
                self.rows[name] = max(middle_mean(rounds) - nothing - (empty - nothing) * ops / 1600, 0.0) / ops
            else:
                self.rows[name] = said if said != 'done' else 'failed: rounds are missing'


def measure(config, kernel, only, title):
    """({row: number or 'failed reason'}, why the guest did not come to its end or None)."""
    programs = build_programs(config)
    folder = os.path.join(config.arch_dir, 'bench')
    initrd, counts = bench_archive(programs, os.path.join(folder, 'bench.cpio')), os.path.join(folder, 'counts.bin')
    plugin = f'{build_plugin(config, "count")},{marks(programs["bench"])},out={counts}'
    command = guest_command(config.arch, kernel, initrd, [only] if only else [], extra=('-plugin', plugin))
    lines, _, reason = run_guest(command, BENCH_TIMEOUT, 'BENCH-END')
    if reason:
        print(f'bench: {title}: {reason}; its last lines:')
        print('\n'.join('    ' + line for line in lines[-12:]))
    try:
        figures = Figures(lines, read_counts(counts))
    except ValueError as error:
        if reason:
            return {}, reason
        raise Refused(f'bench: {title}: {error}') from error
    if abs(figures.known - KNOWN_LOOP) > 20:
        raise Refused(f'bench: {title}: its instructions are not counted ({figures.known:.0f} for {KNOWN_LOOP})')
    return figures.rows, reason


# Tables

def cmd_bench(config, args):
    """make bench: the table for the release kernel, BENCHMARK=ROW for one row; --hardening, BENCHMARK=hardening."""
    if args == ['--hardening'] or config.benchmark == 'hardening':
        from .hardening import bench_hardening
        return bench_hardening(config)
    kernel = release_kernel(config)
    only = None if config.benchmark == 'none' else config.benchmark
    return run_bench(config, kernel, oracle.linux_kernel(config), only)


def cmd_bench_boot(config, _args):
    """make bench-boot: both kernels with the full root image (IMAGE=FILE for another)."""
    kernel, archive = release_kernel(config), config.image
    if not archive or not os.path.isfile(archive):
        archive = image.root_image(config, archive or 'full')
    return run_bench_boot(config, kernel, oracle.linux_kernel(config), archive)


def release_kernel(config):
    """Builds what is compared: the release profile, unless DEBUG=1 asks for another."""
    return build.build(config if config.debug else config.with_profile('release'))


def run_bench(config, kernel_path, linux_path, only=None):
    """Prints the table and leaves it in build/<arch>/bench.json.  Returns 0, or 1 when a row has no ratio or the whole
    table is over the bar."""
    if only and only not in ROWS + EXTRA:
        raise Refused(f'BENCHMARK={only}: no such row; the rows are {" ".join(ROWS + EXTRA)}')
    if not os.path.exists(kernel_path):
        raise Refused(f'bench: no kernel at {kernel_path}; run make build first')
    linux, linux_reason = measure(config, linux_path, only, 'Linux')
    ours, our_reason = measure(config, kernel_path, only, 'OmegaOS')
    table = [table_row(name, ours, linux, our_reason, linux_reason)
             for name in ROWS + EXTRA if only in (None, name)]
    mean = print_table(config.arch, table)
    report = {'arch': config.arch, 'unit': 'guest instructions per operation', 'rows': table, 'geometric_mean': mean}
    _write(os.path.join(config.arch_dir, 'bench.json'), json.dumps(report, indent='\t').encode() + b'\n')
    return 0 if all(row['ratio'] is not None for row in table) and (only or not over_the_bar(table, mean)) else 1


def over_the_bar(table, mean, quiet=False):
    """Whether the null system call or the mean costs more than is asked for, which is said."""
    null = next(row['ratio'] for row in table if row['row'] == 'null_syscall')
    over = [f'{what} {figure:.3f}, more than {bar}' for what, figure, bar in
            (('null_syscall', null, NULL_BAR), ('the geometric mean', mean, MEAN_BAR)) if figure is not None and figure > bar]
    for line in () if quiet else over:
        print(f'bench: {line}')
    return over


def table_row(name, ours, linux, our_reason, linux_reason):
    mine = ours.get(name, 'failed ' + (our_reason or 'no answer'))
    theirs = linux.get(name, 'failed ' + (linux_reason or 'no answer'))
    good = isinstance(mine, float) and isinstance(theirs, float) and theirs > 0
    return {'row': name, 'ours': mine, 'linux': theirs, 'ratio': round(mine / theirs, 4) if good else None,
            'in_mean': name in ROWS}


def print_table(arch, table):
    """Prints all rows; returns the geometric mean of the issue's rows, None when none has a ratio."""
    print(f'\n{arch + ", instructions per operation":34}{"OmegaOS":>12}{"Linux":>12}{"ratio":>9}')
    counted = [row for row in table if row['in_mean']]
    for row in counted:
        print_row(row)
    ratios = [row['ratio'] for row in counted if row['ratio']]
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None
    if mean is not None:
        note = '' if len(ratios) == len(counted) else f'   ({len(counted) - len(ratios)} rows without a ratio left out)'
        print(f'{"geometric mean":58}{mean:9.3f}{note}')
    rest = [row for row in table if not row['in_mean']]
    if rest:
        print('not in the mean:')
    for row in rest:
        print_row(row)
    print()
    return mean


def print_row(row):
    cells = [f'{cell:.1f}' if isinstance(cell, float) else 'failed' for cell in (row['ours'], row['linux'])]
    ratio = f'{row["ratio"]:.3f}' if row['ratio'] is not None else '-'
    print(f'{row["row"]:34}{cells[0]:>12}{cells[1]:>12}{ratio:>9}')
    for title, cell in (('OmegaOS', row['ours']), ('Linux', row['linux'])):
        if not isinstance(cell, float):
            print(f'    {title}: {cell}')


# Boot

def run_bench_boot(config, kernel_path, linux_path, root=None):
    """Prints the time from QEMU's start to init's first act for both kernels, and the ratio."""
    if not os.path.exists(kernel_path):
        raise Refused(f'bench-boot: no kernel at {kernel_path}; run make build first')
    arch, programs = config.arch, build_programs(config)
    initrd = boot_archive(programs, os.path.join(config.arch_dir, 'bench', 'boot.initramfs'), root)
    kernels = {'OmegaOS': kernel_path, 'Linux': linux_path}
    walls = {title: [] for title in kernels}
    for _ in range(BOOT_RUNS):
        for title, kernel in kernels.items():
            walls[title].append(boot_once(arch, kernel, initrd, title, counted=False)[0])
    counts = {title: boot_once(arch, kernel, initrd, title, counted=True)[1] for title, kernel in kernels.items()}
    median = {title: sorted(times)[BOOT_RUNS // 2] for title, times in walls.items()}
    ratio = median['OmegaOS'] / median['Linux']
    size = os.path.getsize(initrd) / 1048576
    print(f'\nfrom QEMU\'s start to init\'s first act, initramfs of {size:.1f} MiB')
    print(f'{"":34}{"OmegaOS":>12}{"Linux":>12}{"ratio":>9}')
    print(f'{f"wall seconds, median of {BOOT_RUNS}":34}{median["OmegaOS"]:12.3f}{median["Linux"]:12.3f}{ratio:9.3f}')
    count_ratio = counts['OmegaOS'] / counts['Linux']
    millions = [counts[title] / 1e6 for title in ('OmegaOS', 'Linux')]
    print(f'{"guest time in M (icount)":34}{millions[0]:12.1f}{millions[1]:12.1f}{count_ratio:9.3f}\n')
    report = {'arch': arch, 'initramfs_bytes': os.path.getsize(initrd), 'wall_seconds': walls, 'wall_median': median,
              'wall_ratio': ratio, 'icount': counts, 'icount_ratio': count_ratio}
    _write(os.path.join(config.arch_dir, 'bench-boot.json'), json.dumps(report, indent='\t').encode() + b'\n')
    return 0


def boot_once(arch, kernel, initrd, title, counted):
    """(seconds, guest counter) of one boot."""
    command = guest_command(arch, kernel, initrd, [], init='/bench-boot', counted=counted)
    lines, seconds, reason = run_guest(command, BOOT_TIMEOUT, 'BENCH-BOOT')
    if reason:
        tail = '\n'.join('    ' + line for line in lines[-12:])
        raise Refused(f'bench-boot: {title}: {reason}; its last lines:\n{tail}')
    return seconds, int(lines[-1].split()[1])
