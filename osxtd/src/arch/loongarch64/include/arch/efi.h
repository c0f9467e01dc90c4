/* SPDX-License-Identifier: MPL-2.0 */
/* efi - how EFI firmware calls and is called: as C is.  Spec: UEFI 2.10, 2.3.8. */
#pragma once

#define EFIAPI
