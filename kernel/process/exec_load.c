/* SPDX-License-Identifier: MPL-2.0 */
/* exec_load - from program headers to mappings. */
#include "abi/mman.h"
#include "fs/kernel_file.h"
#include "arch/exec_arch.h"
#include "process/exec_file.h"
#include "process/exec_image.h"

static const u8 zeroes[PAGE_SIZE];

static struct cspan phdrs_of(const struct exec_file *f)
{
	struct cspan within = {};
	if (cspan_try_sub(exec_file_head(f), f->header.phoff, f->header.phdrs_size, &within))
		return within;
	return span_const(buf_span(&f->phdrs));
}

err_t exec_decode(struct exec_file *f)
{
	const struct elf_limits limits = { .low = 0x10000,
					   .high = VMSPACE_HIGH,
					   .span = VMSPACE_HIGH / 4 };
	struct cspan within = {};
	TRY(elf_header_decode(exec_file_head(f), exec_arch.elf_machine, &f->header));
	if (!cspan_try_sub(exec_file_head(f), f->header.phoff, f->header.phdrs_size, &within)) {
		usize n = 0;
		TRY(buf_alloc(f->header.phdrs_size, &f->phdrs));
		TRY(kernel_read(exec_file_file(f), f->header.phoff, buf_span(&f->phdrs), &n));
		if (n != f->header.phdrs_size)
			return ERR_NOEXEC;
	}
	return elf_program_decode(&f->header, phdrs_of(f), &limits, &f->program);
}

err_t exec_interp_path(const struct exec_file *f, struct buf *out, struct str *path)
{
	usize n = 0, size = f->program.interp_size;
	TRY(buf_alloc(size, out));
	TRY(kernel_read(exec_file_file(f), f->program.interp_offset, buf_span(out), &n));
	if (n != size || span_get(buf_span(out), size - 1) != 0)
		return ERR_NOEXEC;
	*path = str_until_nul(span_const(buf_span(out)));
	return str_len(*path) == 0 ? ERR_NOEXEC : OK;
}

static u32 prot_of(u32 flags)
{
	return ((flags & PF_R) != 0 ? (u32)VM_READ : 0) |
	       ((flags & PF_W) != 0 ? (u32)VM_WRITE : 0) | ((flags & PF_X) != 0 ? (u32)VM_EXEC : 0);
}

/* Maps the pages of the file that hold the segment's bytes. */
static err_t map_file_part(struct mm *mm, const struct exec_file *f, const struct elf_segment *s)
{
	u64 in_page = s->va % PAGE_SIZE, va = 0;
	struct map_request r CLEANUP(map_request_fini) = {
		.offset = s->offset - in_page,
		.len = page_up(s->filesz + in_page),
		.prot = prot_of(s->flags),
		.flags = MAP_PRIVATE | MAP_FIXED,
		.max_prot = VM_READ | VM_WRITE | VM_EXEC,
		.kind = MAPPING_OBJECT,
		.is_fresh = true,
	};
	r.source = map_source_clone(map_source_get(&f->source));
	TRY(file_mmap(exec_file_file(f), &r));
	return mm_map(mm, f->bias + s->va - in_page, &r, &va);
}

/* What follows the file's bytes in their last page is zero, and so are the pages behind it. */
static err_t map_zero_part(struct mm *mm, const struct exec_file *f, const struct elf_segment *s)
{
	u64 start = f->bias + s->va + s->filesz, end = f->bias + s->va + s->memsz, va = 0;
	u64 whole = s->filesz != 0 ? page_up(start) : page_down(start);
	if (s->memsz > s->filesz && start < whole && (s->flags & PF_W) != 0) {
		/* To the end of the page: loaders count on what lies behind memsz, too. */
		usize done = 0;
		struct cspan rest = cspan_sub(cspan_of(zeroes), 0, whole - start);
		TRY(vmspace_write(&mm->vmspace, uaddr_of(start), rest, &done));
	}
	if (end <= whole)
		return OK;
	return mm_map_anonymous(mm, whole, page_up(end) - whole, prot_of(s->flags),
				MAP_PRIVATE | MAP_FIXED, &va);
}

err_t exec_map(struct mm *mm, struct exec_file *f, u64 base)
{
	if (f->header.is_dynamic) {
		u64 len = f->program.high - f->program.low;
		if (base == 0)
			TRY(mm_choose(mm, len, f->program.align, &base));
		base = base + f->program.align - 1 & ~(f->program.align - 1);
		if (base > VMSPACE_HIGH || len > VMSPACE_HIGH - base)
			return ERR_NOMEM;
		f->bias = base - f->program.low; /* modulo 2^64 */
	}
	struct elf_segment s = {};
	for (u32 i = 0; elf_segment_next(phdrs_of(f), &i, &s);) {
		if (s.filesz != 0)
			TRY(map_file_part(mm, f, &s));
		TRY(map_zero_part(mm, f, &s));
	}
	return OK;
}
