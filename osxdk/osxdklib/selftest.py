# SPDX-License-Identifier: MPL-2.0
"""selftest - the kit's own tests: what it must refuse, and the parts that need no guest."""
import collections
import os
import re
import subprocess
import tempfile

from . import bench, booksite, check, coverage, modeltest, mutants, oracle, rerun, samechecks, scaling, soundness
from .apt import DEBIAN_SUITES
from .config import Refused, parse_mem
from .cpio import EPOCH, Tree, compress
from .qemu import BAD_EXIT, GOOD_EXIT, verdict

# Each is one clear line and exit code 2: (command, variables).
REFUSED = [
    ('run', {'SMP': '0'}), ('run', {'SMP': '65'}), ('run', {'SMP': 'two'}), ('run', {'MEM': '1'}),
    ('run', {'MEM': 'lots'}), ('run', {'SCHEME': 'nothing'}), ('run', {'IMAGE': '/nonexistent/image'}),
    ('run', {'KERNEL': '/nonexistent/kernel', 'IMAGE': '/dev/null/x'}), ('build', {'OSXDK_TARGET_ARCH': 'vax'}),
    ('run', {'OSXDK_TARGET_ARCH': 'riscv64', 'SCHEME': 'microvm'}), ('run', {'OSXDK_TARGET_ARCH': 'loongarch64', 'OVMF': 'on', 'KERNEL': 'linux'}),
    ('test', {'ARCH': 'vax'}), ('run', {'ARCH': 'all'}), ('build', {'COVERAGE': 'yes'}), ('build', {'COVERAGE': '1', 'DEBUG': '1'}), ('build', {'RELEASE': 'yes'}),
    ('build', {'RELEASE': '1', 'DEBUG': '1'}), ('run', {'BOOT_METHOD': 'floppy'}), ('run', {'BOOT_PROTOCOL': 'multiboot2'}),
    ('run', {'OVMF': 'on', 'BOOT_PROTOCOL': 'pvh'}), ('run', {'GPU': 'virtio'}),
    ('run', {'LOG_LEVEL': 'loud'}), ('test', {'AUTO_TEST': 'vsock'}), ('test', {'AUTO_TEST': 'nothing'}), ('bisect', {}),
    ('docs', {}), ('profile', {}), ('profile', {'GDB_PROFILE_FORMAT': 'pie'}), ('profile', {'GDB_PROFILE_INTERVAL': '-1'}),
    ('profile', {'GDB_PROFILE_COUNT': '0'}), ('nothing', {}), ('run', {'TIMEOUT': 'soon'}),
]


def _refusals(config, result):
    kit = os.path.join(config.kit, 'osxdk/osxdk')
    base = {k: v for k, v in os.environ.items() if k in ('PATH', 'HOME', 'LANG', 'BUILD')}
    for command, variables in REFUSED:
        done = subprocess.run([kit, command], env={**base, **variables}, cwd=config.kit, text=True, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        name = f'{command} {variables} is refused'
        good = done.returncode == 2 and done.stderr.count('\n') == 1 and not done.stdout
        result.add(name, good, f'    exit code {done.returncode}\n{done.stdout}{done.stderr}')


def _archives(result):
    tree = Tree()
    tree.add_file('bin/program', b'#!/bin/sh\n', 0o755)
    tree.add_link('bin/link', 'program')
    tree.add_dir('tmp', 0o1777)
    archive = tree.newc()
    result.add('newc: reproducible', archive == tree.newc() and compress(archive) == compress(archive))
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(['cpio', '-idm', '--quiet', '--no-absolute-filenames'], input=archive, cwd=folder,
                              capture_output=True, check=False)
        path = os.path.join(folder, 'usr/bin/program')
        result.add('newc: cpio unpacks it', done.returncode == 0 and os.path.isfile(path), done.stderr.decode())
        result.add('newc: mode and time', os.path.isfile(path) and os.stat(path).st_mode & 0o777 == 0o755 and
                   int(os.stat(path).st_mtime) == EPOCH)
        result.add('newc: merged /usr', os.path.isfile(os.path.join(folder, 'bin/link')))


def _values(result):
    result.add('MEM: units', [parse_mem(t) for t in ('512', '32M', '1G', '2g')] == [512, 32, 1024, 2048])
    try:
        parse_mem('-1M')
        result.add('MEM: a sign is refused', False)
    except Refused:
        result.add('MEM: a sign is refused', True)
    table = [((GOOD_EXIT, None), 0), ((GOOD_EXIT, True), 0), ((GOOD_EXIT, False), 1), ((BAD_EXIT, True), 1),
             ((0, True), 0), ((0, False), 1), ((0, None), 1), ((1, True), 1)]
    table += [((0, True, 'riscv64'), 0), ((0, None, 'riscv64'), 1), ((GOOD_EXIT, True, 'riscv64'), 1), ((0, False, 'loongarch64'), 1)]
    for arguments, want in table:
        result.add(f'verdict{arguments}', verdict(*arguments) == want)
    result.add('mirror: suites', DEBIAN_SUITES.match('bookworm-updates') and not DEBIAN_SUITES.match('cloud-sdk-bookworm'))


def _checks(result):
    text = 'int f(int a)\n{\n' + '\tg();\n' * 101 + '}\n\nvoid h(void)\n{\n}\n'
    result.add('check: function lengths', [(n, l) for n, _, l in check.functions(text)] == [('f', 101), ('h', 0)])
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (('SUMMARY.md', '* [a](a.md)\n'), ('a.md', '[b](b.md) [s](SUMMARY.md#x) `[n](n.md)`\n')):
            with open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
                file.write(content)
        result.add('book: broken links', list(booksite.broken_links(folder)) == ['a.md: the link to b.md leads nowhere'])


def _coverage(result):
    lines = {'a/x.c': (10, 5), 'a/y.c': (10, 10), 'b/z.c': (20, 0)}
    result.add('coverage: sums of folders', coverage.folder_sums(lines) == {'a': [20, 15], 'b': [20, 0]})
    result.add('coverage: the total is the last line', coverage.table(lines).endswith('\ntotal: 37.5 % (15 of 40 lines)'))


def _reruns(result):
    """What is read out of a run's text, to run it again."""
    result.add('rerun: suites and tests', rerun.parse(['ktest:a,b.c', 'unit', 'ktest:d']) == {'ktest': ['a', 'b.c', 'd'], 'unit': []})
    tap = '# pipe.full\nok 1 - pipe: full\n# vm.map\nnot ok 2 - vm: map\n# vm.grow\r\n'
    result.add('rerun: a KTEST that never returned', rerun.failing_ktests(tap) == ['vm.map', 'vm.grow'])
    result.add('rerun: a KTEST that failed', rerun.failing_ktests(tap + 'ok 3 - vm: grow\n1..3\n') == ['vm.map'])
    programs = '# fd\n9 passed, 0 failed\n# poll\r\n'
    result.add('rerun: a program that ended the guest', rerun.failing_programs(programs) == ['poll'])
    result.add('rerun: programs that failed', rerun.failing_programs(programs + 'Syscall tests failed: a poll-2\n') == ['a', 'poll-2'])
    result.add('rerun: the report in a log', rerun.report_of('x\nOops: y\nz\n') == '    Oops: y\n    z')


def _soundness(config, result):
    """The check of the soundness page sees what is not there."""
    part = '### T1. A\n- Kept by: `{}` in `{}`\n- Attacked by: `{}`\n'
    good = part.format('pick_next', 'osxtd/src/core/task.c', 'sched_attack: only_what_is_ready_is_run')
    for text, want in ((good, None), (part.format('no_such', 'osxtd/src/core/task.c', 'test/hostile/oops.py'), 'has no no_such'),
                       (part.format('f', 'osxtd/none.c', 'test/hostile/oops.py'), 'osxtd/none.c does not exist'),
                       (part.format('pick_next', 'osxtd/src/core/task.c', 'task: none'), 'there is no KTEST task: none'),
                       (good + good, 'stands there twice'), ('### T1. A\n- Kept by: `x`\n', 'does not say what keeps it')):
        found = [b for b in soundness.breaches(config.kit, text) if 'T1' in b]
        result.add(f'soundness: {want}', not found if want is None else any(want in b for b in found), '\n'.join(found))


def _mutants(config, result):
    tables = mutants.load(os.path.join(config.kit, 'test/mutants'))
    gone = mutants.stale(config.kit, tables)
    result.add('mutants: each finds its place', not gone, f'    {", ".join(gone)}\n')
    fault = {'find': 'a = 1;', 'with': ''}
    result.add('mutants: white space does not count', mutants.mutate('x a  =\n\t1; y', fault) == 'x  y')
    result.add('mutants: two places are refused', mutants.mutate('a = 1; a = 1;', fault) is None)


def _bench(result):
    """Figures out of a console and counts: a row that is done, one that failed, one that died and left rounds out."""
    whole = [bench.WARM_UP * [9999] + bench.ROUNDS * [count] for count in (20030, 30, 30 + 2 * 1600, 30 + 10 * (2 + 100))]
    lines = ['BENCH-ROW good 10', 'BENCH good done', 'BENCH-ROW bad 10', 'BENCH bad failed for a reason', 'BENCH-ROW dead 10']
    figures = bench.Figures(lines, whole + [whole[3], whole[3][:5]])
    result.add('bench: figures of a row', figures.rows['good'] == 100.0 and figures.known == 20000, f'    {figures.rows}\n')
    result.add('bench: rows that failed', figures.rows['bad'] == 'failed for a reason' and
               figures.rows['dead'].startswith('failed'), f'    {figures.rows}\n')
    rows = [{'row': 'null_syscall', 'ratio': 0.41}]
    result.add('bench: the bars', len(bench.over_the_bar(rows, 0.61, quiet=True)) == 2 and not bench.over_the_bar([{**rows[0], 'ratio': 0.4}], 0.6))


def _scaling(result):
    """The console's rows and the plugin's counts become figures; what grows with the CPUs is told."""
    lines, counts = ['noise'], ''
    for name, cost in (('known', 1), ('empty', 5), ('flat', 105), ('steep', 105)):
        for workers in scaling.WORKERS:
            for extra in (0, 900, 1):   # the median counts
                lines.append(f'SCALING {name} {workers} 100')
                each = 100 * cost + extra + (2000 if name == 'steep' and workers == 8 else 0)
                counts += ' '.join(map(str, [7777, *[each] * workers])) + '\n'
    found = scaling.figures(scaling.joined(lines, counts))
    result.add('scaling: figures', found['flat', 4] == 100.0 and found['steep', 8] == 120.0 and scaling.counts_are_good(found), f'    {found}\n')
    result.add('scaling: the bar', scaling.over_the_bar(found, ['flat', 'steep']) == ['steep with 8 CPUs at work: 1.200, more than 1.15'])
    failed = scaling.figures([('flat', 2, 'failed mmap', [0]), ('flat', 1, '100', [0, 1, 1])])
    result.add('scaling: rows that failed', failed == {('flat', 2): 'failed mmap', ('flat', 1): 'failed: 2 CPUs counted'} and
               len(scaling.over_the_bar(failed, ['flat'])) == 3, f'    {failed}\n')


def _model(config, result):
    """What a verifier says, and that the table of faults is that of the model."""
    for text, want in (('errors: 0\n', ''), ('pan:1: assertion violated x\nerrors: 1\n', 'assertion violated x'), ('', 'the search did not come to its end'),
                       ('error: max search depth too small\nerrors: 0\n', 'the search did not come to its end')):
        result.add(f'model: verdict "{want}"', modeltest.verdict(text) == want)
    with open(os.path.join(config.kit, 'test/model/vmspace.pml'), encoding='utf-8') as file:
        text = file.read()
    numbers = [int(n) for n in re.findall(r'^#define [A-Z_]+\s+(\d+)$', text[text.index('/* Defects. */'):text.index('byte fault')], re.M)]
    result.add('model: each fault has a check', numbers == [number for number, _, _ in modeltest.FAULTS.values()], f'    {numbers}\n')


def _oracle(config, result):
    """Every architecture's named differences have reasons; what is named, what is not, what passes."""
    known = {arch: oracle.named_differences(config, arch) for arch in ('x86_64', 'riscv64', 'loongarch64')}
    result.add('oracle: differences are named with reasons', known['riscv64'] and known['loongarch64'] and not known['x86_64'])
    console = 'ok 1 - one\nnot ok 2 - two (line 3: x)\r\nnot ok - other: ended with status 0x7\n'
    split = oracle.unnamed({'two': '', 'one': ''}, console, True)
    result.add('oracle: named and unnamed', split == (['other: ended with status 0x7'], ['one'], 1), f'    {split}\n')


def _same_checks(config, result):
    """What one architecture lacks is told, unless a table names it."""
    tables = samechecks.read(config.kit)
    result.add('same checks: each difference has its reason', all(len(t.reason) >= samechecks.REASON_LENGTH for t in tables))
    only = samechecks.Only({'suite': 's', 'arches': ['a'], 'checks': ['old: *', 'never'], 'reason': ''})
    counts = {'a': collections.Counter(['both', 'old: call', 'new']), 'b': collections.Counter(['both', 'both'])}
    told = samechecks.problems_of('s', counts, [only])
    result.add('same checks: named and unnamed', told == ['s: "both" is only on b', 's: "new" is only on a'] and only.used == {'old: *'},
               f'    {told}\n')


def suite_kit(config, _log):
    """The kit itself."""
    from .suites import Result
    result = Result()
    _values(result)
    _archives(result)
    _checks(result)
    _soundness(config, result)
    _coverage(result)
    _reruns(result)
    _mutants(config, result)
    _bench(result)
    _scaling(result)
    _model(config, result)
    _oracle(config, result)
    _same_checks(config, result)
    _refusals(config, result)
    return result
