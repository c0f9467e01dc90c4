# SPDX-License-Identifier: MPL-2.0
"""torture - `osxdk torture`: what waits and what wakes, on many CPUs, for as long as one likes."""
import os

CPUS = 8
# What is around the tests: the boot, the ends of the workers, a host that has other things to do.
GRACE = 300


def cmd_torture(config, _args):
    """osxdk torture: the torture KTESTs on the debug build with SMP=8, for TORTURE_TIME=600 seconds of the guest's time.

    A hang, an oops, and whatever KASAN, UBSan, lockdep or a watchdog reports fail it.
    """
    from . import run, suites
    config = config.with_profile('debug')
    smp, result = config.smp if config.smp > 1 else CPUS, suites.Result()
    machine = run.make_machine(config, 'omegaos', args=['ktest=torture', f'torture_time={config.torture_time}'], smp=smp)
    folder = os.path.join(config.arch_dir, 'test')
    os.makedirs(folder, exist_ok=True)
    name = os.path.join(folder, 'torture.log')
    with open(name, 'w', encoding='utf-8') as log:
        whole = suites.Result()
        text = suites.boot_and_judge(whole, f'torture on {smp} CPUs', machine, suites.GOOD['ktest'],
                                     config.timeout or config.torture_time + GRACE, log, echo=True)
    result.passed, failing = suites.verdicts(text)
    result.failed = len(failing)
    for line in failing:
        result.details += f'FAILED {line}\n'
    if whole.failed and not result.failed:
        result.failed = 1
    result.details += whole.details
    print(result.details, end='')
    print(result)
    return 1 if result.failed or not result.passed else 0
