/* SPDX-License-Identifier: MPL-2.0 */
/* high - a header of a higher floor. */
#pragma once

enum { HIGH = 2 };
