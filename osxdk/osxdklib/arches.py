# SPDX-License-Identifier: MPL-2.0
"""arches - ARCH=all (or names): a command on one architecture after the other, and the sum of their counts."""
import os
import re
import subprocess
import sys

from . import samechecks
from .config import ARCHES, Refused

KIT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COMMANDS = ('build', 'test', 'ktest', 'torture', 'oracle', 'bench', 'audit', 'check')


def wanted(command):
    """The architectures that ARCH= names; none when it is not set."""
    text = os.environ.get('ARCH', '')
    if not text:
        return []
    names = list(ARCHES) if text == 'all' else text.replace(',', ' ').split()
    for name in names:
        if name not in ARCHES:
            raise Refused(f'ARCH={text}: give all, or some of {", ".join(ARCHES)}')
    if command not in COMMANDS:
        raise Refused(f'ARCH={text}: {command} works on one architecture; set OSXDK_TARGET_ARCH')
    return names


class Shares:
    """The figures of the audit over the builds of all architectures."""

    def __init__(self):
        self.lines, self.escapes = {}, None

    def add(self, line):
        share = re.match(r'(\w+ share): .* \((\d+) of (\d+) lines\)$', line)
        if share:
            part, whole = self.lines.get(share[1], (0, 0))
            self.lines[share[1]] = part + int(share[2]), whole + int(share[3])
        escapes = re.match(r'escapes: (\d+)$', line)
        if escapes:
            self.escapes = (self.escapes or 0) + int(escapes[1])

    def show(self):
        if self.lines:
            print('--- over all')
        for name, (part, whole) in self.lines.items():
            print(f'{name}: {100 * part / whole:.1f} % ({part} of {whole} lines)')
        if self.escapes is not None:
            print(f'escapes: {self.escapes}')


def run_each(names, argv):
    """Runs osxdk once for each architecture; the exit code is that of the first that failed."""
    env = {key: value for key, value in os.environ.items() if key != 'ARCH'}
    passed = failed = result = differences = 0
    counted, compares, shares = False, False, Shares()
    for name in names:
        print(f'--- {name}', flush=True)
        last = None
        with subprocess.Popen([sys.argv[0], *argv], env={**env, 'OSXDK_TARGET_ARCH': name}, stdout=subprocess.PIPE,
                              text=True, errors='replace') as process:
            for line in process.stdout:
                print(line, end='', flush=True)
                last = re.match(r'(\d+) passed, (\d+) failed$', line) or last
                shares.add(line)
                compared = re.match(r'(\d+) differences$', line)
                if compared:
                    differences, compares = differences + int(compared[1]), True
        if last:
            counted, passed, failed = True, passed + int(last[1]), failed + int(last[2])
        result = result or process.returncode
    shares.show()
    if list(names) == list(ARCHES) and argv == ['test']:
        problems, named = samechecks.compare(KIT, names)
        print(''.join(f'FAILED {problem}\n' for problem in problems), end='')
        print(f'the same checks on each architecture, but for {named} named differences' if not problems else
              f'{len(problems)} checks are not on each architecture')
        failed, result = failed + len(problems), result or bool(problems)
    if counted:
        print(f'{passed} passed, {failed} failed')
    if compares:
        print(f'{differences} differences')
    return result
