/* SPDX-License-Identifier: MPL-2.0 */
/*
 * elf - the file format of programs, as far as loading one needs it (64-bit, little-endian).
 *
 *   Spec:  elf(5); System V gABI, chapters 4 and 5.
 */
#pragma once
#include <osxtd/base.h>

struct elf64_ehdr {
	u8 ident[16];
	u16 type, machine;
	u32 version;
	u64 entry, phoff, shoff;
	u32 flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
static_assert(sizeof(struct elf64_ehdr) == 64);

struct elf64_phdr {
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
};
static_assert(sizeof(struct elf64_phdr) == 56);

enum : u8 { ELFCLASS64 = 2, ELFDATA2LSB = 1, EV_CURRENT = 1 };
enum : u16 { ET_EXEC = 2, ET_DYN = 3 };
enum : u32 { PT_LOAD = 1, PT_INTERP = 3, PT_PHDR = 6, PT_GNU_STACK = 0x6474e551 };
enum : u32 { PF_X = 1, PF_W = 2, PF_R = 4 };
