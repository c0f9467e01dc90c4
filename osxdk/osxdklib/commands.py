# SPDX-License-Identifier: MPL-2.0
"""commands - the short commands of osxdk; longer ones have modules of their own."""
import os

from . import build


def cmd_build(config, _args):
    path = build.build(config)
    print(f'{os.path.relpath(path)}: {config.profile} kernel, {os.path.getsize(path) // 1024} KiB')
