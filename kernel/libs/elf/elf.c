/* SPDX-License-Identifier: MPL-2.0 */
#include "libs/elf/elf.h"

enum : u64 { ALIGN_MAX = 1ull << 30 };

err_t elf_header_decode(struct cspan file, u16 machine, struct elf_header *out)
{
	static const u8 magic[] = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT };
	struct elf64_ehdr e = {};
	if (!cspan_read(file, 0, &e))
		return ERR_NOEXEC;
	if (!cspan_equal(cspan_sub(cspan_of(e.ident), 0, sizeof(magic)), cspan_of(magic)))
		return ERR_NOEXEC;
	if ((e.type != ET_EXEC && e.type != ET_DYN) || e.machine != machine ||
	    e.version != EV_CURRENT)
		return ERR_NOEXEC;
	if (e.phentsize != ELF_PHDR_SIZE || e.phnum == 0 || e.phnum > ELF_PHDRS_MAX)
		return ERR_NOEXEC;
	u64 size = e.phnum * ELF_PHDR_SIZE, end = 0;
	if (!ckd_add(e.phoff, size, &end) || end > (u64)INT64_MAX)
		return ERR_NOEXEC;
	*out = (struct elf_header){ e.type == ET_DYN, e.entry, e.phoff, e.phnum, size };
	return OK;
}

/* E1 … E3 for one segment; *low and *high are its pages. */
static err_t check_segment(const struct elf64_phdr *p, u64 *low, u64 *high)
{
	u64 end = 0, file_end = 0;
	if (p->memsz < p->filesz || !ckd_add(p->vaddr, p->memsz, &end) || end > (u64)INT64_MAX)
		return ERR_NOEXEC;
	if (!ckd_add(p->offset, p->filesz, &file_end) || file_end > (u64)INT64_MAX)
		return ERR_NOEXEC;
	if (p->vaddr % PAGE_SIZE != p->offset % PAGE_SIZE)
		return ERR_NOEXEC;
	*low = page_down(p->vaddr);
	*high = page_up(end);
	return OK;
}

static void note_load(struct elf_program *out, const struct elf_header *h,
		      const struct elf64_phdr *p)
{
	u64 end = p->vaddr + p->memsz;
	/* Address of the headers: the segment whose file bytes hold them. */
	if (out->phdr_va == 0 && h->phoff >= p->offset && h->phoff - p->offset < p->filesz &&
	    p->filesz - (h->phoff - p->offset) >= h->phdrs_size)
		out->phdr_va = h->phoff - p->offset + p->vaddr;
	if ((p->flags & PF_X) != 0) {
		if (out->code_end == 0)
			out->code_start = p->vaddr;
		out->code_end = p->vaddr + p->filesz;
	}
	if ((p->flags & PF_W) != 0) {
		if (out->data_end == 0)
			out->data_start = p->vaddr;
		out->data_end = p->vaddr + p->filesz;
	}
	if (p->align > out->align && p->align <= ALIGN_MAX && (p->align & (p->align - 1)) == 0)
		out->align = p->align;
	out->bss_end = max_of(out->bss_end, end);
}

static err_t add_load(struct elf_program *out, const struct elf_header *h,
		      const struct elf64_phdr *p, u64 *last_end)
{
	u64 low = 0, high = 0;
	if (p->memsz == 0)
		return OK;
	TRY(check_segment(p, &low, &high));
	if (out->high == 0)
		out->low = low;
	else if (p->vaddr < *last_end) /* E4 */
		return ERR_NOEXEC;
	*last_end = p->vaddr + p->memsz;
	out->high = max_of(out->high, high);
	note_load(out, h, p);
	return OK;
}

err_t elf_program_decode(const struct elf_header *h, struct cspan phdrs,
			 const struct elf_limits *limits, struct elf_program *out)
{
	*out = (struct elf_program){ .align = PAGE_SIZE };
	u64 last_end = 0;
	for (u32 i = 0; i < h->phnum; i++) {
		struct elf64_phdr p = {};
		if (!cspan_read(phdrs, i * ELF_PHDR_SIZE, &p))
			return ERR_NOEXEC;
		if (p.type == PT_LOAD) {
			TRY(add_load(out, h, &p, &last_end));
		} else if (p.type == PT_GNU_STACK) {
			out->wants_exec_stack = (p.flags & PF_X) != 0;
		} else if (p.type == PT_INTERP && !out->has_interp) {
			if (p.filesz < 2 || p.filesz > ELF_INTERP_MAX ||
			    p.offset > (u64)INT64_MAX - ELF_INTERP_MAX)
				return ERR_NOEXEC;
			out->has_interp = true;
			out->interp_offset = p.offset;
			out->interp_size = p.filesz;
		}
	}
	if (out->high == 0 || out->high - out->low > limits->span)
		return ERR_NOEXEC;
	if (!h->is_dynamic && (out->low < limits->low || out->high > limits->high))
		return ERR_NOEXEC;
	return OK;
}

bool elf_segment_next(struct cspan phdrs, u32 *i, struct elf_segment *out)
{
	struct elf64_phdr p = {};
	while (cspan_read(phdrs, *i * ELF_PHDR_SIZE, &p)) {
		*i += 1;
		if (p.type != PT_LOAD || p.memsz == 0)
			continue;
		*out = (struct elf_segment){ p.vaddr, p.offset, p.filesz, p.memsz, p.flags };
		return true;
	}
	return false;
}
