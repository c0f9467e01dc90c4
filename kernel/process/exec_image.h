/* SPDX-License-Identifier: MPL-2.0 */
/*
 * exec_image - the parts of exec: strings, scripts, loading, the first stack.  Private to exec*.c.
 *
 * exec.c: what is done in which order.  exec_args.c: argument strings.  exec_script.c: "#!".
 * exec_load.c: program headers to mappings.  exec_stack.c: the stack a program starts with.
 */
#pragma once
#include <osxtd/buf.h>

#include "fs/namei.h"
#include "libs/elf/elf.h"
#include "process/exec.h"
#include "vm/mm.h"

enum : usize {
	EXEC_HEAD = 1024, /* bytes of a file that are read at once: nearly always with all program
			     headers */
	EXEC_SCRIPT_LINE = 256,	 /* of a "#!" line, as on Linux */
	EXEC_ARG_MAX = 131072,	 /* MAX_ARG_STRLEN, with its NUL */
	EXEC_ARGS_MIN = 131072,	 /* ARG_MAX: always allowed in all */
	EXEC_ARGS_MAX = 6 << 20, /* never more in all, pointers included */
	EXEC_SCRIPT_DEPTH = 5,
};

/* ---- exec_args.c ---- */
/* Appends all strings of from but the first. */
err_t exec_strings_add_rest(struct exec_strings *s, const struct exec_strings *from);
/* The stream of bytes, piece by piece. */
usize exec_strings_chunks(const struct exec_strings *s);
struct cspan exec_strings_chunk(const struct exec_strings *s, usize i);
/* What the strings and their pointers take. */
ALWAYS_INLINE usize exec_strings_cost(const struct exec_strings *s)
{
	return s->len + s->count * sizeof(u64);
}

/* ---- a program's file ---- */
struct ON_STACK exec_file {
	struct map_source_ref source; /* the file, as mappings know it */
	struct buf head;	      /* its first bytes */
	usize head_len;
	struct buf phdrs; /* program headers that are not within head */
	struct elf_header header;
	struct elf_program program;
	u64 bias; /* added to the file's addresses */
};
void exec_file_fini(struct exec_file *f);
BORROWS struct file *exec_file_file(const struct exec_file *f);
/* Opens the file at `at` for execution and reads its head; replaces what f held. */
err_t exec_file_load_head(struct thread *self, struct at *at, u32 at_flags, struct exec_file *f);
struct cspan exec_file_head(const struct exec_file *f);

/* ---- exec_script.c ---- */
struct script_line {
	struct str interpreter, argument; /* within the head; argument may be empty */
};
/* True when head begins with "#!".  ERR_NOEXEC: it does, and the line is no good. */
err_t script_parse(struct cspan head, bool *is_script, struct script_line *out);

/* ---- exec_load.c ---- */
/* Decodes the headers.  ERR_NOEXEC. */
err_t exec_decode(struct exec_file *f);
/* The path of the program interpreter, NUL included, into out (ELF_INTERP_MAX bytes). */
err_t exec_interp_path(const struct exec_file *f, struct buf *out, struct str *path);
/* Maps the segments: the program at its place or at base, the interpreter wherever there is room
 * (base 0). */
err_t exec_map(struct mm *mm, struct exec_file *f, u64 base);

/* ---- exec_stack.c ---- */
struct exec_stack {
	const struct cred *cred; /* the new program's */
	struct str path;	 /* AT_EXECFN */
	u64 stack_limit;
	u64 interp_base; /* AT_BASE, 0: none */
	bool is_secure;
};
/* Makes the stack with arguments, environment and auxiliary vector; *sp is where the program finds
 * it. */
err_t exec_build_stack(struct mm *mm, const struct exec_file *program, const struct exec_stack *s,
		       const struct exec_strings *argv, const struct exec_strings *envp, u64 *sp);
