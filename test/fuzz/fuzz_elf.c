/* SPDX-License-Identifier: MPL-2.0 */
/* fuzz_elf - libFuzzer: any bytes as a program file; what the decoder accepts must keep its
 * promises E1 … E4. */
#include "libs/elf/elf.h"

enum : u16 { MACHINE = 62 }; /* that of the corpus */

static const struct elf_limits limits = { 0x10000, 0x7fffffff0000, 0x100000000000 };

static void check(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static void check_segments(const struct elf_header *h, const struct elf_program *p,
			   struct cspan phdrs)
{
	struct elf_segment s = {};
	u64 last_end = 0;
	for (u32 i = 0; elf_segment_next(phdrs, &i, &s);) {
		check(i <= h->phnum);
		check(s.filesz <= s.memsz && s.offset + s.filesz >= s.offset);
		check(s.va + s.memsz >= s.va && s.va >= last_end);
		check(s.va % PAGE_SIZE == s.offset % PAGE_SIZE);
		check(page_down(s.va) >= p->low && page_up(s.va + s.memsz) <= p->high);
		last_end = s.va + s.memsz;
	}
	check(p->high > p->low && p->high - p->low <= limits.span);
	check(h->is_dynamic || (p->low >= limits.low && p->high <= limits.high));
	check(p->align >= PAGE_SIZE && (p->align & (p->align - 1)) == 0);
	check(!p->has_interp || (p->interp_size >= 2 && p->interp_size <= ELF_INTERP_MAX));
}

int LLVMFuzzerTestOneInput(const u8 *data, usize size);
int LLVMFuzzerTestOneInput(const u8 *data, usize size)
{
	struct cspan file = { data, size }, phdrs = {};
	struct elf_header h = {};
	struct elf_program p = {};
	if (elf_header_decode(file, MACHINE, &h) != OK)
		return 0;
	check(h.phdrs_size <= 65536);
	if (!cspan_try_sub(file, h.phoff, h.phdrs_size, &phdrs))
		return 0;
	if (elf_program_decode(&h, phdrs, &limits, &p) == OK)
		check_segments(&h, &p, phdrs);
	return 0;
}
