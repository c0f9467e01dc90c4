# SPDX-License-Identifier: MPL-2.0
"""bench - guest instructions per operation and boot time, ours beside Debian's own kernel.

test/bench/README.md tells what the figures mean.  Nothing here depends on the machine: figures are counted,
not timed (but for the boot's wall time, which is the median of alternating runs).
"""
import gzip
import json
import math
import os
import selectors
import stat
import subprocess
import time

from . import build, image, oracle
from .config import Refused, kit_root

PROGRAMS = {'x86_64': ('qemu-system-x86_64', '-machine', 'q35', '-cpu', 'max,-erms,-fsrm')}
CONSOLES = {'x86_64': 'ttyS0'}
ICOUNT = ('-icount', 'shift=0,sleep=off')
FIXED_MACHINE = ('-accel', 'tcg', '-smp', '1', '-m', '256M', '-seed', '1', '-rtc', 'base=2024-01-01,clock=vm',
                 '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-serial', 'stdio')
KERNEL_ARGS = 'console={console} quiet mitigations=off nokaslr norandmaps rdinit={init} panic=-1'
BENCH_TIMEOUT = 180
BOOT_TIMEOUT = 60
BOOT_RUNS = 5

# Rows of issue 2 in its order; the mean is theirs.  Rows under EXTRA are shown below it.
ROWS = ('null_syscall', 'clock_gettime_vdso', 'clock_gettime_syscall', 'read_1', 'write_1', 'fstat', 'stat',
        'open_close', 'create_write_unlink', 'read_4k', 'read_64k', 'pipe_round_trip', 'fork_exit_wait', 'fork_exec',
        'thread_create_join', 'mmap_munmap', 'anonymous_fault', 'cow_fault', 'mprotect', 'signal_install',
        'signal_delivery', 'futex_wake', 'poll_100', 'select_100', 'sched_yield')
EXTRA = ('fork_exec_self', 'futex_handover')


# Programs

def build_programs(arch, build_dir):
    """Compiles test/bench/src into build_dir/bench when a source is newer; returns {name: path}."""
    if arch != 'x86_64':
        raise Refused(f'bench: {arch} is not supported yet')
    source, out = os.path.join(kit_root(), 'test/bench/src'), os.path.join(build_dir, 'bench')
    os.makedirs(out, exist_ok=True)
    names = sorted(os.listdir(source))
    newest = max(os.path.getmtime(os.path.join(source, name)) for name in names + ['.'])
    rows = [name for name in names if name.startswith('rows_') and name.endswith('.c')]
    libc = '/usr/lib/x86_64-linux-musl'
    resources = _output(['clang-22', '-print-resource-dir']).strip()
    common = ['clang-22', '--target=x86_64-linux-musl', '-std=gnu23', '-O2', '-g', '-Wall', '-Wextra', '-Werror',
              '-fno-unroll-loops', '-fno-stack-protector', '-fno-pie', '-static', '-nostdlib', '-fuse-ld=lld',
              f'-ffile-prefix-map={kit_root()}=.']
    hosted = ['-nostdinc', '-isystem', resources + '/include', '-isystem', '/usr/include/x86_64-linux-musl',
              '-idirafter', '/usr/include', '-idirafter', '/usr/include/x86_64-linux-gnu']
    hosted += [libc + '/crt1.o', libc + '/crti.o', 'main.c', *rows, libc + '/libc.a', libc + '/crtn.o']
    jobs = {'bench': hosted,
            'tiny': ['-ffreestanding', 'tiny.c'], 'boot': ['-ffreestanding', 'boot.c']}
    for name, arguments in jobs.items():
        target = os.path.join(out, name)
        if os.path.exists(target) and os.path.getmtime(target) > newest:
            continue
        result = subprocess.run(common + arguments + ['-o', target], cwd=source, text=True, check=False,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if result.returncode != 0:
            print(result.stdout)
            raise Refused(f'bench: the guest program "{name}" does not compile (see above)')
    return {name: os.path.join(out, name) for name in jobs}


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


def bench_archive(programs, path):
    """An initramfs with the bench as /init, and nothing that both kernels do not need."""
    entries = [archive_entry(name, stat.S_IFDIR | 0o755) for name in ('dev', 'proc', 'tmp')]
    for name, major, minor in (('console', 5, 1), ('null', 1, 3), ('zero', 1, 5)):
        entries.append(archive_entry('dev/' + name, stat.S_IFCHR | 0o666, device=(major, minor)))
    for name, program in (('init', 'bench'), ('bench-tiny', 'tiny')):
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

def guest_command(arch, kernel, initrd, arguments, init='/init', counted=True, extra=()):
    append = KERNEL_ARGS.format(console=CONSOLES[arch], init=init)
    if arguments:
        append += ' -- ' + ' '.join(arguments)
    return [*PROGRAMS[arch], *FIXED_MACHINE, *(ICOUNT if counted else ()), '-kernel', kernel, '-initrd', initrd,
            '-append', append, *extra]


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


def parse_bench(lines):
    """{row: number or 'failed reason'} of one guest's console, and the counter's own check."""
    results, counter = {}, None
    for line in lines:
        words = line.split(' ', 2)
        if words[0] == 'BENCH-COUNTER' and len(words) == 3:
            counter = words[1]
        if words[0] == 'BENCH' and len(words) == 3:
            results[words[1]] = words[2] if words[2].startswith('failed') else float(words[2])
    return results, counter


def measure(arch, kernel, initrd, only, title):
    command = guest_command(arch, kernel, initrd, [only] if only else [])
    lines, _, reason = run_guest(command, BENCH_TIMEOUT, 'BENCH-END')
    results, counter = parse_bench(lines)
    if reason:
        print(f'bench: {title}: {reason}; its last lines:')
        print('\n'.join('    ' + line for line in lines[-12:]))
    elif counter is None or not 20000 <= int(counter) <= 20020:
        raise Refused(f'bench: {title}: its counter is no instruction counter ({counter} for 20000)')
    return results, reason


# Tables

def cmd_bench(config, args):
    """make bench: the table for the release kernel, BENCHMARK=ROW for one row; --hardening, BENCHMARK=hardening."""
    if args == ['--hardening'] or config.benchmark == 'hardening':
        from .hardening import bench_hardening
        return bench_hardening(config)
    kernel = release_kernel(config)
    only = None if config.benchmark == 'none' else config.benchmark
    return run_bench(config.arch, kernel, oracle.linux_kernel(config), config.arch_dir, only)


def cmd_bench_boot(config, _args):
    """make bench-boot: both kernels with the full root image (IMAGE=FILE for another)."""
    kernel, archive = release_kernel(config), config.image
    if not archive or not os.path.isfile(archive):
        archive = image.root_image(config, archive or 'full')
    return run_bench_boot(config.arch, kernel, oracle.linux_kernel(config), config.arch_dir, archive)


def release_kernel(config):
    """Builds what is compared: the release profile, unless DEBUG=1 asks for another."""
    return build.build(config if config.debug else config.with_profile('release'))


def run_bench(arch, kernel_path, linux_path, build_dir, only=None):
    """Prints the table and leaves it in build_dir/bench.json.  Returns 0, or 1 when a row has no ratio."""
    if only and only not in ROWS + EXTRA:
        raise Refused(f'BENCHMARK={only}: no such row; the rows are {" ".join(ROWS + EXTRA)}')
    if not os.path.exists(kernel_path):
        raise Refused(f'bench: no kernel at {kernel_path}; run make build first')
    programs = build_programs(arch, build_dir)
    initrd = bench_archive(programs, os.path.join(build_dir, 'bench', 'bench.cpio'))
    linux, linux_reason = measure(arch, linux_path, initrd, only, 'Linux')
    ours, our_reason = measure(arch, kernel_path, initrd, only, 'OmegaOS')
    table = [table_row(name, ours, linux, our_reason, linux_reason)
             for name in ROWS + EXTRA if only in (None, name)]
    mean = print_table(table)
    report = {'arch': arch, 'unit': 'guest instructions per operation', 'rows': table, 'geometric_mean': mean}
    _write(os.path.join(build_dir, 'bench.json'), json.dumps(report, indent='\t').encode() + b'\n')
    return 0 if all(row['ratio'] is not None for row in table) else 1


def table_row(name, ours, linux, our_reason, linux_reason):
    mine = ours.get(name, 'failed ' + (our_reason or 'no answer'))
    theirs = linux.get(name, 'failed ' + (linux_reason or 'no answer'))
    good = isinstance(mine, float) and isinstance(theirs, float) and theirs > 0
    return {'row': name, 'ours': mine, 'linux': theirs, 'ratio': round(mine / theirs, 4) if good else None,
            'in_mean': name in ROWS}


def print_table(table):
    """Prints all rows; returns the geometric mean of the issue's rows, None when none has a ratio."""
    print(f'\n{"guest instructions per operation":34}{"OmegaOS":>12}{"Linux":>12}{"ratio":>9}')
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

def run_bench_boot(arch, kernel_path, linux_path, build_dir, root=None):
    """Prints the time from QEMU's start to init's first act for both kernels, and the ratio."""
    if not os.path.exists(kernel_path):
        raise Refused(f'bench-boot: no kernel at {kernel_path}; run make build first')
    programs = build_programs(arch, build_dir)
    initrd = boot_archive(programs, os.path.join(build_dir, 'bench', 'boot.initramfs'), root)
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
    _write(os.path.join(build_dir, 'bench-boot.json'), json.dumps(report, indent='\t').encode() + b'\n')
    return 0


def boot_once(arch, kernel, initrd, title, counted):
    """(seconds, guest counter) of one boot."""
    command = guest_command(arch, kernel, initrd, [], init='/bench-boot', counted=counted)
    lines, seconds, reason = run_guest(command, BOOT_TIMEOUT, 'BENCH-BOOT')
    if reason:
        tail = '\n'.join('    ' + line for line in lines[-12:])
        raise Refused(f'bench-boot: {title}: {reason}; its last lines:\n{tail}')
    return seconds, int(lines[-1].split()[1])
