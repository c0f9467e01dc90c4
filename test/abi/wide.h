/* SPDX-License-Identifier: MPL-2.0 */
/* wide - the widest registers of the machine, all at once (arch/ARCH/wide.S). */
#pragma once
#include <stddef.h>

enum { WIDE_MAX = 4096 };

/* Loads all of them from memory / stores them and returns how many bytes they are. */
void wide_load(const void *from);
size_t wide_store(void *to);
