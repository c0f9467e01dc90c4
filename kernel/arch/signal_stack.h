/* SPDX-License-Identifier: MPL-2.0 */
/* signal_stack - which stack a signal frame goes to; for the architectures' signal_frame.c. */
#pragma once
#include "arch/arch.h"

/*
 * *top is the address below which a frame of need bytes goes: of the alternate stack alt, or of the
 * stack in use, below whose pointer red_zone bytes belong to the program.
 * ERR_FAULT: there is no room.
 */
err_t signal_stack_choose(const struct user_ctx *c, const struct arch_signal *s,
			  const struct abi_stack *alt, u64 red_zone, u64 need, u64 *top);
