/* SPDX-License-Identifier: MPL-2.0 */
/*
 * mem - the devices of major 1: null, zero, full, random, urandom, kmsg.
 *
 *   Spec:  null(4), full(4), random(4).
 */
#pragma once
#include <osxtd/base.h>

enum : u32 {
	MEM_MAJOR = 1,
	MEM_NULL = 3,
	MEM_ZERO = 5,
	MEM_FULL = 7,
	MEM_RANDOM = 8,
	MEM_URANDOM = 9,
	MEM_KMSG = 11
};

/* Registers the major.  Once at boot. */
err_t mem_devices_init(void);
