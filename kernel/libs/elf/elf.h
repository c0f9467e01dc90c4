/* SPDX-License-Identifier: MPL-2.0 */
/*
 * elf - decoding the headers of an executable: hostile input, nothing is trusted.
 *
 * Two steps, because the program headers stand where the file header says:
 *
 *   TRY(elf_header_decode(start_of_file, machine, &header));
 *   TRY(elf_program_decode(&header, program_headers, limits, &program));
 *   for (u32 i = 0; elf_segment_next(program_headers, &i, &segment);) …
 *
 * What elf_program_decode accepted holds for all segments (E1 … E4):
 *   E1  the address range, rounded to pages, does not wrap and lies inside limits;
 *   E2  filesz <= memsz, and offset + filesz does not wrap;
 *   E3  offset and vaddr are congruent modulo the page size;
 *   E4  segments ascend: none starts below the end of the bytes of the one before.
 *
 *   Context:  pure; also builds on the host.
 *   Errors:   ERR_NOEXEC: not a program for this machine, or a broken one.
 *   Spec:     elf(5), System V gABI.
 */
#pragma once
#include <osxtd/span.h>

#include "abi/elf.h"

enum : usize {
	ELF_HEADER_SIZE = sizeof(struct elf64_ehdr),
	ELF_PHDR_SIZE = sizeof(struct elf64_phdr),
	ELF_PHDRS_MAX = 65536 / ELF_PHDR_SIZE, /* as on Linux: all within 64 KiB */
	ELF_INTERP_MAX = 4096,
};

struct elf_header {
	bool is_dynamic; /* ET_DYN: may be placed anywhere */
	u64 entry;
	u64 phoff;
	u32 phnum;
	u64 phdrs_size; /* bytes of program headers at phoff */
};
/* file: at least the first ELF_HEADER_SIZE bytes. */
err_t elf_header_decode(struct cspan file, u16 machine, struct elf_header *out);

struct elf_limits {
	u64 low, high; /* first and last + 1 usable address, for a file that is not is_dynamic */
	u64 span;      /* most bytes from the lowest to the highest address */
};
struct elf_program {
	u64 low, high; /* of all segments, rounded to pages */
	u64 align;     /* the largest, a power of two, at least a page and at most 1 GiB */
	u64 phdr_va;   /* address of the program headers, 0 when they are not loaded */
	bool has_interp;
	bool wants_exec_stack;
	u64 interp_offset;
	u64 interp_size; /* with the NUL; 2 … ELF_INTERP_MAX */
	/* For /proc: the executable and the writable part (0: none). */
	u64 code_start, code_end, data_start, data_end;
	u64 bss_end; /* the highest address in use, not rounded */
};
err_t elf_program_decode(const struct elf_header *h, struct cspan phdrs,
			 const struct elf_limits *limits, struct elf_program *out);

struct elf_segment {
	u64 va;
	u64 offset;
	u64 filesz, memsz;
	u32 flags; /* PF_* */
};
/* The first loadable segment at program header *i or later, which moves behind it; false at the
 * end. */
bool elf_segment_next(struct cspan phdrs, u32 *i, struct elf_segment *out);
