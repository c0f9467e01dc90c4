# SPDX-License-Identifier: MPL-2.0
"""firmware - EFI firmware for the virtual machines: Debian's, of the machine's own release where it has it.

What a newer release alone has is fetched and unpacked, never installed.
"""
import os
import typing

from .apt import AptRoot, extract_file
from .build import Lock
from .config import Refused
from .debian import PORTS
from .sysroot import NATIVE

SUITE = 'trixie'


class Flash(typing.NamedTuple):
    """A firmware's two files, the package to fetch them from (none: tools/setup installs them), and what QEMU is told beside."""
    code: str
    variables: str
    package: str
    args: tuple


FLASHES = {
    'x86_64': Flash('/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd', '', ()),
    # The kernel needs the device tree, which this firmware gives only where there is no ACPI; nobody is to press a key.
    'riscv64': Flash('usr/share/qemu-efi-riscv64/RISCV_VIRT_CODE.fd', 'usr/share/qemu-efi-riscv64/RISCV_VIRT_VARS.fd',
                     'qemu-efi-riscv64', ('-machine', 'acpi=off', '-boot', 'menu=on,splash-time=0')),
    'loongarch64': Flash('usr/share/qemu-efi-loongarch64/QEMU_EFI.fd', 'usr/share/qemu-efi-loongarch64/QEMU_VARS.fd',
                         'qemu-efi-loongarch64', ()),
}


def _fetched(config, flash):
    """The paths of the two files, fetched when they are missing."""
    folder = os.path.join(config.arch_dir, 'firmware')
    paths = [os.path.join(folder, os.path.basename(name)) for name in (flash.code, flash.variables)]
    with Lock(folder):
        if not all(os.path.exists(path) for path in paths):
            deb = AptRoot(config.build_root, SUITE, PORTS[NATIVE].arch).fetch([flash.package])[flash.package]
            for name, path in zip((flash.code, flash.variables), paths):
                with open(f'{path}.{os.getpid()}', 'wb') as file:
                    file.write(extract_file(deb, name))
                os.replace(f'{path}.{os.getpid()}', path)
    return paths


def arguments(config):
    """QEMU's arguments that put EFI firmware into the machine; what it writes is forgotten."""
    flash = FLASHES[config.arch]
    code, variables = _fetched(config, flash) if flash.package else flash[:2]
    if not os.path.exists(code):
        raise Refused('OVMF is not installed: run tools/setup')
    return ['-drive', f'if=pflash,format=raw,unit=0,readonly=on,file={code}',
            '-drive', f'if=pflash,format=raw,unit=1,snapshot=on,file={variables}', *flash.args]
