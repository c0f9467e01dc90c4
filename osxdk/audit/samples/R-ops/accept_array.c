/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

static u32 one(void)
{
	return 1;
}
typedef u32 number_fn(void);
static number_fn *const numbers[] = { one, nullptr };
u32 number(u32 i)
{
	if (i >= array_len(numbers) || array_at(numbers, i) == nullptr)
		return 0;
	return array_at(numbers, i)();
}
