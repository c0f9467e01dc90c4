/* SPDX-License-Identifier: MPL-2.0 */
/* pipe_ref - references to a pipe, for those who only keep one (inodes of FIFOs). */
#pragma once
#include <osxtd/object.h>

struct pipe;
REF_TYPE(pipe);
