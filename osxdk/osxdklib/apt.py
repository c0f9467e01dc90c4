# SPDX-License-Identifier: MPL-2.0
"""apt - Debian packages of any suite and architecture, downloaded and never installed.

An own apt root in the build folder: the machine's /etc/apt stays untouched, but its mirror is the one
used, and the signatures are checked against debian-archive-keyring.
"""
import glob
import json
import os
import re
import subprocess

from .build import Lock
from .config import Refused

KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
DEBIAN_SUITES = re.compile(r'(bookworm|trixie|forky|sid|stable|testing|unstable|oldstable)\S*')


def _sources_deb822():
    for path in sorted(glob.glob('/etc/apt/sources.list.d/*.sources')):
        with open(path, encoding='utf-8') as file:
            for stanza in file.read().split('\n\n'):
                fields = dict(re.findall(r'^(\w[\w-]*):\s*(.*)$', stanza, re.M))
                for uri in fields.get('URIs', '').split():
                    yield uri, fields.get('Suites', '')


def _sources_one_line():
    for path in ['/etc/apt/sources.list'] + sorted(glob.glob('/etc/apt/sources.list.d/*.list')):
        if not os.path.exists(path):
            continue
        with open(path, encoding='utf-8') as file:
            for line in file:
                match = re.match(r'deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)', line)
                if match:
                    yield match[1], match[2]


def find_mirror():
    """Returns the Debian mirror that this machine's own sources name."""
    for uri, suites in list(_sources_deb822()) + list(_sources_one_line()):
        if DEBIAN_SUITES.match(suites) and 'security' not in uri + suites:
            return uri
    raise Refused('this machine names no Debian mirror in /etc/apt; one is needed to fetch packages')


def freshness():
    """This machine's own setting on lists that are older than they say they are valid: a frozen mirror has such."""
    dump = subprocess.run(['apt-config', 'dump', '--no-empty', 'Acquire::Check-Valid-Until'], capture_output=True, text=True,
                          check=False).stdout
    return dump.strip()


class AptRoot:
    """One apt root: a suite and a Debian architecture."""

    def __init__(self, build_root, suite, deb_arch, assumed=()):
        self.dir = os.path.join(build_root, 'apt', f'{suite}-{deb_arch}')
        self.suite, self.deb_arch, self.assumed = suite, deb_arch, tuple(assumed)

    def _write(self, name, text):
        with open(os.path.join(self.dir, name), 'w', encoding='utf-8') as file:
            file.write(text)

    def _prepare(self):
        for folder in ('state/lists/partial', 'cache/archives/partial', 'empty'):
            os.makedirs(os.path.join(self.dir, folder), exist_ok=True)
        d = self.dir
        # Packages that only maintainer scripts need count as installed; nothing here runs such scripts.
        self._write('state/status', ''.join(
            f'Package: {name}\nStatus: install ok installed\nVersion: 99:1\nArchitecture: {self.deb_arch}\n'
            f'Multi-Arch: foreign\nMaintainer: none\nDescription: assumed\n\n' for name in self.assumed))
        self._write('sources.list', f'deb [arch={self.deb_arch} signed-by={KEYRING}] {find_mirror()} {self.suite} main\n')
        self._write('apt.conf', f'''
Dir::State "{d}/state"; Dir::State::status "{d}/state/status"; Dir::Cache "{d}/cache"; Dir::Log "{d}";
Dir::Etc::sourcelist "{d}/sources.list"; Dir::Etc::sourceparts "{d}/empty"; Dir::Etc::parts "{d}/empty";
Dir::Etc::preferencesparts "{d}/empty"; Dir::Etc::preferences "{d}/none"; Dir::Etc::main "{d}/none";
APT::Architecture "{self.deb_arch}"; APT::Architectures {{ "{self.deb_arch}"; }};
Acquire::Languages "none"; Acquire::Retries "3"; {freshness()} APT::Install-Recommends "false";
{'APT::Sandbox::User "root";' if os.getuid() == 0 else ''}
''')

    def _apt(self, *args):
        env = dict(os.environ, APT_CONFIG=os.path.join(self.dir, 'apt.conf'), LC_ALL='C')
        result = subprocess.run(['apt-get', '-q'] + list(args), env=env, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, check=False)
        if result.returncode != 0:
            reason = next((line for line in result.stdout.splitlines() if line.startswith('E:')), 'no reason given')
            raise Refused(f'apt-get {args[0]} failed: {reason}')
        return result.stdout

    def fetch(self, packages):
        """Downloads `packages` with their dependencies.  Returns {package: path of its .deb}."""
        with Lock(self.dir):
            return self._fetch(packages)

    def _fetch(self, packages):
        key = ' '.join(sorted(packages)) + ' - ' + ' '.join(self.assumed)
        book_path = os.path.join(self.dir, 'fetched.json')
        book = {}
        if os.path.exists(book_path):
            with open(book_path, encoding='utf-8') as file:
                book = json.load(file)
        archives = os.path.join(self.dir, 'cache/archives')
        known = book.get(key)
        if known and all(os.path.exists(os.path.join(archives, name)) for name in known.values()):
            return {package: os.path.join(archives, name) for package, name in known.items()}
        print(f'osxdk: fetching Debian packages ({self.suite}, {self.deb_arch}) ...', flush=True)
        self._prepare()
        self._apt('update')
        plan = self._apt('install', '-y', '--simulate', *packages)
        self._apt('install', '-y', '--download-only', *packages)
        wanted = re.findall(r'^Inst (\S+) \((\S+)', plan, re.M)
        book[key] = {name: self._deb_name(archives, name, version) for name, version in wanted}
        with open(book_path, 'w', encoding='utf-8') as file:
            json.dump(book, file, indent=1)
        return {package: os.path.join(archives, name) for package, name in book[key].items()}

    @staticmethod
    def _deb_name(archives, name, version):
        prefix = f'{name.split(":")[0]}_{version.replace(":", "%3a")}_'
        for entry in os.listdir(archives):
            if entry.startswith(prefix):
                return entry
        raise Refused(f'apt-get did not download {name} {version}')


def extract_file(deb, pattern):
    """Returns the bytes of the first regular file in `deb` whose path, without the first slash, starts with the
    regular expression."""
    import io
    import tarfile
    data = subprocess.run(['dpkg-deb', '--fsys-tarfile', deb], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for member in tar:
            if member.isfile() and re.match(pattern, member.name.lstrip('./')):
                return tar.extractfile(member).read()
    raise Refused(f'{os.path.basename(deb)} holds no {pattern}')
