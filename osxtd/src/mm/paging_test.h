/* SPDX-License-Identifier: MPL-2.0 */
/* paging_test - a look into the live tables, for the tests of the architectures. */
#pragma once
#include "mm/paging.h"

/* Whether the kernel's tables map va. */
bool paging_test_is_mapped(u64 va);
