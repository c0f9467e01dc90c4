/* SPDX-License-Identifier: MPL-2.0 */
/* random - what the loader gave us of chance: the CPU has no generator. */
#pragma once
#include <osxtd/base.h>

/* The next word of the seed that the loader drew, each once (boot/handover.c); false behind the
 * last one. */
[[nodiscard]] bool arch_random(u64 *out);
