/* SPDX-License-Identifier: MPL-2.0 */
/* world - what a program finds: a root of its own, a fresh folder, descriptors at known numbers,
 * limits. */
#pragma once
#include <stdbool.h>

/* Makes the root anew. */
void world_make(void);
/* The same where a root program changed anything in it. */
void world_mend(void);
/* Empties the folder in which programs run. */
void world_renew(void);
/* For the child: goes there as root (but without CAP_SYS_BOOT and CAP_SYS_NICE) or as a user. */
void world_enter(bool is_root);
