# SPDX-License-Identifier: MPL-2.0
"""backtrace - what every CPU of a stopped guest is doing, with the kernel's symbols."""
import json
import os
import re
import subprocess
import typing

MAX_FRAMES = 40
KERNEL_HALF = 1 << 63



class Arch(typing.NamedTuple):
    """What "info registers" calls them, and how frames lie."""
    pc: str
    fp: str
    place: str      # a register that holds the address of
    symbol: str     # this: together they tell where the image is
    frame: int      # where the older frame pointer lies from fp; the return address lies behind it


ARCHES = {
    'x86_64': Arch(r'RIP=([0-9a-f]{16})', r'RBP=([0-9a-f]{16})', r'IDT=\s*([0-9a-f]{16})', 'idt', 0),
    'riscv64': Arch(r' pc +([0-9a-f]{16})', r'x8/s0 +([0-9a-f]{16})', r' stvec +([0-9a-f]{16})', 'trap_entry', -16),
    'loongarch64': Arch(r'PC=([0-9a-f]{16})', r'r22 ([0-9a-f]{16})', r'EENTRY ([0-9a-f]{16})', 'trap_vectors', -16),
}
OFFSET_STEP, OFFSET_MAX = 2 << 20, 2 << 30


def image_offset(qmp, arch, elf):
    """How far the running kernel is from where it was linked (KASLR); 0 before it has set its tables."""
    found = re.search(ARCHES[arch].place, qmp.monitor('info registers', cpu=0))
    if not found or not elf or not os.path.exists(elf):
        return 0
    listing = subprocess.run(['llvm-nm-22', '--defined-only', elf], capture_output=True, text=True, check=False).stdout
    linked = re.search(rf'^([0-9a-f]+) \w {ARCHES[arch].symbol}$', listing, re.M)
    offset = int(found[1], 16) - int(linked[1], 16) if linked else 0
    return offset if 0 <= offset < OFFSET_MAX and offset % OFFSET_STEP == 0 else 0


def symbolize(elf, addresses):
    """Returns one text per address: function and file:line, or '' where the ELF file knows nothing."""
    if not elf or not os.path.exists(elf) or not addresses:
        return [''] * len(addresses)
    result = subprocess.run(['llvm-symbolizer-22', '-e', elf, '--output-style=JSON', '--no-demangle',
                             *[hex(a) for a in addresses]], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        return [''] * len(addresses)
    answer = json.loads(result.stdout)
    texts = []
    for one in answer if isinstance(answer, list) else [answer]:
        frames = [f for f in one.get('Symbol', []) if f.get('FunctionName')]
        texts.append(' < '.join(_frame_text(f) for f in frames))
    return texts + [''] * (len(addresses) - len(texts))


def _frame_text(frame):
    place = frame.get('FileName', '') and os.path.normpath(frame['FileName'])
    return frame['FunctionName'] + (f' ({place}:{frame["Line"]})' if place else '')


def _words(qmp, cpu, address, count):
    """Reads 64-bit words of guest memory through the CPU's page tables; None where nothing is mapped."""
    text = qmp.monitor(f'x/{count}gx {address:#x}', cpu=cpu)
    words = [int(w, 16) for line in text.splitlines() for w in re.findall(r'0x([0-9a-f]+)', line.partition(':')[2])]
    return words if len(words) == count else None


def cpu_addresses(qmp, arch, cpu):
    """The return addresses on a CPU's stack by its frame pointers, innermost first."""
    registers = qmp.monitor('info registers', cpu=cpu)
    pc, fp = (int(re.search(pattern, registers)[1], 16) for pattern in ARCHES[arch][:2])
    addresses = [pc]
    while pc >= KERNEL_HALF and fp >= KERNEL_HALF and fp % 8 == 0 and len(addresses) < MAX_FRAMES:
        words = _words(qmp, cpu, fp + ARCHES[arch].frame, 2)
        if words is None or words[1] < KERNEL_HALF:
            break
        addresses.append(words[1])
        if words[0] <= fp:     # stacks grow down: an older frame lies higher
            break
        fp = words[0]
    return addresses


def report(qmp, arch, elf):
    """Stops the guest and returns the text of every CPU's backtrace."""
    qmp.command('stop')
    lines, offset = [], image_offset(qmp, arch, elf)
    for cpu in sorted(c['cpu-index'] for c in qmp.command('query-cpus-fast')):
        addresses = cpu_addresses(qmp, arch, cpu)
        lines.append(f'CPU {cpu}:' + (' in user mode' if addresses[0] < KERNEL_HALF else ''))
        # A return address is that of the next instruction: look up the call before it.
        looked_up = [addresses[0]] + [a - 1 for a in addresses[1:]]
        looked_up = [a - offset if a >= KERNEL_HALF else a for a in looked_up]
        for number, (address, text) in enumerate(zip(addresses, symbolize(elf, looked_up))):
            lines.append(f'  #{number} {address:#018x} {text}'.rstrip())
    return '\n'.join(lines)
