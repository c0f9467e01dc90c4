# SPDX-License-Identifier: MPL-2.0
"""memory - omega maps, frames, pools: address spaces and who has the memory."""
from . import files, kernel
from .kernel import target

KINDS = (('FRAME_UNTYPED', 'user and file data'), ('FRAME_TABLE', 'page tables'), ('FRAME_SLAB', 'pools'),
         ('FRAME_STACK', 'kernel stacks'), ('FRAME_META', 'large buffers and tables'))


def frame_of(paddr):
    page_shift = kernel.const('PAGE_SIZE').bit_length() - 1
    return kernel.as_struct(kernel.const('FRAME_BASE') + (paddr >> page_shift) * kernel.struct('uframe').sizeof, 'uframe')


def _paddr(entry):
    """The page that an entry names: its number stands in PTE_ADDRESS."""
    mask = kernel.const('PTE_ADDRESS')
    return (entry & mask) // (mask & -mask) * kernel.const('PAGE_SIZE')


class Entry:
    """A run of pages that share region and protection, and how many of them hold frames."""

    def __init__(self, start, end, region, prot, held):
        self.start, self.end, self.region, self.prot, self.held = start, end, region, prot, held


def _held(info, first, end):
    word = sum(int(info['held'][i]) << 64 * i for i in range(8))
    return bin(word >> first & ((1 << (end - first)) - 1)).count('1')


def runs(space):
    """The marks of an address space, by address: Entry objects out of the page table."""
    shift = kernel.const('PAGE_SIZE').bit_length() - 1

    def table(frame, paddr, base, level):
        span = shift + 9 * (level - 1)
        info = frame['info'].dereference()
        found = []
        run = info['run'].address.cast(kernel.struct('vm_run').pointer())
        for i in range(int(info['run_count'])):
            first, end = int(run[i]['first']), int(run[i]['end'])
            held = _held(info, first, end) if level == 1 else 0
            found.append(Entry(base + (first << span), base + (end << span), run[i]['region'], int(run[i]['prot']), held))
        for i in range(512) if level > 1 else ():
            if not int(info['held'][i // 64]) >> i % 64 & 1 or (level == levels and i >= 256):
                continue
            entry = int.from_bytes(kernel.memory(kernel.const('PHYSMAP_BASE') + paddr + 8 * i, 8), 'little')
            child = _paddr(entry)
            found += table(frame_of(child), child, base + (i << span), level - 1)
        return sorted(found, key=lambda e: e.start)

    root = int(space['_root'])
    levels = int(frame_of(root)['level'])
    return table(frame_of(root), root, 0, levels)


def areas(space):
    """The same with neighbours joined that /proc/PID/maps would show as one line."""
    joined = []
    for run in runs(space):
        last = joined[-1] if joined else None
        if last and last.end == run.start and last.prot == run.prot and last.region == run.region:
            last.end, last.held = run.end, last.held + run.held
        else:
            joined.append(run)
    return joined


def _name(region, mm, area):
    mapping = kernel.as_struct(region, 'mapping')
    kind = int(mapping['kind'])
    if kind == kernel.const('MAPPING_VDSO'):
        return '[vdso]'
    if kind == kernel.const('MAPPING_VVAR'):
        return '[vvar]'
    source = target(mapping['source'])
    if source is not None and kernel.type_name(source) == 'map_file':
        return files.file_text(target(kernel.as_struct(source.address, 'map_file')['file']))
    layout = mm['layout']
    if area.start < int(layout['brk']) and area.end > int(layout['start_brk']):
        return '[heap]'
    return '[stack]' if area.start <= int(layout['start_stack']) < area.end else ''


class Maps(kernel.Command):
    """omega maps PID: the mappings of a process, out of its page table.

A line per mapping: addresses, protection, pages, pages with frames, what it maps."""
    name = 'maps'

    def show(self, argument):
        space = target(kernel.first_thread(kernel.process(argument))['mm'])
        if space is None:
            yield 'no address space: the process is exiting'
            return
        mm = kernel.as_struct(space.address, 'mm')
        size = kernel.const('PAGE_SIZE')
        bits = [(letter, kernel.const(bit)) for letter, bit in (('r', 'VM_READ'), ('w', 'VM_WRITE'), ('x', 'VM_EXEC'))]
        yield f'{"START":>16}-{"END":16} PROT {"PAGES":>8} {"FRAMES":>7} NAME'
        for area in areas(space):
            prot = ''.join(letter if area.prot & bit else '-' for letter, bit in bits)
            yield (f'{area.start:016x}-{area.end:016x} {prot:4} {(area.end - area.start) // size:8} {area.held:7} '
                   f'{_name(area.region, mm, area)}').rstrip()
        yield f'{kernel.number(space["_marked"])} pages mapped, {kernel.number(space["_mapped"])} with frames'


class Frames(kernel.Command):
    """omega frames: physical pages by kind."""
    name = 'frames'

    def show(self, _argument):
        caches = kernel.var('frame_caches')
        total, used = int(kernel.var('total_pages', 'frames.c')), 0
        for kind, text in KINDS:
            index = kernel.const(kind)
            pages = sum(int(caches[cpu]['c']['used'][index]) for cpu in range(kernel.cpu_count())) & (1 << 64) - 1
            used += pages
            yield f'{pages:10} {kind.removeprefix("FRAME_").lower():8} {text}'
        cached = sum(int(caches[cpu]['c']['count']) for cpu in range(kernel.cpu_count()))
        yield f'{total - used:10} free     {cached} of them in the caches of CPUs'
        yield f'{total:10} total'


class Pools(kernel.Command):
    """omega pools: the slab caches, largest first.

A line per pool: elements in use, elements in all, bytes of one, KiB in all, name."""
    name = 'pools'

    def show(self, _argument):
        rows, pool = [], kernel.var('pools', 'pool.c')
        while int(pool):
            free = int(pool['_free_count']) + sum(int(pool['_cpus'][cpu]['_count']) for cpu in range(kernel.cpu_count()))
            total, stride = int(pool['_total']), int(pool['_stride'])
            rows.append((total * stride, total - free, total, stride, pool['_name'].string()))
            pool = pool['_next']
        yield f'{"IN USE":>8} {"TOTAL":>8} {"BYTES":>6} {"KIB":>8} NAME'
        for size, used, total, stride, name in sorted(rows, reverse=True):
            yield f'{used:8} {total:8} {stride:6} {size // 1024:8} {name}'


COMMANDS = (Maps, Frames, Pools)
