/* SPDX-License-Identifier: MPL-2.0 */
/* random - what the firmware drew for us: `rng-seed` of the device tree, used up word by word.
 * Spec: dt-schema chosen.yaml. */
#pragma once
#include <osxtd/base.h>

/* false when there is nothing (more). */
[[nodiscard]] bool arch_random(u64 *out);
