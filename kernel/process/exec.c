/* SPDX-License-Identifier: MPL-2.0 */
/*
 * exec - execve(2), from a path to a running program.
 *
 * 1. open the file; while it is a script, open its interpreter and put the line's words in front of
 * the arguments;
 * 2. decode the program and, if it names one, its interpreter;
 * 3. build the new address space beside the old one: segments, vDSO, stack;
 * 4. point of no return: end the other threads, put everything in place.
 *
 * Until 4 every failure is an errno and nothing has changed; 4 itself cannot fail but for lack of
 * memory before it changed anything.
 */
#include "process/exec.h"

#include "fs/kernel_file.h"
#include "fs/mount.h"
#include "arch/exec_arch.h"
#include "process/exec_file.h"
#include "process/exec_image.h"
#include "process/internal.h"

enum : u32 {
	ADDR_NO_RANDOMIZE = 0x0040000,
	/* What a program that changes its user may not inherit: personality(2)'s
	   PER_CLEAR_ON_SETID. */
	CLEAR_ON_SETID = ADDR_NO_RANDOMIZE | 0x0400000 | 0x0200000 | 0x0100000,
	MODE_SETGID = S_ISGID | 00010 /* and executable by the group */
};

/* All that one exec holds. */
struct ON_STACK exec {
	struct exec_file program, interp;
	struct cred_ref cred; /* new credentials; empty: unchanged */
	bool is_secure;
	u32 personality;
	struct vmspace_ref space;
	u64 entry, stack;
};
static void exec_fini(struct exec *x)
{
	exec_file_fini(&x->program);
	exec_file_fini(&x->interp);
	cred_drop(&x->cred);
	vmspace_drop(&x->space);
}

/* ---- files ---- */

void exec_file_fini(struct exec_file *f)
{
	map_source_drop(&f->source);
	buf_drop(&f->head);
	buf_drop(&f->phdrs);
}

BORROWS struct file *exec_file_file(const struct exec_file *f)
{
	return map_file_file(map_source_get(&f->source));
}

struct cspan exec_file_head(const struct exec_file *f)
{
	return cspan_sub(span_const(buf_span(&f->head)), 0, f->head_len);
}

err_t exec_file_load_head(struct thread *self, struct at *at, u32 at_flags, struct exec_file *f)
{
	SCOPED_REF(file, file);
	exec_file_fini(f);
	*f = (struct exec_file){};
	TRY(exec_file_open(thread_fs(self), thread_cred(self), at, at_flags, &file));
	err_t e = map_file_new(file_get(&file), MAP_FILE_PROGRAM, &f->source);
	if (e != OK) {
		exec_file_release(file_get(&file));
		return e;
	}
	TRY(buf_alloc_uninit(EXEC_HEAD, &f->head));
	return kernel_read(file_get(&file), 0, buf_span(&f->head), &f->head_len);
}

/* The arguments of a script: interpreter, the line's argument, the script's path, then all but the
 * first. */
static err_t script_arguments(const struct script_line *line, struct str path,
			      struct exec_strings *argv)
{
	struct exec_strings args CLEANUP(exec_strings_fini) = {};
	TRY(exec_strings_add(&args, str_bytes(line->interpreter)));
	if (str_len(line->argument) != 0)
		TRY(exec_strings_add(&args, str_bytes(line->argument)));
	TRY(exec_strings_add(&args, str_bytes(path)));
	TRY(exec_strings_add_rest(&args, argv));
	exec_strings_fini(argv);
	*argv = exec_strings_move(&args);
	return OK;
}

/* Opens the program, through scripts. */
static err_t open_program(struct thread *self, struct at *at, u32 at_flags, struct str path,
			  struct exec_strings *argv, struct exec_file *f)
{
	TRY(exec_file_load_head(self, at, at_flags, f));
	SCOPED_BUF(name);
	for (u32 depth = 0; depth <= EXEC_SCRIPT_DEPTH; depth++) {
		bool is_script = false;
		struct script_line line = {};
		TRY(script_parse(exec_file_head(f), &is_script, &line));
		if (!is_script)
			return OK;
		/* The path of a script whose interpreter is a script is the first interpreter's. */
		struct str script = depth == 0 ? path : buf_str(&name);
		TRY(script_arguments(&line, script, argv));
		SCOPED_BUF(next);
		TRY(buf_copy_of(str_bytes(line.interpreter), &next));
		buf_drop(&name);
		name = buf_move(&next);
		struct at interp CLEANUP(at_fini) = { .name = buf_str(&name) };
		TRY(exec_file_load_head(self, &interp, 0, f));
	}
	return ERR_LOOP;
}

static err_t open_interp(struct thread *self, const struct exec_file *program,
			 struct exec_file *interp)
{
	SCOPED_BUF(memory);
	struct str path = {};
	TRY(exec_interp_path(program, &memory, &path));
	struct at at CLEANUP(at_fini) = { .name = path };
	TRY(exec_file_load_head(self, &at, 0, interp));
	/* Only the program itself stays closed to writers. */
	if (atomic_u32_swap(&map_source_get(&interp->source)->is_program, 0) != 0)
		exec_file_release(exec_file_file(interp));
	TRY(exec_decode(interp));
	return interp->header.is_dynamic ? OK : ERR_NOEXEC;
}

/* ---- credentials ---- */

/* capabilities(7), "Transformation of capabilities during execve()", for files without capabilities
 * of their own. */
static void exec_caps(struct cred *c, bool is_set_id)
{
	if (is_set_id)
		c->cap_ambient = 0;
	bool has_root = (c->securebits & SECBIT_NOROOT) == 0;
	bool is_root = has_root && (c->uid == 0 || c->euid == 0);
	c->cap_permitted = (is_root ? c->cap_inheritable | c->cap_bounding : 0) | c->cap_ambient;
	c->cap_effective = has_root && c->euid == 0 ? c->cap_permitted : c->cap_ambient;
	c->securebits &= ~(u32)SECBIT_KEEP_CAPS;
	c->suid = c->fsuid = c->euid;
	c->sgid = c->fsgid = c->egid;
}

static bool same_rights(const struct cred *a, const struct cred *b)
{
	return a->euid == b->euid && a->egid == b->egid && a->suid == b->suid &&
	       a->sgid == b->sgid && a->fsuid == b->fsuid && a->fsgid == b->fsgid &&
	       a->cap_permitted == b->cap_permitted && a->cap_effective == b->cap_effective &&
	       a->cap_ambient == b->cap_ambient && a->securebits == b->securebits;
}

/* Nothing about the credentials of an ordinary exec changes: root stays root, a user without
 * capabilities likewise. */
static bool is_plain(const struct cred *c, u32 mode)
{
	if ((mode & (S_ISUID | S_ISGID)) != 0 || c->euid != c->suid || c->egid != c->sgid ||
	    c->fsuid != c->euid || c->fsgid != c->egid || c->uid != c->euid || c->gid != c->egid ||
	    c->securebits != 0)
		return false;
	u64 expected = (c->uid == 0 ? c->cap_inheritable | c->cap_bounding : 0) | c->cap_ambient;
	return c->cap_permitted == expected && c->cap_effective == expected;
}

static err_t new_cred(struct thread *self, struct exec *x)
{
	struct file *f = exec_file_file(&x->program);
	const struct cred *old = thread_cred(self);
	u32 mode = file_has_path(f) ? inode_mode(file_inode(f)) : 0;
	if (likely(is_plain(old, mode)))
		return OK;
	SCOPED_REF(cred, fresh);
	TRY(cred_copy(old, &fresh));
	struct cred *c = cred_get(&fresh);
	bool honours = file_has_path(f) && atomic_u32_load(&self->no_new_privs) == 0 &&
		       (mount_flags(path_mount(&f->path)) & MS_NOSUID) == 0;
	if (honours && (mode & S_ISUID) != 0)
		c->euid = atomic_u32_load(&file_inode(f)->uid);
	if (honours && (mode & MODE_SETGID) == MODE_SETGID)
		c->egid = atomic_u32_load(&file_inode(f)->gid);
	if (honours && ((mode & S_ISUID) != 0 || (mode & MODE_SETGID) == MODE_SETGID))
		x->personality &= ~(u32)CLEAR_ON_SETID;
	bool is_set_id = c->euid != old->euid || c->egid != old->egid;
	exec_caps(c, is_set_id);
	x->is_secure = is_set_id || c->euid != c->uid || c->egid != c->gid ||
		       (c->uid != 0 && (c->cap_permitted & ~c->cap_ambient) != 0);
	if (!same_rights(c, old))
		x->cred = cred_move(&fresh);
	return OK;
}

/* ---- the new space ---- */

static void take_limits(struct thread *self, struct mm *mm)
{
	mm_set_limit(mm, MM_LIMIT_AS, thread_rlimit(self, RLIMIT_AS));
	mm_set_limit(mm, MM_LIMIT_DATA, thread_rlimit(self, RLIMIT_DATA));
	mm_set_limit(mm, MM_LIMIT_STACK, thread_rlimit(self, RLIMIT_STACK));
	mm_set_limit(mm, MM_LIMIT_MEMLOCK, thread_rlimit(self, RLIMIT_MEMLOCK));
}

static void set_layout(struct mm *mm, const struct exec_file *f)
{
	struct mm_layout l = {};
	mm_get_layout(mm, &l);
	const struct elf_program *p = &f->program;
	l.start_code = f->bias + p->code_start;
	l.end_code = f->bias + p->code_end;
	l.start_data = f->bias + p->data_start;
	l.end_data = f->bias + p->data_end;
	l.start_brk = page_up(f->bias + p->bss_end) + mm_draw_brk_gap(mm);
	l.brk = l.start_brk;
	mm_set_layout(mm, &l);
}

/* Where a position-independent program is put, before randomisation. */
static u64 dynamic_base(void)
{
	return page_down(VMSPACE_HIGH / 3 * 2);
}

static err_t build_space(struct thread *self, struct exec *x, struct str path,
			 const struct exec_strings *argv, const struct exec_strings *envp)
{
	u64 stack_limit = thread_rlimit(self, RLIMIT_STACK);
	bool fixed = (x->personality & ADDR_NO_RANDOMIZE) != 0;
	TRY(mm_new(fixed ? MM_ASLR_OFF : MM_ASLR_ON, stack_limit, &x->space));
	struct mm *mm = mm_of(vmspace_get(&x->space));
	bool has_interp = x->program.program.has_interp;

	u64 base = x->program.header.is_dynamic ? dynamic_base() + mm_draw_gap(mm) : 0;
	TRY(exec_map(mm, &x->program, base));
	if (has_interp)
		TRY(exec_map(mm, &x->interp, 0));
	set_layout(mm, &x->program);

	struct exec_stack s = {
		.cred = cred_is_null(&x->cred) ? thread_cred(self) : cred_get(&x->cred),
		.path = path,
		.stack_limit = stack_limit,
		.interp_base = has_interp ? x->interp.bias : 0,
		.is_secure = x->is_secure,
	};
	TRY(exec_build_stack(mm, &x->program, &s, argv, envp, &x->stack));
	const struct exec_file *first = has_interp ? &x->interp : &x->program;
	x->entry = first->bias + first->header.entry;
	take_limits(self, mm);
	mm_set_exe(mm, map_source_move(&x->program.source));
	if (x->is_secure)
		atomic_u32_store(&mm->dumpable, 0);
	return OK;
}

/* ---- the call ---- */

static struct str last_part(struct str path)
{
	usize start = 0;
	for (usize i = str_find(path, '/', 0); i < str_len(path); i = str_find(path, '/', i + 1))
		start = i + 1;
	return str_from(path, start);
}

static err_t commit(struct thread *self, struct exec *x, struct str path)
{
	TRY(process_begin_exec(self));
	struct exec_commit c = {
		.space = vmspace_move(&x->space),
		.cred = cred_move(&x->cred),
		.comm = last_part(path),
		.is_secure = x->is_secure,
	};
	TRY(process_commit_exec(self, &c));
	atomic_u32_store(&process_of(self)->personality, x->personality);
	user_ctx_start(&self->task.user, x->entry, x->stack);
	user_fpu_reset(&self->task.user);
	return OK;
}

/* What all strings together may take: a quarter of the stack, within bounds. */
usize exec_args_limit(struct thread *self)
{
	u64 quarter = thread_rlimit(self, RLIMIT_STACK) / 4;
	return (usize)min_of(max_of(quarter, (u64)EXEC_ARGS_MIN), (u64)EXEC_ARGS_MAX);
}

err_t exec_at(struct thread *self, struct at *at, u32 at_flags, struct str path,
	      struct exec_strings *argv, struct exec_strings *envp)
{
	struct exec x CLEANUP(exec_fini) = {
		.personality = process_personality(process_of(self)),
	};
	TRY(open_program(self, at, at_flags, path, argv, &x.program));
	if (argv->count == 0)
		TRY(exec_strings_add(argv, cspan_sub(str_bytes(path), 0, 0)));
	if (exec_strings_cost(argv) + exec_strings_cost(envp) + str_len(path) >
	    exec_args_limit(self))
		return ERR_2BIG;
	TRY(exec_decode(&x.program));
	if (x.program.program.has_interp)
		TRY(open_interp(self, &x.program, &x.interp));
	TRY(new_cred(self, &x));
	TRY(build_space(self, &x, path, argv, envp));
	return commit(self, &x, path);
}

err_t exec_program(struct thread *self, struct str path, struct exec_strings *argv,
		   struct exec_strings *envp)
{
	struct exec_strings args CLEANUP(exec_strings_fini) = {};
	struct exec_strings env CLEANUP(exec_strings_fini) = {};
	args = exec_strings_move(argv);
	env = exec_strings_move(envp);
	struct at at CLEANUP(at_fini) = { .name = path };
	return exec_at(self, &at, 0, path, &args, &env);
}
