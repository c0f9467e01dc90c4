# SPDX-License-Identifier: MPL-2.0
"""scaling - what an operation costs while other CPUs do the same on objects of their own, ours beside Debian's kernel.

test/bench/README.md tells what is counted.
"""
import collections
import json
import os
import re
import statistics

from . import bench, oracle
from .config import Refused

WORKERS = (1, 2, 4, 8)      # as in src/scaling.c
CPUS = 8
BAR = 1.15
JUDGED = ('page_fault', 'mmap_munmap', 'fork_exit_wait', 'open_close', 'futex_wake', 'pipe_round_trip')
SHOWN = ('page_fault_one_space', 'mmap_munmap_one_space')
MACHINE = ('-smp', str(CPUS), '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-serial', 'stdio')
MARKS = ('row', 'first', 'begin', 'end', 'last')
OF_MACHINE = ('known', 'empty')     # rows about the counting itself
KNOWN_MOST = 1.25           # instructions counted for each of a known loop
TIMEOUT = 3600


def guest(config, kernel, title, rows):
    """[(row, workers, ops or reason, [others, each worker's instructions])] of one boot."""
    programs = bench.build_programs(config)
    folder = os.path.join(config.arch_dir, 'bench')
    initrd, counts = bench.bench_archive(programs, os.path.join(folder, 'scaling.cpio'), 'scaling'), os.path.join(folder, 'scaling.counts')
    plugin = f'{bench.build_plugin(config, "scaling")},{bench.marks(programs["scaling"], MARKS)},out={counts}'
    command = bench.guest_command(config.arch, kernel, initrd, rows, counted=False, extra=('-plugin', plugin), machine=MACHINE)
    lines, _, reason = bench.run_guest(command, TIMEOUT, 'SCALING-END')
    if reason:
        raise Refused(f'bench-scaling: {title}: {reason}; its last lines:\n' + '\n'.join('    ' + line for line in lines[-12:]))
    with open(counts, encoding='ascii') as file:
        return joined(lines, file.read())


def joined(lines, counts):
    """The console's rows, each with its line of the plugin's counts."""
    said = [match.groups() for match in (re.match(r'SCALING (\w+) (\d+) (.*)', line) for line in lines) if match]
    numbers = [list(map(int, line.split())) for line in counts.splitlines()]
    if len(said) != len(numbers):
        raise Refused(f'bench-scaling: {len(said)} rows on the console, {len(numbers)} counted')
    return [(name, int(workers), rest, number) for (name, workers, rest), number in zip(said, numbers)]


def figures(rows):
    """{(row, workers): instructions of an operation, the median of the row's runs, or 'failed reason'}; less the empty loop."""
    runs, failed = collections.defaultdict(list), {}
    for name, workers, rest, numbers in rows:
        if not rest.isdecimal():
            failed[name, workers] = rest
        elif len(numbers) != workers + 1:
            failed[name, workers] = f'failed: {len(numbers) - 1} CPUs counted'
        else:
            runs[name, workers].append(sum(numbers[1:]) / (int(rest) * workers))
    known = {key: statistics.median(values) for key, values in runs.items()}
    empty = {workers: known.get(('empty', workers), 0) for workers in WORKERS}
    cost = {(name, workers): figure - (0 if name in OF_MACHINE else empty[workers]) for (name, workers), figure in known.items()}
    return {**cost, **failed}


def counts_are_good(found):
    """Whether a loop of a known length was counted as such; the timer's interrupts come on top."""
    known = [found.get(('known', workers)) for workers in WORKERS]
    return all(isinstance(figure, float) and 1 <= figure < KNOWN_MOST for figure in known)


def ratio(found, name, workers):
    """To the figure of one worker, or None."""
    one, many = found.get((name, 1)), found.get((name, workers))
    return many / one if isinstance(one, float) and isinstance(many, float) else None


def over_the_bar(found, names):
    """What does not scale, a line each."""
    lines = []
    for name in names:
        for workers in WORKERS[1:]:
            figure = ratio(found, name, workers)
            if figure is None or figure > BAR:
                what = 'no figure' if figure is None else f'{figure:.3f}, more than {BAR}'
                lines.append(f'{name} with {workers} CPUs at work: {what}')
    return lines


def print_table(title, found, names):
    counts, ratios = (''.join(f'{workers:>{width}}' for workers in some) for width, some in ((11, WORKERS), (8, WORKERS[1:])))
    print(f'\n{title:34}{counts}   ratio{ratios}')
    for name in names:
        cells = [found.get((name, workers), 'failed: no answer') for workers in WORKERS]
        shown = ''.join(f'{cell:11.1f}' if isinstance(cell, float) else f'{"failed":>11}' for cell in cells)
        parts = (ratio(found, name, workers) for workers in WORKERS[1:])
        print(f'{name:34}{shown}        ' + ''.join('       -' if part is None else f'{part:8.3f}' for part in parts))
        for reason in dict.fromkeys(cell for cell in cells if not isinstance(cell, float)):
            print(f'    {reason}')


def cmd_bench_scaling(config, _args):
    """make bench-scaling: the table of both kernels (BENCHMARK=row for one row); fails when ours is over the bar."""
    only = None if config.benchmark == 'none' else config.benchmark
    if only and only not in JUDGED + SHOWN:
        raise Refused(f'BENCHMARK={only}: no such row; the rows are {" ".join(JUDGED + SHOWN)}')
    kernels = {'OmegaOS': bench.release_kernel(config), 'Linux': oracle.linux_kernel(config)}
    judged, shown = ([name for name in names if only in (None, name)] for names in (JUDGED, SHOWN))
    report, over = {'arch': config.arch, 'unit': 'guest instructions per operation', 'workers': WORKERS}, []
    for title, kernel in kernels.items():
        found = figures(guest(config, kernel, title, [only] if only else []))
        if not counts_are_good(found):
            raise Refused(f'bench-scaling: {title}: its instructions are not counted')
        for heading, names in ((f'{config.arch}, {title}: instructions', judged), ('not judged', shown)):
            if names:
                print_table(heading, found, names)
        report[title] = {name: [found.get((name, workers)) for workers in WORKERS] for name in judged + shown}
        over += over_the_bar(found, judged) if title == 'OmegaOS' else []
    print()
    for line in over:
        print(f'bench-scaling: {line}')
    with open(os.path.join(config.arch_dir, 'bench-scaling.json'), 'w', encoding='ascii') as file:
        json.dump(report, file, indent='\t')
    return 1 if over else 0
