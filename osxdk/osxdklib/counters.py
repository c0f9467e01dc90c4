# SPDX-License-Identifier: MPL-2.0
"""counters - the execution counters of a COVERAGE=1 kernel, out of a guest that ended.

The guest's memory is a file of ours (a memfd that QEMU inherits), so that the counters are still there after
any end: a power-off, a panic, a kill.  The kernel itself does nothing for it; it only carries the sections
that clang makes, and what llvm-profdata calls a raw profile is put together here.

Counters are plain increments.  Two CPUs may lose one another's, which lowers a count but never leaves a line
that ran at 0: the figure needs no atomic updates.
"""
import itertools
import os
import struct

MAGIC = int.from_bytes(b'\x81rforpl\xff', 'little')
VERSION = 10                # INSTR_PROF_RAW_VERSION of LLVM 22
DATA_RECORD = 64            # bytes of one function's record
LAST_VALUE_KIND = 2
RAM_START = {'riscv64': 1 << 31}    # where the guest's memory begins; at 0 elsewhere

_numbers = itertools.count()


class Elf:
    """The sections and segments of a 64-bit little-endian ELF file."""

    def __init__(self, path):
        with open(path, 'rb') as file:
            self.bytes = file.read()
        phoff, shoff = struct.unpack_from('<QQ', self.bytes, 32)
        _, phnum, _, shnum, names = struct.unpack_from('<5H', self.bytes, 54)
        self.loads = [(vaddr, paddr, memsz) for kind, _, _, vaddr, paddr, _, memsz, _ in
                      (struct.unpack_from('<IIQQQQQQ', self.bytes, phoff + 56 * i) for i in range(phnum)) if kind == 1]
        raw = [struct.unpack_from('<IIQQQQ', self.bytes, shoff + 64 * i) for i in range(shnum)]
        base = raw[names][4]
        self.sections = {}
        for name, _, _, address, offset, size in raw:
            end = self.bytes.index(b'\0', base + name)
            self.sections[self.bytes[base + name:end].decode()] = (address, offset, size)

    def physical(self, address):
        """Where the loader puts the byte at a virtual address."""
        return next(paddr + address - vaddr for vaddr, paddr, size in self.loads if vaddr <= address < vaddr + size)

    def contents(self, name):
        _, offset, size = self.sections[name]
        return self.bytes[offset:offset + size]


def raw_profile(elf, counts):
    """A raw profile as compiler-rt would write it, from the kernel's file and its counters."""
    data, names = elf.contents('__llvm_prf_data'), elf.contents('__llvm_prf_names')
    data_at, counts_at, names_at = (elf.sections['__llvm_prf_' + part][0] for part in ('data', 'cnts', 'names'))
    header = struct.pack('<16Q', MAGIC, VERSION, 0, len(data) // DATA_RECORD, 0, len(counts) // 8, 0, 0, 0, len(names),
                         counts_at - data_at, 0, names_at, 0, 0, LAST_VALUE_KIND)
    return header + data + counts + names + bytes(-len(names) % 8)


class Counters:
    """The counters of one guest."""

    def __init__(self, config, elf_path, mem_mib):
        self.folder, self.mem_mib = os.path.join(config.meson_dir, 'raw'), mem_mib
        self.elf, self.ram_start = Elf(elf_path), RAM_START.get(config.arch, 0)
        self.fd = os.memfd_create('guest-memory')
        os.ftruncate(self.fd, mem_mib << 20)

    def arguments(self):
        return ['-object', f'memory-backend-file,id=counters,size={self.mem_mib}M,mem-path=/proc/self/fd/{self.fd},share=on',
                '-machine', 'memory-backend=counters']

    def collect(self):
        """Writes the raw profile of the guest, once, after its end."""
        if self.fd is None:
            return
        address, _, size = self.elf.sections['__llvm_prf_cnts']
        counts = os.pread(self.fd, size, self.elf.physical(address) - self.ram_start)
        os.close(self.fd)
        self.fd = None
        os.makedirs(self.folder, exist_ok=True)
        with open(os.path.join(self.folder, f'{os.getpid()}-{next(_numbers)}.profraw'), 'wb') as file:
            file.write(raw_profile(self.elf, counts))
