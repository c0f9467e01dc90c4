# SPDX-License-Identifier: MPL-2.0
"""kvmprobe - a guest of 60 bytes that tells whether KVM really runs one here.

A real-mode boot sector runs a million loops, which native execution does in milliseconds and an
emulating host in seconds, then leaves through isa-debug-exit with a code of its own.
"""
import os
import subprocess

# mov ecx, 4000000; 1: dec ecx; jnz 1b; mov al, 0x15; out 0xf4, al; hlt; jmp $
CODE = bytes([0x66, 0xb9]) + (4000000).to_bytes(4, 'little') + bytes(
    [0x66, 0x49, 0x75, 0xfc, 0xb0, 0x15, 0xe6, 0xf4, 0xf4, 0xeb, 0xfd])
EXIT_CODE = 0x15 * 2 + 1
SECONDS = 1.5


def run(qemu, scratch):
    """Whether the guest ended as it should, in time."""
    os.makedirs(scratch, exist_ok=True)
    path = os.path.join(scratch, f'kvmprobe.{os.getpid()}')
    with open(path, 'wb') as file:
        file.write(CODE.ljust(510, b'\0') + b'\x55\xaa')
    args = [qemu, '-nodefaults', '-no-user-config', '-display', 'none', '-machine', 'pc', '-accel', 'kvm', '-m', '16M',
            '-device', 'isa-debug-exit,iobase=0xf4,iosize=4', '-drive', f'file={path},format=raw,if=floppy',
            '-boot', 'a', '-no-reboot']
    try:
        return subprocess.run(args, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              timeout=SECONDS, check=False).returncode == EXIT_CODE
    except subprocess.TimeoutExpired:
        return False
    finally:
        os.unlink(path)
