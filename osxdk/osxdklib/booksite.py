# SPDX-License-Identifier: MPL-2.0
"""booksite - the book: its links are checked, then honkit (npm) makes a searchable static site of it."""
import os
import re
import shutil
import subprocess

from .config import Refused

HONKIT = 'honkit@6'


def pages(source):
    """The pages that SUMMARY.md lists, in order."""
    with open(os.path.join(source, 'SUMMARY.md'), encoding='utf-8') as file:
        return re.findall(r'\]\(([^)#]+\.md)', file.read())


def broken_links(source):
    """Yields a line for each relative link of the book that leads nowhere, and each page not in SUMMARY.md."""
    listed = {os.path.normpath(page) for page in pages(source)} | {'SUMMARY.md'}
    for base, _, files in os.walk(source):
        for name in sorted(files):
            page = os.path.relpath(os.path.join(base, name), source)
            if not name.endswith('.md'):
                continue
            if page not in listed:
                yield f'{page}: not in SUMMARY.md'
            with open(os.path.join(base, name), encoding='utf-8') as file:
                text = re.sub(r'```.*?```|`[^`\n]*`', '', file.read(), flags=re.S)
            for target in re.findall(r'\]\(([^)\s]+)\)', text):
                if not re.match(r'[a-z]+:|#', target):
                    if not os.path.exists(os.path.join(base, target.split('#')[0])):
                        yield f'{page}: the link to {target} leads nowhere'


def make(source, out):
    """Builds the site of `source` in `out`; returns the number of pages."""
    broken = list(broken_links(source))
    if broken:
        print('\n'.join(broken))
        raise Refused(f'book: {len(broken)} broken links')
    if not shutil.which('npm'):
        raise Refused('book: npm is not installed (Debian package npm); it brings honkit, which makes the site')
    tools = os.path.join(os.path.dirname(out), 'npm')
    honkit = os.path.join(tools, 'node_modules/.bin/honkit')
    commands = [] if os.path.exists(honkit) else [
        ['npm', 'install', '--no-audit', '--no-fund', '--silent', '--prefix', tools, HONKIT]]
    for command in commands + [[honkit, 'build', source, out]]:
        os.makedirs(tools, exist_ok=True)
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, cwd=tools)
        if done.returncode != 0:
            print(done.stdout)
            raise Refused(f'book: {os.path.basename(command[0])} failed (its output is above)')
    return len(pages(source))
