/* SPDX-License-Identifier: MPL-2.0 */
/* low - a header of a lower floor. */
#pragma once

enum { LOW = 1 };
