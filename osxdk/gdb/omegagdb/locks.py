# SPDX-License-Identifier: MPL-2.0
"""locks - omega locks: who holds what, and who waits for it."""
import gdb

from . import kernel, tasks

FLAGS = 'MUTEX_FLAGS'


def lock_class(word):
    """The class that the word of a held lock names: the low half of an address in the kernel's image."""
    high = int(kernel.var('kernel_text_start').address) >> 32 << 32
    return kernel.as_struct(high | word, 'lock_class')


def describe(word, address):
    held = lock_class(word)
    symbol = gdb.execute(f'info symbol {address:#x}', to_string=True).split(' in section ')
    name = f' ({symbol[0].replace(" + ", "+")})' if len(symbol) > 1 else ''
    order = held['_order'].string()
    kind = str(held['_kind']).removeprefix('LOCK_KIND_')
    return f'{kind:5} {held["_name"].string():16} {address:#018x}{name}{"  " + order if order else ""}'


def thread_names():
    """{address of a task: its tid and name}."""
    names = {int(thread['task'].address): f'{int(thread["tid"])} {kernel.name_in(thread["comm"])}'
             for process in kernel.processes() for thread in kernel.threads(process)}
    names.update({int(task.address): f'idle/{cpu}' for cpu, task in tasks.idle_tasks()})
    return names


def spinlocks(cpu):
    """The spinlocks that a CPU holds, in the order in which it took them; those that it reads under are like the others."""
    local = kernel.var('cpu_areas')[cpu]['local']
    for step in range(int(local['preempt_steps']) // kernel.const('PREEMPT_STEP')):
        lock = int(local['held'][step])
        word = int(kernel.as_struct(lock, 'spin_raw')['_word']) if lock else 0
        if word:
            yield describe(word, lock)


def mutexes(first):
    """The mutexes of a task, the last one taken first, and who sleeps for each."""
    at = first
    while int(at):
        mutex = at.dereference()
        yield describe(int(mutex['_held']) & ~kernel.const(FLAGS), int(at)), sleepers(mutex)
        at = mutex['_below']


def sleepers(mutex):
    at, found = mutex['_first'], []
    while int(at):
        found.append(int(at['task']))
        at = at['next']
    return found


class Locks(kernel.Command):
    """omega locks: the locks that every CPU and every task holds, and who waits for them.

A line per lock: holder, kind, class, address, the order that its class declares; below a mutex its sleepers."""
    name = 'locks'

    def show(self, _argument):
        names, cpus, any_held = thread_names(), tasks.running(), False
        for task, cpu in sorted(cpus.items(), key=lambda item: item[1]):
            for text in spinlocks(cpu):
                any_held = True
                yield f'CPU {cpu}, {names.get(task, "a kernel task"):18} {text}'
        for task, name in names.items():
            cpu = cpus.get(task)
            first = kernel.as_struct(task, 'task')['_mutexes'] if cpu is None else \
                kernel.var('cpu_areas')[cpu]['local']['mutexes']
            for text, waiting in mutexes(first):
                any_held = True
                yield f'{name:25} {text}'
                yield from (f'{"":25}   {names.get(one, "a kernel task")} waits for it' for one in waiting)
        if not any_held:
            yield 'no lock is held'


COMMANDS = (Locks,)
