# SPDX-License-Identifier: MPL-2.0
"""files - omega fds: the descriptors of a process; and the path of an open file."""
from . import kernel
from .kernel import number, target

DEPTH_MAX = 256


def dentry_name(dentry):
    size = int(dentry['name_len'])
    long_name = dentry['name_long']
    return kernel.text(long_name['_ptr'], size) if int(long_name['_ptr']) else \
        kernel.text(dentry['name_inline'].address, size)


def path_text(path):
    """A place in the mounted trees, from the root of all mounts; None for an empty path."""
    dentry, mount = target(path['dentry']), target(path['mount'])
    if dentry is None:
        return None
    parts, deleted = [], number(dentry['flags']) & kernel.const('DENTRY_DELETED')
    for _ in range(DEPTH_MAX):
        if mount is not None and dentry.address == mount['root']['_p']:
            if not int(mount['parent']['_p']):
                break
            dentry, mount = target(mount['point']), target(mount['parent'])
            continue
        above = target(dentry['parent'])
        if above is None:
            break
        parts.append(dentry_name(dentry))
        dentry = above
    return '/' + '/'.join(reversed(parts)) + (' (deleted)' if deleted else '')


def file_text(file):
    ops_name = file['ops']['name'].string() if int(file['ops']['name']) else kernel.type_name(file)
    return path_text(file['path']) or f'[{ops_name}]'


def mode_text(file):
    mode = int(file['mode'])
    return ''.join(letter if mode & kernel.const(bit) else '-' for letter, bit in (('r', 'FILE_READ'), ('w', 'FILE_WRITE')))


class Fds(kernel.Command):
    """omega fds PID: the descriptors of a process.

A line per descriptor: number, open for, flags (octal), close-on-exec, position, type, references, path."""
    name = 'fds'

    def show(self, argument):
        table = target(kernel.first_thread(kernel.process(argument))['files'])
        if table is None:
            yield 'no descriptors: the process is exiting'
            return
        yield f'{"FD":>5} MODE {"FLAGS":>8} CLOEXEC {"POSITION":>10} {"REFS":>4} {"TYPE":14} PATH'
        entries = table['entries']['_buf']['_ptr'].cast(kernel.struct('fd_entry').pointer())
        for fd in range(int(table['used'])):
            file = target(entries[fd]['file'])
            if file is not None:
                yield self._row(fd, file, bool(entries[fd]['cloexec']))

    def _row(self, fd, file, cloexec):
        refs = number(file['object']['_refs'])
        return (f'{fd:5} {mode_text(file):4} {number(file["flags"]):8o} {"yes" if cloexec else "no":7} {number(file["pos"]):10} '
                f'{refs:4} {kernel.type_name(file):14} {file_text(file)}')


COMMANDS = (Fds,)
