# SPDX-License-Identifier: MPL-2.0
"""oracle - Debian's own kernel, the reference for behaviour and speed."""
import os
import re
import struct
import subprocess
import time
import tomllib

from .apt import AptRoot, extract_file
from .build import Lock
from .config import Refused
from .debian import PORTS

# The package that depends on the current kernel.
KERNELS = {'x86_64': 'linux-image-cloud-amd64', 'riscv64': 'linux-image-riscv64', 'loongarch64': 'linux-image-loong64'}
# The kernel itself lies in one of these, by the suite's age.
HOLDERS = ('linux-binary-', 'linux-image-')
# Debian's kernel with another page size than ours.
PAGE_SIZES = {'loongarch64': 16384}
KERNEL_PATH = r'boot/vmlinu|usr/lib/modules/[^/]+/vmlinu'
ASSUMED = ('initramfs-tools', 'kmod', 'linux-base')
# What the kernels of an architecture want to be told on QEMU's machine: the loongson one has no i8042 where Linux probes it.
ARGS = {'loongarch64': 'initcall_blacklist=i8042_init'}
# Where its driver of the battery clock is a module, which no test loads: the runner of the tests is told the time.
WITHOUT_CLOCK = ('loongarch64',)

# What cannot be run on Debian's kernel, and why.
_DATA_RUN = 'QEMU 10.0 hangs when a program whose headers are broken runs data'
LEFT_OUT = {'loongarch64': {'hostile': _DATA_RUN, 'survive/elf': _DATA_RUN}}


def test_args(arch):
    """What the tests' runner is told on Debian's kernel."""
    return (f'ABI_TIME={int(time.time())}',) if arch in WITHOUT_CLOCK else ()


def named_differences(config, arch):
    """{check: reason} of what Debian's kernel of the architecture answers otherwise (test/arch-differences.toml)."""
    path = os.path.join(config.kit, 'test', 'arch-differences.toml')
    with open(path, 'rb') as file:
        named = tomllib.load(file).get(arch, {})
    for check, reason in named.items():
        if not isinstance(reason, str) or len(reason) < 20:
            raise Refused(f'test/arch-differences.toml: {arch}: "{check}" gives no reason')
    return named


def unnamed(named, console, is_complete):
    """(failed checks that `named` does not hold, those it holds that do not fail, how many of them do)."""
    seen, unknown = set(), []
    for line in re.findall(r'^\s*not ok(?: \d+)? - (.*?)\r?$', console, re.M):
        check = next((name for name in named if line == name or line.startswith(name + ' (')), None)
        if check is None:
            unknown.append(line)
        else:
            seen.add(check)
    return unknown, [name for name in named if name not in seen] if is_complete else [], len(seen)


def unpacked(image):
    """The image inside an EFI zboot (Linux, drivers/firmware/efi: "zimg" at 4, offset and size at 8 and 12, the name of
    the compression at 24); any other file as it is."""
    if image[:2] != b'MZ' or image[4:8] != b'zimg':
        return image
    start, size = struct.unpack_from('<II', image, 8)
    kind = image[24:56].split(b'\0')[0].decode('ascii', 'replace')
    if kind not in ('zstd', 'gzip'):
        raise Refused(f'oracle: the kernel is compressed by {kind}, which is not known here')
    done = subprocess.run([kind, '-dc'], input=image[start:start + size], capture_output=True, check=False)
    if not done.stdout:     # gzip and zstd complain of the size that follows the payload
        raise Refused(f'oracle: {kind}: {done.stderr.decode(errors="replace").strip()}')
    return done.stdout


def _kernel_package(meta, debs):
    for start in HOLDERS:
        for name in debs:
            if name.startswith(start) and name != meta and re.search(r'-\d', name):
                return debs[name]
    raise Refused(f'{meta} does not depend on a kernel package')


def linux_kernel(config):
    """Returns the path of Debian's kernel as QEMU takes it, fetched when it is missing."""
    path = os.path.join(config.arch_dir, 'oracle', 'vmlinuz')
    if os.path.exists(path):
        return path
    port, meta = PORTS[config.arch], KERNELS[config.arch]
    with Lock(os.path.dirname(path)):
        debs = AptRoot(config.build_root, port.suite, port.arch, ASSUMED).fetch([meta])
        image = unpacked(extract_file(_kernel_package(meta, debs), KERNEL_PATH))
        scratch = f'{path}.{os.getpid()}'
        with open(scratch, 'wb') as file:
            file.write(image)
        os.replace(scratch, path)
    return path
