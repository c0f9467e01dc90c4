/* SPDX-License-Identifier: MPL-2.0 */
/* numa_show - the texts below /sys/devices/system/node. */
#include <osxtd/frame.h>

#include "fs/sysfs/show.h"

enum : u64 { KIB_PER_PAGE = PAGE_SIZE / 1024 };
enum : u32 { DISTANCE_TO_ITSELF = 10 }; /* ACPI 6.5, 5.2.17 */

void show_only_node(u32 number, struct text *t)
{
	(void)number;
	text_put(t, STR("0\n"));
}

void show_node_distance(u32 number, struct text *t)
{
	(void)number;
	FMT(t, "{}\n", DISTANCE_TO_ITSELF);
}

static void put_pages(struct text *t, struct str name, u64 pages)
{
	FMT(t, "Node 0 {<15} {8} kB\n", name, pages * KIB_PER_PAGE);
}

void show_node_meminfo(u32 number, struct text *t)
{
	(void)number;
	struct frame_stats f = {};
	frame_stats(&f);
	put_pages(t, STR("MemTotal:"), f.total_pages);
	put_pages(t, STR("MemFree:"), f.free_pages);
	put_pages(t, STR("MemUsed:"), f.total_pages - f.free_pages);
}
