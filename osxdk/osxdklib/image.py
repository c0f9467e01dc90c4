# SPDX-License-Identifier: MPL-2.0
"""image - the root images: Debian's packages as they are, and the few files of osxdk/rootfs/overlay."""
import fnmatch
import hashlib
import os
import re
import tomllib

from .apt import AptRoot
from .config import Refused
from .cpio import Tree, compress
from .debian import PORTS

SMALL_BELOW_MIB = 96


def _rootfs_dir(config):
    return os.path.join(config.kit, 'osxdk/rootfs')


def _recipe(config):
    with open(os.path.join(_rootfs_dir(config), 'image.toml'), encoding='utf-8') as file:
        return tomllib.loads(file.read().replace('@TRIPLE@', PORTS[config.arch].triple))


def apt_root(config):
    port = PORTS[config.arch]
    return AptRoot(config.build_root, port.suite, port.arch, _recipe(config)['assumed'])


def _excluder(patterns, included):
    """dpkg's rule: the last path-exclude or path-include that matches decides."""
    def excluded(path):
        path = '/' + path
        return (any(fnmatch.fnmatchcase(path, p) for p in patterns) and
                not any(fnmatch.fnmatchcase(path, p) for p in included))
    return excluded


def _busybox_applets(busybox):
    """The names of its applets, out of the program itself, which may be for another processor: a list of strings in
    order, which begins with these two and ends with an empty one."""
    start = busybox.find(b'[\0[[\0')
    if start < 0:
        raise Refused('busybox-static: its list of applets is not where it was')
    names = busybox[start:busybox.index(b'\0\0', start)].decode('ascii', 'replace').split('\0')
    return [name for name in names if re.fullmatch(r'[\w.\[-]+', name)]


def _add_busybox_links(tree):
    """What no package of the image provides, busybox does, under its own name."""
    busybox = tree.entries.get('usr/bin/busybox')
    if busybox is None:
        return
    for name in _busybox_applets(busybox[2]):
        if not tree.has('usr/bin/' + name) and not tree.has('usr/sbin/' + name):
            tree.add_link('usr/bin/' + name, 'busybox')


def root_tree(config, kind):
    """Returns the Tree of image `kind` (full, small)."""
    recipe = _recipe(config)
    if kind not in recipe['image']:
        raise Refused(f'image {kind}: not in osxdk/rootfs/image.toml')
    image = recipe['image'][kind]
    debs = apt_root(config).fetch(image['packages'])
    tree = Tree()
    excluded = _excluder(recipe['exclude'] + image.get('exclude', []), image.get('include', []))
    for package in sorted(debs):
        tree.add_deb(debs[package], excluded)
    for folder in ('dev', 'proc', 'sys', 'run', 'mnt'):
        tree.add_dir(folder)
    tree.add_dir('tmp', 0o1777)
    tree.add_dir('root', 0o700)
    for path, target in image.get('links', {}).items():
        tree.add_link(path, target)
    tree.add_tree(os.path.join(_rootfs_dir(config), 'overlay'))
    _add_busybox_links(tree)
    return tree


def _inputs_digest(config, kind):
    """Changes when anything that decides the image's bytes does."""
    recipe = _recipe(config)
    digest = hashlib.sha256(repr(sorted(apt_root(config).fetch(recipe['image'][kind]['packages']).items())).encode())
    sources = [os.path.join(config.kit, 'osxdk/osxdklib', name) for name in ('image.py', 'cpio.py')]
    for base, dirs, files in os.walk(_rootfs_dir(config)):
        dirs.sort()
        sources += [os.path.join(base, name) for name in sorted(files)]
    for path in sources:
        with open(path, 'rb') as file:
            digest.update(f'{path} {os.access(path, os.X_OK)}'.encode() + file.read())
    return digest.hexdigest()


def write_image(path, tree):
    """Writes `tree` as a compressed initramfs, whole or not at all."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    scratch = f'{path}.{os.getpid()}'
    with open(scratch, 'wb') as file:
        file.write(compress(tree.newc()))
    os.replace(scratch, path)
    return path


def root_image(config, kind):
    """Returns the path of image `kind`, made when it is missing or its inputs changed."""
    path = os.path.join(config.arch_dir, 'images', kind + '.cpio.gz')
    stamp = path + '.inputs'
    digest = _inputs_digest(config, kind)
    if os.path.exists(path) and os.path.exists(stamp):
        with open(stamp, encoding='utf-8') as file:
            if file.read() == digest:
                return path
    write_image(path, root_tree(config, kind))
    with open(stamp, 'w', encoding='utf-8') as file:
        file.write(digest)
    return path


def pick_image(config):
    """The image for a run: IMAGE= when given, else by the size of the guest's memory."""
    if config.image and config.image not in _recipe(config)['image']:
        if not os.path.isfile(config.image):
            raise Refused(f'IMAGE={config.image}: no such image')
        return os.path.abspath(config.image)
    if config.image:
        return root_image(config, config.image)
    if config.mem_mib < SMALL_BELOW_MIB:
        print(f'osxdk: MEM is under {SMALL_BELOW_MIB}M: using the small root image', flush=True)
        return root_image(config, 'small')
    return root_image(config, 'full')


def cmd_image(config, args):
    """osxdk image [full|small ...]: makes the root images."""
    for kind in args or sorted(_recipe(config)['image']):
        path = root_image(config, kind)
        print(f'{os.path.relpath(path)}: {os.path.getsize(path) // 1024} KiB')
