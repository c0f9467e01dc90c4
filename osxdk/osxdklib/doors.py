# SPDX-License-Identifier: MPL-2.0
"""doors - how a guest gets the kernel: BOOT_METHOD, BOOT_PROTOCOL and OVMF, and the suite that opens every door.

BOOT_METHOD says what brings the files: QEMU, or GRUB from a CD or a disk.  BOOT_PROTOCOL says how they are handed over.
OVMF=on puts EFI firmware in the place of the BIOS.
"""
import atexit
import os
import shutil
import subprocess
import tempfile
import typing

from .config import METHODS, PROTOCOLS, Refused

OVMF_CODE, OVMF_VARS = '/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'
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


def choose(method='', protocol='', ovmf=''):
    """The Door of three settings, '' for what is not said."""
    method = method or METHODS[0]
    if method not in METHODS:
        raise Refused(f'BOOT_METHOD={method}: give {", ".join(METHODS)}')
    if ovmf not in ('', 'on', 'off'):
        raise Refused(f'OVMF={ovmf}: give on or off')
    is_efi, is_grub = ovmf == 'on', method != METHODS[0]
    if not protocol:
        protocol = 'multiboot2' if is_grub else 'linux-efi-pe64' if is_efi else 'pvh'
    if protocol not in PROTOCOLS:
        raise Refused(f'BOOT_PROTOCOL={protocol}: give {", ".join(PROTOCOLS)}')
    if protocol == 'multiboot2' and not is_grub:
        raise Refused('BOOT_PROTOCOL=multiboot2: only GRUB speaks it; set BOOT_METHOD=grub-rescue-iso or grub-qcow2')
    if protocol == 'pvh' and (is_grub or is_efi):
        raise Refused('BOOT_PROTOCOL=pvh: only QEMU itself speaks it; leave BOOT_METHOD and OVMF alone')
    if protocol == 'linux-efi-pe64' and not is_efi:
        raise Refused('BOOT_PROTOCOL=linux-efi-pe64: needs EFI firmware; set OVMF=on')
    if protocol == 'linux' and is_efi and not is_grub:
        raise Refused('BOOT_PROTOCOL=linux: OVMF loads the image as an EFI program; give linux-efi-pe64')
    return Door(method, protocol, is_efi)


def chosen(config):
    """The Door of the settings; only x86_64 has more than one."""
    if config.arch != 'x86_64' and any(config.door):
        raise Refused(f'BOOT_METHOD, BOOT_PROTOCOL, OVMF: {config.arch} is booted by QEMU itself, in one way')
    return choose(*config.door)


def bzimage(config):
    return os.path.join(config.meson_dir, 'osxtd/src/arch', config.arch, 'boot/image/bzImage')


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
    shutil.copy(machine.kernel if is_multiboot else bzimage(config), os.path.join(tree, 'boot/kernel'))
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
    if machine.kernel != config.kernel_path or door == choose():
        files = ['-kernel', machine.kernel, '-append', append]
        return files + (['-initrd', machine.initrd] if machine.initrd else [])
    if machine.scheme['machine'].startswith('microvm') and door not in MICROVM_DOORS:
        raise Refused(f'SCHEME=microvm: has neither disks nor EFI firmware for {door}')
    if config.coverage and door.protocol != 'multiboot2':
        raise Refused('COVERAGE=1: no bzImage is made of this kernel; boot it by pvh or multiboot2')
    args = []
    if door.ovmf:
        if not os.path.exists(OVMF_CODE):
            raise Refused('OVMF is not installed: run tools/setup')
        args += ['-drive', f'if=pflash,format=raw,unit=0,readonly=on,file={OVMF_CODE}',
                 '-drive', f'if=pflash,format=raw,unit=1,snapshot=on,file={OVMF_VARS}']
    if door.method != 'qemu-direct':
        return args + _medium(machine, door, append)
    args += ['-kernel', bzimage(config), '-append', append]
    return args + (['-initrd', machine.initrd] if machine.initrd else [])


# ---- the suite ----

# (machines, method, protocol, OVMF, what the kernel says it was booted by)
DOORS = [
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
]
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


# By what the kernel says it was booted where QEMU is the only loader; nothing: DOORS.
BOOTED_BY = {'x86_64': '', 'riscv64': 'sbi', 'loongarch64': 'linux-efi'}


def suite(config, log):
    """User space is reached through every door, and the kernel says which one it came by."""
    from . import run, suites
    result = suites.Result()
    for settings in NO_DOORS:
        try:
            taken = f'    taken for {choose(*settings)}\n'
        except Refused:
            taken = ''
        result.add(f'no such door: {settings}', not taken, taken)
    if config.coverage or config.arch not in BOOTED_BY:
        return result
    if BOOTED_BY[config.arch]:
        machine = run.make_machine(config, 'omegaos', args=['OMEGA_AUTO=boot', 'loglevel=6'])
        good = rf'booted by {BOOTED_BY[config.arch]}\b[^\0]*' + suites.GOOD['boot']
        suites.boot_and_judge(result, f'{config.arch}: QEMU', machine, good, suites.patience(config, 120), log)
        for scheme in config.schemes():
            result.add(f'{scheme}: the console interrupts', *type_on(run.make_machine(config, 'omegaos', scheme=scheme), log))
        return result
    for schemes, *settings, by in DOORS:
        for scheme in schemes:
            door = choose(*settings)
            machine = run.make_machine(config, 'omegaos', args=['OMEGA_AUTO=boot', 'loglevel=6'], scheme=scheme, door=door)
            good = rf'booted by {by}\b[^\0]*' + suites.GOOD['boot']
            suites.boot_and_judge(result, f'{scheme}: {door}', machine, good, suites.patience(config, 120), log)
    return result
