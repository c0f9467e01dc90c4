/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fpu - the state in the layout of signal frames, and back.
 *
 * A signal frame holds the FXSAVE region with software bytes at 464 that say how much follows, the
 * XSAVE header and components, and a closing magic number.  What comes back was written by user
 * mode: only what cannot fault is loaded, and the load itself may fault and be refused.
 *
 *   Spec:  sigreturn(2); Linux uapi asm/sigcontext.h (struct _fpx_sw_bytes, FP_XSTATE_MAGIC1/2).
 */
#include "fpu.h"

#include <osxtd/task.h>

#include "core/extable.h"

enum : u32 { MAGIC1 = 0x46505853, MAGIC2 = 0x46505845 };
enum : usize { LEGACY_BYTES = 512, HEADER_BYTES = 64, MAGIC2_BYTES = 4 };
enum : u32 { MXCSR_DEFAULT = 0x1f80 };

struct fx_software { /* bytes 464 to 511 of the FXSAVE region */
	u32 magic1, extended_bytes;
	u64 features;
	u32 xstate_bytes, padding[7];
};
struct fx_area {
	u16 control, status, tag, opcode;
	u64 ip, data;
	u32 mxcsr, mxcsr_mask;
	u8 registers[432];
	struct fx_software software;
};
static_assert(sizeof(struct fx_area) == LEGACY_BYTES);
struct xsave_header {
	u64 present, compaction;
	u64 reserved[6];
};
struct xsave_area {
	struct fx_area legacy;
	struct xsave_header header;
};

static bool is_current(const struct user_ctx *ctx)
{
	struct task *t = task_current();
	return t != nullptr && &t->user == ctx;
}

void fpu_area_init(void *area)
{
	UNSAFE("1. an area is fpu_area_bytes() long and 64-byte aligned")
	struct xsave_area *a = (struct xsave_area *)area;
	memset(area, 0, fpu_area_bytes());
	a->legacy.control = 0x37f;
	a->legacy.mxcsr = MXCSR_DEFAULT;
}

usize user_fpu_size(void)
{
	return cpu_features.xsave ? cpu_features.xsave_bytes + MAGIC2_BYTES : LEGACY_BYTES;
}

static bool is_area_aligned(const void *p)
{
	return (address_of_(p) & 63) == 0;
}

struct span user_fpu_align(struct span room)
{
	return span_sub(room, (usize)(-address_of_(room._ptr) & 63), user_fpu_size());
}

/* Into a signal frame: the bytes of the header that XSAVE leaves alone must be zero when they come
 * back. */
static void save_in_place(u8 *p)
{
	UNSAFE("1. p is 64-byte aligned and as long as the layout, checked by the caller")
	struct xsave_area *a = (struct xsave_area *)(void *)p;
	if (cpu_features.xsave)
		a->header = (struct xsave_header){};
	fpu_save(a);
}

/* The area of a context as bytes. */
static struct cspan area_bytes(const struct user_ctx *ctx)
{
	UNSAFE("1. _fpu is fpu_area_bytes() long, which is xsave_bytes rounded up")
	return (struct cspan){ (const u8 *)ctx->_fpu, cpu_features.xsave_bytes };
}

void user_fpu_save(struct user_ctx *ctx, struct span out)
{
	ASSERT(ctx->_started && span_len(out) >= user_fpu_size());
	bool is_live = is_current(ctx);
	u64 flags = irq_save();
	if (likely(is_live && is_area_aligned(out._ptr)))
		save_in_place(out._ptr);
	else if (is_live)
		fpu_save(ctx->_fpu);
	irq_restore(flags);
	if (!is_live || !is_area_aligned(out._ptr))
		span_copy(out, area_bytes(ctx));
	struct fx_software software = {};
	if (cpu_features.xsave) {
		software.magic1 = MAGIC1;
		software.extended_bytes = (u32)user_fpu_size();
		software.features = cpu_features.xcr0;
		software.xstate_bytes = cpu_features.xsave_bytes;
		u32 magic2 = MAGIC2;
		span_copy(span_from(out, cpu_features.xsave_bytes), cspan_of(magic2));
	}
	span_copy(span_from(out, LEGACY_BYTES - sizeof(software)), cspan_of(software));
}

/* True when in holds the extended form, whole and of this machine's size. */
static bool is_extended(struct cspan in)
{
	struct fx_software s = {};
	u32 magic2 = 0;
	return cpu_features.xsave && cspan_read(in, LEGACY_BYTES - sizeof(s), &s) &&
	       s.magic1 == MAGIC1 && s.xstate_bytes == cpu_features.xsave_bytes &&
	       s.extended_bytes == s.xstate_bytes + MAGIC2_BYTES &&
	       cspan_read(in, s.xstate_bytes, &magic2) && magic2 == MAGIC2;
}

static bool header_is_sound(const struct xsave_header *h)
{
	u64 reserved = h->compaction;
	for (usize i = 0; i < array_len(h->reserved); i++)
		reserved |= array_at(h->reserved, i);
	return reserved == 0 && (h->present & ~cpu_features.xcr0) == 0;
}

static bool load_checked(const void *a)
{
	bool good = true;
	UNSAFE("1. a is checked; a fault is caught by the table and reported")
	if (cpu_features.xsave)
		__asm__ volatile("1: xrstor64 (%1)\n2:\n"
				 ".pushsection .entry.text, \"ax\"\n3: xorl %k0, %k0\njmp "
				 "2b\n.popsection\n" EXTABLE_STR("1b", "3b")
				 : "+r"(good)
				 : "r"(a), "a"(-1), "d"(-1)
				 : "memory");
	else
		__asm__ volatile("1: fxrstor64 (%1)\n2:\n"
				 ".pushsection .entry.text, \"ax\"\n3: xorl %k0, %k0\njmp "
				 "2b\n.popsection\n" EXTABLE_STR("1b", "3b")
				 : "+r"(good)
				 : "r"(a)
				 : "memory");
	return good;
}

static bool is_mxcsr_sound(struct cspan in)
{
	u32 mxcsr = 0;
	return cspan_read(in, offsetof(struct fx_area, mxcsr), &mxcsr) &&
	       (mxcsr & ~(u32)0xffff) == 0;
}

/* Loads from where it was read, when that may be: the registers hold the state then, and the switch
 * away saves it. */
static bool load_in_place(struct cspan in)
{
	u64 flags = irq_save();
	bool good = load_checked(in._ptr);
	irq_restore(flags);
	return good;
}

static bool load_through_area(struct user_ctx *ctx, struct cspan in, bool extended)
{
	UNSAFE("1. _fpu is fpu_area_bytes() long, and in is as long as what is copied")
	struct xsave_area *a = (struct xsave_area *)ctx->_fpu;
	u64 flags = irq_save(); /* no switch may save into the area meanwhile */
	if (extended) {
		memcpy(a, in._ptr, cpu_features.xsave_bytes);
	} else {
		fpu_area_init(a);
		memcpy(&a->legacy, in._ptr, sizeof(a->legacy));
		if (cpu_features.xsave) /* without it the area ends here */
			a->header.present = 3 & cpu_features.xcr0;
	}
	memset(&a->legacy.software, 0, sizeof(a->legacy.software));
	bool good = !is_current(ctx) || load_checked(a);
	irq_restore(flags);
	return good;
}

err_t user_fpu_restore(struct user_ctx *ctx, struct cspan in)
{
	ASSERT(ctx->_started);
	struct xsave_header header = {};
	if (cspan_len(in) < LEGACY_BYTES || !is_mxcsr_sound(in))
		return ERR_INVAL;
	bool extended = is_extended(in);
	if (extended && (!cspan_read(in, LEGACY_BYTES, &header) || !header_is_sound(&header)))
		return ERR_INVAL;
	bool good = false;
	if (likely(extended && is_current(ctx) && is_area_aligned(in._ptr)))
		good = load_in_place(in);
	else
		good = load_through_area(ctx, in, extended);
	if (!good)
		user_fpu_reset(ctx);
	return good ? OK : ERR_INVAL;
}

void user_fpu_reset(struct user_ctx *ctx)
{
	u64 flags = irq_save();
	fpu_area_init(ctx->_fpu);
	if (is_current(ctx))
		fpu_load(ctx->_fpu);
	irq_restore(flags);
}
