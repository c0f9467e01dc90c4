/* SPDX-License-Identifier: MPL-2.0 */
/*
 * hide - the kernel's addresses in its own log lines become names that say nothing: programs read
 * the log.
 *
 * A number of 16 hexadecimal digits that is an address of the kernel's half is replaced by eight
 * zeros and the eight digits of a keyed hash, so that equal addresses stay equal.
 * `no_hash_pointers` on the command line turns it off.
 *
 *   Context:  any.
 */
#pragma once
#include <osxtd/span.h>

/* True when line has such a number, hashed or not. */
bool hide_is_needed(struct str line);
void hide_addresses(struct span line);
