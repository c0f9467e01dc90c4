# SPDX-License-Identifier: MPL-2.0
"""doors - how a guest gets the kernel: BOOT_METHOD, BOOT_PROTOCOL and OVMF, and the suite that opens every door.

BOOT_METHOD says what brings the files: QEMU, or GRUB from a CD or a disk.  BOOT_PROTOCOL says how they are handed over.
OVMF=on puts EFI firmware into the machine, in the place of the BIOS where there is one.
"""
import atexit
import os
import shutil
import subprocess
import tempfile
import typing

from . import firmware
from .config import METHODS, PROTOCOLS, Refused

# What QEMU itself speaks without firmware that we would name; the first of them is taken when nothing is said, with the ELF file.
DIRECT = {'x86_64': ('pvh', 'linux'), 'riscv64': ('sbi', 'linux'), 'loongarch64': ('linux',)}
IMAGES = {'x86_64': 'bzImage', 'riscv64': 'Image', 'loongarch64': 'Image'}
MICROVM_DOORS = (('qemu-direct', 'pvh', False), ('qemu-direct', 'linux', False))
GRUB_CFG = '''serial --unit=0 --speed=115200
terminal_input serial
terminal_output serial
set timeout=0
menuentry omegaos {{
    {kernel}
    {initrd}
}}
'''


class Door(typing.NamedTuple):
    """One way to boot; made by choose(), which refuses what no loader can do."""
    method: str
    protocol: str
    ovmf: bool

    def __str__(self):
        return f'{self.method}, {self.protocol}' + (', OVMF' if self.ovmf else '')


def choose(arch, method='', protocol='', ovmf=''):
    """The Door of three settings, '' for what is not said."""
    method = method or METHODS[0]
    if method not in METHODS:
        raise Refused(f'BOOT_METHOD={method}: give {", ".join(METHODS)}')
    if ovmf not in ('', 'on', 'off'):
        raise Refused(f'OVMF={ovmf}: give on or off')
    is_efi, is_grub = ovmf == 'on', method != METHODS[0]
    if not protocol:
        protocol = 'multiboot2' if is_grub else 'linux-efi-pe64' if is_efi else DIRECT[arch][0]
    if protocol not in PROTOCOLS:
        raise Refused(f'BOOT_PROTOCOL={protocol}: give {", ".join(PROTOCOLS)}')
    if is_grub and arch != 'x86_64':
        raise Refused(f'BOOT_METHOD={method}: GRUB boots x86_64 alone; {arch} is booted by QEMU itself')
    if protocol == 'multiboot2' and not is_grub:
        raise Refused('BOOT_PROTOCOL=multiboot2: only GRUB speaks it; set BOOT_METHOD=grub-rescue-iso or grub-qcow2')
    if protocol in ('pvh', 'sbi') and (is_grub or is_efi):
        raise Refused(f'BOOT_PROTOCOL={protocol}: only QEMU itself speaks it; leave BOOT_METHOD and OVMF alone')
    if protocol == 'linux-efi-pe64' and not is_efi:
        raise Refused('BOOT_PROTOCOL=linux-efi-pe64: needs EFI firmware; set OVMF=on')
    if protocol == 'linux' and is_efi and not is_grub:
        raise Refused('BOOT_PROTOCOL=linux: EFI firmware loads the image as an EFI program; give linux-efi-pe64')
    if not is_grub and not is_efi and protocol not in DIRECT[arch]:
        raise Refused(f'BOOT_PROTOCOL={protocol}: not a protocol of {arch}; give {", ".join(DIRECT[arch])}')
    return Door(method, protocol, is_efi)


def chosen(config, kernel='omegaos'):
    """The Door of the settings for a kernel (KERNEL=)."""
    if kernel != 'omegaos' and any(config.door):
        raise Refused(f'BOOT_METHOD, BOOT_PROTOCOL, OVMF: KERNEL={kernel} is booted by QEMU itself, in one way')
    return choose(config.arch, *config.door)


def image_file(config):
    """What is made of the kernel for loaders of Linux's protocol and for EFI firmware."""
    return os.path.join(config.meson_dir, 'osxtd/src/efi', IMAGES[config.arch])


def _tool(name):
    path = shutil.which(name)
    if not path:
        raise Refused(f'{name} is not installed: run tools/setup')
    return path


def _make(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise Refused(f'{os.path.basename(command[0])} failed:\n{done.stdout}')


def _medium(machine, door, append):
    """A CD or disk with GRUB, the kernel and its archive, which is there until osxdk ends."""
    config = machine.config
    folder = tempfile.mkdtemp(prefix='doors-', dir=config.arch_dir)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    tree = os.path.join(folder, 'tree')
    os.makedirs(os.path.join(tree, 'boot/grub'))
    is_multiboot = door.protocol == 'multiboot2'
    shutil.copy(machine.kernel if is_multiboot else image_file(config), os.path.join(tree, 'boot/kernel'))
    shutil.copy(machine.initrd, os.path.join(tree, 'boot/initrd'))
    loads = (f'multiboot2 /boot/kernel {append}', 'module2 --nounzip /boot/initrd') if is_multiboot else \
        (f'linux /boot/kernel {append}', 'initrd /boot/initrd')
    with open(os.path.join(tree, 'boot/grub/grub.cfg'), 'w', encoding='utf-8') as file:
        file.write(GRUB_CFG.format(kernel=loads[0], initrd=loads[1]))
    iso = os.path.join(folder, 'omegaos.iso')
    _make(_tool('grub-mkrescue'), '-o', iso, tree)
    shutil.rmtree(tree)
    if door.method == 'grub-rescue-iso':
        return ['-cdrom', iso]
    # The image is a disk too, with a partition table and an EFI system partition.
    disk = os.path.join(folder, 'omegaos.qcow2')
    _make(_tool('qemu-img'), 'convert', '-O', 'qcow2', iso, disk)
    return ['-drive', f'file={disk},format=qcow2,media=disk']


def arguments(machine, append):
    """QEMU's arguments that bring the machine's kernel in; kernels that are not ours come by -kernel alone."""
    config, door = machine.config, machine.door
    if machine.kernel != config.kernel_path or door == choose(config.arch):
        files = ['-kernel', machine.kernel, '-append', append]
        return files + (['-initrd', machine.initrd] if machine.initrd else [])
    if machine.scheme['machine'].startswith('microvm') and door not in MICROVM_DOORS:
        raise Refused(f'SCHEME=microvm: has neither disks nor EFI firmware for {door}')
    if config.coverage and door.protocol != 'multiboot2':
        raise Refused(f'COVERAGE=1: no {IMAGES[config.arch]} is made of this kernel; boot its ELF file')
    args = firmware.arguments(config) if door.ovmf else []
    if door.method != 'qemu-direct':
        return args + _medium(machine, door, append)
    args += ['-kernel', image_file(config), '-append', append]
    return args + (['-initrd', machine.initrd] if machine.initrd else [])


# ---- the suite ----

# {architecture: (machines, method, protocol, OVMF, what the kernel says it was booted by)}
DOORS = {'x86_64': [
    (('microvm', 'pc', 'q35'), 'qemu-direct', 'pvh', 'off', 'pvh'),
    (('microvm', 'pc', 'q35'), 'qemu-direct', 'linux', 'off', 'linux'),
    (('pc', 'q35'), 'qemu-direct', 'linux-efi-pe64', 'on', 'linux-efi'),
    (('pc', 'q35'), 'grub-rescue-iso', 'multiboot2', 'off', 'multiboot2'),
    (('q35',), 'grub-rescue-iso', 'multiboot2', 'on', 'multiboot2'),
    (('pc', 'q35'), 'grub-rescue-iso', 'linux', 'off', 'linux'),
    (('q35',), 'grub-rescue-iso', 'linux-efi-pe64', 'on', 'linux-efi'),
    (('q35',), 'grub-qcow2', 'multiboot2', 'off', 'multiboot2'),
    (('q35',), 'grub-qcow2', 'multiboot2', 'on', 'multiboot2'),
    (('q35',), 'grub-qcow2', 'linux', 'off', 'linux'),
    (('q35',), 'grub-qcow2', 'linux-efi-pe64', 'on', 'linux-efi'),
], 'riscv64': [
    (('riscv', 'riscv-aplic', 'riscv-imsic', 'riscv-sv39'), 'qemu-direct', 'sbi', 'off', 'sbi'),
    (('riscv',), 'qemu-direct', 'linux', 'off', 'linux'),
    (('riscv', 'riscv-imsic', 'riscv-sv39'), 'qemu-direct', 'linux-efi-pe64', 'on', 'linux-efi'),
], 'loongarch64': [
    (('loongarch', 'loongarch-la464'), 'qemu-direct', 'linux', 'off', 'linux'),
    (('loongarch', 'loongarch-la464'), 'qemu-direct', 'linux-efi-pe64', 'on', 'linux-efi'),
]}
NO_DOORS = [('nothing', '', ''), ('', 'nothing', ''), ('', '', 'yes'), ('', 'multiboot2', ''), ('', 'pvh', 'on'),
            ('grub-qcow2', 'pvh', ''), ('', 'linux-efi-pe64', ''), ('', 'linux', 'on')]


def type_on(machine, log):
    """Whether a shell answers what is typed, which comes by the machine's interrupt controller; what it said."""
    from .console import Session, Timeout
    with Session(machine, log=log) as session:
        try:
            session.login()
            text = session.run('echo $((6 * 7)); grep -c . /proc/interrupts')
        except Timeout as error:
            return False, f'    {error}\n'
    return '42' in text, f'    {text}\n'


def suite(config, log):
    """User space is reached through every door, and the kernel says which one it came by."""
    from . import run, suites
    result = suites.Result()
    for settings in NO_DOORS:
        try:
            taken = f'    taken for {choose(config.arch, *settings)}\n'
        except Refused:
            taken = ''
        result.add(f'no such door: {settings}', not taken, taken)
    if config.coverage:
        return result
    for schemes, *settings, by in DOORS[config.arch]:
        door = choose(config.arch, *settings)
        for scheme in schemes:
            machine = run.make_machine(config, 'omegaos', args=['OMEGA_AUTO=boot', 'loglevel=6'], scheme=scheme, door=door)
            good = rf'booted by {by}\b[^\0]*' + suites.GOOD['boot']
            suites.boot_and_judge(result, f'{scheme}: {door}', machine, good, suites.patience(config, 120), log)
            if config.arch != 'x86_64':
                machine = run.make_machine(config, 'omegaos', scheme=scheme, door=door)
                result.add(f'{scheme}: {door}: the console interrupts', *type_on(machine, log))
    return result
