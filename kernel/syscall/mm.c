/* SPDX-License-Identifier: MPL-2.0 */
/* mm - mmap(2) and the calls that change what is mapped. */
#include "vm/mm.h"

#include "abi/fcntl.h"
#include "abi/mman.h"
#include "fs/fdtable.h"
#include "fs/mount.h"
#include "fs/vfs.h"
#include "process/exec_file.h"
#include "process/thread.h"
#include "syscall/handlers_mm.h"

enum : u32 {
	PROT_KNOWN = PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM | PROT_GROWSDOWN | PROT_GROWSUP
};
/* What MAP_SHARED_VALIDATE knows. */
enum : u32 {
	MAP_KNOWN = MAP_TYPE | MAP_FIXED | MAP_ANONYMOUS | MAP_32BIT | MAP_GROWSDOWN |
		    MAP_DENYWRITE | MAP_EXECUTABLE | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE |
		    MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB | MAP_FIXED_NOREPLACE |
		    MAP_UNINITIALIZED,
};

static_assert((u32)PROT_READ == (u32)VM_READ && (u32)PROT_WRITE == (u32)VM_WRITE &&
	      (u32)PROT_EXEC == (u32)VM_EXEC);

ALWAYS_INLINE u32 vm_prot_of(u32 prot)
{
	return prot & (VM_READ | VM_WRITE | VM_EXEC);
}

/* What the file's open mode and mount allow. */
static err_t check_file(struct file *f, struct map_request *r)
{
	u32 type = r->flags & MAP_TYPE;
	bool is_shared = type == MAP_SHARED || type == MAP_SHARED_VALIDATE;
	if (type == MAP_SHARED_VALIDATE && (r->flags & ~(u32)MAP_KNOWN) != 0)
		return ERR_OPNOTSUPP;
	r->max_prot = VM_READ | VM_WRITE | VM_EXEC;
	if ((r->flags & MAP_TYPE) == 0 || (r->flags & MAP_TYPE) > MAP_SHARED_VALIDATE)
		return ERR_INVAL;
	if (is_shared && (f->mode & FILE_WRITE) == 0) {
		if ((r->prot & VM_WRITE) != 0)
			return ERR_ACCES;
		r->max_prot &= ~(u32)VM_WRITE;
	}
	if ((f->mode & FILE_READ) == 0)
		return ERR_ACCES;
	if (file_has_path(f) && (mount_flags(path_mount(&f->path)) & MS_NOEXEC) != 0) {
		if ((r->prot & VM_EXEC) != 0)
			return ERR_PERM;
		r->max_prot &= ~(u32)VM_EXEC;
	}
	return OK;
}

static err_t map_file(struct thread *self, u64 addr, i32 fd, struct map_request *r, u64 *va)
{
	SCOPED_REF(file, file);
	TRY(fd_get(thread_files(self), fd, &file));
	struct file *f = file_get(&file);
	if ((r->flags & MAP_HUGETLB) != 0)
		return ERR_INVAL; /* only for files of hugetlbfs */
	if (r->len == 0)
		return ERR_INVAL;
	TRY(check_file(f, r));
	TRY(map_file_new(f, MAP_FILE_DATA, &r->source));
	TRY(file_mmap(f, r));
	return mm_map(thread_mm(self), addr, r, va);
}

err_t sys_mmap(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct map_request r CLEANUP(map_request_fini) = {
		.offset = a->a5,
		.len = a->a1,
		.prot = vm_prot_of((u32)a->a2),
		.flags = (u32)a->a3,
		.max_prot = VM_READ | VM_WRITE | VM_EXEC,
		.kind = MAPPING_OBJECT,
		.can_exceed = mm_can_exceed(self),
	};
	u64 va = 0;
	if (r.offset % PAGE_SIZE != 0)
		return ERR_INVAL;
	if ((r.flags & MAP_ANONYMOUS) == 0) {
		TRY(map_file(self, a->a0, arg_int(a->a4), &r, &va));
	} else {
		if ((r.flags & MAP_HUGETLB) != 0)
			return ERR_NOMEM; /* there is no pool of huge pages */
		if ((r.flags & MAP_TYPE) == MAP_SHARED_VALIDATE)
			return ERR_INVAL; /* only of files */
		r.offset = 0;
		TRY(mm_map(thread_mm(self), a->a0, &r, &va));
	}
	*ret = (i64)va;
	return OK;
}

err_t sys_munmap(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return mm_unmap(thread_mm(self), a->a0, a->a1);
}

err_t sys_mprotect(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	u32 prot = (u32)a->a2;
	if ((prot & PROT_GROWSDOWN) != 0 && (prot & PROT_GROWSUP) != 0)
		return ERR_INVAL;
	if (a->a0 % PAGE_SIZE != 0)
		return ERR_INVAL;
	if (a->a1 == 0)
		return OK;
	if (a->a1 > UINT64_MAX - PAGE_SIZE || a->a0 + page_up(a->a1) <= a->a0)
		return ERR_NOMEM;
	if ((a->a2 & ~(u64)PROT_KNOWN) != 0)
		return ERR_INVAL;
	return mm_protect(thread_mm(self), a->a0, a->a1, vm_prot_of(prot));
}

err_t sys_brk(struct thread *self, const struct sysargs *a, i64 *ret)
{
	*ret = (i64)mm_brk(thread_mm(self), a->a0);
	return OK;
}

err_t sys_mremap(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u64 va = 0;
	if (a->a3 > UINT32_MAX)
		return ERR_INVAL;
	TRY(mm_remap(thread_mm(self), a->a0, a->a1, a->a2, (u32)a->a3, a->a4, mm_can_exceed(self),
		     &va));
	*ret = (i64)va;
	return OK;
}

err_t sys_madvise(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return mm_advise(thread_mm(self), a->a0, a->a1, arg_int(a->a2));
}

err_t sys_msync(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return mm_sync(thread_mm(self), a->a0, a->a1, (u32)a->a2);
}

err_t sys_mincore(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	u64 start = a->a0, len = a->a1;
	struct uaddr vec = arg_uaddr(a->a2);
	if (start % PAGE_SIZE != 0)
		return ERR_INVAL;
	if (!user_range_ok(uaddr_of(start), len))
		return ERR_NOMEM;
	u64 pages = page_up(len) / PAGE_SIZE;
	if (!user_range_ok(vec, pages))
		return ERR_FAULT;
	u8 bytes[256] = {};
	for (u64 done = 0; done < pages;) {
		struct span part = span_sub(span_of(bytes), 0,
					    min_of(pages - done, (u64)sizeof(bytes)));
		TRY(mm_core(thread_mm(self), start + done * PAGE_SIZE, part));
		TRY(user_write(uaddr_add(vec, done), span_const(part)));
		done += span_len(part);
		if (task_pause(TASK_INTR_KILL))
			return ERR_INTR;
	}
	return OK;
}
