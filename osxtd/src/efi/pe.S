/* SPDX-License-Identifier: MPL-2.0 */
/*
 * pe - the header by which EFI firmware knows a program, to be included by an image's head.
 *
 *   Spec:  Microsoft PE/COFF, 3 and 4; UEFI 2.10, 2.1.1.
 */

/* The header of an image that begins at the symbol base: one section behind head_bytes (a multiple of 4096), entered
 * at efi_entry.  payload_end comes from image.ld. */
	.macro PE_HEADER machine, base, head_bytes
pe_header:
	.ascii "PE\0\0"
	.2byte \machine, 1
	.4byte 0, 0, 0
	.2byte section_table - optional_header, 0x206	/* executable, no line numbers, no debug information */
optional_header:
	.2byte 0x20b
	.byte 1, 0
	.4byte payload_end - \head_bytes, 0, 0
	.4byte efi_entry - \base
	.4byte \head_bytes
	.8byte 0
	.4byte 4096, 512
	.2byte 0, 0, 3, 0, 0, 0		/* .. Linux's EFI stub version 3: initrd by LoadFile2 */
	.4byte 0
	.4byte payload_end
	.4byte \head_bytes
	.4byte 0
	.2byte 10, 0			/* an EFI application */
	.8byte 0, 0, 0, 0
	.4byte 0, 6
	.skip 6 * 8
section_table:
	.ascii ".image\0\0"
	.4byte payload_end - \head_bytes, \head_bytes
	.4byte payload_end - \head_bytes, \head_bytes
	.4byte 0, 0, 0
	.4byte 0xe0000020		/* code; readable, writable, executable */
	.endm
