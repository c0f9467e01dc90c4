/* SPDX-License-Identifier: MPL-2.0 */
/*
 * main - the boot order: from a running framework to the first process.
 *
 * kernel_main runs on the boot stack, which becomes the idle task; all that may sleep is done by
 * the boot task.
 */
#include <osxtd/boot.h>
#include <osxtd/console.h>
#include <osxtd/ktest.h>
#include <osxtd/log.h>
#include <osxtd/oops.h>
#include <osxtd/power.h>
#include <osxtd/task.h>

#include "device/kcov.h"
#include "device/kmsg.h"
#include "device/mem.h"
#include "device/tty.h"
#include "fs/devtmpfs.h"
#include "fs/fdtable.h"
#include "fs/mount.h"
#include "fs/procfs/procfs.h"
#include "fs/ramfs.h"
#include "fs/sysfs/sysfs.h"
#include "fs/vfs_ops.h"
#include "init/command_line.h"
#include "init/first_process.h"
#include "init/initramfs.h"
#include "process/process.h"
#include "sched/sched.h"
#include "vm/mm.h"

/* A part without which the system cannot run: its failure at boot is a panic with the part's name.
 */
static void must(err_t err, struct str what)
{
	if (err == OK)
		return;
	LOG(EMERG, "init: {} failed: error {}", what, -err);
	system_panic(STR("boot failed"));
}

static struct command_line shared command_line OWNER(boot);

/* On one CPU, and so are the tasks that tests start: what they look at are caches of CPUs more
 * often than not.  Tests of several CPUs say so (sched_set_affinity). */
static void run_ktests(void)
{
	sched_set_affinity(task_current(), 1);
	power_off(ktest_run(command_line.ktest) ? POWER_GOOD : POWER_BAD);
}

/* What Linux's built-in archive holds: enough for init to have a console. */
static err_t make_default_tree(struct fs_ctx *fs, const struct cred *cred)
{
	struct at dev CLEANUP(at_fini) = { .name = STR("/dev") };
	struct at console CLEANUP(at_fini) = { .name = STR("/dev/console") };
	struct at root CLEANUP(at_fini) = { .name = STR("/root") };
	TRY(vfs_mkdir(fs, cred, &dev, 0755));
	TRY(vfs_mknod(fs, cred, &console, S_IFCHR | 0600, dev_make(5, 1)));
	return vfs_mkdir(fs, cred, &root, 0700);
}

static err_t make_root(const struct cred *cred, struct fs_ctx_ref *out)
{
	const struct fs_type *type = nullptr;
	if (!fs_type_find(STR("rootfs"), &type))
		return ERR_NODEV;
	SCOPED_REF(super, super);
	TRY(ramfs_new(type, STR("mode=1777"), &super)); /* as Linux makes it */
	struct path root CLEANUP(path_drop) = {};
	TRY(mount_root(super_move(&super), STR("rootfs"), &root));
	TRY(fs_ctx_new(&root, 0, out));
	return make_default_tree(fs_ctx_get(out), cred);
}

static void unpack_initrd(struct fs_ctx *fs, const struct cred *cred)
{
	if (cspan_len(boot_initrd()) == 0)
		return;
	err_t err = initramfs_unpack(fs, cred);
	if (err != OK)
		LOG(EMERG, "Initramfs unpacking failed: error {}", -err);
	boot_initrd_free();
}

static void boot_task(void *arg)
{
	(void)arg;
	if (command_line.has_ktest)
		run_ktests();
	SCOPED_REF(cred, cred);
	SCOPED_REF(fs_ctx, fs);
	must(cred_new_root(&cred), STR("root credentials"));
	must(make_root(cred_get(&cred), &fs), STR("root file system"));
	unpack_initrd(fs_ctx_get(&fs), cred_get(&cred));
	(void)fs_ctx_set_umask(fs_ctx_get(&fs), 022);
	must(first_process_start(&command_line, cred_get(&cred), fs_ctx_move(&fs)),
	     STR("first process"));
}

void kernel_main(void)
{
	must(command_line_parse(boot_command_line(), &command_line), STR("command line"));
	log_set_console_level(command_line.log_level);
	LOG(NOTICE, "OmegaOS W3.x ({}), {} MiB of memory, {} CPU, booted by {}", boot_machine(),
	    boot_memory_bytes() >> 20, cpu_count(), boot_protocol());
	if (command_line.is_bad)
		system_panic(STR("command line: init= is given twice"));
	if (command_line.no_aslr)
		mm_set_aslr_level(MM_ASLR_NONE);
	must(vm_init(),
	     STR("vm")); /* the vDSO's data page is there before the clocks that fill it */
	process_setup();
	cpus_start();
	must(ramfs_register(), STR("ramfs"));
	must(devtmpfs_init(), STR("devtmpfs"));
	must(procfs_init(), STR("procfs"));
	must(sysfs_init(), STR("sysfs"));
	must(mem_devices_init(), STR("memory devices"));
	must(kcov_device_init(), STR("kcov"));
	must(tty_console_init(), STR("console"));
	must(kernel_task_start(boot_task, nullptr), STR("boot task"));
	sched_start();
}
