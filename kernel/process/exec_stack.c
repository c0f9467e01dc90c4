/* SPDX-License-Identifier: MPL-2.0 */
/*
 * exec_stack - the stack that a program starts with.
 *
 * From low to high addresses, as the System V ABI and Linux have it: argc, argv pointers, null,
 * envp pointers, null, auxiliary vector; platform name and random bytes; argument strings,
 * environment strings, the path, eight zero bytes.
 */

#include "abi/auxv.h"
#include "arch/exec_arch.h"
#include "process/exec_image.h"

enum : u64 {
	STACK_ROOM = 128 << 10, /* mapped below the strings from the start, as on Linux */
	CLOCK_TICKS = 100,
	AUXV_MAX = 24,
	EXTRA = 32, /* platform name (16) and random bytes (16) */
};

struct auxv {
	struct auxv_entry entry[AUXV_MAX];
	u32 count;
};

/* Addresses of the parts. */
struct places {
	u64 top;
	u64 path, env, args; /* strings */
	u64 extra;
	u64 sp;
	u64 block_len; /* from sp to args */
};

static void put(struct auxv *v, enum auxv_type type, u64 value)
{
	array_at(v->entry, v->count) = (struct auxv_entry){ type, value };
	v->count++;
}

static void fill_auxv(struct auxv *v, struct mm *mm, const struct exec_file *program,
		      const struct exec_stack *s)
{
	struct mm_layout layout = {};
	mm_get_layout(mm, &layout);
	if (layout.vdso != 0)
		put(v, AT_SYSINFO_EHDR, layout.vdso);
	put(v, AT_MINSIGSTKSZ, exec_signal_frame_bytes());
	put(v, AT_HWCAP, exec_hwcap());
	put(v, AT_PAGESZ, PAGE_SIZE);
	put(v, AT_CLKTCK, CLOCK_TICKS);
	put(v, AT_PHDR,
	    program->program.phdr_va != 0 ? program->bias + program->program.phdr_va : 0);
	put(v, AT_PHENT, ELF_PHDR_SIZE);
	put(v, AT_PHNUM, program->header.phnum);
	put(v, AT_BASE, s->interp_base);
	put(v, AT_FLAGS, 0);
	put(v, AT_ENTRY, program->bias + program->header.entry);
	put(v, AT_UID, s->cred->uid);
	put(v, AT_EUID, s->cred->euid);
	put(v, AT_GID, s->cred->gid);
	put(v, AT_EGID, s->cred->egid);
	put(v, AT_SECURE, s->is_secure);
	put(v, AT_HWCAP2, exec_arch.hwcap2);
}

/* How far below the top the strings begin: the low bits of the stack's address. */
static u64 draw_shift(struct mm *mm)
{
	return mm_draw_gap(mm) / PAGE_SIZE % PAGE_SIZE;
}

static struct places place(u64 top, u64 shift, const struct exec_stack *s,
			   const struct exec_strings *argv, const struct exec_strings *envp,
			   u64 pointers)
{
	struct places p = { .top = top };
	p.path = (top - shift & ~15ull) - 8 - (str_len(s->path) + 1);
	p.env = p.path - envp->len;
	p.args = p.env - argv->len;
	p.extra = (p.args & ~15ull) - EXTRA;
	p.sp = p.extra - pointers * sizeof(u64) & ~15ull;
	p.block_len = p.args - p.sp;
	return p;
}

static err_t write_all(struct mm *mm, u64 va, struct cspan bytes)
{
	usize done = 0;
	return vmspace_write(&mm->vmspace, uaddr_of(va), bytes, &done);
}

/* The pointer block on its way: gathered, written a stage at a time. */
struct stage {
	struct buf memory;
	usize used;
	u64 va; /* where the next write goes */
};
static void stage_fini(struct stage *g)
{
	buf_drop(&g->memory);
}

static err_t stage_flush(struct mm *mm, struct stage *g)
{
	TRY(write_all(mm, g->va, cspan_sub(span_const(buf_span(&g->memory)), 0, g->used)));
	g->va += g->used;
	g->used = 0;
	return OK;
}

static err_t stage_put(struct mm *mm, struct stage *g, struct cspan bytes)
{
	if (g->used + cspan_len(bytes) > buf_len(&g->memory))
		TRY(stage_flush(mm, g));
	span_copy(span_from(buf_span(&g->memory), g->used), bytes);
	g->used += cspan_len(bytes);
	return OK;
}

static err_t stage_put_word(struct mm *mm, struct stage *g, u64 word)
{
	return stage_put(mm, g, cspan_of(word));
}

/* The addresses of strings that stand one behind the other at va, and a null. */
static err_t put_pointers(struct mm *mm, struct stage *g, const struct exec_strings *strings,
			  u64 va)
{
	u32 left = strings->count;
	bool at_start = true;
	for (usize i = 0; i < exec_strings_chunks(strings); i++) {
		struct cspan rest = exec_strings_chunk(strings, i);
		while (cspan_len(rest) != 0) {
			if (at_start && left != 0) {
				TRY(stage_put_word(mm, g, va));
				left--;
			}
			usize len = str_len(str_until_nul(rest));
			at_start = len < cspan_len(rest);
			len += at_start ? 1 : 0;
			va += len;
			rest = cspan_from(rest, len);
		}
	}
	for (; left != 0; left--) /* the program changed its strings while it called */
		TRY(stage_put_word(mm, g, va - 1));
	return stage_put_word(mm, g, 0);
}

/* The pointer block, and what stands between it and the strings. */
static err_t write_block(struct mm *mm, const struct places *p, const struct auxv *v,
			 const struct exec_strings *argv, const struct exec_strings *envp)
{
	struct stage g CLEANUP(stage_fini) = { .va = p->sp };
	TRY(buf_alloc_uninit(min_of(p->block_len, (u64)PAGE_SIZE), &g.memory));
	TRY(stage_put_word(mm, &g, argv->count));
	TRY(put_pointers(mm, &g, argv, p->args));
	TRY(put_pointers(mm, &g, envp, p->env));

	struct cspan auxv = cspan_sub(cspan_of(v->entry), 0, v->count * sizeof(struct auxv_entry));
	mm_set_auxv(mm, auxv);
	TRY(stage_put(mm, &g, auxv));
	TRY(stage_flush(mm, &g));

	u64 random[2] = { mm_draw(mm), mm_draw(mm) };
	u8 extra[EXTRA] = {};
	span_copy(span_of(extra), str_bytes(exec_arch.platform));
	span_copy(span_from(span_of(extra), 16), cspan_of(random));
	return write_all(mm, p->extra, cspan_of(extra));
}

static err_t write_stream(struct mm *mm, u64 va, const struct exec_strings *strings)
{
	for (usize i = 0; i < exec_strings_chunks(strings); i++) {
		struct cspan chunk = exec_strings_chunk(strings, i);
		TRY(write_all(mm, va, chunk));
		va += cspan_len(chunk);
	}
	return OK;
}

static err_t write_strings(struct mm *mm, const struct places *p, struct str path,
			   const struct exec_strings *argv, const struct exec_strings *envp)
{
	TRY(write_stream(mm, p->args, argv));
	TRY(write_stream(mm, p->env, envp));
	return write_all(mm, p->path, str_bytes(path)); /* the rest of the page is zero */
}

/* The stack with room for its strings; the vDSO comes with it. */
static err_t map_stack(struct mm *mm, const struct exec_stack *s, u64 strings, bool is_exec)
{
	u64 size = page_up(strings + STACK_ROOM);
	size = min_of(size, max_of(page_down(s->stack_limit), page_up(strings) + PAGE_SIZE));
	return mm_map_stack(mm, size, VM_READ | VM_WRITE | (is_exec ? (u32)VM_EXEC : 0));
}

err_t exec_build_stack(struct mm *mm, const struct exec_file *program, const struct exec_stack *s,
		       const struct exec_strings *argv, const struct exec_strings *envp, u64 *sp)
{
	u64 strings = exec_strings_cost(argv) + exec_strings_cost(envp) + str_len(s->path) +
		      2 * PAGE_SIZE;
	TRY(map_stack(mm, s, strings, program->program.wants_exec_stack));

	struct auxv v = {};
	fill_auxv(&v, mm, program, s);
	u64 pointers = 1 + argv->count + 1 + envp->count + 1 + (v.count + 5) * 2;
	struct places p = place(mm_stack_top(mm), draw_shift(mm), s, argv, envp, pointers);
	put(&v, AT_RANDOM, p.extra + 16);
	put(&v, AT_EXECFN, p.path);
	if (str_len(exec_arch.platform) != 0)
		put(&v, AT_PLATFORM, p.extra);
	put(&v, AT_NULL, 0);

	TRY(write_block(mm, &p, &v, argv, envp));
	TRY(write_strings(mm, &p, s->path, argv, envp));

	struct mm_layout layout = {};
	mm_get_layout(mm, &layout);
	layout.start_stack = p.sp;
	layout.arg_start = p.args;
	layout.arg_end = p.env;
	layout.env_start = p.env;
	layout.env_end = p.path;
	mm_set_layout(mm, &layout);
	*sp = p.sp;
	return OK;
}
