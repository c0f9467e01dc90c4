# SPDX-License-Identifier: MPL-2.0
"""modeltest - the model of the address-space protocol (test/model), searched by Spin for every order of steps.

Each plan is a check: what the CPUs may do in it, in any order, breaks nothing.  So is each seeded fault: the search finds it.
Tests are plans and faults by their names; those of LONG run only when they are named.
"""
import concurrent.futures
import os
import re
import subprocess

from .config import Refused

PARALLEL = 2
SEARCH_TIMEOUT = 900
# What is compiled: every order is safe and ends; no cycle of steps goes on without an operation being finished.
VERIFIERS = {'safety': ('-DSAFETY',), 'progress': ('-DNP',)}
# name -> (verifier, number in the model)
PLANS = {'touch-and-unmap-deaf': ('safety', 0), 'switch-spaces': ('safety', 1), 'reuse-of-tables': ('safety', 2),
         'two-ranges': ('safety', 3), 'touch-and-unmap': ('safety', 4), 'two-ranges-deaf': ('safety', 5),
         'three-cpus': ('safety', 6), 'progress': ('progress', 10)}
LONG = {'long-two-ranges': ('safety', 7), 'long-two-ranges-small-leaves': ('safety', 8), 'long-three-cpus': ('safety', 9)}
BROKEN, STUCK, NO_END = 'assertion violated', 'invalid end state', 'non-progress cycle'
# name -> (number in the model, the plan in which it shows, how)
FAULTS = {'no-detached-check': (1, 'reuse-of-tables', BROKEN), 'no-recheck-of-the-remembered-leaf': (2, 'reuse-of-tables', BROKEN),
          'owner-before-base': (3, 'reuse-of-tables', BROKEN), 'no-wait-for-walks': (4, 'reuse-of-tables', BROKEN),
          'walk-announced-late': (5, 'reuse-of-tables', BROKEN), 'frames-freed-before-the-answers': (6, 'touch-and-unmap', BROKEN),
          'tables-freed-before-the-answers': (7, 'touch-and-unmap', BROKEN), 'no-shootdown': (8, 'touch-and-unmap', BROKEN),
          'no-answers-while-waiting': (9, 'two-ranges-deaf', STUCK), 'children-locked-first': (10, 'two-ranges-deaf', STUCK),
          'children-not-locked': (11, 'two-ranges', BROKEN), 'owner-stays-when-detached': (12, 'touch-and-unmap', BROKEN),
          'link-stays-when-detached': (13, 'progress', NO_END), 'link-not-flushed': (14, 'touch-and-unmap', BROKEN),
          'cpu-leaves-the-set-early': (15, 'switch-spaces', BROKEN), 'cpu-enters-the-set-late': (16, 'switch-spaces', BROKEN)}


def _run(command, folder, **options):
    return subprocess.run(command, cwd=folder, text=True, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **options)


def _compile(folder, name):
    done = _run(['gcc', '-O1', '-w', '-DMEMLIM=2500', *VERIFIERS[name], '-o', name, 'pan.c'], folder)
    if done.returncode != 0:
        raise Refused(f'model: the verifier does not compile: {done.stdout[:2000]}')


def verifiers(config, pool):
    """The folder with the compiled verifiers, made when the model is newer."""
    source, folder = os.path.join(config.kit, 'test/model/vmspace.pml'), os.path.join(config.build_root, 'model')
    paths = [os.path.join(folder, name) for name in VERIFIERS]
    if all(os.path.exists(path) and os.path.getmtime(path) > os.path.getmtime(source) for path in paths):
        return folder
    os.makedirs(folder, exist_ok=True)
    done = _run(['spin', '-a', source], folder)
    if done.returncode != 0 or 'error' in done.stdout.lower():
        raise Refused(f'model: spin: {done.stdout[:2000]}')
    list(pool.map(lambda name: _compile(folder, name), VERIFIERS))
    return folder


def search(folder, plan, fault=0):
    """(what the search found wrong or '', its whole text)."""
    verifier, number = {**PLANS, **LONG}[plan]
    env = {**os.environ, 'MODEL_PLAN': str(number), 'MODEL_FAULT': str(fault)}
    command = [os.path.join(folder, verifier), '-m20000', *(['-l'] if verifier == 'progress' else [])]
    text = _run(command, folder, env=env, timeout=SEARCH_TIMEOUT).stdout
    return verdict(text), text


def verdict(text):
    """What a verifier's text says: '' when it searched everything and found nothing."""
    found = re.search(r'^pan:1: (.*)', text, re.M)
    if found:
        return found[1]
    is_whole = re.search(r'errors: 0\s', text) and not re.search(r'max search depth too small|out of memory|not completed', text)
    return '' if is_whole else 'the search did not come to its end'


def suite(config, log):
    """test/model: every plan holds, every seeded fault is found."""
    from .suites import Result, tail
    wanted = config.tests_of('model')
    jobs = {name: (name, 0, '') for name in (*PLANS, *LONG) if name in wanted or not wanted and name in PLANS}
    jobs.update({name: (plan, number, how) for name, (number, plan, how) in FAULTS.items() if not wanted or name in wanted})
    result = Result()
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        folder = verifiers(config, pool)
        found = dict(zip(jobs, pool.map(lambda job: search(folder, *job[:2]), jobs.values())))
    for name, (plan, fault, how) in jobs.items():
        wrong, text = found[name]
        print(f'--- {name} ({plan}): {wrong or "nothing found"}\n{text}', file=log)
        if fault:
            result.add(f'the model finds {name}', how in wrong, f'    {wrong or "nothing found"}\n')
        else:
            result.add(f'the protocol holds: {name}', not wrong, f'    {wrong}\n{tail(text)}')
        if result.failed > len(result.failing):
            result.failing.append(name)
    return result
