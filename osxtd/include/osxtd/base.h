/* SPDX-License-Identifier: MPL-2.0 */
/*
 * base - the vocabulary of OmegaOS: integers, errors, assertions, the words of the Safe C profile.
 *
 *   Context:  any; freestanding, also builds on the host.
 *   Spec:     errno(3) for the values of err_t.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t i8;
typedef int16_t i16;
typedef int32_t i32;
typedef int64_t i64;
typedef size_t usize;
typedef ptrdiff_t isize;

/* Every function that returns err_t is must-use, by its type.  Values are those of Linux. */
enum [[nodiscard]] err : int {
	OK = 0,
	ERR_PERM = -1,
	ERR_NOENT = -2,
	ERR_SRCH = -3,
	ERR_INTR = -4,
	ERR_IO = -5,
	ERR_NXIO = -6,
	ERR_2BIG = -7,
	ERR_NOEXEC = -8,
	ERR_BADF = -9,
	ERR_CHILD = -10,
	ERR_AGAIN = -11,
	ERR_NOMEM = -12,
	ERR_ACCES = -13,
	ERR_FAULT = -14,
	ERR_NOTBLK = -15,
	ERR_BUSY = -16,
	ERR_EXIST = -17,
	ERR_XDEV = -18,
	ERR_NODEV = -19,
	ERR_NOTDIR = -20,
	ERR_ISDIR = -21,
	ERR_INVAL = -22,
	ERR_NFILE = -23,
	ERR_MFILE = -24,
	ERR_NOTTY = -25,
	ERR_TXTBSY = -26,
	ERR_FBIG = -27,
	ERR_NOSPC = -28,
	ERR_SPIPE = -29,
	ERR_ROFS = -30,
	ERR_MLINK = -31,
	ERR_PIPE = -32,
	ERR_DOM = -33,
	ERR_RANGE = -34,
	ERR_DEADLK = -35,
	ERR_NAMETOOLONG = -36,
	ERR_NOLCK = -37,
	ERR_NOSYS = -38,
	ERR_NOTEMPTY = -39,
	ERR_LOOP = -40,
	ERR_NODATA = -61,
	ERR_TIME = -62,
	ERR_PROTO = -71,
	ERR_BADMSG = -74,
	ERR_OVERFLOW = -75,
	ERR_ILSEQ = -84,
	ERR_USERS = -87,
	ERR_NOTSOCK = -88,
	ERR_OPNOTSUPP = -95,
	ERR_AFNOSUPPORT = -97,
	ERR_TIMEDOUT = -110,
	ERR_ALREADY = -114,
	ERR_OWNERDEAD = -130,
	/* Inside the kernel only: a sleeping call was interrupted; process/ turns them into a
	 * restart of the call or ERR_INTR before user mode sees them (signal(7)). */
	ERR_RESTART = -512,	   /* restart if SA_RESTART, else EINTR */
	ERR_RESTART_NOINTR = -513, /* always restart */
	ERR_RESTART_NOHAND = -514, /* restart only if no handler ran */
	ERR_RESTART_BLOCK = -516,  /* restart through restart_syscall(2) */
	ERR_WANTS_CONTEXT = -517,  /* to be made again with a whole context (<osxtd/user_ctx.h>) */
};
typedef enum err err_t;

#define TRY(expr)                                                                                  \
	do {                                                                                       \
		err_t try_err_ = (expr);                                                           \
		if (__builtin_expect(try_err_ != OK, 0))                                           \
			return try_err_;                                                           \
	} while (0)

/* What `osxdk audit` reads.  Nothing for the compiler: an annotation stands in its optimiser's way.
 */
#ifdef OSXTD_AUDIT
#define AUDIT_NOTE(text) __attribute__((annotate(text)))
#else
#define AUDIT_NOTE(text)
#endif

#define CAT_(a, b)  a##b
#define CAT(a, b)   CAT_(a, b)
#define likely(c)   __builtin_expect(!!(c), 1)
#define unlikely(c) __builtin_expect(!!(c), 0)
#define CLEANUP(f)  __attribute__((cleanup(f), unused)) AUDIT_NOTE("scoped")
/* An empty struct T that fini takes apart at the end of the scope. */
#define SCOPED(T, name, fini) struct T name CLEANUP(fini) = {}
#define ALWAYS_INLINE	      __attribute__((always_inline, unused)) static inline
#define NOINLINE	      __attribute__((noinline))
#define COLD		      __attribute__((cold, noinline))
/* What the kernel may use of OSXTD: all other symbols are local to OSXTD's object. */
#define OSXTD_API __attribute__((visibility("default")))

/* ---- words of the profile (safe-c.md) ---- */
#define unsafe_fn      AUDIT_NOTE("osxtd_unsafe_fn")
#define UNSAFE(reason) AUDIT_NOTE("osxtd_unsafe:" reason)
#define shared	       AUDIT_NOTE("shared")
#define IMMUTABLE      AUDIT_NOTE("immutable")
#define ATOMIC_ONLY    AUDIT_NOTE("atomic_only")
/* Who alone changes the field: a lock class, `self` (the thread that it belongs to), the field's
 * own inner lock, or an event such as publication. */
#define OWNER(...) AUDIT_NOTE("owner:" #__VA_ARGS__)
/* A function that refuses to be entered while it runs (a report, a panic): calls of it are no
 * recursion.  Framework only. */
#define GUARDS_ITSELF AUDIT_NOTE("guards_itself")
/* A struct of which there are only automatic variables: nobody but its own thread reaches it. */
#define ON_STACK AUDIT_NOTE("on_stack")

/* ---- failure ---- */
[[noreturn]] OSXTD_API void panic_at(const char *why, const char *file, u32 line)
	COLD GUARDS_ITSELF;
/* Reports and ends the task (code of the kernel, in a task) or the machine.  Only for broken
 * invariants, never for bad input. */
#define panic(why) panic_at(why, __FILE_NAME__, __LINE__)
/* Checked in every build, but where their cost is measured (osxdk bench --hardening). */
#ifdef WITHOUT_ASSERTIONS
#define ASSERT(c) ((void)!!(c))
#else
#define ASSERT(c)                                                                                  \
	do {                                                                                       \
		if (unlikely(!(c)))                                                                \
			panic(#c);                                                                 \
	} while (0)
#endif
/* Checked in debug builds (DEBUG=1) only. */
#ifdef OSXTD_DEBUG
#define DEBUG_ASSERT(c) ASSERT(c)
#else
#define DEBUG_ASSERT(c) ((void)sizeof(!(c)))
#endif

/* ---- arrays and arithmetic ---- */
#define array_len(a)                                                                               \
	(sizeof(a) / sizeof((a)[0]) +                                                              \
	 0 * sizeof(struct {                                                                       \
		 static_assert(!__builtin_types_compatible_p(typeof(a), typeof(&(a)[0])),          \
			       "not an array");                                                    \
		 int x_;                                                                           \
	 }))
ALWAYS_INLINE usize index_check(usize i, usize n)
{
	ASSERT(i < n);
	return i;
}
/* Element i of a real array, checked; refuses pointers.  UNSAFE: 1. index_check stops i at the
 * length that array_len, which refuses pointers, gives. */
#define array_at(a, i) ((a)[index_check((usize)(i), array_len(a))])

#define min_of(a, b)                                                                               \
	({                                                                                         \
		typeof(a) min_a_ = (a);                                                            \
		typeof(a) min_b_ = (b);                                                            \
		min_a_ < min_b_ ? min_a_ : min_b_;                                                 \
	})
#define max_of(a, b)                                                                               \
	({                                                                                         \
		typeof(a) max_a_ = (a);                                                            \
		typeof(a) max_b_ = (b);                                                            \
		max_a_ > max_b_ ? max_a_ : max_b_;                                                 \
	})

/* true and *out = a op b when it fits; false, *out unspecified, when it does not. */
#define ckd_add(a, b, out) (!__builtin_add_overflow((a), (b), (out)))
#define ckd_sub(a, b, out) (!__builtin_sub_overflow((a), (b), (out)))
#define ckd_mul(a, b, out) (!__builtin_mul_overflow((a), (b), (out)))

/* Framework only: an address as a number, for hardware tables, comparisons and reports. */
ALWAYS_INLINE u64 address_of_(const void *p)
{
	UNSAFE("1. a number reaches no memory; whatever makes a pointer of it again is unsafe "
	       "itself")
	return (u64)p;
}

/* Arithmetic modulo 2^64 on purpose (hashes, sequence numbers). */
#define wrap_add(a, b)                                                                             \
	({                                                                                         \
		typeof(a) wrap_r_ = 0;                                                             \
		(void)__builtin_add_overflow((a), (b), &wrap_r_);                                  \
		wrap_r_;                                                                           \
	})

#define wrap_mul(a, b)                                                                             \
	({                                                                                         \
		typeof(a) wrap_r_ = 0;                                                             \
		(void)__builtin_mul_overflow((a), (b), &wrap_r_);                                  \
		wrap_r_;                                                                           \
	})

/* The number of the lowest bit that is set; set is not 0. */
ALWAYS_INLINE u32 bits_first(u64 set)
{
	ASSERT(set != 0);
	return (u32)__builtin_ctzll(set);
}

enum : usize { PAGE_SHIFT = 12, PAGE_SIZE = 4096 };
ALWAYS_INLINE u64 page_down(u64 v)
{
	return v & ~(u64)(PAGE_SIZE - 1);
}
/* The caller has checked that v + PAGE_SIZE - 1 does not wrap. */
ALWAYS_INLINE u64 page_up(u64 v)
{
	return (v + PAGE_SIZE - 1) & ~(u64)(PAGE_SIZE - 1);
}
