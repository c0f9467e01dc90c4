# SPDX-License-Identifier: MPL-2.0
"""cpio - file trees in memory and the newc archives made from them, reproducible byte for byte."""
import gzip
import io
import os
import stat
import subprocess
import tarfile

EPOCH = 1700000000   # the time of files that are not a package's own


class Tree:
    """Paths without a leading slash -> (mode, mtime, bytes); a symlink's bytes are its target."""

    def __init__(self, usr_merge=True):
        self.entries = {}
        if usr_merge:
            for name in ('bin', 'sbin', 'lib', 'lib64'):
                self.add_dir('usr/' + name)
                self.add_link(name, 'usr/' + name)

    def _real(self, path):
        """Follows the top-level links of Debian's merged /usr."""
        path = path.strip('/')
        head, _, rest = path.partition('/')
        entry = self.entries.get(head)
        if rest and entry and stat.S_ISLNK(entry[0]):
            return entry[2].decode() + '/' + rest
        return path

    def _parents(self, path):
        parent = os.path.dirname(path)
        while parent and parent not in self.entries:
            self.entries[parent] = (stat.S_IFDIR | 0o755, EPOCH, b'')
            parent = os.path.dirname(parent)

    def add(self, path, mode, data, mtime=EPOCH):
        path = self._real(path)
        self._parents(path)
        self.entries[path] = (mode, mtime, data)

    def add_file(self, path, data, perm=0o644):
        self.add(path, stat.S_IFREG | perm, data)

    def add_link(self, path, target):
        self.add(path, stat.S_IFLNK | 0o777, target.encode())

    def add_dir(self, path, perm=0o755):
        self.add(path, stat.S_IFDIR | perm, b'')

    def has(self, path):
        return self._real(path) in self.entries

    def add_tree(self, folder, below=''):
        """Adds a folder of the build machine: its files, links and folders, executable or not."""
        for base, dirs, files in os.walk(folder):
            dirs.sort()
            for name in sorted(dirs + files):
                source = os.path.join(base, name)
                path = os.path.join(below, os.path.relpath(source, folder))
                if os.path.islink(source):
                    self.add_link(path, os.readlink(source))
                elif os.path.isdir(source):
                    if not self.has(path):
                        self.add_dir(path)
                else:
                    self.add_host_file(path, source)

    def add_host_file(self, path, source):
        with open(source, 'rb') as file:
            self.add_file(path, file.read(), 0o755 if os.access(source, os.X_OK) else 0o644)

    def add_deb(self, deb, excluded):
        """Adds what a Debian package holds, unmodified, but for paths that `excluded(path)` names."""
        data = subprocess.run(['dpkg-deb', '--fsys-tarfile', deb], check=True, capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            for member in tar:
                path = member.name.removeprefix('./').strip('/')
                if path in ('', '.') or excluded(path):
                    continue
                if member.isdir():
                    if not self.has(path):
                        self.add(path, stat.S_IFDIR | member.mode, b'', member.mtime)
                elif member.issym():
                    self.add(path, stat.S_IFLNK | 0o777, member.linkname.encode(), member.mtime)
                elif member.isfile() or member.islnk():
                    self.add(path, stat.S_IFREG | member.mode, tar.extractfile(member).read(), member.mtime)

    def newc(self):
        """Returns the archive; the paths are sorted, so a folder comes before what it holds."""
        out = io.BytesIO()
        for number, (path, (mode, mtime, data)) in enumerate(sorted(self.entries.items()), start=1):
            links = 2 if stat.S_ISDIR(mode) else 1
            self._record(out, path, (number, mode, 0, 0, links, mtime, len(data), 0, 0, 0, 0), data)
        self._record(out, 'TRAILER!!!', (0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0), b'')
        out.write(b'\0' * (-out.tell() % 512))
        return out.getvalue()

    @staticmethod
    def _record(out, path, numbers, data):
        name = path.encode() + b'\0'
        fields = numbers + (len(name), 0)
        out.write(b'070701' + b''.join(b'%08x' % field for field in fields) + name)
        out.write(b'\0' * (-out.tell() % 4))
        out.write(data)
        out.write(b'\0' * (-out.tell() % 4))


def compress(archive):
    """gzip without a time stamp."""
    return gzip.compress(archive, compresslevel=9, mtime=0)
