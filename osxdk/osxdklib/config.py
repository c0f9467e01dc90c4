# SPDX-License-Identifier: MPL-2.0
"""config - what the user asked for: the variables of the Makefile, OSXDK.toml and the folders.

A wrong value ends in Refused: one clear line, exit code 2.
"""
import copy
import os
import re
import tomllib

ARCHES = ('x86_64', 'riscv64', 'loongarch64')
MAX_CPUS = 64
MIN_MEM_MIB, MAX_MEM_MIB = 16, 64 * 1024
PROFILE_FORMATS = ('flame-graph', 'folded', 'json')
METHODS = ('qemu-direct', 'grub-rescue-iso', 'grub-qcow2')
PROTOCOLS = ('pvh', 'sbi', 'linux', 'multiboot2', 'linux-efi-pe64')
LOG_LEVELS = ('off', 'error', 'warn', 'info', 'debug', 'trace')

# Variables whose other values come with later issues: name -> (default, values accepted today).
FIXED = {
    'RELEASE_LTO': ('0', ('0',)),
    'INTEL_TDX': ('0', ('0',)),
    'VSOCK': ('off', ('off',)),
    'GPU': ('off', ('off',)),
    'NETDEV': ('user', ('user',)),
    'VNC_PORT': ('', ('',)),
    'DNS_SERVER': ('none', ('none',)),
    'SYSCALL_TEST_WORKDIR': ('/tmp', ('/tmp',)),
}


class Refused(Exception):
    """The request cannot be done as asked; the text is one line for the user."""


def parse_mem(text):
    """Returns MiB for '96M', '1G' or '512' (MiB)."""
    match = re.fullmatch(r'(\d+)([MG]?)', text.upper())
    if not match:
        raise Refused(f'MEM={text}: give a number with M or G, for example MEM=512M')
    mib = int(match[1]) * (1024 if match[2] == 'G' else 1)
    if not MIN_MEM_MIB <= mib <= MAX_MEM_MIB:
        raise Refused(f'MEM={text}: give from {MIN_MEM_MIB}M to {MAX_MEM_MIB // 1024}G')
    return mib


def parse_flag(env, name, default):
    value = env.get(name, '') or default
    if value not in ('0', '1'):
        raise Refused(f'{name}={value}: give 0 or 1')
    return value == '1'


def parse_number(env, name, default, low, high):
    text = env.get(name, '') or str(default)
    if not text.isdecimal() or not low <= int(text) <= high:
        raise Refused(f'{name}={text}: give a number from {low} to {high}')
    return int(text)


def parse_seconds(env, name, default):
    text = env.get(name, '') or default
    if not re.fullmatch(r'\d*\.?\d+', text) or not 0 < float(text) <= 3600:
        raise Refused(f'{name}={text}: give a number of seconds, for example {name}={default}')
    return float(text)


def find_root():
    """The folder of the nearest OSXDK.toml: the current folder, one above it, or the kit's own tree."""
    folder = os.getcwd()
    while True:
        if os.path.exists(os.path.join(folder, 'OSXDK.toml')):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return kit_root()
        folder = parent


def kit_root():
    """The OmegaOS tree that this kit belongs to."""
    return os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))


class Config:
    """All settings of one osxdk run, checked."""

    def __init__(self, env=None):
        env = os.environ if env is None else env
        self.kit = kit_root()
        self.root = find_root()
        self.arch = env.get('OSXDK_TARGET_ARCH', '') or 'x86_64'
        if self.arch not in ARCHES:
            raise Refused(f'OSXDK_TARGET_ARCH={self.arch}: unknown; the architectures are {", ".join(ARCHES)}')
        for name, (default, accepted) in FIXED.items():
            value = env.get(name, '') or default
            if value not in accepted:
                raise Refused(f'{name}={value}: not supported yet; only {name}={default or "(empty)"} works today')
        self.release = parse_flag(env, 'RELEASE', '0')
        self.debug = parse_flag(env, 'DEBUG', '0')
        if self.release and self.debug:
            raise Refused('RELEASE=1 and DEBUG=1 exclude each other')
        self.coverage = parse_flag(env, 'COVERAGE', '0')
        if self.coverage and (self.release or self.debug):
            raise Refused('COVERAGE=1 excludes RELEASE=1 and DEBUG=1')
        self.profile = 'release' if self.release else 'debug' if self.debug else 'coverage' if self.coverage else 'dev'
        self.without = ()   # protections left out: only the bench does
        self.features = env.get('FEATURES', '').replace(',', ' ').split()
        self.log_level = env.get('LOG_LEVEL', '') or 'error'
        if self.log_level not in LOG_LEVELS:
            raise Refused(f'LOG_LEVEL={self.log_level}: give one of {", ".join(LOG_LEVELS)}')
        self.smp = parse_number(env, 'SMP', 1, 1, MAX_CPUS)
        self.mem_mib = parse_mem(env.get('MEM', '') or '1G')
        self.want_kvm = parse_flag(env, 'ENABLE_KVM', '1')
        self.gdb_port = parse_number(env, 'GDB_TCP_PORT', 1234, 1, 65535)
        self.profile_format = env.get('GDB_PROFILE_FORMAT', '') or 'flame-graph'
        if self.profile_format not in PROFILE_FORMATS:
            raise Refused(f'GDB_PROFILE_FORMAT={self.profile_format}: give one of {", ".join(PROFILE_FORMATS)}')
        self.profile_count = parse_number(env, 'GDB_PROFILE_COUNT', 200, 1, 1000000)
        self.profile_interval = parse_seconds(env, 'GDB_PROFILE_INTERVAL', '0.1')
        self.auto_test = env.get('AUTO_TEST', '') or 'none'
        self.benchmark = env.get('BENCHMARK', '') or 'none'
        self.ktest = env.get('KTEST', '')
        self.kernel = env.get('KERNEL', '') or 'omegaos'
        self.append = env.get('APPEND', '')
        self.door = tuple(env.get(name, '') for name in ('BOOT_METHOD', 'BOOT_PROTOCOL', 'OVMF'))   # doors.choose
        self.image = env.get('IMAGE', '')
        self.timeout = parse_number(env, 'TIMEOUT', 0, 0, 86400) or None
        self.fuzz_time = parse_number(env, 'FUZZ_TIME', 60, 1, 86400)
        self.torture_time = parse_number(env, 'TORTURE_TIME', 600, 1, 86400)
        self.selected = {}          # suite -> the tests of it that are wanted, none for all (osxdk test SUITE:TEST)
        self.is_rerun = False       # of what failed, on the debug build
        self.is_aside = False       # another profile than the run's
        self.verbose = parse_flag(env, 'V', '0')
        self.manifest = self._manifest()
        self.scheme_name = env.get('SCHEME', '')
        self.scheme = self._scheme(self.scheme_name)
        self.build_root = os.path.abspath(os.path.join(self.root, env.get('BUILD', '') or 'build'))

    def _manifest(self):
        path = os.path.join(self.root, 'OSXDK.toml')
        try:
            with open(path, 'rb') as file:
                return tomllib.load(file)
        except FileNotFoundError:
            raise Refused(f'{path}: no such manifest') from None
        except tomllib.TOMLDecodeError as error:
            raise Refused(f'{path}: {error}') from None

    def tests_of(self, suite):
        """The tests of a suite that were asked for; empty: all."""
        return self.selected.get(suite, [])

    def with_scheme(self, name):
        """This configuration with another machine."""
        other = copy.copy(self)
        other.scheme_name, other.scheme = name, self._scheme(name)
        return other

    def with_profile(self, profile):
        """This configuration with another profile."""
        other = copy.copy(self)
        other.profile, other.release, other.debug = profile, profile == 'release', profile == 'debug'
        other.coverage = profile == 'coverage'
        other.is_aside = self.is_aside or profile != self.profile
        return other

    def _scheme(self, name):
        schemes = self.manifest.get('scheme', {})
        if name and name not in schemes:
            known = ', '.join(sorted(schemes)) or 'none'
            raise Refused(f'SCHEME={name}: not in OSXDK.toml (its schemes: {known})')
        arch = schemes.get(name, {}).get('arch', self.arch)
        if arch != self.arch:
            raise Refused(f'SCHEME={name}: a machine of {arch}; set OSXDK_TARGET_ARCH={arch}')
        scheme = dict(self.manifest.get('qemu', {}))
        scheme.update(self.manifest.get('arch', {}).get(self.arch, {}).get('qemu', {}))
        scheme.update(schemes.get(name, {}))
        return scheme

    def schemes(self):
        """The names of this architecture's machines."""
        return sorted(name for name, scheme in self.manifest.get('scheme', {}).items() if scheme.get('arch', self.arch) == self.arch)

    @property
    def arch_dir(self):
        return os.path.join(self.build_root, self.arch)

    @property
    def meson_dir(self):
        return os.path.join(self.arch_dir, '-without-'.join([self.profile, *self.without]))

    @property
    def kernel_path(self):
        """The kernel that was built last, whatever its profile; builds for a purpose keep to themselves."""
        aside = self.coverage or self.without or self.is_aside
        return os.path.join(self.meson_dir if aside else self.arch_dir, 'omegaos')
