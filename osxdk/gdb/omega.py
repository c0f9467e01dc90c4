# SPDX-License-Identifier: MPL-2.0
"""omega - the kernel's own commands for gdb: `omega tasks`, `help omega`.

`osxdk debug` loads this; in a gdb of your own: source osxdk/gdb/omega.py
"""
import os
import sys

import gdb

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from omegagdb import files, locks, log, memory, tasks  # noqa: E402


class Omega(gdb.Command):
    """The kernel's structures, readable: tasks, fds PID, maps PID, locks, log, frames, pools."""

    def __init__(self):
        super().__init__('omega', gdb.COMMAND_DATA, gdb.COMPLETE_NONE, True)


Omega()
for _part in (tasks, files, memory, locks, log):
    for _command in _part.COMMANDS:
        _command()
