# SPDX-License-Identifier: MPL-2.0
"""commands - the short commands of osxdk; longer ones have modules of their own."""
import os
import shutil
import subprocess

from . import audit, build
from .config import Refused

# Commands that later issues bring -> what is missing.
LATER = {
    'docs': 'reference pages are not generated yet; the book is `make book`',
    'gitbook': 'the GitBook export is not made yet; the book is `make book`',
}


def cmd_build(config, _args):
    """osxdk build: the kernel of this tree, or of a project made by `osxdk new --kernel`."""
    if 'kernel' in config.manifest:
        from . import newkernel
        path = newkernel.build_kernel(config)
    else:
        path = build.build(config)
        audit.require_clean(config)
    print(f'{os.path.relpath(path)}: {config.profile} kernel, {os.path.getsize(path) // 1024} KiB')


def cmd_clean(config, _args):
    """osxdk clean: removes what builds and tests made; downloaded packages stay (rm -r build removes all)."""
    kept = {'apt', '.setup', '.kvm'}
    if os.path.isdir(config.build_root):
        for name in sorted(set(os.listdir(config.build_root)) - kept):
            path = os.path.join(config.build_root, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)


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
