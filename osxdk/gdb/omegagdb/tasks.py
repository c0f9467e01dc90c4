# SPDX-License-Identifier: MPL-2.0
"""tasks - omega tasks: what every thread does."""
from . import kernel, stack
from .kernel import number

STATES = {'TASK_NEW': 'new', 'TASK_READY': 'ready', 'TASK_RUNNING': 'running', 'TASK_PARKED': 'sleeping',
          'TASK_DEAD': 'dead'}


def running():
    """{address of a task: the CPU it runs on}."""
    areas = kernel.var('cpu_areas')
    return {int(areas[cpu]['local']['current']): cpu for cpu in range(kernel.cpu_count())}


def state(task):
    by_value = {kernel.const(name): text for name, text in STATES.items()}
    return by_value.get(number(task['_state']), '?')


def stack_of(task, cpus):
    cpu = cpus.get(int(task.address))
    return stack.of_sleeper(task) if cpu is None else stack.of_cpu(cpu)


def idle_tasks():
    scheds = kernel.var('cpu_scheds_percpu_array_', 'task.c')
    for cpu in range(kernel.cpu_count()):
        idle = kernel.target(scheds[cpu]['_v']['idle'])
        if idle is not None:
            yield cpu, idle


class Tasks(kernel.Command):
    """omega tasks [PID]: every thread (of one process) with its state and its kernel stack.

A line per thread: pid, tid, name, state, how often it was switched to; then its stack, innermost first.
A zombie has no thread left: its line says so.  The idle task of each CPU comes last."""
    name = 'tasks'

    def show(self, argument):
        cpus = running()
        yield f'{"PID":>7} {"TID":>7} {"NAME":16} {"STATE":10} {"SWITCHES":>9}'
        for process in [kernel.process(argument)] if argument.strip() else kernel.processes():
            yield from self._process(process, cpus)
        for cpu, idle in idle_tasks() if not argument.strip() else ():
            yield from self._row(0, 0, f'idle/{cpu}', idle, cpus, 'idle')

    def _process(self, process, cpus):
        pid, alive = int(process['pid']), False
        for thread in kernel.threads(process):
            alive = True
            yield from self._row(pid, int(thread['tid']), kernel.name_in(thread['comm']), thread['task'], cpus)
        if not alive:
            yield f'{pid:7} {"-":>7} {kernel.name_in(process["comm"]):16} {"zombie":10}'

    def _row(self, pid, tid, name, task, cpus, resting=None):
        where = cpus.get(int(task.address))
        shown = resting or state(task) if where is None else f'on CPU {where}'
        switches = number(task['sched']['voluntary']) + number(task['sched']['preemptions'])
        yield f'{pid:7} {tid:7} {name:16} {shown:10} {switches:9}'
        yield from stack.lines(stack_of(task, cpus))


COMMANDS = (Tasks,)
