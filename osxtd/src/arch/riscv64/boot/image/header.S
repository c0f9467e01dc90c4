/* SPDX-License-Identifier: MPL-2.0 */
/*
 * header - the head of the Image, which is an EFI application too, and its two entries.
 *
 *   head        a0 = hart, a1 = device tree: moves the kernel to its place and enters it
 *   efi_entry   by EFI firmware (stub.c)
 *
 *   Spec:  Linux Documentation/arch/riscv/boot-image-header.rst.
 */
#include "efi/pe.S"
#include "image.h"

	.section .setup, "ax", @progbits
head:
	c.li	s4, -13			/* its bytes are "MZ" */
	j	move
	.balign 8
	.8byte TEXT_OFFSET
	.8byte image_end
	.8byte 0			/* little-endian */
	.4byte 2			/* version 0.2 */
	.4byte 0
	.8byte 0
	.ascii "RISCV\0\0\0"
	.ascii "RSC\005"
	.4byte pe_header - head
	PE_HEADER 0x5064, head, HEAD_BYTES
move:
	lla	t0, mover
	jr	t0
	.org head + HEAD_BYTES

	.section .payload, "a", @progbits
	.incbin PAYLOAD

	/* The place lies below the payload and ends below this code: see image.ld. */
	.section .mover, "ax", @progbits
mover:
	lla	t0, payload_start
	lla	t1, payload_end
	li	t2, KERNEL_ADDRESS
1:	ld	t3, 0(t0)
	sd	t3, 0(t2)
	addi	t0, t0, 8
	addi	t2, t2, 8
	bltu	t0, t1, 1b
	fence.i
	li	a2, 0			/* no EFI system table */
	li	t0, KERNEL_ADDRESS + KERNEL_DOOR
	jr	t0
