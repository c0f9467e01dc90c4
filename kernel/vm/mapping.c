/* SPDX-License-Identifier: MPL-2.0 */
#include "vm/mapping.h"

static void map_account_fini(struct map_account *a)
{
	(void)a;
}
OBJECT_TYPE(map_account, map_account_fini);

err_t map_account_new(struct map_account_ref *out)
{
	return map_account_alloc(out);
}

static void mapping_fini(struct mapping *m)
{
	struct map_account *account = map_account_get_or_null(&m->account);
	if (account != nullptr)
		(void)atomic_u32_sub(&account->mappings, 1);
	map_account_drop(&m->account);
	struct memobj *object = memobj_get_or_null(&m->object);
	if (object != nullptr)
		count_down(&object->mappings);
	memobj_drop(&m->object);
	map_source_drop(&m->source);
}
OBJECT_SUBTYPE(mapping, region, mapping_fini);

static enum region_fork fork_rule(u32 flags)
{
	if ((flags & MAPPING_DONTFORK) != 0)
		return REGION_DROP;
	if ((flags & MAPPING_WIPEONFORK) != 0)
		return REGION_WIPE;
	return (flags & MAPPING_SHARED) != 0 ? REGION_SHARE : REGION_COPY;
}

/* True when one more may be made, which is counted. */
static bool account_for(struct map_account *a)
{
	if (a == nullptr || atomic_u32_add(&a->mappings, 1) < MM_MAPPINGS_MAX)
		return true;
	(void)atomic_u32_sub(&a->mappings, 1);
	return false;
}

err_t mapping_new(struct map_account *account, struct mapping_spec *spec, struct region_ref *out)
{
	SCOPED_REF(memobj, object);
	SCOPED_REF(map_source, source);
	object = memobj_move(&spec->object);
	source = map_source_move(&spec->source);

	TRY(mapping_alloc(out));
	struct mapping *m = mapping_of(region_get(out));
	m->region.fork = fork_rule(spec->flags);
	m->kind = spec->kind;
	m->flags = spec->flags;
	m->max_prot = spec->max_prot;
	if (!account_for(account)) {
		region_drop(out);
		return ERR_NOMEM;
	}
	m->account = map_account_clone_or_null(account);
	m->va = spec->va;
	m->offset = spec->offset;
	if (!memobj_is_null(&object))
		count_up(&memobj_get(&object)->mappings);
	m->object = memobj_move(&object);
	m->source = map_source_move(&source);
	return OK;
}

err_t mapping_copy(struct mm *mm, struct mapping *m, u32 flags, u64 va_shift,
		   struct region_ref *out)
{
	struct mapping_spec spec = {
		.kind = m->kind,
		.flags = flags,
		.max_prot = m->max_prot,
		.va = m->va + va_shift, /* modulo 2^64: a shift down is one up */
		.offset = m->offset,
		.object = memobj_clone_or_null(memobj_get_or_null(&m->object)),
		.source = map_source_clone_or_null(map_source_get_or_null(&m->source)),
	};
	return mapping_new(map_account_get(&mm->account), &spec, out);
}
