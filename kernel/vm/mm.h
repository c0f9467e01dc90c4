/* SPDX-License-Identifier: MPL-2.0 */
/*
 * mm - a process's memory: an address space (subtype of vmspace) with Linux's layout, limits and
 * mappings.
 *
 * The page table with its marks is the only record of what is mapped where (osxtd/vmspace.h).  A
 * mark's region is a `struct mapping`: what the pages come from.  All private anonymous memory of a
 * process shares one mapping, so that mmap of such memory allocates nothing but page tables.
 *
 *   Lifetime:  counted, as vmspace_ref; threads share one.
 *   Locking:   mm.lock, class mm_map (mutex), for changes of the layout.  Faults take only the
 * cursor. Context:   task context, may sleep. Spec:      mmap(2), brk(2), mremap(2), madvise(2),
 * proc_pid_maps(5).
 */
#pragma once
#include <osxtd/lock.h>
#include <osxtd/vmspace.h>

#include "vm/map_source.h"
#include "vm/memobj.h"

LOCK_CLASS(mm_map, mutex);

/* ---- mappings ---- */
enum mapping_kind : u8 {
	MAPPING_ANON,	/* private anonymous */
	MAPPING_OBJECT, /* a memory object, private or shared */
	MAPPING_VDSO,	/* as MAPPING_OBJECT, named [vdso] */
	MAPPING_VVAR,	/* [vvar] */
};
enum : u32 {
	MAPPING_SHARED = 1,
	MAPPING_GROWSDOWN = 2,
	MAPPING_LOCKED = 4, /* mlock(2): counted, nothing is ever paged out here */
	MAPPING_DONTFORK = 8,
	MAPPING_WIPEONFORK = 16,
	MAPPING_FIXED_SIZE = 32, /* special: not to be grown or merged by mremap */
};

/* How many mappings a space made that still exist: vm.max_map_count. */
enum : u32 { MM_MAPPINGS_MAX = 65530 };
struct map_account {
	struct object object;
	struct atomic_u32 mappings ATOMIC_ONLY;
};
REF_TYPE(map_account);

struct mapping {
	struct region region;
	enum mapping_kind kind IMMUTABLE;
	u32 flags IMMUTABLE;	/* MAPPING_* */
	u32 max_prot IMMUTABLE; /* what mprotect may allow */
	u64 va IMMUTABLE;	/* the address where `offset` of the object stands */
	u64 offset IMMUTABLE;
	struct memobj_ref object IMMUTABLE;	/* empty: MAPPING_ANON */
	struct map_source_ref source IMMUTABLE; /* may be empty */
	struct map_account_ref account
		IMMUTABLE; /* of the space that made it; empty: not counted */
};
SUBTYPE(mapping, region);

/* ---- address spaces ---- */
enum mm_limit : u32 {
	MM_LIMIT_AS,
	MM_LIMIT_DATA,
	MM_LIMIT_STACK,
	MM_LIMIT_MEMLOCK,
	MM_LIMIT_COUNT
};

/* The numbers that procfs and prctl(PR_SET_MM) name: set by exec, changed by nobody else but brk.
 */
struct mm_layout {
	u64 start_code, end_code, start_data, end_data;
	u64 start_brk, brk;
	u64 start_stack;
	u64 arg_start, arg_end, env_start, env_end;
	u64 vdso; /* 0: none */
};
enum : u32 { MM_AUXV_BYTES = 48 * 8, MM_DICE = 8 };

/* A place in the list of all spaces: slot 0 is none. */
struct mm_ticket {
	u32 cpu, slot;
};

struct mm {
	struct vmspace vmspace;
	struct mm_map_lock lock;
	struct mm_layout layout GUARDED(mm_map);
	u64 stack_top GUARDED(mm_map); /* drawn; exec puts the stack below it and the vDSO above */
	u64 mmap_base GUARDED(mm_map); /* free addresses are searched downward from here */
	u64 locked_pages GUARDED(mm_map);
	u32 lock_future GUARDED(mm_map); /* mlockall(MCL_FUTURE) */
	u32 auxv_len GUARDED(mm_map);
	u8 auxv[MM_AUXV_BYTES] GUARDED(mm_map);
	struct map_source_ref exe GUARDED(mm_map);
	struct map_account_ref account IMMUTABLE;
	struct region_ref anon IMMUTABLE; /* the mapping of private anonymous memory */
	struct atomic_u64 limit[MM_LIMIT_COUNT] ATOMIC_ONLY;
	struct atomic_u64 filter
		ATOMIC_ONLY; /* bits of memory objects that were ever mapped here */
	struct atomic_u64 peak_pages ATOMIC_ONLY;
	struct atomic_u64 peak_resident ATOMIC_ONLY;
	struct atomic_u32 dumpable ATOMIC_ONLY;
	u64 dice[MM_DICE] OWNER(exec); /* random words, drawn at once because that is cheaper */
	u32 dice_left OWNER(exec);
	bool is_random OWNER(exec);
	struct mm_ticket ticket IMMUTABLE; /* its place in the list of all spaces */
};
SUBTYPE(mm, vmspace);

/* Once at boot, before the first mm. */
err_t vm_init(void);
/* What is drawn at random in spaces that are new: kernel.randomize_va_space; norandmaps on the
 * command line is NONE. Larger levels are as FULL. */
enum mm_aslr_level : u32 { MM_ASLR_NONE, MM_ASLR_NOT_BRK, MM_ASLR_FULL };
void mm_set_aslr_level(u32 level);
u32 mm_aslr_level(void);
enum mm_aslr : u8 { MM_ASLR_ON, MM_ASLR_OFF }; /* OFF: personality(ADDR_NO_RANDOMIZE) */

/* An empty space with a drawn mmap base for a stack of at most stack_limit bytes; limits are
 * unlimited until set. */
err_t mm_new(enum mm_aslr aslr, u64 stack_limit, struct vmspace_ref *out);
/* A copy for fork(2): private pages become copy-on-write on both sides.  ERR_NOMEM. */
err_t mm_fork(struct mm *parent, struct vmspace_ref *out);
/* The end of the stack area. */
u64 mm_stack_top(struct mm *mm);
/* A free place of len bytes, aligned, for the caller that alone uses mm (exec). */
err_t mm_choose(struct mm *mm, u64 len, u64 align, u64 *va);
/* For the caller that alone uses mm (exec): a random word; a page-aligned number of bytes below
 * 2^40 (28 bits of pages) or a 32nd of a small user half, or 0 without randomisation. */
u64 mm_draw(struct mm *mm);
u64 mm_draw_gap(struct mm *mm);
/* As mm_draw_gap, for the break. */
u64 mm_draw_brk_gap(struct mm *mm);
/* setrlimit(2) and exec; UINT64_MAX for none. */
void mm_set_limit(struct mm *mm, enum mm_limit which, u64 bytes);

/* ---- faults ---- */
enum mm_fault : u32 {
	MM_FAULT_OK,	 /* counts as a minor fault: run on */
	MM_FAULT_MAPERR, /* SIGSEGV, SEGV_MAPERR: nothing is mapped there */
	MM_FAULT_ACCERR, /* SIGSEGV, SEGV_ACCERR */
	MM_FAULT_BUS,	 /* SIGBUS, BUS_ADRERR: past the end of the object */
	MM_FAULT_KILLED, /* out of memory, and the caller was chosen: it has a SIGKILL pending */
};
/* access: VM_ACCESS_* bits. */
enum mm_fault mm_handle_fault(struct mm *mm, u64 va, u32 access);

/* ---- mapping calls; arguments as the system calls have them, checked here ---- */

/* What mmap(2) asks of a file and what the file's mmap operation answers. */
struct ON_STACK map_request {
	u64 offset; /* page aligned */
	u64 len;
	u32 prot;  /* VM_* */
	u32 flags; /* MAP_* of the ABI */
	/* The answer: the object whose byte `offset` stands at the start; left empty: fresh
	 * anonymous memory (/dev/zero). */
	struct memobj_ref object;
	struct map_source_ref source; /* set by the caller; consumed */
	u32 max_prot; /* VM_*; the caller sets it by the file's open mode, the file may narrow it */
	enum mapping_kind kind; /* MAPPING_OBJECT unless the kernel itself maps */
	bool is_fresh;		/* MAP_FIXED where most likely nothing is: exec */
	bool can_exceed;	/* the caller has CAP_IPC_LOCK */
};
void map_request_fini(struct map_request *r);

/*
 * Maps r->len bytes at or near addr (MAP_FIXED: at) and tells where.  ERR_INVAL, ERR_NOMEM,
 * ERR_EXIST, ERR_PERM, ERR_AGAIN, ERR_ACCES.  Takes what it needs out of r; the caller's
 * map_request_fini drops the rest.
 */
err_t mm_map(struct mm *mm, u64 addr, struct map_request *r, u64 *va);
/* As mm_map, for anonymous memory. */
err_t mm_map_anonymous(struct mm *mm, u64 addr, u64 len, u32 prot, u32 flags, u64 *va);
/*
 * The first stack, size bytes below mm_stack_top, and above it the vDSO (layout.vdso), which the
 * same page tables cover; without room or image there is no vDSO.
 */
err_t mm_map_stack(struct mm *mm, u64 size, u32 prot);
err_t mm_unmap(struct mm *mm, u64 addr, u64 len);
err_t mm_protect(struct mm *mm, u64 addr, u64 len, u32 prot);
/* The new break, or the old one when it cannot be moved. */
u64 mm_brk(struct mm *mm, u64 brk);
/* can_exceed: as in mm_lock_range. */
err_t mm_remap(struct mm *mm, u64 old, u64 old_len, u64 new_len, u32 flags, u64 new_addr,
	       bool can_exceed, u64 *va);
err_t mm_advise(struct mm *mm, u64 addr, u64 len, i32 advice);
err_t mm_sync(struct mm *mm, u64 addr, u64 len, u32 flags);
/* Fills out with 1 for each resident page from addr (page aligned) on; ERR_NOMEM when a page is not
 * mapped. */
err_t mm_core(struct mm *mm, u64 addr, struct span out);
/* can_exceed: the caller has CAP_IPC_LOCK. */
err_t mm_lock_range(struct mm *mm, u64 addr, u64 len, bool can_exceed, bool on_fault);
err_t mm_unlock_range(struct mm *mm, u64 addr, u64 len);
err_t mm_lock_all(struct mm *mm, u32 mcl_flags, bool can_exceed);
err_t mm_unlock_all(struct mm *mm);
/* Makes every page of the range present (MAP_POPULATE, MAP_LOCKED, MADV_POPULATE_*). */
err_t mm_populate(struct mm *mm, u64 addr, u64 len, u32 access);

/* ---- views for procfs, prctl and exec ---- */
struct ON_STACK mm_area { /* a line of /proc/PID/maps */
	u64 start, end;
	u64 offset;
	u32 prot;     /* VM_* */
	u32 flags;    /* MAPPING_* */
	u64 resident; /* pages with a frame */
	u64 dirty;    /* of those, written since mapped */
	enum mapping_kind kind;
	bool is_heap, is_stack;
	struct map_source_ref source; /* may be empty */
};
void mm_area_fini(struct mm_area *a);
/* The first area that ends above from; false when there is none.  *out is overwritten (drop what it
 * held first). */
bool mm_next_area(struct mm *mm, u64 from, struct mm_area *out);

struct mm_stats { /* pages; the numbers of /proc/PID/statm and status */
	u64 size, resident, shared_pages, code, data, stack, locked, tables, exe_lib;
	u64 peak_size, peak_resident;
};
/* Walks the space; mm_stats_quick fills size, resident and the peaks only. */
void mm_stats(struct mm *mm, struct mm_stats *out);
void mm_stats_quick(struct mm *mm, struct mm_stats *out);
void mm_get_layout(struct mm *mm, struct mm_layout *out);
void mm_set_layout(struct mm *mm, const struct mm_layout *layout);
void mm_set_auxv(struct mm *mm, struct cspan auxv);
/* Copies the auxiliary vector (/proc/PID/auxv). */
usize mm_get_auxv(struct mm *mm, struct span out);
/* The program's file; false when there is none (kernel threads). */
bool mm_exe(struct mm *mm, struct map_source_ref *out);
void mm_set_exe(struct mm *mm, struct map_source_ref exe);

/* Drops the pages of m at from … to-1 (bytes, page aligned) from every mapping of m: for memobj
 * only. */
void mm_unmap_object(struct memobj *m, u64 from, u64 to);
