/* SPDX-License-Identifier: MPL-2.0 */
/* efi - how EFI firmware calls and is called.  Spec: UEFI 2.10, 2.3.4. */
#pragma once

#define EFIAPI __attribute__((ms_abi))
