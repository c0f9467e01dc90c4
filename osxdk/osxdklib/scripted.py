# SPDX-License-Identifier: MPL-2.0
"""scripted - sessions on the guest's console: test/apps and test/hostile.

Each test/FOLDER/*.py is one session in a guest of its own and defines

    def play(app):          the session; see App
    MASKS = [(regex, text)] named fields: what may differ from Debian's kernel, replaced in every record
    MEM = '64M'             the guest's memory (512M)
    IMAGE = 'small'         the root image (full)
    LINUX = False           no comparison with Debian's kernel (True in apps, False in hostile)
    ARGS = ['quiet']        more of the kernel's command line
    CRASHES = True          the kernel is meant to oops
    def files(config):      {path in the guest: path here}, added to the root image

`make oracle` plays the sessions on both kernels and compares what they recorded.
"""
import concurrent.futures
import difflib
import importlib.util
import os
import re

from . import image, oracle, run
from .config import ARCHES, Refused, parse_mem
from .console import Session, Timeout
from .debian import PORTS

LOGIN_TIMEOUT = 120
NORMAL = [(r'\r\n', '\n'), (r'[ \t]+\n', '\n')]


class App:
    """What a session's script drives: the console, checks and records."""

    def __init__(self, session, masks, arch, is_linux=False):
        self.session, self.masks, self.arch, self.is_linux = session, NORMAL + list(masks), arch, is_linux
        self.records, self.checks = [], []

    def is_left_out(self, name):
        """Whether Debian's kernel cannot play the part `name` here (oracle.LEFT_OUT)."""
        return self.is_linux and name in oracle.LEFT_OUT.get(self.arch, {})

    def run(self, command, timeout=60, record=True):
        """Types a shell command and returns its output, which is also recorded."""
        text = self.session.run(command, timeout)
        if record:
            self.record(command, text)
        return text

    def record(self, name, text):
        """Keeps `text` for the comparison with Debian's kernel, with the named fields masked."""
        for pattern, replacement in self.masks:
            text = re.sub(pattern, replacement, text, flags=re.M)
        self.records.append((name, text))

    def check(self, name, good, details=''):
        self.checks.append((name, bool(good), details))

    def equal(self, name, got, want):
        self.check(name, got == want, f'    got {got!r}\n    want {want!r}\n')

    def send(self, data):
        self.session.send(data)

    def key(self, letter):
        """A control character: key('C') is ^C."""
        self.session.key(letter)

    def expect(self, pattern, timeout=60):
        return self.session.expect(pattern, timeout)

    def prompt(self, timeout=60):
        """Waits for the shell's prompt; returns the text since the last wait."""
        start = self.session.mark
        match = self.session.expect(re.escape(Session.PROMPT), timeout)
        return self.session.text[start:match.start()].replace('\r\n', '\n')

    def drain(self, quiet=0.5):
        return self.session.drain(quiet)

    def resize(self, rows, columns):
        self.session.resize(rows, columns)

    def alive(self, timeout=60):
        """A check that the shell still answers and its programs still run."""
        text = self.session.run('echo $((6 * 7)) | cat', timeout)
        self.check('the shell answers', text.strip().endswith('42'), f'    got {text!r}\n')


class Script:
    """One session file."""

    def __init__(self, folder, path):
        self.name = os.path.splitext(os.path.basename(path))[0]
        spec = importlib.util.spec_from_file_location(f'{folder}_{self.name}', path)
        self.module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.module)
        self._initrd = None
        self.linux = getattr(self.module, 'LINUX', folder == 'apps')

    def initrd(self, config):
        """The session's root image, made once."""
        if self._initrd is None:
            kind = getattr(self.module, 'IMAGE', 'full')
            files = self.module.files(config) if hasattr(self.module, 'files') else {}
            if files:
                tree = image.root_tree(config, kind)
                for path, source in files.items():
                    tree.add_host_file(path, source)
                path = os.path.join(config.arch_dir, 'images', f'test-{self.name}.cpio.gz')
                self._initrd = image.write_image(path, tree)
            else:
                self._initrd = image.root_image(config, kind)
        return self._initrd

    def play(self, config, kind, log):
        """Runs the session on a kernel.  Returns the App with its checks and records."""
        log.write(f'\n--- {self.name} on {kind}\n')
        mem_mib = parse_mem(getattr(self.module, 'MEM', '512M'))
        is_linux = kind in ('linux', 'oracle')
        if is_linux and config.arch in oracle.PAGE_SIZES:
            mem_mib *= 2    # larger pages: the same programs need more of it
        machine = run.make_machine(config, kind, initrd=self.initrd(config), args=['TERM=vt100', *getattr(self.module, 'ARGS', [])],
                                   mem_mib=mem_mib)
        with Session(machine, log=log) as session:
            app = App(session, getattr(self.module, 'MASKS', []), config.arch, is_linux)
            try:
                session.login(LOGIN_TIMEOUT * (4 if config.debug else 1))
                self.module.play(app)
            except Timeout as error:
                trace = '' if session.ended else session.guest.backtrace() + '\n'
                app.check(f'{self.name} on {kind}', False, f'    {error}\n{trace}')
        crashes = getattr(self.module, 'CRASHES', False)
        from .suites import reports_of_kernel
        found = reports_of_kernel(session.text)
        if found and not crashes:
            app.check(f'{self.name} on {kind}: no panic, no report', False, ''.join(f'    {f}\n' for f in found[:10]))
        return app


def scripts(config, folder):
    path = os.path.join(config.kit, 'test', folder)
    names = sorted(os.listdir(path)) if os.path.isdir(path) else []
    return [Script(folder, os.path.join(path, n)) for n in names if n.endswith('.py') and not n.startswith('_')]


def expected_path(config, folder, name, own=True):
    """What Debian's kernel gave: one record for all, and one for a Debian release whose programs answer otherwise."""
    common = os.path.join(config.kit, 'test', folder, 'expected')
    release = os.path.join(common, PORTS[config.arch].suite, name + '.txt')
    return release if own and os.path.exists(release) else os.path.join(common, name + '.txt')


def keep_record(config, folder, name, text):
    """Keeps what Debian's kernel gave: the common record is the first architecture's."""
    common = expected_path(config, folder, name, own=False)
    release = os.path.join(os.path.dirname(common), PORTS[config.arch].suite, name + '.txt')
    is_common = config.arch == ARCHES[0]
    if not is_common and os.path.exists(common):
        with open(common, encoding='utf-8', newline='') as file:
            if file.read() == text:
                if os.path.exists(release):
                    os.remove(release)
                return
    path = common if is_common else release
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8', newline='') as file:
        file.write(text)


def transcript(app):
    return ''.join(f'$ {name}\n{text.rstrip()}\n' for name, text in app.records)


def _difference(wanted, got, wanted_name):
    lines = difflib.unified_diff(wanted.splitlines(), got.splitlines(), wanted_name, 'omegaos', lineterm='', n=2)
    return ''.join(f'    {line}\n' for line in list(lines)[:60])


def suite(config, folder, log):
    """The sessions of test/FOLDER on our kernel, their records against the ones Debian's kernel gave."""
    from .suites import Result
    result = Result()
    wanted = config.tests_of(folder)
    for script in scripts(config, folder):
        if wanted and script.name not in wanted:
            continue
        before = result.failed
        app = script.play(config, config.kernel, log)
        for name, good, details in app.checks:
            result.add(f'{script.name}: {name}', good, details)
        path = expected_path(config, folder, script.name)
        if os.path.exists(path):
            with open(path, encoding='utf-8', newline='') as file:
                expected = file.read()
            got = transcript(app)
            result.add(f'{script.name}: same as on Debian\'s kernel', got == expected, _difference(expected, got, 'Linux'))
        result.failing += [script.name] if result.failed != before else []
    if not result.passed and not result.failed:
        result.note = f'test/{folder} holds no session'
    return result


def compare(config, log, folders, record=False):
    """Plays every session that has a twin on Debian's kernel.  Returns the texts of the differences.

    With `record`, keeps what Debian's kernel gave as the expectation of `make test`.
    """
    differences = []
    for folder in folders:
        for script in scripts(config, folder):
            if not script.linux:
                continue
            script.initrd(config)     # once, before the two guests ask for it
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                linux_play = pool.submit(script.play, config, 'linux', log)
                our_play = pool.submit(script.play, config, 'omegaos', log)
            linux = linux_play.result()
            for name, good, details in linux.checks:
                if not good:
                    differences.append(f'{folder}/{script.name}: Debian\'s kernel fails "{name}"\n{details}')
            wanted = transcript(linux)
            if record:
                keep_record(config, folder, script.name, wanted)
            got = transcript(our_play.result())
            if got != wanted:
                differences.append(f'{folder}/{script.name} differs\n{_difference(wanted, got, "Linux")}')
    return differences


def cmd_oracle(config, args):
    """osxdk oracle [--record] [abi|apps|hostile ...]: programs and sessions against Debian's own kernel."""
    from . import suites
    from .oracle import LEFT_OUT, linux_kernel
    linux_kernel(config)
    known = ('abi', 'apps', 'hostile')
    wanted = [a for a in args if a != '--record'] or known
    for name in wanted:
        if name not in known:
            raise Refused(f'oracle: {name} is none of {", ".join(known)}')
    folder = os.path.join(config.arch_dir, 'test')
    os.makedirs(folder, exist_ok=True)
    failed, passed, differences = 0, 0, []
    with open(os.path.join(folder, 'oracle.log'), 'w', encoding='utf-8') as log:
        for programs, options in suites.GUEST_PROGRAMS.items():
            if programs not in wanted:
                continue
            reason = LEFT_OUT.get(config.arch, {}).get(programs)
            if reason:
                print(f'test/{programs} is not run on Debian\'s kernel: {reason}', flush=True)
                continue
            result = suites.run_programs(config, programs, 'linux', log, **options)
            print(result.details, end='')
            print(f'test/{programs} on Debian\'s kernel: {result}', flush=True)
            passed, failed = passed + result.passed, failed + result.failed
        folders = [name for name in ('apps', 'hostile') if name in wanted]
        differences = compare(config, log, folders, record='--record' in args)
    for text in differences:
        print(text, end='')
    total = failed + len(differences)
    print(f'{total} differences')
    return 1 if total or not (passed or folders) else 0
