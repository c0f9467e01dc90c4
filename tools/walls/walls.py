#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""walls.py - the link walls: who may use whose functions, enforced on the objects that are linked.

    walls.py osxtd OPTIONS OBJECT...   makes OSXTD one object in which only OSXTD_API symbols are global
    walls.py seal OPTIONS OBJECT...    makes a component one object in which only its exports are global
    walls.py check OPTIONS SYMBOLS...  fails on a use that no manifest declares

Options: --manifest component.toml; --symbols OUT: what the object defines and uses, for `check`; --object OUT (left
out where the compiler links bitcode: then the symbols are only written down); --bitcode OUT, --assembly OUT: OSXTD
for the link-time optimiser; --stamp OUT; --ld-arg ARG.

A component's manifest, component.toml, says in `exports` which headers are public: what they name and the component
defines is exported.  `needs` lists the components that it uses; `test_needs` more for its *_test.c; `needs_up` maps a
component that the floors forbid to the reason.  osxtd/component.toml lists in `expects` what OSXTD takes from others; the
linker scripts' symbols are there for it too.
"""
import argparse
import glob
import os
import re
import subprocess
import sys
import tomllib

TOOLS = {'nm': 'llvm-nm-22', 'ld': 'ld.lld-22', 'objcopy': 'llvm-objcopy-22', 'ar': 'llvm-ar-22',
         'llvm-link': 'llvm-link-22', 'opt': 'opt-22'}
# What the compiler adds on its own: type hashes of kCFI, the mark of a build with counters.
GENERATED = re.compile(r'__(kcfi_typeid|cfi|kcfi)_|__llvm_profile_runtime$')
# Macros whose first argument makes the name of a symbol that they declare.
DECLARING_MACROS = {'REF_TYPE': '{}_type_', 'SUBTYPE': '{}_type_', 'SYSCALL': 'sys_{}'}
IS_TEST = re.compile(r'(_test|_test_\w+|[/_]test_\w+)\.c\.o$')


class Fault(Exception):
    """A breach or a bad manifest: one line for the developer."""


def load(path):
    with open(path, 'rb') as file:
        try:
            manifest = tomllib.load(file)
        except tomllib.TOMLDecodeError as error:
            raise Fault(f'{path}: {error}') from None
    for key, kind in (('name', str), ('version', str), ('stage', str), ('floor', int), ('needs', list), ('exports', list)):
        if not isinstance(manifest.get(key), kind):
            raise Fault(f'{path}: `{key}` is missing or not a {kind.__name__}')
    if manifest['stage'] not in ('bootstrap', 'kthread', 'process'):
        raise Fault(f'{path}: stage is bootstrap, kthread or process')
    for up, reason in manifest.get('needs_up', {}).items():
        if len(reason) < 20:
            raise Fault(f'{path}: needs_up.{up} gives no reason')
    return manifest


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Fault(f'{command[0]} failed\n{done.stdout}{done.stderr}')
    return done.stdout


def symbols(objects):
    """Returns ({defined name}, {used name: is every user a test}, {what each object that needs it defines, as the
    classes of locks that headers declare}) of the objects together."""
    defined, used, common = set(), {}, set()
    for line in run(TOOLS['nm'], '-A', '--format=posix', *objects).splitlines():
        path, name, kind = re.match(r'(.*?): (\S+) +(\S)', line).groups()    # LoongArch has labels whose names end with a space
        if GENERATED.match(name):
            continue
        if kind in 'Uwv':
            used[name] = used.get(name, True) and bool(IS_TEST.search(path))
        elif kind in 'VW':
            common.add(name)
        elif kind.isupper():
            defined.add(name)
    return defined, {name: test for name, test in used.items() if name not in defined | common}, common


def exported(manifest_path, manifest, defined):
    """The defined symbols that the manifest's public headers name."""
    words, folder = set(), os.path.dirname(manifest_path)
    for header in manifest['exports']:
        path = os.path.join(folder, header)
        if not os.path.isfile(path):
            raise Fault(f'{manifest_path}: exports {header}, which is not there')
        with open(path, encoding='utf-8') as file:
            text = re.sub(r'/\*.*?\*/|//[^\n]*', ' ', file.read(), flags=re.S)
        words.update(re.findall(r'\w+', text))
        for macro, name in DECLARING_MACROS.items():
            words.update(name.format(argument) for argument in re.findall(rf'^{macro}\((\w+)', text, re.M))
    return {name for name in defined if name in words} | set(manifest.get('export_symbols', []))


def write(path, text):
    """Writes a file only when it changes, so that what depends on it is not made again."""
    if os.path.exists(path):
        with open(path, encoding='utf-8') as file:
            if file.read() == text:
                return
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)


def write_symbols(path, name, defined, exports, used):
    lines = [f'component {name}']
    lines += [f'{"export" if s in exports else "local"} {s}' for s in sorted(defined)]
    lines += [f'{"test" if used[s] else "use"} {s}' for s in sorted(used)]
    write(path, '\n'.join(lines) + '\n')


def seal(args):
    manifest = load(args.manifest)
    defined, used, common = symbols(args.files)
    exports = exported(args.manifest, manifest, defined)
    write_symbols(args.symbols, manifest['name'], defined, exports, used)
    if args.object:
        run(TOOLS['ld'], '-r', *args.ld_arg, *args.files, '-o', args.object)
        keep = args.object + '.keep'
        write(keep, '\n'.join(sorted(exports | common)) + '\n')
        run(TOOLS['objcopy'], '--keep-global-symbols=' + keep, args.object)


def seal_osxtd(args):
    """OSXTD's walls are in its headers: what is not OSXTD_API is hidden, and hidden becomes local."""
    run(TOOLS['ld'], '-r', '--whole-archive', *args.ld_arg, *args.files, '-o', args.object)
    before, _, common = symbols([args.object])
    run(TOOLS['objcopy'], '--localize-hidden', args.object)
    exports, used, _ = symbols([args.object])
    write_symbols(args.symbols, load(args.manifest)['name'], before | common, exports, used)
    if args.bitcode:
        merge_bitcode(args, exports)


def merge_bitcode(args, exports):
    """The same walls for the link-time optimiser: one module in which only the exports, and what OSXTD's own assembly
    calls, are global; the assembly as an object beside it."""
    members = sorted(set(run(TOOLS['ar'], 't', *args.files).split()))
    modules, native = [], []
    for member in members:
        with open(member, 'rb') as file:
            (modules if file.read(2) == b'BC' else native).append(member)
    run(TOOLS['ld'], '-r', *native, '-o', args.assembly)
    _, called, _ = symbols([args.assembly])
    keep, merged = args.bitcode + '.keep', args.bitcode + '.merged'
    write(keep, '\n'.join(sorted(exports | set(called))) + '\n')
    run(TOOLS['llvm-link'], *modules, '-o', merged)
    run(TOOLS['opt'], '-passes=internalize', '-internalize-public-api-file=' + keep, '--module-summary', merged,
        '-o', args.bitcode)


class Component:
    def __init__(self, symbol_file, manifests):
        self.exports, self.locals, self.uses, self.tests = set(), set(), [], []
        kinds = {'export': self.exports.add, 'local': self.locals.add, 'use': self.uses.append, 'test': self.tests.append}
        with open(symbol_file, encoding='utf-8') as file:
            for line in file:
                kind, name = line.split()
                if kind == 'component':
                    self.name = name
                else:
                    kinds[kind](name)
        if self.name not in manifests:
            raise Fault(f'{symbol_file}: no manifest has the name {self.name}')
        self.path, self.manifest = manifests[self.name]
        self.needs = set(self.manifest['needs']) | set(self.manifest.get('needs_up', {}))
        self.test_needs = self.needs | set(self.manifest.get('test_needs', []))


def breach(user, symbol, needs, components):
    """Why `user` may not use `symbol`, or null."""
    owners = [c for c in components if symbol in c.exports and c is not user]
    if any(c.name == 'osxtd' or c.name in needs for c in owners):
        return None
    if owners:
        return f'{user.name}: uses {symbol} of {owners[0].name}, which its component.toml does not need'
    hidden = [c for c in components if symbol in c.locals and c is not user]
    if hidden and hidden[0].name == 'osxtd':
        return f'{user.name}: uses {symbol} of osxtd, which is private (not OSXTD_API)'
    if hidden:
        return f'{user.name}: uses {symbol} of {hidden[0].name}, which {hidden[0].name} does not export'
    return f'{user.name}: uses {symbol}, which nothing defines'


def floor_breaches(manifests):
    """`needs` may only name lower floors, and peers of the own floor as long as these form no cycle."""
    for name, (path, manifest) in sorted(manifests.items()):
        for need in manifest['needs'] + manifest.get('test_needs', []) + list(manifest.get('needs_up', {})):
            if need not in manifests:
                yield f'{path}: needs {need}, which is no component'
        for need in manifest['needs']:
            if need not in manifests:
                continue
            other = manifests[need][1]
            if other['floor'] > manifest['floor']:
                yield f'{path}: {name} (floor {manifest["floor"]}) needs {need} (floor {other["floor"]}), a higher floor'
            elif other['floor'] == manifest['floor'] and name in reach(need, manifests):
                yield f'{path}: {name} and {need} need each other'


def reach(start, manifests):
    """All components that `start` needs, directly or not (needs_up apart)."""
    seen, todo = set(), [start]
    while todo:
        for need in manifests[todo.pop()][1]['needs']:
            if need in manifests and need not in seen:
                seen.add(need)
                todo.append(need)
    return seen


def find_manifests(root, arch):
    """{name: (path, manifest)} of osxtd and of every folder of kernel/ that has a manifest, other architectures' left out."""
    found = {}
    paths = [os.path.join(root, 'osxtd/component.toml')]
    for base, _, files in sorted(os.walk(os.path.join(root, 'kernel'))):
        if 'component.toml' in files and ('/arch/' not in base or base.endswith('/' + arch)):
            paths.append(os.path.join(base, 'component.toml'))
    for path in paths:
        manifest = load(path)
        if manifest['name'] in found:
            raise Fault(f'{path}: {found[manifest["name"]][0]} has the same name')
        found[manifest['name']] = (os.path.relpath(path, root), manifest)
    return found


def linker_symbols(root):
    """What the linker scripts of the architectures define."""
    names = set()
    for script in glob.glob(os.path.join(root, 'osxtd/src/arch/*/kernel.ld')):
        with open(script, encoding='utf-8') as file:
            names.update(re.findall(r'^\s*(\w+) = ', file.read(), re.M))
    return names


def check(args):
    manifests = find_manifests(args.root, args.arch)
    components = [Component(path, manifests) for path in args.files]
    faults = list(floor_breaches(manifests))
    for user in components:
        if user.name == 'osxtd':
            expects = set(user.manifest['expects']) | linker_symbols(args.root)
            faults += [f'osxtd: uses {s}, which is not among what it expects' for s in user.uses + user.tests if s not in expects]
            continue
        for uses, needs in ((user.uses, user.needs), (user.tests, user.test_needs)):
            faults += filter(None, (breach(user, symbol, needs, components) for symbol in uses))
    if faults:
        raise Fault('\n'.join(faults))
    write(args.stamp, '')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('command', choices=('osxtd', 'seal', 'check'))
    for option in ('--manifest', '--symbols', '--object', '--stamp', '--root', '--bitcode', '--assembly', '--arch'):
        parser.add_argument(option)
    parser.add_argument('--ld-arg', action='append', default=[])
    parser.add_argument('files', nargs='+')
    args = parser.parse_args()
    try:
        {'osxtd': seal_osxtd, 'seal': seal, 'check': check}[args.command](args)
    except Fault as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
