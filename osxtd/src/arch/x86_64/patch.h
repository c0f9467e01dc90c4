/* SPDX-License-Identifier: MPL-2.0 */
/*
 * patch - instructions that not every CPU has, put in place of no-ops at boot.
 *
 * STAC and CLAC open and close the window in which the kernel may touch user memory (SMAP).
 * They assemble to three-byte no-ops that patch_apply replaces before the kernel's text becomes
 * read-only.
 *
 *   In assembly:  ASM_STAC, ASM_CLAC.      In C:  asm volatile(STAC_STR "…" CLAC_STR …)
 */
#pragma once

#define PATCH_STAC 0xcb
#define PATCH_CLAC 0xca

#ifdef __ASSEMBLER__
.macro PATCH_SITE last
661:	nopl (%rax)
	.pushsection __patch_smap, "a"
	.balign 4
	.long 661b - .
	.long \last
	.popsection
.endm
#define ASM_STAC PATCH_SITE PATCH_STAC
#define ASM_CLAC PATCH_SITE PATCH_CLAC
#else
#define PATCH_STR_(last)                                                                           \
	"661: nopl (%%rax)\n.pushsection __patch_smap, \"a\"\n.balign 4\n"                         \
	".long 661b - .\n.long " #last "\n.popsection\n"
#define STAC_STR PATCH_STR_(0xcb)
#define CLAC_STR PATCH_STR_(0xca)

/* Puts STAC and CLAC in their places; the boot CPU has SMAP and the kernel's text is still writable. */
void patch_apply_smap(void);
#endif
