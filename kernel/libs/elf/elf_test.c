/* SPDX-License-Identifier: MPL-2.0 */
/* elf_test - a small program, and one broken field at a time. */
#include "libs/elf/elf.h"

#include <osxtd/ktest.h>

/* Any two machines do. */
enum : u16 { MACHINE = 62, OTHER_MACHINE = 243 };

struct sample {
	struct elf64_ehdr e;
	struct elf64_phdr p[3];
};
static const struct elf_limits limits = { 0x10000, 0x7fffffff0000, 0x100000000000 };

static struct sample good_sample(void)
{
	struct sample s = {
		.e = { .ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		       .type = ET_EXEC,
		       .machine = MACHINE,
		       .version = 1,
		       .entry = 0x401000,
		       .phoff = 64,
		       .ehsize = 64,
		       .phentsize = 56,
		       .phnum = 3 },
		.p = { { PT_LOAD, PF_R | PF_X, 0, 0x400000, 0, 0x1800, 0x1800, 0x1000 },
		       { PT_LOAD, PF_R | PF_W, 0x1800, 0x402800, 0, 0x100, 0x3000, 0x1000 },
		       { PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 0, 16 } },
	};
	return s;
}

static err_t decode(const struct sample *s, struct elf_header *h, struct elf_program *p)
{
	struct cspan phdrs = {};
	TRY(elf_header_decode(cspan_of(*s), MACHINE, h));
	if (!cspan_try_sub(cspan_of(*s), h->phoff, h->phdrs_size, &phdrs))
		return ERR_NOEXEC;
	return elf_program_decode(h, phdrs, &limits, p);
}

KTEST(elf, accepts_a_static_program)
{
	struct sample s = good_sample();
	struct elf_header h = {};
	struct elf_program p = {};
	REQUIRE_OK(decode(&s, &h, &p));
	EXPECT(!h.is_dynamic);
	EXPECT_EQ(h.entry, 0x401000);
	EXPECT_EQ(p.low, 0x400000);
	EXPECT_EQ(p.high, 0x406000);
	EXPECT_EQ(p.bss_end, 0x405800);
	EXPECT_EQ(p.phdr_va, 0x400040);
	EXPECT(!p.has_interp);
	EXPECT(!p.wants_exec_stack);
	EXPECT_EQ(p.data_start, 0x402800);
	EXPECT_EQ(p.data_end, 0x402900);

	struct elf_segment seg = {};
	u32 i = 0;
	struct cspan phdrs = cspan_sub(cspan_of(s), 64, 3 * 56);
	EXPECT(elf_segment_next(phdrs, &i, &seg));
	EXPECT_EQ(seg.va, 0x400000);
	EXPECT(elf_segment_next(phdrs, &i, &seg));
	EXPECT_EQ(seg.memsz, 0x3000);
	EXPECT(!elf_segment_next(phdrs, &i, &seg));
}

KTEST(elf, refuses_foreign_headers)
{
	struct elf_header h = {};
	struct elf_program p = {};
	struct sample s = good_sample();
	s.e.ident[0] = 0;
	EXPECT_EQ(decode(&s, &h, &p), ERR_NOEXEC);
	s = good_sample();
	s.e.ident[4] = 1;
	EXPECT_EQ(decode(&s, &h, &p), ERR_NOEXEC);
	s = good_sample();
	s.e.machine = OTHER_MACHINE;
	EXPECT_EQ(decode(&s, &h, &p), ERR_NOEXEC);
	s = good_sample();
	s.e.type = 1;
	EXPECT_EQ(decode(&s, &h, &p), ERR_NOEXEC);
	s = good_sample();
	s.e.phnum = 0;
	EXPECT_EQ(decode(&s, &h, &p), ERR_NOEXEC);
	s = good_sample();
	s.e.phnum = 0xffff;
	EXPECT_EQ(decode(&s, &h, &p), ERR_NOEXEC);
	s = good_sample();
	s.e.phnum = ELF_PHDRS_MAX; /* their table is read later */
	EXPECT_OK(elf_header_decode(cspan_of(s), MACHINE, &h));
	s.e.phnum = ELF_PHDRS_MAX + 1;
	EXPECT_EQ(elf_header_decode(cspan_of(s), MACHINE, &h), ERR_NOEXEC);
	s = good_sample();
	s.e.phoff = UINT64_MAX - 8;
	EXPECT_EQ(decode(&s, &h, &p), ERR_NOEXEC);
	s = good_sample();
	EXPECT_EQ(elf_header_decode(cspan_sub(cspan_of(s), 0, 63), MACHINE, &h), ERR_NOEXEC);
}

KTEST(elf, refuses_broken_segments)
{
	struct elf_header h = {};
	struct elf_program p = {};
	struct sample s = good_sample();
	s.p[1].filesz = 0x4000; /* more in the file than in memory */
	EXPECT_EQ(decode(&s, &h, &p), ERR_NOEXEC);
	s = good_sample();
	s.p[1].vaddr = UINT64_MAX - 0x7ff; /* wraps */
	EXPECT_EQ(decode(&s, &h, &p), ERR_NOEXEC);
	s = good_sample();
	s.p[1].vaddr = 0x400800; /* overlaps the first */
	EXPECT_EQ(decode(&s, &h, &p), ERR_NOEXEC);
	s = good_sample();
	s.p[1].offset = 0x1000; /* not congruent */
	EXPECT_EQ(decode(&s, &h, &p), ERR_NOEXEC);
	s = good_sample();
	s.p[0].vaddr = 0; /* below the lowest address */
	s.p[0].offset = 0;
	EXPECT_EQ(decode(&s, &h, &p), ERR_NOEXEC);
	s = good_sample();
	s.p[0].type = 0;
	s.p[1].type = 0; /* nothing to load */
	EXPECT_EQ(decode(&s, &h, &p), ERR_NOEXEC);
	s = good_sample();
	s.p[2].type = PT_INTERP;
	s.p[2].filesz = 5000;
	EXPECT_EQ(decode(&s, &h, &p), ERR_NOEXEC);
}
