/* SPDX-License-Identifier: MPL-2.0 */
/*
 * random - the kernel's random numbers: a ChaCha20 generator, reseeded from the CPU and from
 * events.
 *
 *   Context:  any.
 *   Spec:     RFC 8439 (ChaCha20); fast key erasure after every request.
 */
#pragma once
#include <osxtd/span.h>

OSXTD_API void random_fill(struct span out);
OSXTD_API u64 random_u64(void);
/* Uniform in 0 … bound - 1; bound > 0. */
OSXTD_API u64 random_below(u64 bound);
/* Mixes outside bytes in; credits no entropy. */
OSXTD_API void random_mix(struct cspan in);
