/* SPDX-License-Identifier: MPL-2.0 */
/* console - the serial console: one writer at a time, one receiver of input.  Bytes go out as they
 * are. */
#include "console.h"

#include <arch/console.h>
#include <osxtd/atomic.h>
#include <osxtd/console.h>
#include <osxtd/lock.h>

LOCK_CLASS(console, irq);
static struct console_lock shared console_lock;

struct receiver {
	void (*fn)(struct cspan bytes);
};
static struct receiver shared receiver;

void console_write(struct cspan bytes)
{
	GUARD(console, &console_lock);
	arch_console_put(bytes);
}

void console_write_last(struct cspan bytes)
{
	arch_console_put(bytes);
}

void console_on_input(void (*fn)(struct cspan bytes))
{
	bool first = receiver.fn == nullptr;
	__atomic_store_n(&receiver.fn, fn, __ATOMIC_RELEASE);
	if (first && fn != nullptr)
		arch_console_listen();
}

void console_input(struct cspan bytes)
{
	void (*fn)(struct cspan) = __atomic_load_n(&receiver.fn, __ATOMIC_ACQUIRE);
	if (fn != nullptr)
		fn(bytes);
}
