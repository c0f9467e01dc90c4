#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""relocs.py - where the kernel's image holds absolute addresses of its own, as an assembly file.

Boot code adds the image's random offset at each of these places (KASLR, osxtd/src/kaslr.c):

    kernel_relocs:  u32 bytes of the first list, u32 bytes of the second
                    list of the eight-byte places, list of the four-byte places (sign-extended)

A list is the distances from one place to the next, the first from kernel_base, each as ULEB128.

    relocs.py --empty OUT             a table of nothing, for the links before
    relocs.py KERNEL OUT              the table of KERNEL, which was linked with --emit-relocs
    relocs.py --check BEFORE KERNEL OK    fails when the link that added the table moved anything of BEFORE
"""
import argparse
import struct
import sys

SHT_SYMTAB, SHT_RELA, SHF_ALLOC = 2, 4, 2
ABS64, ABS32_PHYSICAL, ABS32_SIGNED, RELATIVE = 'ABS64', 'ABS32_PHYSICAL', 'ABS32_SIGNED', 'RELATIVE'
# What each machine's relocations are: those that do not change when everything moves together, and those that do.
KINDS = {
    62: {**dict.fromkeys((0, 2, 4, 24), RELATIVE), 1: ABS64, 10: ABS32_PHYSICAL, 11: ABS32_SIGNED},      # x86-64
    243: {**dict.fromkeys((0, 16, 17, 18, 19, 23, 24, 25, 35, 36, 39, 40, 44, 45, 51, 57), RELATIVE), 2: ABS64},    # RISC-V
    258: {**dict.fromkeys((0, 50, 51, 55, 56, 64, 65, 66, 71, 72, 75, 76, 99, 100, 102, 103, 109, 110), RELATIVE), 2: ABS64},         # LoongArch
}
X86_64 = 62
# Loads from the table of addresses, of which the linker makes other instructions on x86-64: the byte before the place
# tells whether those that count from themselves (lea, call, jmp) or those with the address itself (mov, test, cmp ...).
RELAXED = (9, 41, 42)
LEA, CALL, JMP, IMMEDIATE = 0x8d, 0xe8, 0xe9, (0xc7, 0x81, 0xf7)


class Elf:
    """The sections and symbols of a 64-bit little-endian ELF file."""

    def __init__(self, path):
        with open(path, 'rb') as file:
            self.data = file.read()
        self.machine, = struct.unpack_from('<H', self.data, 18)
        offset, = struct.unpack_from('<Q', self.data, 40)
        size, count = struct.unpack_from('<HH', self.data, 58)
        self.sections = [struct.unpack_from('<IIQQQQIIQQ', self.data, offset + i * size) for i in range(count)]
        table = next(s for s in self.sections if s[1] == SHT_SYMTAB)
        names = self.sections[table[6]][4]
        self.symbols = []       # (name, value)
        for name, _, _, _, value, _ in struct.iter_unpack('<IBBHQQ', self.bytes_of(table)):
            start = names + name
            self.symbols.append((self.data[start:self.data.index(b'\0', start)].decode(), value))

    def bytes_of(self, section):
        return self.data[section[4]:section[4] + section[5]]

    def bytes_before(self, place):
        """The two bytes before an address."""
        for section in self.sections:
            if section[2] & SHF_ALLOC and section[3] <= place < section[3] + section[5]:
                offset = section[4] + place - section[3]
                return self.data[offset - 2:offset]
        raise SystemExit(f'relocs: {place:#x} is in no section')

    def words(self, name):
        """Yields (place, eight-byte value) of a section: the linker's table of addresses has no relocations of its own."""
        number, = struct.unpack_from('<H', self.data, 62)
        names = self.sections[number][4]
        for section in self.sections:
            start = names + section[0]
            if self.data[start:self.data.index(b'\0', start)].decode() == name:
                for index, (value,) in enumerate(struct.iter_unpack('<Q', self.bytes_of(section))):
                    yield section[3] + 8 * index, value

    def relocations(self):
        """Yields (place, type, the symbol's value, addend) for what is loaded."""
        for section in self.sections:
            if section[1] == SHT_RELA and self.sections[section[7]][2] & SHF_ALLOC:
                for place, info, addend in struct.iter_unpack('<QQq', self.bytes_of(section)):
                    yield place, info & 0xffffffff, self.symbols[info >> 32][1], addend


def places(elf):
    """Returns (kernel_base, sorted eight-byte places, sorted four-byte places)."""
    bounds = dict(elf.symbols)
    base, end = bounds['kernel_base'], bounds['kernel_relocs_end']
    found = {ABS64: [], ABS32_SIGNED: []}
    for place, number, value, addend in elf.relocations():
        kind = KINDS[elf.machine].get(number)
        if kind == RELATIVE or (kind == ABS32_PHYSICAL and value + addend & (1 << 64) - 1 < 1 << 31):
            continue
        if elf.machine == X86_64 and number in RELAXED:
            before = elf.bytes_before(place)
            if before[0] == LEA or before[1] in (CALL, JMP):
                continue
            kind = ABS32_SIGNED if before[0] in IMMEDIATE else kind
        if kind not in found:
            raise SystemExit(f'relocs: {place:#x} has a relocation of type {number}, which this tool does not know')
        if base <= value <= end:    # what is counted from a place of the image may itself lie far away
            found[kind].append(place)
        elif value >= 1 << 31:
            raise SystemExit(f'relocs: {place:#x} holds {value:#x}, which is not in the image')
    found[ABS64] += [place for place, value in elf.words('.got') if base <= value <= end]
    return base, sorted(found[ABS64]), sorted(found[ABS32_SIGNED])


def uleb128(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    return out + bytes([value])


def distances(base, where):
    out, last = bytearray(), base
    for place in where:
        out += uleb128(place - last)
        last = place
    return out


def assembly(eight, four):
    lines = ['/* Generated by tools/relocs.py. */', '\t.section .relocs,"a",@progbits', '\t.balign 8',
             f'\t.long {len(eight)}, {len(four)}']
    table = bytes(eight + four)
    lines += ['\t.byte ' + ','.join(map(str, table[i:i + 64])) for i in range(0, len(table), 64)]
    return '\n'.join(lines) + '\n\t.section .note.GNU-stack,"",@progbits\n'


def check(before, after):
    """The table stands behind everything: all addresses but its own end are the same."""
    old, new = Elf(before), Elf(after)
    moved = set(old.symbols) - set(new.symbols)
    moved = [s for s in moved if s[0] not in ('', 'kernel_relocs_end') and not s[0].startswith('.L') and s[1] >= 1 << 31]
    if moved:
        print(f'relocs: the last link moved {moved[0][0]} and {len(moved) - 1} others', file=sys.stderr)
    return not moved


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--empty', action='store_true')
    parser.add_argument('--check', action='store_true')
    parser.add_argument('files', nargs='+')
    args = parser.parse_args()
    if args.check:
        if not check(args.files[0], args.files[1]):
            return 1
        text = ''
    elif args.empty:
        text = assembly(b'', b'')
    else:
        base, eight, four = places(Elf(args.files[0]))
        text = assembly(distances(base, eight), distances(base, four))
    with open(args.files[-1], 'w', encoding='utf-8') as out:
        out.write(text)
    return 0


if __name__ == '__main__':
    sys.exit(main())
