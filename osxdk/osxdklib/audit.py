# SPDX-License-Identifier: MPL-2.0
"""audit - builds the checker of the Safe C profile (osxdk/audit) and runs it over what the build compiles."""
import json
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


def cache_folder(config):
    folder = os.path.join(config.build_root, 'audit/cache')
    os.makedirs(folder, exist_ok=True)
    return folder


def run(config, *options):
    """The checker's exit code and its output, for the configured architecture and profile."""
    program = tool(config)
    with build.Lock(config.meson_dir):
        build.configure(config)
    done = subprocess.run([program, '--root', os.path.realpath(config.root), '--arch', config.arch,
                           '--cache', cache_folder(config),
                           '--jobs', str(JOBS), '--commands', os.path.join(config.meson_dir, 'compile_commands.json'),
                           *options], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (0, 1):
        raise Refused('the audit failed (its message is above)')
    return done.returncode, done.stdout


def breaches(text):
    """(file, line, rule) of each breach in a report."""
    return re.findall(r'^(\S+):(\d+): (R-[a-z0-9-]+):', text, re.M)


_reports = {}


def breach_lines(config):
    """The report's lines of breaches; one run for all who ask."""
    if config.meson_dir not in _reports:
        _code, text = run(config)
        _reports[config.meson_dir] = [line for line in text.splitlines()
                                       if re.match(r'\S+:\d+: R-', line)]
    return _reports[config.meson_dir]


def require_clean(config):
    """Ends a build that breaks the profile."""
    lines = breach_lines(config)
    if lines:
        print('\n'.join(lines))
        raise Refused(f'{len(lines)} breaches of the Safe C profile (book/src/rules)')


def cmd_audit(config, args):
    """osxdk audit [--detail]: every breach on a line of its own, then the figures; with --detail where the
    unsafe lines are."""
    code, text = run(config, *args)
    print(text, end='')
    return code


# ---- samples: for each rule, what must be refused and what must pass ----
SAMPLES = 'osxdk/audit/samples'
# A sample is a fragment: its functions are used by nobody.
SAMPLE_FLAGS = '-Wno-missing-prototypes -Wno-missing-variable-declarations -Wno-unused-function -Wno-unused-variable -Wno-error'


def sample_files(config):
    folder = os.path.join(config.kit, SAMPLES)
    return sorted(os.path.join(SAMPLES, rule, name) for rule in os.listdir(folder)
                  if os.path.isdir(os.path.join(folder, rule))
                  for name in os.listdir(os.path.join(folder, rule)) if name.endswith('.c'))


def sample_commands(config, files):
    """Compile commands for the samples: those of a kernel file with another input."""
    with open(os.path.join(config.meson_dir, 'compile_commands.json'), encoding='utf-8') as file:
        commands = json.load(file)
    model = next(c for c in commands if '/kernel/' in c['file'] and f'--target={config.arch}-' in c['command'])
    stem = model['command'].rsplit(' -MD ', 1)[0]
    made = []
    for name in files:
        path = os.path.join(config.kit, name)
        with open(path, encoding='utf-8') as file:
            flags = re.search(r'/\* flags: (.*) \*/', file.read())
        made.append({'directory': model['directory'], 'file': path,
                     'command': f'{stem} {SAMPLE_FLAGS} {flags[1] if flags else ""} -c {path}'})
    folder = os.path.join(config.build_root, 'audit')
    path = os.path.join(folder, 'samples.json')
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(made, file, indent=1)
    return path


def wanted(config, name):
    """(line, rule) of what the audit must say about a sample: a rule's folder, lines marked `breach`."""
    if os.path.basename(name).startswith('accept_'):
        return set()
    rule = os.path.basename(os.path.dirname(name))
    with open(os.path.join(config.kit, name), encoding='utf-8') as file:
        return {(number, rule) for number, line in enumerate(file, start=1) if '/* breach */' in line}


def suite_audit(config, log):
    """Every sample of every rule: refused for exactly its rule at exactly its line, or passed."""
    from .suites import Result
    result = Result()
    files = sample_files(config)
    program = tool(config)
    build.build(config)
    done = subprocess.run([program, '--root', os.path.realpath(config.kit), '--arch', config.arch,
                           '--cache', cache_folder(config), '--jobs', str(JOBS),
                           '--layers', os.path.join(SAMPLES, 'layers.toml'),
                           '--commands', sample_commands(config, files)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    log.write(done.stdout)
    said = {}
    for name, line, rule in breaches(done.stdout):
        said.setdefault(name, set()).add((int(line), rule))
    for name in files:
        found, want = said.get(name, set()), wanted(config, name)
        good = found == want and (want or os.path.basename(name).startswith('accept_'))
        result.add(name, good, f'    wanted {sorted(want)}, the audit says {sorted(found)}\n')
    rules = subprocess.run([program, '--rules'], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    counts = sample_counts(files)
    for rule in rules:
        if rule != 'R-parse':   # no rule of the profile: the unit does not compile
            page = os.path.join(config.kit, 'book/src/rules', rule + '.md')
            kinds = counts.get(rule, [0, 0])
            result.add(f'{rule}: two samples of each kind and a page', min(kinds) >= 2 and os.path.isfile(page),
                       f'    accept, reject: {kinds}\n')
    return result


def sample_counts(files):
    """Samples of each rule: [accepted, refused]."""
    counts = {}
    for name in files:
        kinds = counts.setdefault(os.path.basename(os.path.dirname(name)), [0, 0])
        kinds[os.path.basename(name).startswith('reject_')] += 1
    return counts
