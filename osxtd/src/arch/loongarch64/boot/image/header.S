/* SPDX-License-Identifier: MPL-2.0 */
/*
 * header - the head of the Image, which is an EFI application.
 *
 *   Spec:  Linux Documentation/arch/loongarch/booting.rst.
 */
#include "efi/pe.S"
#include "image.h"

	.section .setup, "a", @progbits
head:
	.ascii "MZ"
	.org head + 8
	.8byte KERNEL_ADDRESS		/* the kernel's entry, which is its start */
	.8byte image_end
	.8byte KERNEL_ADDRESS
	.org head + 56
	.4byte 0x818223cd
	.4byte pe_header - head
	PE_HEADER 0x6264, head, HEAD_BYTES
	.org head + HEAD_BYTES

	.section .payload, "a", @progbits
	.incbin PAYLOAD
