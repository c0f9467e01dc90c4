# SPDX-License-Identifier: MPL-2.0
"""Broken initramfs archives given by -initrd, each to a guest of its own.

The kernel must say what is wrong or run what it could unpack, and end: no crash, no hang.
"""
import gzip
import os
import random
import re
import struct

from osxdklib import run
from osxdklib.console import Session, Timeout

IMAGE, MEM, LINUX = 'small', '256M', False
TIMEOUT = 60
# The end that an init made of nothing leaves behind, and what tells of a fault of the kernel's own.
ENDED = r'Initramfs unpacking failed|[Nn]o (working )?init|not syncing'
CRASHED = r'\boops\b|BUG:|general protection|page fault|unable to handle|UBSan|KASAN|stack smash|double fault'
_config = None


def files(config):
    global _config
    _config = config
    return {}


def record(name, data=b'', mode=0o100644, **changed):
    """One newc record; `changed` names header fields (namesize, filesize, magic ...) with other values."""
    name = name if isinstance(name, bytes) else name.encode() + b'\0'
    fields = {'ino': 1, 'mode': mode, 'uid': 0, 'gid': 0, 'nlink': 1, 'mtime': 0, 'filesize': len(data), 'devmajor': 0,
              'devminor': 0, 'rdevmajor': 0, 'rdevminor': 0, 'namesize': len(name), 'check': 0}
    magic = changed.pop('magic', b'070701')
    raw = changed.pop('raw', None)
    fields.update(changed)
    head = magic + b''.join(b'%08X' % value for value in fields.values())
    if raw:
        head = head[:raw[0]] + raw[1] + head[raw[0] + len(raw[1]):]
    out = head + name
    out += b'\0' * (-len(out) % 4) + data
    return out + b'\0' * (-len(out) % 4)


TRAILER = record('TRAILER!!!')


def variants():
    """name -> bytes.  None of them holds a program that could run."""
    good = record('dir', mode=0o040755) + record('dir/file', b'contents' * 100) + record('init', b'#!/none\n', 0o100755)
    whole = good + TRAILER
    packed = gzip.compress(whole, mtime=0)
    noise = random.Random(2).randbytes(20000)
    yield 'empty init', record('init', b'', 0o100755) + TRAILER
    yield 'cut in a header', good[:60]
    yield 'cut in a name', good[:112]
    yield 'cut in the data', record('file', b'x' * 1000)[:400]
    yield 'no trailer', good
    yield 'wrong magic', good.replace(b'070701', b'070777')
    yield 'old binary magic', struct.pack('<H', 0o070707) + noise[:1000]
    yield 'letters that are no digits', record('file', raw=(54, b'GGGGGGGG')) + whole
    yield 'name size 0', record('file', namesize=0) + whole
    yield 'name size 4 GiB', record('file', namesize=0xffffffff) + whole
    yield 'name longer than a path', record('a' * 5000) + whole
    yield 'name without an end', record(b'file') + whole
    yield 'file size 4 GiB', record('file', b'x', filesize=0xffffffff) + whole
    yield 'file size just past the end', record('file', b'x' * 100, filesize=104)[:-4]
    yield 'names with dots', record('../../../escape', b'x') + record('./././a', b'x') + record('/', b'x') + record('', b'x') + whole
    yield 'a folder twice, then as a file', record('d', mode=0o040755) * 2 + record('d', b'x') + record('d/e', b'x') + whole
    yield 'a file as a folder', record('f', b'x') + record('f/g', b'x') + whole
    yield 'unknown types', b''.join(record(f't{n}', b'x', n << 12) for n in range(16)) + whole
    yield 'devices', record('dev/x', mode=0o020666, rdevmajor=0xffffffff, rdevminor=0xffffffff) + whole
    yield 'links', record('l', b'l', 0o120777) + record('l/m', b'x') + record('n', b'', 0o120777) + record('o', b'x' * 5000, 0o120777) + whole
    yield 'hard links', b''.join(record(f'h{n}', b'x' * n, nlink=200) for n in range(50)) + whole
    yield 'a thousand folders deep', b''.join(record('/'.join(['d'] * n), mode=0o040755) for n in range(1, 1000)) + whole
    yield 'two archives and a gap', whole + b'\0' * 1000 + whole + noise[:100]
    yield 'noise', noise
    yield 'zeros', bytes(20000)
    yield 'gzip: cut in its header', packed[:7]
    yield 'gzip: cut in its data', packed[:len(packed) // 2]
    yield 'gzip: cut in its end', packed[:-4]
    yield 'gzip: wrong sum', packed[:-8] + b'\1\2\3\4' + packed[-4:]
    yield 'gzip: noise inside', packed[:20] + noise[:2000]
    yield 'gzip: of noise', gzip.compress(noise, mtime=0)
    yield 'gzip: in gzip', gzip.compress(packed, mtime=0)
    yield 'gzip: odd flags', packed[:3] + b'\xff' + packed[4:]
    yield 'gzip: a file larger than memory', gzip.compress(record('big', bytes(320 << 20)) + whole, 1, mtime=0)


def boot(app, kind, name, data):
    path = os.path.join(_config.arch_dir, 'images', 'broken.cpio')
    with open(path, 'wb') as file:
        file.write(data)
    machine = run.make_machine(_config, kind, initrd=path, mem_mib=256)
    with Session(machine, log=app.session.log) as session:
        try:
            session.expect(ENDED, TIMEOUT * (4 if _config.debug else 1))
            session.drain(1.0)
        except Timeout as error:
            app.check(name, False, f'    {error}\n')
            return
        crash = re.search(CRASHED, session.text, re.I)
        app.check(name, not crash, f'    {crash and crash.group()}\n')


def play(app):
    kind = 'linux' if 'vmlinuz' in app.session.guest.machine.kernel else _config.kernel
    for name, data in variants():
        boot(app, kind, name, data)
    app.alive()
