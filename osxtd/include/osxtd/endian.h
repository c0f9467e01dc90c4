/* SPDX-License-Identifier: MPL-2.0 */
/*
 * endian - integers of a fixed byte order as types of their own, so that a swap cannot be
 * forgotten.
 *
 *   Context:  any; freestanding.  All supported CPUs are little-endian.
 */
#pragma once
#include <osxtd/base.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

#define ENDIAN_TYPE(name, T, conv)                                                                 \
	struct name {                                                                              \
		T _v;                                                                              \
	};                                                                                         \
	ALWAYS_INLINE T name##_get(struct name w)                                                  \
	{                                                                                          \
		return (T)conv(w._v);                                                              \
	}                                                                                          \
	ALWAYS_INLINE struct name name##_put(T v)                                                  \
	{                                                                                          \
		return (struct name){ (T)conv(v) };                                                \
	}                                                                                          \
	static_assert(true)

#define ENDIAN_SAME_(v) (v)
ENDIAN_TYPE(le16, u16, ENDIAN_SAME_);
ENDIAN_TYPE(le32, u32, ENDIAN_SAME_);
ENDIAN_TYPE(le64, u64, ENDIAN_SAME_);
ENDIAN_TYPE(be16, u16, __builtin_bswap16);
ENDIAN_TYPE(be32, u32, __builtin_bswap32);
ENDIAN_TYPE(be64, u64, __builtin_bswap64);
