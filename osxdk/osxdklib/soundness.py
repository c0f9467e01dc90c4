# SPDX-License-Identifier: MPL-2.0
"""soundness - holds book/src/osxtd/soundness.md to the tree: what it names exists."""
import glob
import os
import re

PAGE = 'book/src/osxtd/soundness.md'
HEADERS = 'osxtd/include/osxtd/*.h'


def _read(root, name):
    with open(os.path.join(root, name), encoding='utf-8') as file:
        return file.read()


def invariants(text):
    """Yields (id, what keeps it, what attacks it) of the page."""
    for part in re.split(r'^### ', text, flags=re.M)[1:]:
        lines = {'Kept by': '', 'Attacked by': ''}
        for key in lines:
            found = re.search(rf'^- {key}: (.*?)(?=^- |^#|^$|\Z)', part, re.M | re.S)
            lines[key] = ' '.join(found.group(1).split()) if found else ''
        yield part.split('.')[0], lines['Kept by'], lines['Attacked by']


def _keepers(root, ident, text):
    """`name`, `name` in `file`; …"""
    for group in text.split(';'):
        found = re.fullmatch(r'\s*((?:`\w+`(?:, )?)+) in `([\w/.]+)`\s*', group)
        if not found:
            yield f'{ident}: not of the form `function` in `file`: {group.strip()}'
        elif not os.path.isfile(os.path.join(root, found.group(2))):
            yield f'{ident}: {found.group(2)} does not exist'
        else:
            content = _read(root, found.group(2))
            for name in re.findall(r'`(\w+)`', found.group(1)):
                if not re.search(rf'\b{name}\b', content):
                    yield f'{ident}: {found.group(2)} has no {name}'


def _attackers(root, ident, text, ktests):
    """`suite: name` of a KTEST, or the path of a test."""
    for name in re.findall(r'`([^`]+)`', text):
        if ': ' in name:
            if tuple(name.split(': ')) not in ktests:
                yield f'{ident}: there is no KTEST {name}'
        elif not os.path.isfile(os.path.join(root, name)):
            yield f'{ident}: {name} does not exist'


def all_ktests(root):
    found = set()
    for folder in ('osxtd', 'kernel'):
        for path in glob.glob(os.path.join(root, folder, '**/*_test.c'), recursive=True):
            found.update(re.findall(r'^KTEST\((\w+), (\w+)\)', _read(root, path), re.M))
    return found


def breaches(root, text=None):
    """One line for everything that the page names wrongly or leaves out."""
    text = text or _read(root, PAGE)
    ktests, seen = all_ktests(root), set()
    for ident, kept, attacked in invariants(text):
        if ident in seen:
            yield f'{PAGE}: {ident} stands there twice'
        seen.add(ident)
        if not kept or not attacked:
            yield f'{PAGE}: {ident} does not say what keeps it and what attacks it'
            continue
        for problem in [*_keepers(root, ident, kept), *_attackers(root, ident, attacked, ktests)]:
            yield f'{PAGE}: {problem}'
    for path in sorted(glob.glob(os.path.join(root, HEADERS))):
        promise = re.search(r'Keeps:(.*?)\*/', _read(root, path), re.S)
        for ident in re.findall(r'\b[A-Z]\d\b', promise.group(1)) if promise else []:
            if ident not in seen:
                yield f'{os.path.relpath(path, root)}: keeps {ident}, which {PAGE} does not know'
