# SPDX-License-Identifier: MPL-2.0
"""smptest - what needs several CPUs, whatever SMP= says: the kernel's own tests of them, programs that meet on them, 64 of them."""

# Families of test/abi in which several tasks meet.
FAMILIES = ('futex', 'pipe', 'signal', 'smp', 'thread', 'wait')
# How many CPUs a command line lets run, of four.
LIMITS = (('nr_cpus=2', 2), ('maxcpus=3', 3), ('nosmp', 1), ('maxcpus=0', 1))


def suite(config, log):
    """Several CPUs start, answer each other and keep apart what is apart."""
    from . import run, suites
    result = suites.Result()

    def ktest(name, smp, tests, *args, seen=''):
        machine = run.make_machine(config, 'omegaos', args=[f'ktest={tests}', 'osxtd.log_level=info', *args], smp=smp)
        suites.boot_and_judge(result, name, machine, seen + suites.GOOD['ktest'], suites.patience(config, 120), log, reports=False)

    ktest('ktest on 4 CPUs', 4, 'smp,sched,sched_attack,mutex,waitq,timer,task,spin,rw,rwmutex,seq,rcu,torture', seen=r'smp: 4 CPUs run[^\0]*')
    ktest('64 CPUs', 64, 'smp.each_cpu_runs_tasks,smp.a_call_reaches_each_other_cpu_once', seen=r'smp: 64 CPUs run[^\0]*')
    for argument, count in LIMITS:
        seen = rf'smp: {count} CPUs run[^\0]*' if count > 1 else ''
        ktest(f'{argument}: {count} of 4 CPUs', 4, 'smp.each_cpu_runs_tasks', argument, seen=seen)
    programs = suites.run_programs(config, 'abi', 'omegaos', log, smp=4, args=['ABI=' + ','.join(FAMILIES)])
    result.passed += programs.passed
    result.failed += programs.failed
    result.details += programs.details
    return result
