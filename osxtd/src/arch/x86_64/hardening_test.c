/* SPDX-License-Identifier: MPL-2.0 */
/* hardening_test - what the CPU shall stop: the kernel in user memory. */
#include <osxtd/ktest.h>
#include <osxtd/task.h>

#include "arch/x86_64/regs.h"
#include "debug/kasan.h"
#include "mm/test_space.h"

enum : u64 { USER_PAGE = 0x10000000 };

/* Makes a page of `ret` instructions at USER_PAGE the current task's memory; the task drops it. */
static bool take_user_page(void)
{
	struct test_space_ref s = {};
	struct test_region_ref r CLEANUP(test_region_drop) = {};
	u8 code[16] = {};
	span_fill(span_of(code), 0xc3);
	if (test_space_new(&s) != OK || test_region_new(REGION_COPY, &r) != OK)
		return false;
	struct vmspace *space = &test_space_get(&s)->vmspace;
	task_set_space((struct vmspace_ref){ space });
	{
		SCOPED_CURSOR(c);
		if (vmspace_lock(space, USER_PAGE, USER_PAGE + PAGE_SIZE, &c) != OK ||
		    vm_mark(&c, USER_PAGE, USER_PAGE + PAGE_SIZE,
			    region_clone(&test_region_get(&r)->region),
			    VM_READ | VM_WRITE | VM_EXEC) != OK)
			return false;
	}
	return user_write(uaddr_of(USER_PAGE), cspan_of(code)) == OK;
}

KASAN_OFF_BEGIN
UNSAFE("1. the page is there and the CPU refuses it to the kernel (SMAP)")
static void read_user_page(void *)
{
	if (take_user_page())
		(void)*(volatile u8 *)(u64)USER_PAGE;
}

UNSAFE("1. the page is there and the CPU refuses it to the kernel (SMEP)")
static void run_user_page(void *)
{
	if (take_user_page())
		__asm__ volatile("call *%0" ::"r"((u64)USER_PAGE) : "memory");
}
KASAN_OFF_END

KTEST(hardening, the_kernel_neither_reads_nor_runs_user_memory)
{
	if (cpu_features.smap)
		EXPECT_TRAP(read_user_page, nullptr, "page fault in kernel mode");
	if (cpu_features.smep)
		EXPECT_TRAP(run_user_page, nullptr, "page fault in kernel mode");
}
