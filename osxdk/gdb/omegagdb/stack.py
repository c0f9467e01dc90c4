# SPDX-License-Identifier: MPL-2.0
"""stack - kernel stacks by their frame pointers, of tasks that run and of tasks that do not."""
import os
import typing

import gdb

from . import kernel

KERNEL_HALF = 1 << 63
FRAMES_MAX = 32



class Arch(typing.NamedTuple):
    """Program counter and frame pointer; where arch_switch leaves both, from a switched-out stack's pointer up; where the
    caller's frame pointer stands from the frame pointer on, with the caller's program counter behind it."""
    pc: str
    fp: str
    pc_at: int
    fp_at: int
    record: int


ARCHES = {'i386:x86-64': Arch('rip', 'rbp', 48, 40, 0), 'riscv:rv64': Arch('pc', 'fp', 104, 96, -16),
          'Loongarch64': Arch('pc', 'r22', 88, 80, -16)}


def arch():
    name = gdb.selected_inferior().architecture().name()
    if name not in ARCHES:
        raise gdb.GdbError(f'stacks of {name} are not known here')
    return ARCHES[name]


def _word(address):
    return int.from_bytes(kernel.memory(address, 8), 'little')


def unwind(pc, fp):
    """The program counters from (pc, fp) on, innermost first; user mode ends it."""
    record = arch().record
    yield pc
    for _ in range(FRAMES_MAX):
        if pc < KERNEL_HALF or fp < KERNEL_HALF or fp % 8:
            return
        try:
            older, pc = _word(fp + record), _word(fp + record + 8)
        except gdb.MemoryError:
            return
        if pc < KERNEL_HALF:
            return
        yield pc
        if older <= fp:
            return
        fp = older


def of_cpu(cpu):
    """The program counters of what a CPU does now."""
    for thread in gdb.selected_inferior().threads():
        if thread.num == cpu + 1:       # QEMU numbers its CPUs from 1 here
            current = gdb.selected_thread()
            try:
                thread.switch()
                frame = gdb.newest_frame()
                mask = (1 << 64) - 1
                pc, fp = (int(frame.read_register(name)) & mask for name in (arch().pc, arch().fp))
                return list(unwind(pc, fp))
            finally:
                current.switch()
    return []


def of_sleeper(task):
    """The program counters of a task that does not run."""
    sp = int(task['_kernel_sp'])
    return list(unwind(_word(sp + arch().pc_at), _word(sp + arch().fp_at))) if sp else []


def place(pc, is_return):
    """`function+offset (file:line)` of an address; a return address belongs to the call before it."""
    looked_up = pc - 1 if is_return else pc
    symbol = gdb.execute(f'info symbol {looked_up:#x}', to_string=True)
    name = symbol.split(' in section ')[0].replace(' + ', '+') if ' in section ' in symbol else '?'
    line = gdb.find_pc_line(looked_up)
    where = f' ({os.path.normpath(line.symtab.filename).split("/../")[-1].lstrip("./")}:{line.line})' if line.symtab else ''
    return name + where


def lines(pcs):
    """The text of a stack."""
    for depth, pc in enumerate(pcs):
        where = 'user mode' if pc < KERNEL_HALF else place(pc, depth > 0)
        yield f'        #{depth} {pc:#018x} {where}'
