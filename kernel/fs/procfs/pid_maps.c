/* SPDX-License-Identifier: MPL-2.0 */
/* pid_maps - /proc/PID/maps and smaps.  Spec: proc_pid_maps(5), proc_pid_smaps(5). */
#include "fs/procfs/links.h"
#include "fs/procfs/subject.h"
#include "process/exec_file.h"

enum : usize { PATH_COLUMN = 73, PATH_BYTES = 2 * PATH_MAX };
enum : u64 { KIB_PER_PAGE = PAGE_SIZE / 1024 };

static struct str area_name(const struct mm_area *a)
{
	switch (a->kind) {
	case MAPPING_VDSO:
		return STR("[vdso]");
	case MAPPING_VVAR:
		return STR("[vvar]");
	case MAPPING_OBJECT: /* shared memory without a file is one of the kernel's own */
		return STR("/dev/zero (deleted)");
	case MAPPING_ANON:
		break;
	}
	return a->is_heap ? STR("[heap]") : a->is_stack ? STR("[stack]") : STR("");
}

struct area_file {
	u32 dev_major, dev_minor;
	u64 ino;
	struct str name; /* in the memory that was given */
};

/* What an area's file says of itself, as root sees its path; all zero without a file. */
static void get_file(const struct mm_area *a, const struct path *root, struct span memory,
		     struct area_file *out)
{
	struct text path = text_in(memory);
	out->name = area_name(a);
	if (map_source_is_null(&a->source) || !map_file_is(map_source_get(&a->source)))
		return;
	struct file *f = map_file_file(map_source_get(&a->source));
	file_describe(f, root, &path);
	out->name = text_str(&path);
	if (!file_has_path(f))
		return;
	const struct inode *i = file_inode(f);
	out->dev_major = dev_major(i->dev);
	out->dev_minor = dev_minor(i->dev);
	out->ino = i->ino;
}

/* The vDSO's pages are one object for all, but each process has them as its own. */
static bool area_is_shared(const struct mm_area *a)
{
	return (a->flags & MAPPING_SHARED) != 0 && a->kind == MAPPING_OBJECT;
}

static void put_area(struct text *t, const struct mm_area *a, const struct area_file *f)
{
	usize start = text_needed(t);
	FMT(t, "{08x}-{08x} {}{}{}{} {08x} {02x}:{02x} {} ", a->start, a->end,
	    (a->prot & VM_READ) != 0 ? STR("r") : STR("-"),
	    (a->prot & VM_WRITE) != 0 ? STR("w") : STR("-"),
	    (a->prot & VM_EXEC) != 0 ? STR("x") : STR("-"), area_is_shared(a) ? STR("s") : STR("p"),
	    a->offset, f->dev_major, f->dev_minor, f->ino);
	if (str_len(f->name) != 0) {
		while (text_needed(t) - start < PATH_COLUMN)
			text_put_char(t, ' ');
		proc_put_path(t, f->name);
	}
	text_put_char(t, '\n');
}

static void put_kib(struct text *t, struct str name, u64 pages)
{
	usize width = str_len(name);
	FMT(t, "{}:", name);
	for (; width < 15; width++)
		text_put_char(t, ' ');
	FMT(t, "{8} kB\n", pages * KIB_PER_PAGE);
}

/* Pages count as private here when their mapping is: who else has a page is not known. */
static void put_sizes(struct text *t, const struct mm_area *a)
{
	bool is_shared = area_is_shared(a);
	u64 dirty = min_of(a->dirty, a->resident), clean = a->resident - dirty;
	put_kib(t, STR("Size"), (a->end - a->start) / PAGE_SIZE);
	put_kib(t, STR("KernelPageSize"), 1);
	put_kib(t, STR("MMUPageSize"), 1);
	put_kib(t, STR("Rss"), a->resident);
	put_kib(t, STR("Pss"), a->resident);
	put_kib(t, STR("Pss_Dirty"), dirty);
	put_kib(t, STR("Shared_Clean"), is_shared ? clean : 0);
	put_kib(t, STR("Shared_Dirty"), is_shared ? dirty : 0);
	put_kib(t, STR("Private_Clean"), is_shared ? 0 : clean);
	put_kib(t, STR("Private_Dirty"), is_shared ? 0 : dirty);
	put_kib(t, STR("Referenced"), a->resident);
	put_kib(t, STR("Anonymous"), a->kind == MAPPING_ANON ? a->resident : is_shared ? 0 : dirty);
	put_kib(t, STR("LazyFree"), 0);
	put_kib(t, STR("AnonHugePages"), 0);
	put_kib(t, STR("ShmemPmdMapped"), 0);
	put_kib(t, STR("FilePmdMapped"), 0);
	put_kib(t, STR("Shared_Hugetlb"), 0);
	put_kib(t, STR("Private_Hugetlb"), 0);
	put_kib(t, STR("Swap"), 0);
	put_kib(t, STR("SwapPss"), 0);
	put_kib(t, STR("Locked"), (a->flags & MAPPING_LOCKED) != 0 ? a->resident : 0);
	text_put(t, STR("THPeligible:    0\nVmFlags:"));
	text_put(t, (a->prot & VM_READ) != 0 ? STR(" rd") : STR(""));
	text_put(t, (a->prot & VM_WRITE) != 0 ? STR(" wr") : STR(""));
	text_put(t, (a->prot & VM_EXEC) != 0 ? STR(" ex") : STR(""));
	text_put(t, is_shared ? STR(" sh") : STR(""));
	text_put(t, STR(" mr mw me"));
	text_put(t, (a->flags & MAPPING_GROWSDOWN) != 0 ? STR(" gd") : STR(""));
	text_put(t, (a->flags & MAPPING_LOCKED) != 0 ? STR(" lo") : STR(""));
	text_put(t, (a->flags & MAPPING_DONTFORK) != 0 ? STR(" dc") : STR(""));
	text_put(t, (a->flags & MAPPING_WIPEONFORK) != 0 ? STR(" wf") : STR(""));
	text_put(t, STR("\n"));
}

enum maps_style : u8 { MAPS, SMAPS };

static err_t show_areas(const struct proc_subject *s, struct text *t, enum maps_style style)
{
	SCOPED_REF(vmspace, space);
	SCOPED_BUF(memory);
	struct path root CLEANUP(path_drop) = {};
	if (!subject_space(s, &space))
		return OK;
	proc_reader_root(&root);
	TRY(buf_alloc_uninit(PATH_BYTES, &memory));
	for (u64 at = 0;;) {
		struct mm_area area CLEANUP(mm_area_fini) = {};
		if (!mm_next_area(mm_of(vmspace_get(&space)), at, &area))
			return OK;
		struct area_file file = {};
		get_file(&area, &root, buf_span(&memory), &file);
		put_area(t, &area, &file);
		if (style == SMAPS)
			put_sizes(t, &area);
		at = area.end;
	}
}

err_t show_pid_maps(const struct proc_subject *s, struct text *t)
{
	return show_areas(s, t, MAPS);
}

err_t show_pid_smaps(const struct proc_subject *s, struct text *t)
{
	return show_areas(s, t, SMAPS);
}
