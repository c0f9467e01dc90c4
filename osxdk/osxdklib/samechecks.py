# SPDX-License-Identifier: MPL-2.0
"""samechecks - ARCH=all: the guests of all architectures ran the same checks, but for those that a file names.

test/arch-differences.toml has them as [[only]] tables: where a check stands alone, which ones (with * for anything), why.
"""
import collections
import fnmatch
import os
import re
import tomllib

SUITES = ('ktest', 'abi', 'hostile')
REASON_LENGTH = 20


def checks_of(log):
    """Counter of the names of checks in a suite's log."""
    with open(log, encoding='utf-8', errors='replace') as file:
        text = file.read().replace('\r', '')
    return collections.Counter(re.findall(r'^ *(?:not )?ok \d+ - (.*?)(?: \(.*\))?$', text, re.M))


class Only:
    """One table of the file."""

    def __init__(self, table):
        self.suite, self.arches = table['suite'], set(table['arches'])
        self.checks, self.reason, self.used = table['checks'], table['reason'], set()

    def names(self, suite, arches, check):
        pattern = next((p for p in self.checks if fnmatch.fnmatchcase(check, p)), None)
        if suite != self.suite or arches != self.arches or pattern is None:
            return False
        self.used.add(pattern)
        return True


def read(root):
    with open(os.path.join(root, 'test', 'arch-differences.toml'), 'rb') as file:
        tables = [Only(table) for table in tomllib.load(file).get('only', [])]
    return tables


def problems_of(suite, checks, tables):
    """What is not the same; checks: {architecture: Counter}."""
    problems = []
    for check in sorted(set().union(*checks.values())):
        most = max(counter[check] for counter in checks.values())
        having = {arch for arch, counter in checks.items() if counter[check] == most}
        if len(having) != len(checks) and not any(table.names(suite, having, check) for table in tables):
            problems.append(f'{suite}: "{check}" is only on {", ".join(sorted(having))}')
    return problems


def compare(root, arches):
    """The problems over the logs that the architectures' last runs left; (problems, number of named differences)."""
    tables, problems, seen = read(root), [], set()
    for table in tables:
        if len(table.reason) < REASON_LENGTH:
            problems.append(f'test/arch-differences.toml: {table.checks[0]}: no reason')
    for suite in SUITES:
        logs = {arch: os.path.join(root, 'build', arch, 'test', suite + '.log') for arch in arches}
        if all(map(os.path.exists, logs.values())):
            seen.add(suite)
            problems += problems_of(suite, {arch: checks_of(log) for arch, log in logs.items()}, tables)
    for table in tables:
        if table.suite in seen:
            problems += [f'test/arch-differences.toml: {table.suite}: "{p}" is no difference'
                         for p in table.checks if p not in table.used]
    return problems, sum(len(table.used) for table in tables)
