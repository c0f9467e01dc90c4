# SPDX-License-Identifier: MPL-2.0
"""coverage - `osxdk coverage`: the guest suites on the COVERAGE=1 kernel, and which lines of it ran.

A line counts when clang put code on it and it was linked into the kernel; it is covered when any guest of the
run executed it.  Tests (TEST_FILES) and the vDSO, which is user code, are left out.
"""
import glob
import json
import os
import shutil
import subprocess

from . import build, rerun, suites
from .config import Refused

SUITES = ('ktest', 'abi', 'apps', 'hostile', 'boot')
TEST_FILES = r'(_test\.c|/test_[a-z_]+\.[ch]|/ktest\.[ch])$'


class Profile:
    """The merged counters of a run and the tools that read them."""

    def __init__(self, config):
        self.config, self.folder = config, config.meson_dir
        self.merged = os.path.join(self.folder, 'merged.profdata')

    def _tool(self, name, *args):
        if not shutil.which(name):
            raise Refused(f'{name} is not installed: run tools/setup')
        done = subprocess.run([name, *args], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Refused(f'{name}: {done.stderr.strip().splitlines()[-1]}')
        return done.stdout

    def _cov(self, command, *args):
        return self._tool('llvm-cov-22', command, self.config.kernel_path, f'-instr-profile={self.merged}',
                          f'-compilation-dir={self.folder}', f'-ignore-filename-regex={TEST_FILES}', *args)

    def merge(self):
        raw = sorted(glob.glob(os.path.join(self.folder, 'raw', '*.profraw')))
        if not raw:
            raise Refused('coverage: no guest left counters')
        self._tool('llvm-profdata-22', 'merge', '-o', self.merged, *raw)
        return len(raw)

    def html(self):
        out = os.path.join(self.folder, 'html')
        shutil.rmtree(out, ignore_errors=True)
        self._cov('show', '-format=html', f'-output-dir={out}', '-show-line-counts-or-regions', '-project-title=OmegaOS')
        return os.path.join(out, 'index.html')

    def lines(self):
        """{file: (lines with code, lines that ran)}, files by their path in the tree."""
        data = json.loads(self._cov('export', '-summary-only'))['data'][0]
        found = {}
        for one in data['files']:
            name = os.path.relpath(one['filename'], self.config.root)
            lines = one['summary']['lines']
            if lines['count']:
                found[name] = (lines['count'], lines['covered'])
        return found


def folder_sums(lines):
    """{folder: [lines, covered]} of {file: (lines, covered)}."""
    sums = {}
    for name, (count, covered) in lines.items():
        row = sums.setdefault(os.path.dirname(name), [0, 0])
        row[0] += count
        row[1] += covered
    return sums


def percent(count, covered):
    return 100 * covered / count if count else 0.0


def table(lines):
    """The text of the report: a row per folder, then the total."""
    sums = folder_sums(lines)
    width = max(map(len, sums))
    rows = [f'{folder:{width}} {covered:6} of {count:6} lines {percent(count, covered):6.1f} %'
            for folder, (count, covered) in sorted(sums.items())]
    count, covered = (sum(row[i] for row in sums.values()) for i in (0, 1))
    return '\n'.join(rows) + f'\ntotal: {percent(count, covered):.1f} % ({covered} of {count} lines)'


def cmd_coverage(config, args):
    """osxdk coverage [SUITE[:TEST,...] ...]: runs the suites, or those named, and reports; `-` reports on the last run."""
    config = config.with_profile('coverage')
    raw = os.path.join(config.meson_dir, 'raw')
    code = 0
    if args != ['-']:
        config.selected = rerun.parse(args)
        shutil.rmtree(raw, ignore_errors=True)
        code = suites.run_suites(config, list(config.selected) or list(SUITES))
    build.build(config)
    profile = Profile(config)
    guests = profile.merge()
    page = profile.html()
    lines = profile.lines()
    with open(os.path.join(config.meson_dir, 'coverage.json'), 'w', encoding='utf-8') as file:
        json.dump(lines, file, indent=0, sort_keys=True)
    print(f'{os.path.relpath(page)}: {guests} guests')
    print(table(lines))
    return code
