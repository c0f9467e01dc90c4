# SPDX-License-Identifier: MPL-2.0
"""audit - builds the checker of the Safe C profile (osxdk/audit) and runs it over what the build compiles."""
import os
import re
import subprocess

from . import build
from .config import Refused

JOBS = 2


def tool(config):
    """Builds the checker when its sources changed; returns its path."""
    out = os.path.join(config.build_root, 'audit')
    env = {k: v for k, v in os.environ.items() if k not in ('MAKEFLAGS', 'MAKEOVERRIDES', 'MFLAGS')}
    with build.Lock(out):
        made = subprocess.run(['make', '--no-print-directory', '-s', f'-j{JOBS}', '-C',
                               os.path.join(config.kit, 'osxdk/audit'), f'OUT={out}'],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env=env)
    if made.returncode != 0:
        raise Refused(f'osxdk/audit does not compile:\n{made.stdout}')
    return os.path.join(out, 'osxdk-audit')


def run(config, *options):
    """The checker's exit code and its output, for the configured architecture and profile."""
    program = tool(config)
    with build.Lock(config.meson_dir):
        build.configure(config)
    cache = os.path.join(config.build_root, 'audit/cache')
    os.makedirs(cache, exist_ok=True)
    done = subprocess.run([program, '--root', os.path.realpath(config.root), '--arch', config.arch, '--cache', cache,
                           '--jobs', str(JOBS), '--commands', os.path.join(config.meson_dir, 'compile_commands.json'),
                           *options], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (0, 1):
        raise Refused('the audit failed (its message is above)')
    return done.returncode, done.stdout


def breaches(text):
    """(file, line, rule) of each breach in a report."""
    return re.findall(r'^(\S+):(\d+): (R-[a-z0-9-]+):', text, re.M)


def cmd_audit(config, _args):
    """osxdk audit: every breach on a line of its own, then the counts."""
    code, text = run(config)
    print(text, end='')
    return code
