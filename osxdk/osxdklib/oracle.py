# SPDX-License-Identifier: MPL-2.0
"""oracle - Debian's own kernel, the reference for behaviour and speed."""
import os

from .apt import AptRoot, extract_file
from .build import Lock
from .config import Refused

# Debian architecture -> (suite, package that depends on the current kernel)
KERNELS = {'x86_64': ('bookworm', 'amd64', 'linux-image-cloud-amd64')}
ASSUMED = ('initramfs-tools', 'kmod', 'linux-base')


def linux_kernel(config):
    """Returns the path of Debian's vmlinuz, fetched when it is missing."""
    path = os.path.join(config.arch_dir, 'oracle', 'vmlinuz')
    if os.path.exists(path):
        return path
    suite, deb_arch, meta = KERNELS[config.arch]
    with Lock(os.path.dirname(path)):
        debs = AptRoot(config.build_root, suite, deb_arch, ASSUMED).fetch([meta])
        image = next((debs[name] for name in debs if name.startswith('linux-image-') and name != meta), None)
        if image is None:
            raise Refused(f'{meta} does not depend on a kernel package')
        scratch = f'{path}.{os.getpid()}'
        with open(scratch, 'wb') as file:
            file.write(extract_file(image, 'boot/vmlinuz'))
        os.replace(scratch, path)
    return path
