# SPDX-License-Identifier: MPL-2.0
"""suites - `osxdk test`: every suite with its own line of counts, two at a time, then the total.

A suite is a function (config, log) -> Result that writes what it sees to `log`.
"""
import concurrent.futures
import os
import re
import shutil
import subprocess
import tempfile
import time
import traceback

from . import audit, build, debugsuite, doors, gdbtest, hosttests, image, modeltest, oracle, rerun, run, scripted, selftest, smptest, sysfuzz, sysroot, wallstest
from .config import Refused
from .console import Session, Timeout, boot

PARALLEL = 2
KASLR_BOOTS = 5
PROGRAMS_TIMEOUT = 600
# Folders of programs that run in a guest of their own.  256 MiB: little enough that memory really runs out.
# What AUTO_TEST=boot boots when SCHEME= does not say.
AUTO_SCHEMES = {'x86_64': 'q35', 'riscv64': 'riscv', 'loongarch64': 'loongarch'}
GUEST_PROGRAMS = {'abi': {}, 'hostile': {'mem_mib': 256}}
GOOD = {'boot': r'Successfully booted\.', 'abi': r'All syscall tests passed\.', 'hostile': r'Hostile tests passed\.',
        'ktest': r'\[ktest runner\] All tests passed\.'}


class Result:
    """Counts of one suite and what to print about it; `note` says why nothing ran."""

    def __init__(self, passed=0, failed=0, details='', note='', failing=()):
        self.passed, self.failed, self.details, self.note = passed, failed, details, note
        self.failing = list(failing)    # names of tests, as `osxdk test SUITE:NAME` takes them

    def add(self, name, good, details=''):
        self.passed += bool(good)
        self.failed += not good
        if not good:
            self.details += f'FAILED {name}\n{details}'

    def __str__(self):
        return f'{self.passed} passed, {self.failed} failed' + (f' ({self.note})' if self.note else '')


def tail(text, lines=25):
    return '\n'.join('    ' + line for line in text.replace('\r', '').splitlines()[-lines:]) + '\n'


def patience(config, seconds):
    """TIMEOUT=, or seconds: more of them for the debug kernel, which takes its time."""
    return config.timeout or seconds * (4 if config.debug else 1)


def reports_of_kernel(text):
    """The first lines of what went wrong in the kernel by its own account."""
    return re.findall(r'\[ *\d+\.\d+\] (?:BUG|Oops): .*|^Kernel panic: .*', text.replace('\r', ''), re.M)


def boot_and_judge(result, name, machine, good, timeout, log, echo=False, reports=True):
    """Boots a guest to its end, adds one check to `result`, returns the console text.

    With `reports`, what the kernel reports of itself fails the check.
    """
    log.write(f'--- {name}\n')
    code, text, trace = boot(machine, good, timeout, echo=echo, log=log)
    seen = re.search(good, text, re.M)
    problem = '' if code == 0 else f'    exit code {code}\n{trace}\n{tail(text)}'
    found = reports_of_kernel(text) if reports else []
    problem += ''.join(f'    {line}\n' for line in found[:10])
    result.add(name, code == 0 and seen and not found, problem)
    return text


def counted(text):
    """The last `N passed, N failed` of a console text."""
    found = re.findall(r'(\d+) passed, (\d+) failed', text)
    return (int(found[-1][0]), int(found[-1][1])) if found else None


def verdicts(text):
    """How many KTESTs of a console text passed, and the lines of those that did not."""
    return len(re.findall(r'^ok \d+', text, re.M)), [line.strip() for line in re.findall(r'^not ok .*', text, re.M)]


def suite_ktest(config, log, echo=False):
    """KTESTs: the kernel runs them itself, before any user program."""
    result = Result()
    wanted = ','.join(config.tests_of('ktest')) or config.ktest
    argument = f'ktest={wanted}' if wanted else 'ktest'
    # One CPU counts instructions for time, so that a busy host cannot take time from a test.
    counted = {'extra': ('-icount', 'shift=0,sleep=off'), 'tcg': True} if config.smp == 1 else {}
    machine = run.make_machine(config, 'omegaos', args=[argument], **counted)
    whole = Result()
    text = boot_and_judge(whole, 'ktest', machine, GOOD['ktest'], patience(config, 240), log, echo, reports=False)
    result.passed, failing = verdicts(text)
    result.failed = len(failing)
    for line in failing:
        result.details += f'FAILED {line}\n'
    result.failing = rerun.failing_ktests(text)
    if whole.failed and not result.failed:
        result.failed, result.details = 1, whole.details
    if not result.passed and not result.failed:
        result.add('ktest', False, '    no test ran\n')
    return result


def suite_boot(config, log, echo=False):
    """User space is reached on every kind of machine, and a script runs there."""
    result = Result()
    schemes = config.tests_of('boot') or ([config.scheme_name] if config.scheme_name else config.schemes())
    for scheme in schemes:
        machine = run.make_machine(config, args=['OMEGA_AUTO=boot'], scheme=scheme)
        before = result.failed
        boot_and_judge(result, f'boot on {scheme}', machine, GOOD['boot'], patience(config, 120), log, echo)
        result.failing += [scheme] if result.failed != before else []
    return result


def kaslr_offset(config, result, name, log, *args):
    """Boots to the kaslr tests with more arguments; returns how far the kernel said it was moved."""
    machine = run.make_machine(config, 'omegaos', args=['ktest=kaslr', *args])
    text = boot_and_judge(result, name, machine, GOOD['ktest'], patience(config, 60), log)
    found = re.search(r'^# kernel offset (0x[0-9a-f]+)', text, re.M)
    return int(found[1], 16) if found else None


def suite_kaslr(config, log):
    """The kernel runs at another address each time, at its own with nokaslr, and its reports say how far it moved."""
    result = Result()
    offsets = [kaslr_offset(config, result, f'boot {i + 1}', log) for i in range(KASLR_BOOTS)]
    result.add('offsets differ', None not in offsets and len(set(offsets)) > KASLR_BOOTS // 2, f'    {offsets}\n')
    fixed = kaslr_offset(config, result, 'boot with nokaslr', log, 'nokaslr')
    result.add('nokaslr: not moved', fixed == 0, f'    {fixed}\n')
    kaslr_backtrace(config, result, log)
    return result


def kaslr_backtrace(config, result, log):
    """A kernel that stops names its functions, and so does the host that looks at an idle one from outside."""
    machine = run.make_machine(config, 'omegaos', args=['init=/one', 'init=/two'])
    with Session(machine, log=log) as session:
        try:
            own = session.expect(r'Kernel panic: [^\0]*Kernel Offset: 0x[0-9a-f]+', 60)[0]
        except Timeout as error:
            own = str(error)
    result.add('its own backtrace has names', re.search(r'^ +[0-9a-f]{16} kernel_main\+0x', own, re.M), f'    {own}\n')
    with Session(run.make_machine(config, 'omegaos'), log=log) as session:
        try:
            session.login()
            session.drain(1.0)
            seen = session.guest.backtrace()
        except Timeout as error:
            seen = str(error)
    result.add('the host\'s backtrace has names', re.search(r'#\d+ 0x[0-9a-f]+ .*kernel_main \(.*main\.c:\d+\)', seen),
               f'    {seen}\n')


def program_image(config, folder, kind='omegaos'):
    """Builds test/FOLDER by its own Makefile and returns its initramfs, whose /init runs the programs."""
    out, variables = os.path.join(config.arch_dir, folder), sysroot.make_variables(config)
    page_size = oracle.PAGE_SIZES.get(config.arch) if kind in ('linux', 'oracle') else None
    if page_size:
        out += f'-{page_size}'
        variables += [f'MORE_CFLAGS=-DABI_PAGE={page_size}UL']
    env = {k: v for k, v in os.environ.items() if k not in ('MAKEFLAGS', 'MAKEOVERRIDES', 'MFLAGS')}
    with build.Lock(out):
        made = subprocess.run(['make', '--no-print-directory', '-C', os.path.join(config.kit, 'test', folder), f'OUT={out}', *variables],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env=env)
    if made.returncode != 0:
        raise Refused(f'test/{folder} does not compile:\n{tail(made.stdout)}')
    return os.path.join(out, folder + '.cpio')


def run_programs(config, folder, kind, log, echo=False, **options):
    """Runs the programs of test/FOLDER on kernel `kind`; the guest's own counts are the result."""
    initrd, wanted = program_image(config, folder, kind), config.tests_of(folder)
    if wanted:
        wanted = [name for name in wanted if os.path.exists(os.path.join(os.path.dirname(initrd), folder, name))]
        if not wanted:
            return Result()
        options = {**options, 'args': [*options.get('args', ()), 'ABI=' + ','.join(wanted)]}
    if kind in ('linux', 'oracle'):
        options = {**options, 'args': [*options.get('args', ()), *oracle.test_args(config.arch)]}
    machine = run.make_machine(config, kind, initrd=initrd, **options)
    whole = Result()
    text = boot_and_judge(whole, f'{folder} on {kind}', machine, GOOD[folder], patience(config, PROGRAMS_TIMEOUT), log, echo)
    passed, failed = counted(text) or (0, 0)
    if folder == 'abi' and kind in ('linux', 'oracle') and passed and failed:
        return differences_named(config, text, passed, failed, not wanted)
    result = Result(passed, failed, whole.details, failing=rerun.failing_programs(text) if whole.failed or failed else ())
    for line in sorted(set(re.findall(r'^\s*(?:not ok|FAIL).*', text, re.M)))[:60]:
        result.details += f'    {line.strip()}\n'
    if whole.failed and not failed:
        result.failed = 1
    return result


def differences_named(config, text, passed, failed, is_complete):
    """The result of tests on Debian's kernel: what fails there and has a reason is no failure, a reason for what passes is."""
    unknown, stale, covered = oracle.unnamed(oracle.named_differences(config, config.arch), text, is_complete)
    result = Result(passed, max(failed - covered, len(unknown)) + len(stale), note=f'{covered} named differences')
    for line in unknown:
        result.details += f'    not ok - {line}\n'
    for name in stale:
        result.details += f'    test/arch-differences.toml names "{name}" for {config.arch}, which passes\n'
    return result


def suite_abi(config, log, echo=False):
    """test/abi: every system call family."""
    return run_programs(config, 'abi', config.kernel, log, echo)


def suite_hostile(config, log):
    """test/hostile: programs that attack the kernel, and sessions whose shell must survive."""
    result = scripted.suite(config, 'hostile', log)
    if os.path.exists(os.path.join(config.kit, 'test/hostile/Makefile')):
        programs = run_programs(config, 'hostile', config.kernel, log, **GUEST_PROGRAMS['hostile'])
        result = Result(result.passed + programs.passed, result.failed + programs.failed,
                        result.details + programs.details, failing=result.failing + programs.failing)
    return result


def suite_newkernel(config, log):
    """A kernel made by `osxdk new --kernel` outside this tree builds and boots."""
    result = Result()
    folder = tempfile.mkdtemp(prefix='osxdk-new-')
    kit = os.path.join(config.kit, 'osxdk/osxdk')
    env = {k: v for k, v in os.environ.items() if k in ('PATH', 'HOME', 'LANG', 'TMPDIR')}
    env.update(TIMEOUT='60', OSXDK_TARGET_ARCH=config.arch)
    try:
        for name, command, where in (('osxdk new', [kit, 'new', 'hello', '--kernel'], folder),
                                     ('osxdk test of the new kernel', [kit, 'test'], os.path.join(folder, 'hello'))):
            done = subprocess.run(command, cwd=where, env=env, text=True, check=False, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            log.write(done.stdout)
            result.add(name, done.returncode == 0, tail(done.stdout))
            if done.returncode != 0:
                break
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return result


SUITES = {
    'kit': selftest.suite_kit,
    'audit': audit.suite_audit,
    'unit': hosttests.suite_unit,
    'model': modeltest.suite,
    'ktest': suite_ktest,
    'boot': suite_boot,
    'kaslr': suite_kaslr,
    'doors': doors.suite,
    'abi': suite_abi,
    'smp': smptest.suite,
    'apps': lambda config, log: scripted.suite(config, 'apps', log),
    'hostile': suite_hostile,
    'gdb': gdbtest.suite_gdb,
    'newkernel': suite_newkernel,
    'walls': wallstest.suite_walls,
    'fuzz': lambda config, log: hosttests.suite_fuzz(config, log, seconds=5),
    'sysfuzz': sysfuzz.suite,
    'debug': debugsuite.suite_debug,
}


def _run_one(config, name, folder):
    start = time.monotonic()
    with open(os.path.join(folder, name + '.log'), 'w', encoding='utf-8') as log:
        try:
            result = SUITES[name](config, log)
            if config.tests_of(name) and not result.passed and not result.failed:
                result.add(name, False, f'    no test of the name {", ".join(config.tests_of(name))}\n')
        except Refused as error:
            result = Result(0, 1, f'    {error}\n')
        except Exception:   # one suite's mistake must not end the others
            result = Result(0, 1, traceback.format_exc())
    return name, result, time.monotonic() - start


def run_suites(config, names):
    """Runs suites, prints each when it ends and the total last.  Returns the exit code."""
    run.kernel_file(config, config.kernel)
    image.root_image(config, 'full')
    folder = os.path.join(config.arch_dir, 'test', *(['debug'] if config.is_rerun else []))
    os.makedirs(folder, exist_ok=True)
    total, failing = Result(), {}
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        jobs = [pool.submit(_run_one, config, name, folder) for name in names]
        for job in concurrent.futures.as_completed(jobs):
            name, result, seconds = job.result()
            print(result.details, end='')
            print(f'{name:10} {result}  [{seconds:.0f} s, {os.path.relpath(folder)}/{name}.log]', flush=True)
            total.passed += result.passed
            total.failed += result.failed
            if result.failed:
                failing[name] = result.failing
    if not config.is_rerun:
        rerun.record(config, failing)
    print(f'{total.passed} passed, {total.failed} failed')
    return 1 if total.failed or not total.passed else 0


def run_auto_test(config):
    """AUTO_TEST=: one suite on the console of this terminal; its good line comes last."""
    kinds = {'boot': ('boot', suite_boot), 'syscall': ('abi', suite_abi)}
    if config.auto_test not in kinds:
        raise Refused(f'AUTO_TEST={config.auto_test}: not supported yet; give {" or ".join(kinds)}')
    if config.auto_test == 'boot' and not config.scheme_name:
        config = config.with_scheme(AUTO_SCHEMES[config.arch])
    with open(os.devnull, 'w', encoding='utf-8') as log:
        suite, run_suite = kinds[config.auto_test]
        result = run_suite(config, log, echo=True)
    if result.failed or not result.passed:
        print(result.details or 'no test ran')
        print(f'AUTO_TEST={config.auto_test}: {result}')
        return 1
    print(GOOD[suite].replace('\\', ''))
    return 0


def cmd_test(config, args):
    """osxdk test [SUITE[:TEST,...] ...]: all suites, or those named; with AUTO_TEST= that one on this terminal.
    --debug-failed runs what failed last on the debug build."""
    if 'kernel' in config.manifest:
        from . import newkernel
        return newkernel.test(config)
    if config.auto_test != 'none':
        return run_auto_test(config)
    if args == ['--debug-failed']:
        return rerun.debug_failed(config)
    config.selected = rerun.parse(args)
    return run_suites(config, list(config.selected) or list(SUITES))


def cmd_ktest(config, _args):
    """osxdk ktest: the in-kernel tests on this terminal; KTEST=module runs that module's."""
    with open(os.devnull, 'w', encoding='utf-8') as log:
        result = suite_ktest(config, log, echo=True)
    print(result.details, end='')
    print(result)
    return 1 if result.failed else 0
