# SPDX-License-Identifier: MPL-2.0
"""cli - the commands of osxdk; each make target is one of them."""
import importlib
import sys

from .config import Config, Refused

# command -> (module, function, one line of help)
COMMANDS = {
    'build': ('commands', 'cmd_build', 'build the kernel: build/<arch>/omegaos'),
    'run': ('run', 'cmd_run', 'boot to the shell on this terminal (KERNEL=linux: Debian\'s kernel)'),
    'debug': ('run', 'cmd_debug', 'boot under gdb with the kernel\'s symbols'),
    'gdb_server': ('run', 'cmd_gdb_server', 'boot and wait for a debugger on GDB_TCP_PORT'),
    'gdb_client': ('run', 'cmd_gdb_client', 'a debugger for gdb_server'),
    'image': ('image', 'cmd_image', 'make the root images: build/<arch>/images'),
}


def main(argv):
    name = argv[0] if argv else 'help'
    if name in ('help', '-h', '--help'):
        print('usage: osxdk COMMAND [ARGS], or make COMMAND VARIABLE=VALUE ...\n')
        for command, (_, _, text) in COMMANDS.items():
            print(f'  {command:15} {text}')
        return 0
    if name not in COMMANDS:
        print(f'osxdk: no command "{name}"; osxdk help lists them', file=sys.stderr)
        return 2
    module, function, _ = COMMANDS[name]
    try:
        run = getattr(importlib.import_module('.' + module, __package__), function)
        return run(Config(), argv[1:]) or 0
    except Refused as error:
        print(f'osxdk: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
