/* SPDX-License-Identifier: MPL-2.0 */
/* show - the texts of sysfs by file; see attribute.h for what a show function is. */
#pragma once
#include "fs/sysfs/attribute.h"

/* cpu_show.c: devices/system/cpu.  Each CPU is one core of the one package. */
sys_show_fn show_all_cpus, show_no_cpus, show_kernel_max, show_package_id;
/* Of CPU number: itself, all of its package. */
sys_show_fn show_cpu_number, show_cpu_list, show_cpu_mask, show_all_cpus_mask;

/* A mask's numbers as ranges: "0,2-5". */
void sys_put_list(struct text *t, u64 mask);
/* A mask of `bits` bits in hexadecimal, a comma before each 32 bits but the first: "3,ffffffff". */
void sys_put_mask(struct text *t, u64 mask, u32 bits);

/* numa_show.c: devices/system/node.  There is node 0, which has everything: show_only_node lists
 * it. */
sys_show_fn show_only_node, show_node_distance, show_node_meminfo;

/* kernel_show.c: kernel. */
sys_show_fn show_oops_count;
