# SPDX-License-Identifier: MPL-2.0
"""wallstest - the suite `walls`: foreign calls are refused, by name, and the linker does not find them either.

Each probe is a C file with one call, put in the place of a component of the real tree; the symbols of all
others are those of the build.
"""
import glob
import os
import subprocess
import tempfile
import tomllib

from . import build

MANIFEST = '''name = "{name}"
version = "1.0.0"
stage = "{stage}"
floor = {floor}
needs = {needs}
exports = {exports}
{more}
'''


class Tree:
    """The walls of one build: its symbol files and the tool."""

    def __init__(self, config):
        self.config, self.folder = config, config.meson_dir
        self.tool = os.path.join(config.kit, 'tools/walls/walls.py')
        self.symbols = {}
        for path in glob.glob(os.path.join(self.folder, 'tools/walls/*.symbols')) + [self.path('osxtd.symbols')]:
            with open(path, encoding='utf-8') as file:
                lines = file.read().split('\n')
            self.symbols[lines[0].split()[1]] = (path, lines[1:])
        with open(self.path('kernel-flags.txt'), encoding='utf-8') as file:
            self.flags = file.read().split('\n--\n')[0].split('\n')

    def path(self, name):
        return os.path.join(self.folder, name)

    def some(self, component, kind):
        """A function that the component exports, or keeps to itself."""
        names = [line.split()[1] for line in self.symbols[component][1] if line.startswith(kind)]
        return next(n for n in names if n.isidentifier() and not n.startswith('_') and not n.endswith(('_type_', '_held')))

    def run(self, *arguments):
        done = subprocess.run([self.tool, *arguments], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def check(self, folder, replaced=None, root=None, files=None):
        paths = {name: path for name, (path, _) in self.symbols.items()}
        paths.update([replaced] if replaced else [])
        files = files or paths.values()
        return self.run('check', '--arch', self.config.arch, '--root', root or self.config.kit, '--stamp', os.path.join(folder, 'ok'), *files)

    def compile(self, folder, calls, name='probe.c'):
        """An object that calls these functions."""
        source = os.path.join(folder, name)
        with open(source, 'w', encoding='utf-8') as file:
            file.write(''.join(f'void {call}(void);\n' for call in calls) + 'void probe(void);\nvoid probe(void)\n{\n' +
                       ''.join(f'\t{call}();\n' for call in calls) + '}\n')
        flags = [flag for flag in self.flags if not flag.startswith('-flto')]
        subprocess.run(['clang-22', *flags, '-c', source, '-o', source + '.o'], check=True)
        return source + '.o'


def _probe(tree, component, calls, name='probe.c'):
    """What the check says when the component's code is one that makes these calls."""
    with tempfile.TemporaryDirectory() as folder:
        symbols = os.path.join(folder, 'probe.symbols')
        manifest = os.path.join(tree.config.kit, 'kernel', component, 'component.toml')
        obj = tree.compile(folder, calls, name)
        code, text = tree.run('seal', '--manifest', manifest, '--symbols', symbols, '--object',
                              os.path.join(folder, 'sealed.o'), obj)
        if code != 0:
            return code, text
        return tree.check(folder, replaced=(component, symbols))


def _refusals(tree, result):
    private, foreign, hidden = tree.some('osxtd', 'local'), tree.some('process', 'export'), tree.some('fs', 'local')
    api, lower = tree.some('osxtd', 'export'), tree.some('time', 'export')
    table = [
        ('vm', [private], f'vm: uses {private} of osxtd, which is private (not OSXTD_API)'),
        ('vm', [foreign], f'vm: uses {foreign} of process, which its component.toml does not need'),
        ('process', [hidden], f'process: uses {hidden} of fs, which fs does not export'),
        ('vm', ['no_such_function'], 'vm: uses no_such_function, which nothing defines'),
    ]
    for component, calls, message in table:
        code, text = _probe(tree, component, calls)
        result.add(message, code == 1 and message in text, text)
    code, text = _probe(tree, 'process', [api, lower])
    good = not any(f'process: uses {call} ' in text for call in (api, lower))
    result.add('declared calls pass', good, text)
    code, text = _probe(tree, 'vm', [foreign], 'probe_test.c')
    result.add('tests obey too', code == 1 and f'vm: uses {foreign}' in text, text)


def _linker(tree, result):
    """Even without the check, the linker finds no private function in OSXTD's object."""
    private, api = tree.some('osxtd', 'local'), tree.some('osxtd', 'export')
    with tempfile.TemporaryDirectory() as folder:
        probe = tree.compile(folder, [private, api])
        done = subprocess.run(['ld.lld-22', '--error-limit=0', '-e', 'probe', probe, tree.path('osxtd.o'), '-o',
                               os.path.join(folder, 'out')], capture_output=True, text=True, check=False)
    result.add(f'the linker does not find {private}', f'undefined symbol: {private}\n' in done.stderr, done.stderr[:2000])
    result.add(f'the linker finds {api}', f'undefined symbol: {api}\n' not in done.stderr, done.stderr[:2000])


def _manifests(tree, result):
    """What a manifest may not say."""
    low = {'name': 'low', 'floor': 1, 'stage': 'bootstrap', 'needs': '[]', 'exports': '[]', 'more': ''}
    high = {'name': 'high', 'floor': 2, 'stage': 'process', 'needs': '["low"]', 'exports': '[]', 'more': ''}
    table = [
        ('two good manifests', low, high, ''),
        ('a higher floor', {**low, 'needs': '["high"]'}, high, 'low (floor 1) needs high (floor 2), a higher floor'),
        ('a cycle on one floor', {**low, 'needs': '["high"]'}, {**high, 'floor': 1}, 'need each other'),
        ('an unknown component', low, {**high, 'needs': '["nobody"]'}, 'needs nobody, which is no component'),
        ('one name twice', low, {**high, 'name': 'low', 'needs': '[]'}, 'has the same name'),
        ('a floor that is no number', low, {**high, 'floor': '"two"'}, '`floor` is missing or not a int'),
        ('an unknown stage', low, {**high, 'stage': 'dawn'}, 'stage is bootstrap, kthread or process'),
        ('no TOML', low, {**high, 'needs': '['}, 'component.toml: '),
        ('a way up without a reason', {**low, 'more': '[needs_up]\nhigh = ""'}, high, 'needs_up.high gives no reason'),
        ('a way up with a reason', {**low, 'more': '[needs_up]\nhigh = "the test wants to see it pass"'}, high, ''),
    ]
    for name, first, second, message in table:
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, 'osxtd'))
            for folder, values in (('low', first), ('high', second)):
                os.makedirs(os.path.join(root, 'kernel', folder))
                with open(os.path.join(root, 'kernel', folder, 'component.toml'), 'w', encoding='utf-8') as file:
                    file.write(MANIFEST.format(**values))
            with open(os.path.join(root, 'osxtd/component.toml'), 'w', encoding='utf-8') as file:
                file.write(MANIFEST.format(name='osxtd', floor=0, stage='bootstrap', needs='[]', exports='[]', more='expects = []'))
            symbols = os.path.join(root, 'low.symbols')
            with open(symbols, 'w', encoding='utf-8') as file:
                file.write('component low\n')
            code, text = tree.check(root, root=root, files=[symbols])
        result.add(f'manifests: {name}', (code == 1 and message in text) if message else code == 0, text)
    with tempfile.TemporaryDirectory() as folder:
        manifest = os.path.join(folder, 'component.toml')
        with open(manifest, 'w', encoding='utf-8') as file:
            file.write(MANIFEST.format(**{**low, 'exports': '["absent.h"]'}))
        code, text = tree.run('seal', '--manifest', manifest, '--symbols', os.path.join(folder, 's'),
                              tree.compile(folder, []))
        result.add('manifests: a header that is not there', code == 1 and 'exports absent.h, which is not there' in text, text)


def _layers(tree, result):
    """layers.toml (who includes whom) and the manifests (who links whom) say the same."""
    root = tree.config.kit
    with open(os.path.join(root, 'layers.toml'), 'rb') as file:
        layers = tomllib.load(file)
    manifests = {}
    for path in glob.glob(os.path.join(root, 'kernel/**/component.toml'), recursive=True):
        with open(path, 'rb') as file:
            manifests[os.path.relpath(os.path.dirname(path), root)] = tomllib.load(file)
    # What is in arch/<arch> answers arch.h: its users include the folder above.
    folders = {m['name']: os.path.dirname(f) if m['name'] == 'arch' else f for f, m in manifests.items()}
    for folder, manifest in sorted(manifests.items()):
        may = set(layers['may include'].get(folder, []))
        needs = {folders[n] for n in manifest['needs'] + manifest.get('test_needs', [])}
        result.add(f'{folder}: what it needs it may include', needs <= may, f'    only the manifest: {needs - may}\n')
        up = {folders[n] for n in manifest.get('needs_up', {})}
        unused = {f for f in may & set(folders.values()) if f not in needs | up and f != os.path.dirname(folder)}
        unused -= {'kernel/process'} if manifest['name'] == 'arch' else set()     # its inline part alone
        result.add(f'{folder}: what it may include it needs', not unused, f'    only layers.toml: {unused}\n')
        floor = layers['floors'][folders[manifest['name']]]
        result.add(f'{folder}: its floor', floor == manifest['floor'], f'    {floor} in layers.toml\n')


def suite_walls(config, _log):
    """The link walls."""
    from .suites import Result
    result = Result()
    build.build(config)
    with build.Lock(config.meson_dir):
        build.ninja(config, 'osxtd.o')
        tree = Tree(config)
        with tempfile.TemporaryDirectory() as folder:
            code, text = tree.check(folder)
            result.add('the tree passes', code == 0, text)
    _refusals(tree, result)
    _linker(tree, result)
    _manifests(tree, result)
    _layers(tree, result)
    return result
