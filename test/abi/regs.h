// SPDX-License-Identifier: MPL-2.0
/* regs - what the assembly of arch/<arch>/regs.S and regs.c agree on. */
#pragma once

#define REG_PATTERN 0x0123456789ab0000
