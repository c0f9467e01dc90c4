# SPDX-License-Identifier: MPL-2.0
"""commands - the short commands of osxdk; longer ones have modules of their own."""
import os
import shutil
import subprocess

from . import build
from .config import Refused

# Commands that later issues bring -> what is missing.
LATER = {
    'coverage': 'coverage counters are not collected yet',
    'docs': 'reference pages are not generated yet; the book is `make book`',
    'gitbook': 'the GitBook export is not made yet; the book is `make book`',
    'profile_server': 'the profiler is not there yet',
    'profile_client': 'the profiler is not there yet',
}


def cmd_build(config, _args):
    """osxdk build: the kernel of this tree, or of a project made by `osxdk new --kernel`."""
    if 'kernel' in config.manifest:
        from . import newkernel
        path = newkernel.build_kernel(config)
    else:
        path = build.build(config)
    print(f'{os.path.relpath(path)}: {config.profile} kernel, {os.path.getsize(path) // 1024} KiB')


def cmd_clean(config, _args):
    """osxdk clean: removes what builds and tests made; downloaded packages stay (rm -r build removes all)."""
    kept = {'apt', '.setup', '.kvm'}
    if os.path.isdir(config.build_root):
        for name in sorted(set(os.listdir(config.build_root)) - kept):
            path = os.path.join(config.build_root, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)


def _bench_kernels(config):
    """Builds the kernel to measure and puts Debian's where bench looks for it; returns our kernel's path."""
    from .oracle import linux_kernel
    place = os.path.join(config.arch_dir, 'debian-kernel', 'vmlinuz')
    if not os.path.exists(place):
        os.makedirs(os.path.dirname(place), exist_ok=True)
        os.link(linux_kernel(config), place)
    return build.build(config)


def _measured(config):
    """Figures are those of the release profile unless another was asked for."""
    return config if config.debug else config.with_profile('release')


def cmd_bench(config, _args):
    """osxdk bench: guest instructions per operation beside Debian's kernel; BENCHMARK=row for one row."""
    from . import bench
    kernel = _bench_kernels(_measured(config))
    return bench.run_bench(config.arch, kernel, config.arch_dir, None if config.benchmark == 'none' else config.benchmark)


def cmd_bench_boot(config, _args):
    """osxdk bench-boot: from QEMU's start to init's first instruction, beside Debian's kernel."""
    from . import bench, image
    kernel = _bench_kernels(_measured(config))
    return bench.run_bench_boot(config.arch, kernel, config.arch_dir, image.root_image(config, 'full'))


def cmd_book(config, _args):
    """osxdk book: the book as a static site in build/book (honkit, from npm)."""
    source = os.path.join(config.root, 'book')
    if not os.path.isfile(os.path.join(source, 'src', 'SUMMARY.md')):
        raise Refused('book/src/SUMMARY.md: no such file')
    from . import booksite
    pages = booksite.make(os.path.join(source, 'src'), os.path.join(config.build_root, 'book'))
    print(f'{os.path.relpath(os.path.join(config.build_root, "book", "index.html"))}: {pages} pages')


def cmd_later(name):
    def refuse(_config, _args):
        raise Refused(f'{name}: not supported yet: {LATER[name]}')
    return refuse


def cmd_setup(config, _args):
    """osxdk setup: installs what this machine lacks."""
    return subprocess.run([os.path.join(config.kit, 'tools/setup')], check=False).returncode
