# SPDX-License-Identifier: MPL-2.0
"""mutants - `osxdk mutants`: does anything notice when the code is wrong?

Each table of test/mutants names a seeded fault: a piece of a file and what stands there instead.  It is applied
to a scratch copy of the tree, alone, and then goes through what a change goes through: the build with its audit,
the tests, the tests on the debug build.  The first that refuses it counts.
"""
import collections
import json
import os
import re
import shutil
import subprocess
import tomllib

from . import check
from .config import Refused

REFUSED, TRAPPED, FOUND, MISSED = 'refused at compile', 'trapped', 'found by a test', 'missed'
OUTCOMES = (REFUSED, TRAPPED, FOUND, MISSED)
# What a mutant has to survive behind the build, the cheap for all of them first: (suites, variables).
STAGES = ((('unit', 'ktest', 'abi'), {}), (('ktest', 'abi'), {'DEBUG': '1'}), (('hostile',), {}))
# A guest that the fault hangs is ended after so many seconds.
GUEST_TIMEOUT = {'': '180', '1': '300'}
TRAP = re.compile(r'(?:Oops: |Kernel panic|BUG: )[^[\n]*')


def load(folder):
    """The mutants of the tables in `folder`, checked: id, class and file, and `find` with `with`, or `append`."""
    mutants = []
    for name in sorted(os.listdir(folder)):
        if not name.endswith('.toml'):
            continue
        with open(os.path.join(folder, name), 'rb') as file:
            for m in tomllib.load(file)['mutant']:
                keys = {'find', 'with'} if 'find' in m else {'append'}
                if not {'id', 'class', 'file'} | keys <= set(m) or set(m) - keys - {'id', 'class', 'file', 'miss'}:
                    raise Refused(f'test/mutants/{name}: {m.get("id", "?")}: the fields are id, class, file, find and with, or append')
                mutants.append(m)
    seen = collections.Counter(m['id'] for m in mutants)
    doubled = [key for key, n in seen.items() if n > 1]
    if doubled:
        raise Refused(f'test/mutants: {doubled[0]} stands there twice')
    return mutants


def mutate(text, mutant):
    """The text with the fault, None when its place is not found exactly once.  White space does not count."""
    if 'append' in mutant:
        return f'{text}\n{mutant["append"]}\n'
    pattern = r'\s*'.join(re.escape(word) for word in mutant['find'].split())
    places = list(re.finditer(pattern, text))
    if len(places) != 1:
        return None
    return text[:places[0].start()] + mutant['with'] + text[places[0].end():]


def stale(root, mutants):
    """The ids whose place in the tree is gone or no longer unique."""
    gone = []
    for m in mutants:
        path = os.path.join(root, m['file'])
        text = open(path, encoding='utf-8').read() if os.path.exists(path) else None
        if text is None or mutate(text, m) is None:
            gone.append(m['id'])
    return gone


class Tree:
    """A scratch copy of the tracked files, with a build folder of its own."""

    def __init__(self, config):
        self.root = os.path.join(config.arch_dir, 'mutants', 'tree')
        self.build = os.path.join(self.root, 'build')
        self.arch_dir = os.path.join(self.build, config.arch)
        self.kit = os.path.join(self.root, 'osxdk/osxdk')
        self.provoked = set()
        for name in check.tracked_files(config):
            target = os.path.join(self.root, name)
            source = os.path.join(config.root, name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            if not os.path.exists(target) or open(target, 'rb').read() != open(source, 'rb').read():
                shutil.copy(source, target)
        os.makedirs(self.arch_dir, exist_ok=True)
        for name in ('apt', '.setup', '.kvm', f'{config.arch}/images'):
            source, target = os.path.join(config.build_root, name), os.path.join(self.build, name)
            if os.path.exists(source) and not os.path.lexists(target):
                os.symlink(source, target)

    def osxdk(self, *command, **variables):
        """Runs the copy's own osxdk; returns the exit code and what it printed."""
        env = {k: v for k, v in os.environ.items() if k in ('PATH', 'HOME', 'LANG', 'TMPDIR')}
        done = subprocess.run([self.kit, *command], cwd=self.root, env={**env, **variables}, text=True, errors='replace',
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout

    def traps(self, suites):
        """The lines of the suites' logs that report a trap; tests provoke some of them."""
        text = ''
        for suite in suites:
            path = os.path.join(self.arch_dir, 'test', suite + '.log')
            if os.path.exists(path):
                with open(path, encoding='utf-8', errors='replace') as file:
                    text += file.read()
        return [line.strip() for line in TRAP.findall(text)]


def first_line(pattern, text, default):
    found = re.search(pattern, text, re.M)
    return found[0].strip() if found else default


def judge(tree, stage):
    """What one stage makes of the tree as it stands: (outcome, the line that tells)."""
    suites, variables = STAGES[stage]
    code, text = tree.osxdk('build', **variables)
    if code != 0:
        return REFUSED, first_line(r'^.*(error: |: R-\w+: |\bundefined symbol\b|does not need).*$', text, 'the build failed')
    code, text = tree.osxdk('test', *suites, TIMEOUT=GUEST_TIMEOUT[variables.get('DEBUG', '')], **variables)
    if code == 0:
        return MISSED, ''
    if not re.search(r'^\d+ passed, \d+ failed$', text, re.M):
        raise Refused(f'mutants: the suites did not run:\n{text}')
    where = ' '.join(suites) + (' on the debug build' if variables else '')
    traps = [line for line in tree.traps(suites) if line not in tree.provoked]
    if traps:
        return TRAPPED, f'{where}: {traps[0]}'
    return FOUND, f'{where}: ' + first_line(r'^\s*(not ok|FAIL).*$', text, 'a guest did not come to its end')


def run(tree, mutant, stage):
    """Applies one mutant, lets a stage judge the tree and puts it right again."""
    path = os.path.join(tree.root, mutant['file'])
    with open(path, encoding='utf-8') as file:
        text = file.read()
    try:
        with open(path, 'w', encoding='utf-8') as file:
            file.write(mutate(text, mutant))
        return judge(tree, stage)
    finally:
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)


def report(mutants, results):
    """The table by class and the misses, as text for people and for the book."""
    classes = collections.defaultdict(collections.Counter)
    for m in mutants:
        classes[m['class']][results[m['id']][0]] += 1
    lines = ['| kind of fault | ' + ' | '.join(OUTCOMES) + ' |', '|---|' + '---|' * len(OUTCOMES)]
    for name in sorted(classes):
        lines.append(f'| {name} | ' + ' | '.join(str(classes[name][o]) for o in OUTCOMES) + ' |')
    total = collections.Counter(results[m['id']][0] for m in mutants)
    lines.append('| **all** | ' + ' | '.join(str(total[o]) for o in OUTCOMES) + ' |')
    missed = [m for m in mutants if results[m['id']][0] == MISSED]
    if missed:
        lines += ['', 'Missed:', '']
        lines += [f'- `{m["id"]}` ({m["file"]}): {m.get("miss", "no reason known")}' for m in missed]
    return '\n'.join(lines) + '\n', len(mutants) - len(missed)


def cmd_mutants(config, args):
    """osxdk mutants [ID ...]: every seeded fault of test/mutants, or those named; their order is the tables'.

    Results are kept while the run lasts: one that was stopped goes on where it was (--again starts afresh).
    """
    mutants = load(os.path.join(config.root, 'test/mutants'))
    wanted = [a for a in args if a != '--again']
    unknown = set(wanted) - {m['id'] for m in mutants}
    if unknown:
        raise Refused(f'mutants: no such mutant: {", ".join(sorted(unknown))}')
    gone = stale(config.root, mutants)
    if gone:
        raise Refused(f'mutants: the code has moved away under {", ".join(gone)}: mend test/mutants')
    mutants = [m for m in mutants if not wanted or m['id'] in wanted]
    folder = os.path.join(config.arch_dir, 'mutants')
    os.makedirs(folder, exist_ok=True)
    kept, results = os.path.join(folder, 'results.json'), {}
    if not wanted and '--again' not in args and os.path.exists(kept):
        with open(kept, encoding='utf-8') as file:
            results = json.load(file)
    tree = Tree(config)
    for stage in range(len(STAGES)):
        todo = [m for m in mutants if results.get(m['id'], (MISSED, '', -1))[2] < stage and
                results.get(m['id'], (MISSED,))[0] == MISSED]
        if todo:
            outcome, line = judge(tree, stage)
            if outcome != MISSED:
                raise Refused(f'mutants: the tree itself does not pass: {outcome}: {line}')
            tree.provoked = set(tree.traps(STAGES[stage][0]))
        for number, m in enumerate(todo, start=1):
            outcome, line = run(tree, m, stage)
            results[m['id']] = (outcome, line, stage)
            with open(kept, 'w', encoding='utf-8') as file:
                json.dump(results, file)
            print(f'{number:3}/{len(todo)} {m["id"]:28} {outcome:18} {line[:100]}', flush=True)
    text, caught = report(mutants, results)
    os.unlink(kept)
    with open(os.path.join(folder, 'report.md'), 'w', encoding='utf-8') as file:
        file.write(text)
    print(text)
    print(f'{caught} of {len(mutants)} caught')
    return 0 if caught * 10 >= len(mutants) * 9 else 1
