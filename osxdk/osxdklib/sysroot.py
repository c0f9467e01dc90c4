# SPDX-License-Identifier: MPL-2.0
"""sysroot - the C libraries of an architecture, and the compiler that makes its user programs.

Programs for the build machine's own architecture are made with its own packages.  For the others Debian's are
unpacked, never installed, into build/<arch>/sysroot: glibc, musl and libgcc.
"""
import os
import shutil
import subprocess

from .apt import AptRoot
from .build import Lock
from .debian import PORTS

NATIVE = os.uname().machine
# Of musl-dev and of libgcc: a compiler on the target itself.
ASSUMED = ('gcc', 'libcrypt-dev', 'rpcsvc-proto')


def _packages(port):
    return ['libc6', 'libc6-dev', 'linux-libc-dev', f'libgcc-{port.gcc}-dev', 'libgcc-s1', 'musl-dev']


def _unpack(debs, folder):
    """All packages in one new folder; the merged /usr is base-files' affair and comes from here."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ('lib', 'lib64', 'bin', 'sbin'):
        os.makedirs(os.path.join(folder, 'usr', name))
        os.symlink('usr/' + name, os.path.join(folder, name))
    for deb in debs:
        tar = subprocess.run(['dpkg-deb', '--fsys-tarfile', deb], check=True, capture_output=True).stdout
        # dpkg-deb -x would put folders in the place of the links.
        subprocess.run(['tar', '-x', '--keep-directory-symlink', '--no-same-owner', '-C', folder], input=tar, check=True)


def sysroot(config):
    """The folder with the architecture's C libraries; '' where these are the machine's own."""
    if config.arch == NATIVE:
        return ''
    port, path = PORTS[config.arch], os.path.join(config.arch_dir, 'sysroot')
    wanted = _packages(port)
    debs = AptRoot(config.build_root, port.suite, port.arch, ASSUMED).fetch(wanted)
    files = [debs[name] for name in wanted]
    stamp, text = path + '.packages', '\n'.join(map(os.path.basename, files))
    with Lock(config.arch_dir):
        if os.path.exists(stamp):
            with open(stamp, encoding='utf-8') as file:
                if file.read() == text:
                    return path
        _unpack(files, path)
        with open(stamp, 'w', encoding='utf-8') as file:
            file.write(text)
    return path


def gnu_cc(config):
    """The compiler for programs with glibc, as one shell word list."""
    root = sysroot(config)
    if not root:
        return 'gcc'
    return f'clang-22 --target={PORTS[config.arch].triple} --sysroot={root} --ld-path=ld.lld-22 -Wno-unused-command-line-argument'


class Musl:
    """How a static program with musl is made: the compiler, its flags, what is linked before and after the objects."""

    def __init__(self, config):
        root, triple = sysroot(config), PORTS[config.arch].triple
        musl = triple.replace('-gnu', '-musl')
        resources = subprocess.run(['clang-22', '-print-resource-dir'], check=True, capture_output=True, text=True).stdout.strip()
        self.cc = ['clang-22', f'--target={musl}']
        self.cflags = ['-nostdinc', '-isystem', resources + '/include', '-isystem', f'{root}/usr/include/{musl}',
                       '-idirafter', root + '/usr/include', '-idirafter', f'{root}/usr/include/{triple}']
        libc = f'{root}/usr/lib/{musl}'
        self.before = [libc + '/crt1.o', libc + '/crti.o']
        # long double of these is done by functions of libgcc.
        helpers = [] if config.arch == 'x86_64' else [f'{root}/usr/lib/gcc/{triple}/{PORTS[config.arch].gcc}/libgcc.a']
        self.after = [libc + '/libc.a', *helpers, libc + '/crtn.o']


def make_variables(config):
    """Variables for the Makefiles of test/ that choose the compiler and the libraries; none for the native one."""
    if config.arch == NATIVE:
        return []
    root, port, musl = sysroot(config), PORTS[config.arch], Musl(config)
    libc = f'/lib/{port.triple}/libc.so.6'
    return [f'CC={gnu_cc(config)}', 'CROSS=1', f'SYSROOT={root}', f'LIBS={port.loader} {libc}', f'ARCH={config.arch}',
            'MUSL_CC=' + ' '.join(musl.cc), 'MUSL_CFLAGS=' + ' '.join(musl.cflags),
            'MUSL_BEFORE=' + ' '.join(musl.before), 'MUSL_AFTER=' + ' '.join(musl.after)]
