# SPDX-License-Identifier: MPL-2.0
"""rerun - single tests again: `osxdk test SUITE:TEST`, what failed on the debug build, and bisection.

Each run of `osxdk test` leaves the names of what failed in build/<arch>/test/failed.json: {suite: [tests]}, an
empty list when a suite cannot tell which.
"""
import copy
import json
import os
import re
import subprocess

from . import build
from .config import Refused

# Suites whose tests have names, and what these are.
NAMED = {'ktest': 'suite or suite.test', 'boot': 'scheme', 'abi': 'program', 'apps': 'session',
         'hostile': 'session or program', 'model': 'plan or fault'}
# How a kernel begins to say what is wrong with it.
REPORT = re.compile(r'KASAN|UBSan|lockdep|Oops|Kernel panic|BUG:|^not ok|FAILED|leak', re.I | re.M)
REPORT_LINES = 60
BISECT_SKIP = 125       # git bisect run: this commit cannot be judged


def parse(args):
    """{suite: tests} of SUITE and SUITE:TEST,TEST arguments, in order."""
    from .suites import SUITES
    selected = {}
    for arg in args:
        suite, _, tests = arg.partition(':')
        if suite not in SUITES:
            raise Refused(f'test {suite}: no such suite; the suites are {", ".join(SUITES)}')
        if tests and suite not in NAMED:
            raise Refused(f'test {arg}: the suite {suite} runs as a whole; {", ".join(NAMED)} have tests by name')
        if ':' in arg and not tests:
            raise Refused(f'test {arg}: give a {NAMED.get(suite, "test")} behind the colon')
        selected.setdefault(suite, []).extend(filter(None, tests.split(',')))
    return selected


def failing_ktests(text):
    """The failing tests of a KTEST run as suite.test, the one that never returned included."""
    failing = [f'{suite}.{name}' for suite, name in re.findall(r'^not ok \d+ - (\w+): (\w+)', text, re.M)]
    last = re.findall(r'^# (\w+\.\w+)\r?$', text, re.M)[-1:]
    ended = re.search(r'^1\.\.\d+', text, re.M)
    return failing + [name for name in last if not ended and name not in failing]


def failing_programs(text):
    """The failing programs of test/abi or test/hostile, by the runner's last line or its last announcement."""
    summary = re.search(r'tests failed:((?: [\w-]+)+)', text)
    return summary[1].split() if summary else re.findall(r'^# ([\w-]+)\r?$', text, re.M)[-1:]


def _path(config):
    return os.path.join(config.arch_dir, 'test', 'failed.json')


def record(config, failing):
    with open(_path(config), 'w', encoding='utf-8') as file:
        json.dump(failing, file, indent=1, sort_keys=True)
        file.write('\n')


def report_of(log):
    """The part of a log that tells what went wrong, at most REPORT_LINES lines."""
    lines = log.replace('\r', '').splitlines()
    first = next((n for n, line in enumerate(lines) if REPORT.search(line)), max(len(lines) - REPORT_LINES, 0))
    return '\n'.join('    ' + line for line in lines[first:first + REPORT_LINES])


def debug_failed(config):
    """osxdk test --debug-failed: what failed last, on the debug build, with the kernel's report."""
    from . import suites
    try:
        with open(_path(config), encoding='utf-8') as file:
            failing = json.load(file)
    except FileNotFoundError:
        raise Refused('test --debug-failed: no test run was recorded; run osxdk test first') from None
    known = {name: tests for name, tests in failing.items() if name in suites.SUITES}
    if not known:
        print('nothing failed in the last run')
        return 0
    config = copy.copy(config).with_profile('debug')
    config.selected, config.is_rerun = known, True
    print('again on the debug build: ' + ' '.join(name + (':' + ','.join(tests) if tests else '') for name, tests in known.items()),
          flush=True)
    code = suites.run_suites(config, list(known))
    for name in known if code else ():
        with open(os.path.join(config.arch_dir, 'test', 'debug', name + '.log'), encoding='utf-8') as file:
            print(f'--- {name}\n{report_of(file.read())}')
    if code == 0:
        print('all of it passes on the debug build')
    return code


# ---- bisection ----

def _git(config, *args, check=True):
    done = subprocess.run(['git', '-C', config.root, *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if check and done.returncode != 0:
        raise Refused(f'git {args[0]}: {done.stdout.strip().splitlines()[-1]}')
    return done.stdout.strip()


def _make_tree(config, commit):
    """A work tree of its own at `commit`, with a build folder beside it that has the packages already."""
    folder = os.path.join(config.build_root, 'bisect')
    tree, out = os.path.join(folder, 'tree'), os.path.join(folder, 'build')
    if os.path.isdir(tree):
        _git(config, 'worktree', 'remove', '--force', tree)
    _git(config, 'worktree', 'prune')
    os.makedirs(out, exist_ok=True)
    _git(config, 'worktree', 'add', '--detach', tree, commit)
    for name in ('apt', '.kvm'):
        if os.path.exists(os.path.join(config.build_root, name)) and not os.path.lexists(os.path.join(out, name)):
            os.symlink(os.path.join(config.build_root, name), os.path.join(out, name))
    return tree, out


def judge(config, spec):
    """What git bisect run calls in the scratch tree: 0 good, 1 bad, 125 when it does not build."""
    from . import suites
    try:
        build.build(config)
        config.selected = parse([spec])
    except Refused as error:
        print(error)
        return BISECT_SKIP
    return suites.run_suites(config, list(config.selected))


def cmd_bisect(config, args):
    """osxdk bisect SUITE[:TEST] GOOD [BAD]: the first commit whose kernel fails it, in a scratch work tree.

    The kernel is each commit's own; the kit and the test programs are this tree's, so a test that is newer than the
    bug finds it.  KTESTs are linked into the kernel: there the commit must have the test.
    """
    if args[:1] == ['--judge'] and len(args) == 2:
        return judge(config, args[1])
    if len(args) not in (2, 3):
        raise Refused('bisect: give SUITE[:TEST] GOOD [BAD]')
    spec, good, bad = (*args, 'HEAD')[:3]
    parse([spec])
    for commit in (good, bad):
        _git(config, 'rev-parse', '--verify', '--quiet', commit + '^{commit}', check=False) or _unknown(commit)
    bad = _git(config, 'rev-parse', bad)
    tree, out = _make_tree(config, bad)
    kit = os.path.join(config.kit, 'osxdk/osxdk')
    git = ['git', '-C', tree, 'bisect']
    env = {**os.environ, 'BUILD': out}
    try:
        subprocess.run([*git, 'start', bad, _git(config, 'rev-parse', good)], check=True, stdout=subprocess.DEVNULL)
        done = subprocess.run([*git, 'run', kit, 'bisect', '--judge', spec], cwd=tree, env=env, check=False)
    finally:
        _git(config, 'worktree', 'remove', '--force', tree, check=False)
    return 0 if done.returncode == 0 else 1


def _unknown(commit):
    raise Refused(f'bisect: {commit} names no commit')
