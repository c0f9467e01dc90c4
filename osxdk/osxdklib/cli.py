# SPDX-License-Identifier: MPL-2.0
"""cli - the commands of osxdk; each make target is one of them."""
import importlib
import sys

from . import arches
from .config import Config, Refused

# command -> (module, function, one line of help)
COMMANDS = {
    'new': ('newkernel', 'cmd_new', 'new NAME --kernel: a kernel project of your own, linked with OSXTD'),
    'build': ('commands', 'cmd_build', 'build the kernel: build/<arch>/omegaos (RELEASE=1, DEBUG=1, COVERAGE=1)'),
    'run': ('run', 'cmd_run', 'boot to the shell on this terminal (SMP=, MEM=, SCHEME=, KERNEL=linux)'),
    'test': ('suites', 'cmd_test', 'all suites, or SUITE[:TEST] ...; --debug-failed; AUTO_TEST=boot|syscall on the console'),
    'bisect': ('rerun', 'cmd_bisect', 'bisect SUITE[:TEST] GOOD [BAD]: the first commit that fails it'),
    'ktest': ('suites', 'cmd_ktest', 'the tests inside the kernel (KTEST=module or module.test)'),
    'torture': ('torture', 'cmd_torture', 'locks, RCU, wait queues, timers on 8 CPUs of the debug build for TORTURE_TIME=600 s'),
    'oracle': ('scripted', 'cmd_oracle', 'the system call tests and the sessions against Debian\'s own kernel'),
    'check': ('check', 'cmd_check', 'form of the sources: format, licences, lengths, warnings'),
    'audit': ('audit', 'cmd_audit', 'the Safe C profile over the whole tree, and its figures'),
    'bench': ('bench', 'cmd_bench', 'guest instructions per operation beside Debian\'s kernel (BENCHMARK=row, or hardening)'),
    'bench-boot': ('bench', 'cmd_bench_boot', 'time to init\'s first instruction beside Debian\'s kernel'),
    'bench-scaling': ('scaling', 'cmd_bench_scaling', 'the same with 1, 2, 4 and 8 CPUs at work on separate objects'),
    'coverage': ('coverage', 'cmd_coverage', 'the share of the kernel\'s lines that the tests run: table and HTML'),
    'mutants': ('mutants', 'cmd_mutants', 'seeded faults: what the build, traps and tests notice (mutants ID ...)'),
    'fuzz': ('hosttests', 'cmd_fuzz', 'every fuzzer for FUZZ_TIME=60 seconds; kernel SECONDS [SEED]; replay TEXT; compare COUNT'),
    'debug': ('run', 'cmd_debug', 'boot under gdb with the kernel\'s symbols'),
    'gdb_server': ('run', 'cmd_gdb_server', 'boot and wait for a debugger on GDB_TCP_PORT'),
    'gdb_client': ('run', 'cmd_gdb_client', 'a debugger for gdb_server'),
    'profile': ('profile', 'cmd_profile', 'profile SHELL COMMAND: a flame graph of the kernel while it runs (GDB_PROFILE_*)'),
    'profile_server': ('profile', 'cmd_profile_server', 'boot to the shell on this terminal, ready to be sampled'),
    'profile_client': ('profile', 'cmd_profile_client', 'sample the guest of profile_server (GDB_PROFILE_*)'),
    'image': ('image', 'cmd_image', 'make the root images: build/<arch>/images'),
    'book': ('commands', 'cmd_book', 'the book as a static site'),
    'setup': ('commands', 'cmd_setup', 'install the Debian packages that are missing'),
    'clean': ('commands', 'cmd_clean', 'remove what builds and tests made'),
}
LATER = ('docs', 'gitbook')


def main(argv):
    name = argv[0] if argv else 'help'
    if name in ('help', '-h', '--help'):
        print('usage: osxdk COMMAND [ARGS], or make COMMAND VARIABLE=VALUE ...\n')
        for command, (_, _, text) in COMMANDS.items():
            print(f'  {command:14} {text}')
        return 0
    try:
        if name in LATER:
            from .commands import cmd_later
            return cmd_later(name)(None, None)
        if name not in COMMANDS:
            raise Refused(f'no command "{name}"; osxdk help lists them')
        names = arches.wanted(name)
        if names:
            return arches.run_each(names, argv)
        module, function, _ = COMMANDS[name]
        run = getattr(importlib.import_module('.' + module, __package__), function)
        return run(Config(), argv[1:]) or 0
    except Refused as error:
        print(f'osxdk: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
