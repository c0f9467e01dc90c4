/* SPDX-License-Identifier: MPL-2.0 */
/*
 * csr - numbers of control and status registers, for C and assembly; private to the architecture.
 *
 *   Spec:  LoongArch Reference Manual volume 1, 7.
 */
#pragma once

#define CSR_CRMD      0x0
#define CSR_PRMD      0x1
#define CSR_EUEN      0x2
#define CSR_ECFG      0x4
#define CSR_ESTAT     0x5
#define CSR_ERA	      0x6
#define CSR_BADV      0x7
#define CSR_BADI      0x8
#define CSR_EENTRY    0xc
#define CSR_ASID      0x18
#define CSR_CPUID     0x20
#define CSR_PGDL      0x19
#define CSR_PGDH      0x1a
#define CSR_PGD	      0x1b
#define CSR_PWCL      0x1c
#define CSR_PWCH      0x1d
#define CSR_STLBPS    0x1e
#define CSR_RVACFG    0x1f
#define CSR_TCFG      0x41
#define CSR_TICLR     0x44
#define CSR_TLBRENTRY 0x88
#define CSR_TLBRSAVE  0x8b
#define CSR_MERRCTL   0x90
#define CSR_MERRENTRY 0x93
#define CSR_MERRERA   0x94
#define CSR_MERRSAVE  0x95
#define CSR_DMW0      0x180
#define CSR_DMW1      0x181
#define CSR_DMW2      0x182
#define CSR_DMW3      0x183

/* What the entry code keeps in the scratch registers (SAVE0 …). */
#define CSR_SAVE_T0 0x30 /* the interrupted $t0 */
#define CSR_SAVE_CPU                                                                               \
	0x31 /* in user mode: the CPU's block; while its trap is saved: the user's $r21 */
#define CSR_SAVE_BUSY 0x32 /* not 0 while a trap of the kernel is being saved on its stack */
#define CSR_SAVE_SP   0x33

/* Paging on, direct addresses off, interrupts off, level 0, memory cached where addresses are
 * direct. */
#define CRMD_PAGED 0xb0
/* Direct addresses, cached; all else off. */
#define CRMD_DIRECT 0xa8
/* Level 3 with interrupts on, no watchpoints. */
#define PRMD_USER 0x7

/* Four levels of 512 eight-byte entries, pages of 4 KiB. */
#define PWCL_4K (12 | 9 << 5 | 21 << 10 | 9 << 15 | 30 << 20 | 9 << 25)
#define PWCH_4K (39 | 9 << 6)

#define ECODE_SYSCALL 0xb
#define ECFG_VECTORS  0x10000 /* each exception's entry is two instructions behind the last */
