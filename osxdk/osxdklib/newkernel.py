# SPDX-License-Identifier: MPL-2.0
"""newkernel - kernels outside this tree: `osxdk new NAME --kernel`, and the build of such a project.

Such a project is a folder with an OSXDK.toml that has a [kernel] table and its own C files.  It is linked
with OSXTD as one relocatable object, by OSXTD's linker script, with the flags of this tree.
"""
import os
import re
import shutil
import subprocess

from . import build
from .config import Refused
from .console import boot
from .qemu import Machine


def _templates(config):
    return os.path.join(config.kit, 'osxdk/template')


def cmd_new(config, args):
    """osxdk new NAME --kernel: makes the folder NAME with a kernel of about a hundred lines."""
    names = [a for a in args if not a.startswith('-')]
    if len(names) != 1 or '--kernel' not in args or len(args) != 2:
        raise Refused('usage: osxdk new NAME --kernel')
    name = names[0]
    if not re.fullmatch(r'[A-Za-z][\w-]*', name):
        raise Refused(f'new {name}: a name is letters, digits, - and _, and starts with a letter')
    if os.path.exists(name):
        raise Refused(f'new {name}: it exists already')
    shutil.copytree(_templates(config), name)
    for base, _, files in os.walk(name):
        for file_name in files:
            path = os.path.join(base, file_name)
            with open(path, encoding='utf-8') as file:
                text = file.read()
            with open(path, 'w', encoding='utf-8') as file:
                file.write(text.replace('@NAME@', name))
    print(f'{name}: made; next: cd {name} && {os.path.join(config.kit, "osxdk/osxdk")} test')


def _kit_config(config):
    """The configuration of the tree that OSXTD comes from, for the same architecture and profile."""
    kit = config.with_profile(config.profile)
    kit.root, kit.build_root = config.kit, os.path.join(config.kit, 'build')
    return kit


def _osxtd(config):
    """Builds OSXTD; returns (its object file, compile flags, link flags, linker script)."""
    kit = _kit_config(config)
    with build.Lock(kit.meson_dir):
        build.configure(kit)
        build.ninja(kit, 'osxtd.o')
    with open(os.path.join(kit.meson_dir, 'kernel-flags.txt'), encoding='utf-8') as file:
        compile_flags, link_flags = file.read().split('\n--\n')
    arch_dir = os.path.join(config.kit, 'osxtd/src/arch', config.arch)
    includes = ['-I' + os.path.join(config.kit, folder)
                for folder in ('osxtd/include', os.path.join(arch_dir, 'include'), 'osxtd/src/arch/include')]
    return (os.path.join(kit.meson_dir, 'osxtd.o'), compile_flags.split('\n') + includes, link_flags.split(),
            os.path.join(arch_dir, 'kernel.ld'))


def _run(*command):
    if subprocess.run(command, check=False).returncode != 0:
        raise Refused('the build failed')


def _named(config, key):
    """The paths of a list in [kernel], for the architecture that is built for."""
    return [path.replace('{arch}', config.arch) for path in config.manifest['kernel'].get(key, [])]


def build_kernel(config):
    """Compiles the project's sources, links them with OSXTD, adds the symbol table."""
    osxtd, compile_flags, link_flags, script = _osxtd(config)
    out = os.path.join(config.arch_dir, config.profile)
    os.makedirs(out, exist_ok=True)
    objects = [osxtd]
    compile_flags += ['-I' + os.path.join(config.root, folder) for folder in _named(config, 'include')]
    for source in _named(config, 'user'):
        _user_program(config, out, source)
    for source in _named(config, 'sources'):
        path = os.path.join(config.root, source)
        if not os.path.isfile(path):
            raise Refused(f'{source}: no such file (OSXDK.toml names it)')
        objects.append(os.path.join(out, re.sub(r'\W', '_', source) + '.o'))
        _run('clang-22', *compile_flags, '--embed-dir=' + out, '-c', path, '-o', objects[-1])
    symtab = os.path.join(config.kit, 'tools/symtab.py')
    relocs = os.path.join(config.kit, 'tools/relocs.py')
    table, places, linked = os.path.join(out, 'symtab.S'), os.path.join(out, 'relocs.S'), config.kernel_path
    link = ['clang-22', *link_flags, '-Wl,-T,' + script, *objects, table, places, '-o', linked]
    _run(symtab, '--empty', table)
    _run(relocs, '--empty', places)
    _run(*link)
    _run(symtab, linked, table)
    _run(*link, '-Wl,--emit-relocs')
    _run(relocs, linked, places)
    _run(*link)
    return linked


def _user_program(config, out, source):
    """Makes NAME.bin of a user program in one file: its .text, linked at 4 MiB, entry at its start."""
    name = os.path.splitext(os.path.basename(source))[0]
    program = os.path.join(out, name + '.elf')
    _run('clang-22', f'--target={config.arch}-linux-gnu', '-ffreestanding', '-nostdlib', '-static', '-fno-pic', '-O2',
         '--ld-path=ld.lld-22', '-Wl,-Ttext=0x400000', '-Wl,--build-id=none', os.path.join(config.root, source),
         '-o', program)
    _run('llvm-objcopy-22', '-O', 'binary', '-j', '.text', program, os.path.join(out, name + '.bin'))


def machine(config):
    kernel = build_kernel(config)
    return Machine(config, kernel, elf=kernel, append=config.manifest.get('boot', {}).get('args', ''))


def test(config):
    """osxdk test in such a project: boots it; the console must show what the manifest names."""
    want = config.manifest.get('test', {}).get('expect')
    if want is None:
        raise Refused('OSXDK.toml: [test] expect is missing')
    code, text, trace = boot(machine(config), re.escape(want), config.timeout or 60, echo=True)
    good = code == 0 and want in text
    if trace:
        print(trace)
    print(f'{int(good)} passed, {int(not good)} failed')
    return 0 if good else code or 1
