/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

struct job {
	const u32 *input;
};
void prepare(struct job *j)
{
	u32 number = 1;
	j->input = &number; /* breach */
}
