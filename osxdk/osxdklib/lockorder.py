# SPDX-License-Identifier: MPL-2.0
"""lockorder - book/src/kernel/lock-order.md, made from the lock classes and what their AFTER() says.

`osxdk check` compares the page with the tree, `osxdk check --fix` writes it.
"""
import os
import re

PAGE = 'book/src/kernel/lock-order.md'
# Classes of tests hold nothing that the system uses.
TESTS = re.compile(r'(_test|provoke_crash)\.c$')
HEAD = '''<!-- SPDX-License-Identifier: MPL-2.0 -->
# Lock order

Made by `osxdk check --fix` from the classes in the sources. A class is taken *after* another one when both are held; the
order is declared with the class, checked by the compiler within a function and by lockdep in every run of a debug build, which also
learns the orders that nobody declared. *spin* locks are held for a few instructions with preemption off, *irq* locks with
interrupts off too, so that handlers may take them; a task sleeps for a *mutex*. *rw* and *rwmutex* are a spinlock and a mutex that
readers share; *seq* is a spinlock of writers, whose readers take nothing.

| class | kind | declared in | taken after |
|---|---|---|---|
'''
DECLARATION = re.compile(r'^LOCK_CLASS(?:_RAW)?\((\w+), (spin|irq|mutex|rw|rwmutex|seq)((?:,\s*AFTER\(\w+\))*)\);', re.M)


class LockClass:
    def __init__(self, name, kind, where, after):
        self.name, self.kind, self.where, self.after = name, kind, where, after


def classes(root, files):
    """Returns [LockClass] of the kernel and the framework, in the order of their files."""
    found = []
    for name in files:
        if not name.endswith(('.c', '.h')) or not name.startswith(('osxtd/', 'kernel/')):
            continue
        with open(os.path.join(root, name), encoding='utf-8') as file:
            for match in DECLARATION.finditer(file.read()):
                found.append(LockClass(match[1], match[2], name, re.findall(r'AFTER\((\w+)\)', match[3])))
    return found


def ordered(found):
    """The classes with those that come first first; those of a cycle are left out."""
    left, out = list(found), []
    while left:
        waiting = {c.name for c in left}
        ready = [c for c in left if not waiting.intersection(c.after)]
        if not ready:
            break
        out += sorted(ready, key=lambda c: (c.where, c.name))
        left = [c for c in left if c not in ready]
    return out


def page(found):
    shown = [c for c in found if not TESTS.search(c.where)]
    rows = (f'| `{c.name}` | {c.kind} | `{c.where}` | {", ".join(f"`{a}`" for a in c.after)} |\n' for c in ordered(shown))
    return HEAD + ''.join(row.replace('|  |', '| |') for row in rows)


def architecture(where):
    """The architecture that a file is for, '' for all: only one of them is ever in a kernel."""
    match = re.match(r'(?:osxtd/src|kernel)/arch/(\w+)/', where)
    return match[1] if match else ''


def breaches(root, files):
    """A class declared twice, an order that is a circle, a page that is not up to date."""
    found = classes(root, files)
    places = {}
    for c in found:
        if c.name in places and '' in (architecture(c.where), architecture(places[c.name])) or \
                architecture(c.where) == architecture(places.get(c.name, '')) != '':
            yield f'{c.where}: the lock class {c.name} stands in {places[c.name]} too: lockdep tells classes by name'
        places[c.name] = c.where
    for c in found:
        for before in set(c.after) - set(places):
            yield f'{c.where}: {c.name} is AFTER({before}), which is no lock class'
    circle = {c.name for c in found} - {c.name for c in ordered(found)}
    if circle:
        yield f'the declared order of {", ".join(sorted(circle))} goes round in a circle'
    path = os.path.join(root, PAGE)
    if PAGE in files:
        with open(path, encoding='utf-8') as file:
            if file.read() != page(found):
                yield f'{PAGE}: not what the sources say (osxdk check --fix writes it)'


def write(root, files):
    with open(os.path.join(root, PAGE), 'w', encoding='utf-8') as file:
        file.write(page(classes(root, files)))
