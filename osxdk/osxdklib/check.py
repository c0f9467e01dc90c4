# SPDX-License-Identifier: MPL-2.0
"""check - the form of the sources: licence tags, lengths, layout, the Safe C profile, spelling, warnings."""
import os
import re
import subprocess

from . import audit, build, lockorder
from .config import Refused

MAX_FILE_LINES, MAX_FUNCTION_LINES = 800, 100
# A table row or a string that reads better whole may stand out a little.
MAX_COLUMNS, COLUMN_SLACK = 100, 20
TAG = 'SPDX-License-Identifier: MPL-2.0'
# Files that hold no comment, or not ours: the licence itself, data, what a program generates.
UNTAGGED = re.compile(r'(^LICENSE$|\.(json|bin|png|svg|txt|elf|cpio|gz)$|/corpus/|/hostname$|/etc/(passwd|group)$|flags\.in$)')
LONG_FUNCTIONS = 'book/src/contribute/long-functions.md'


def tracked_files(config):
    listing = subprocess.run(['git', '-C', config.root, 'ls-files', '-z'], capture_output=True, text=True, check=False)
    if listing.returncode != 0:
        raise Refused('check works on the files that git tracks; this is no git work tree')
    return [name for name in listing.stdout.split('\0') if name and os.path.isfile(os.path.join(config.root, name))]


def read(config, name):
    with open(os.path.join(config.root, name), encoding='utf-8', errors='replace') as file:
        return file.read()


def check_licences(config, files):
    """The tag stands on the first line, or on the second below #! or a page's head."""
    for name in files:
        head = read(config, name).split('\n')[:3]
        if not UNTAGGED.search(name) and not any(TAG in line for line in head):
            yield f'{name}:1: no "{TAG}"'


def is_source(name):
    return name.endswith(('.c', '.h', '.S', '.py')) or name == 'osxdk/osxdk'


def check_file_lengths(config, files):
    for name in filter(is_source, files):
        lines = read(config, name).count('\n')
        if lines > MAX_FILE_LINES:
            yield f'{name}: {lines} lines; the limit is {MAX_FILE_LINES}'


def _function_name(lines, brace):
    """The name before the parameter list in the lines above a body's brace."""
    first = brace
    while first > 0 and lines[first - 1] and not lines[first - 1].endswith(('}', ';', '*/')):
        first -= 1
    names = re.findall(r'(\w+)\s*\(', ' '.join(lines[first:brace]))
    return next((n for n in names if n not in ('UNSAFE', 'HOLDS', '__attribute__')), '?')


def functions(text):
    """Yields (name, first line, lines) of the functions of a C file in our layout: a body starts with a
    brace in the first column and ends with one there."""
    lines = text.split('\n')
    start = None
    for number, line in enumerate(lines):
        if line == '{':
            start = number
        elif line.startswith('}') and start is not None:
            yield _function_name(lines, start), start + 1, number - start - 1
            start = None


def check_function_lengths(config, files):
    allowed = read(config, LONG_FUNCTIONS) if LONG_FUNCTIONS in files else ''
    for name in files:
        if name.endswith('.c'):
            for function, line, length in functions(read(config, name)):
                if length > MAX_FUNCTION_LINES and f'`{function}`' not in allowed:
                    yield f'{name}:{line}: {function} has {length} lines; the limit is {MAX_FUNCTION_LINES}'


def check_bytes(config, files):
    """No trailing blanks, no missing end of line, no overlong lines of C."""
    for name in files:
        if not (is_source(name) or name.endswith(('.md', '.toml', '.ld', '.ini', 'meson.build', 'Makefile'))):
            continue
        text = read(config, name)
        if text and not text.endswith('\n'):
            yield f'{name}: its last line has no end'
        for number, line in enumerate(text.split('\n'), start=1):
            if line != line.rstrip():
                yield f'{name}:{number}: trailing blanks'
            if name.endswith(('.c', '.h')) and len(line.expandtabs(8)) > MAX_COLUMNS + COLUMN_SLACK:
                yield f'{name}:{number}: longer than {MAX_COLUMNS} columns'


def formatted_files(files):
    return [f for f in files if f.endswith(('.c', '.h')) and f.startswith(('osxtd/', 'kernel/', 'test/', 'osxdk/'))]


def check_format(config, files):
    """clang-format has nothing to change."""
    sources = formatted_files(files)
    for start in range(0, len(sources), 100):
        done = subprocess.run(['clang-format-22', '--dry-run', '-Werror', '--ferror-limit=1', *sources[start:start + 100]],
                              cwd=config.root, capture_output=True, text=True, check=False)
        for name in sorted(set(re.findall(r'^(\S+?):\d+:\d+: error', done.stderr, re.M))):
            yield f'{name}: not in the layout of .clang-format (clang-format-22 -i {name})'


def check_names(config, files):
    """No word that says a part is unfinished."""
    pattern = re.compile(r'\b(TO' r'DO|FIX' r'ME|XX' r'X)\b')
    for name in files:
        if is_source(name):
            for number, line in enumerate(read(config, name).split('\n'), start=1):
                if pattern.search(line):
                    yield f'{name}:{number}: unfinished: {line.strip()}'


def check_book(config, files):
    """Every relative link of the book leads somewhere, every page is in SUMMARY.md."""
    if 'book/src/SUMMARY.md' in files:
        from .booksite import broken_links
        yield from broken_links(os.path.join(config.root, 'book/src'))


def check_audit(config, _files):
    """The Safe C profile (osxdk/audit), but for its layers."""
    yield from (line for line in audit.breach_lines(config) if ': R-include:' not in line)


def check_layers(config, _files):
    """The include edges of layers.toml."""
    yield from (line for line in audit.breach_lines(config) if ': R-include:' in line)


# Files whose words are no English: recorded output, data.
UNSPELLED = re.compile(r'(^LICENSE$|/corpus/|/expected/|\.(json|bin|png|svg|elf|cpio|gz)$)')
SPELLING_WORDS = 'tools/spelling.txt'


def check_spelling(config, files):
    """Common misspellings (codespell); the words of tools/spelling.txt are ours."""
    names = [name for name in files if not UNSPELLED.search(name) and name != SPELLING_WORDS]
    done = subprocess.run(['codespell', '-I', SPELLING_WORDS, *names], cwd=config.root, capture_output=True, text=True,
                          check=False)
    if done.returncode not in (0, 65):
        yield f'codespell: {done.stderr.strip()}'
    yield from done.stdout.splitlines()


def check_soundness(config, files):
    """The functions, files and tests that the soundness page names exist."""
    if 'book/src/osxtd/soundness.md' in files:
        from .soundness import breaches
        yield from breaches(config.root)


def check_lock_order(config, files):
    """Classes of locks have names of their own, their order is no circle, and the book's page shows it."""
    yield from lockorder.breaches(config.root, files)


CHECKS = (check_licences, check_lock_order, check_file_lengths, check_function_lengths, check_bytes, check_format, check_names, check_book,
          check_soundness, check_audit, check_layers, check_spelling)


def cmd_check(config, args):
    """osxdk check [--fix] [--form]: every breach on a line of its own; the warnings of all profiles are errors.

    With --fix, clang-format rewrites what it would complain of first, and the page of the lock order is made.
    With --form, the profiles are not built.
    """
    files = tracked_files(config)
    if '--fix' in args:
        subprocess.run(['clang-format-22', '-i', *formatted_files(files)], cwd=config.root, check=True)
        lockorder.write(config.root, files)
    failed = 0
    for check in CHECKS:
        breaches = list(check(config, files))
        failed += bool(breaches)
        for breach in breaches:
            print(breach)
        print(f'{check.__name__.removeprefix("check_").replace("_", " "):18} {len(breaches)} breaches', flush=True)
    profiles = () if '--form' in args else ('dev', 'debug', 'release')
    for profile in profiles:
        try:
            build.build(config.with_profile(profile))
            audit.require_clean(config.with_profile(profile))
        except Refused as error:
            print(f'{profile}: {error}')
            failed += 1
    passed = len(CHECKS) + len(profiles) - failed
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0
