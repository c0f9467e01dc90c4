/* SPDX-License-Identifier: MPL-2.0 */
/* sleep - might_sleep of debug builds: whoever could sleep says so, and hears when that is wrong.
 */
#include <osxtd/cpu.h>
#include <osxtd/task.h>

#include "debug/held.h"
#include "debug/report.h"

void might_sleep(void)
{
	u64 fp = address_of_(__builtin_frame_address(0)), ip = 0;
	u64 flags = irq_save();
	irq_restore(flags);
	struct task *self = task_current();
	if (self == nullptr || !task_can_oops(self) || panic_has_begun())
		return; /* at boot, before tasks run */
	if (preempt_count() == 0 && !cpu_in_irq() && irq_flags_are_on(flags))
		return;
	if (report_is_muted(STR("sleep in atomic")))
		return;
	panic_line_fn out = held_report_sink();
	u8 place[96] = {};
	(void)arch_unwind(&fp, &ip);
	REPORT_LINE(out, "BUG: sleeping function called from invalid context in {}",
		    report_place(ip, span_of(place)));
	REPORT_LINE(out, "  preemption count {}, in a handler {}, interrupts on {}",
		    preempt_count(), (u32)cpu_in_irq(), (u32)irq_flags_are_on(flags));
	held_print_trace(out, fp);
	held_print(out);
	report_go_on();
}
