/* SPDX-License-Identifier: MPL-2.0 */
/*
 * pollable - readiness that can be read without asking: the base of objects that many files are
 * polled for.
 *
 * The owner stores after each change what poll would say; a file that refers to it need not be
 * called to be polled.
 *
 *   Lifetime:  counted; the owner (a pipe) and its files hold references.
 *   Context:   any.
 */
#pragma once
#include <osxtd/object.h>

struct pollable {
	struct object object;
	struct atomic_u32 events ATOMIC_ONLY; /* POLL* */
};
REF_TYPE(pollable);
