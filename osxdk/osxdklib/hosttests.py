# SPDX-License-Identifier: MPL-2.0
"""hosttests - what runs on the build machine itself: unit tests and fuzzers of pure modules."""
import glob
import os
import re
import subprocess

from . import build
from .config import Refused


def _targets(config):
    listing = subprocess.run(['ninja', '-C', config.meson_dir, '-t', 'targets', 'all'], capture_output=True, text=True,
                             check=False).stdout
    return [line.split(':')[0] for line in listing.splitlines()]


def _build(config, wanted):
    """Builds the targets that `wanted` accepts; returns their paths."""
    with build.Lock(config.meson_dir):
        build.configure(config)
        names = [name for name in _targets(config) if wanted(name)]
        if names:
            build.ninja(config, *names)
    return [os.path.join(config.meson_dir, name) for name in names]


def suite_unit(config, log):
    """Pure modules under ASan and UBSan, by cmocka."""
    from .suites import Result, tail
    result = Result()
    programs = _build(config, lambda name: name.startswith('test/unit/') and re.fullmatch(r'[\w-]+', os.path.basename(name)))
    for program in programs:
        done = subprocess.run([program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace',
                              timeout=300, check=False, stdin=subprocess.DEVNULL)
        log.write(done.stdout)
        result.passed += len(re.findall(r'^ok \d+', done.stdout, re.M))
        failures = re.findall(r'^not ok .*', done.stdout, re.M)
        result.failed += len(failures)
        result.details += ''.join(f'FAILED {line}\n' for line in failures)
        if done.returncode != 0 and not failures:
            result.add(os.path.basename(program), False, tail(done.stdout))
    if not programs:
        result.note = 'no module has host tests'
    return result


def suite_fuzz(config, log, seconds):
    """Every fuzzer of test/fuzz for `seconds`, starting from its corpus; a finding is a failure."""
    from .suites import Result, tail
    result = Result()
    programs = _build(config, lambda name: re.fullmatch(r'test/fuzz/fuzz-[\w-]+', name))
    for program in programs:
        name = os.path.basename(program).removeprefix('fuzz-')
        work = os.path.join(config.arch_dir, 'fuzz', name)
        os.makedirs(os.path.join(work, 'corpus'), exist_ok=True)
        seeds = os.path.join(config.kit, 'test/fuzz/corpus', name)
        command = [program, f'-max_total_time={seconds}', '-rss_limit_mb=1024', '-timeout=10', '-print_final_stats=1',
                   f'-artifact_prefix={work}/', os.path.join(work, 'corpus')] + ([seeds] if os.path.isdir(seeds) else [])
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace',
                              check=False, stdin=subprocess.DEVNULL, timeout=seconds + 120)
        log.write(done.stdout)
        found = sorted(glob.glob(work + '/crash-*') + glob.glob(work + '/oom-*') + glob.glob(work + '/timeout-*'))
        result.add(f'fuzz {name}', done.returncode == 0,
                   tail(done.stdout) + ''.join(f'    input: {os.path.relpath(path)}\n' for path in found))
        runs = re.search(r'stat::number_of_executed_units:\s*(\d+)', done.stdout)
        print(f'fuzz {name}: {runs[1] if runs else 0} runs, {"no finding" if done.returncode == 0 else "A FINDING"}',
              file=log)
    if not programs:
        result.note = 'no module has a fuzzer'
    return result


def host_fuzzers(config, seconds):
    """Every fuzzer of test/fuzz on this terminal."""
    path = os.path.join(config.arch_dir, 'fuzz.log')
    os.makedirs(config.arch_dir, exist_ok=True)
    with open(path, 'w', encoding='utf-8', errors='replace') as log:
        result = suite_fuzz(config, log, seconds)
    with open(path, encoding='utf-8', errors='replace') as log:
        print(''.join(line for line in log if line.startswith('fuzz ')), end='')
    print(result.details, end='')
    print(result)
    return 1 if result.failed or not result.passed else 0


def cmd_fuzz(config, args):
    """osxdk fuzz [SECONDS] | kernel SECONDS [SEED] | replay TEXT | compare COUNT [SEED]: without a word the fuzzers,
    FUZZ_TIME= seconds each."""
    from . import sysfuzz
    what = args.pop(0) if args and args[0] in ('kernel', 'replay', 'compare') else None
    if what == 'replay':
        if len(args) != 1:
            raise Refused('fuzz replay: give the text of one program, in quotes')
        return sysfuzz.replay(config, args[0])
    for number in args:
        if not number.isdecimal():
            raise Refused(f'fuzz {number}: give a number of seconds')
    if what == 'compare':
        from . import fuzzcompare
        return fuzzcompare.compare(config, int(args[0]) if args else 200, int(args[1]) if len(args) > 1 else 1)
    seconds = int(args[0]) if args else config.fuzz_time
    if what == 'kernel':
        return sysfuzz.fuzz_kernel(config, seconds, int(args[1]) if len(args) > 1 else None)
    return host_fuzzers(config, seconds) | sysfuzz.fuzz_kernel(config, seconds)
