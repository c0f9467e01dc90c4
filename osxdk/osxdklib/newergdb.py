# SPDX-License-Identifier: MPL-2.0
"""newergdb - gdb for architectures that the one of the machine's Debian does not know.

The newer Debian's is unpacked, never installed, and run by its own loader with its own libraries.
"""
import os
import shutil
import subprocess

from .apt import AptRoot
from .build import Lock
from .debian import PORTS
from .sysroot import NATIVE

ARCHES = ('loongarch64',)
SUITE = 'trixie'
# What only maintainer scripts need.
ASSUMED = ('debconf', 'init-system-helpers', 'perl-base', 'python3-minimal', 'sensible-utils', 'ucf')


def command(config):
    """The first words of a gdb's command line: that of the machine, or the newer one."""
    if config.arch not in ARCHES:
        return ['gdb-multiarch']
    host = PORTS[NATIVE]
    root = os.path.join(config.build_root, f'gdb-{SUITE}')
    with Lock(config.build_root):
        if not os.path.exists(os.path.join(root, 'complete')):
            debs = AptRoot(config.build_root, SUITE, host.arch, ASSUMED).fetch(['gdb-multiarch'])
            shutil.rmtree(root, ignore_errors=True)
            for deb in debs.values():
                subprocess.run(['dpkg-deb', '-x', deb, root], check=True)
            with open(os.path.join(root, 'complete'), 'w', encoding='utf-8'):
                pass
    loader = f'{root}/usr{host.loader}'
    return ['env', f'PYTHONHOME={root}/usr', loader, '--library-path', f'{root}/usr/lib/{host.triple}',
            f'{root}/usr/bin/gdb-multiarch', '-nx', '-ex', f'set data-directory {root}/usr/share/gdb']
