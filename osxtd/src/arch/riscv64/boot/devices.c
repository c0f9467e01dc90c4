/* SPDX-License-Identifier: MPL-2.0 */
/*
 * devices - the few devices that OSXTD itself uses, as the device tree describes them, and the
 * console's port.
 */
#include <arch/console.h>
#include "mm/paging.h"

#include "arch/riscv64/boot/boot.h"
#include "arch/riscv64/platform.h"
#include "arch/riscv64/vector.h"
#include "boot_info.h"
#include "fdt/fdt.h"
#include "serial/ns16550.h"

struct platform shared platform OWNER(boot);

enum : u32 { SUPERVISOR_EXTERNAL = 9, REGISTERS = 8 };

/* The first device of a kind; its first register. */
static bool find(const struct fdt *f, struct str id, struct fdt_node *n, u64 *address, u64 *size)
{
	*n = (struct fdt_node){};
	return fdt_next_compatible(f, id, n) && fdt_reg(f, n, 0, address, size);
}

/* Whether the list of extensions, in either of its two forms, has this one of several letters. */
static bool has_extension(const struct fdt *f, const struct fdt_node *cpu, struct str name)
{
	if (fdt_lists(f, cpu, STR("riscv,isa-extensions"), name))
		return true;
	struct str isa = fdt_text(f, cpu, STR("riscv,isa"));
	for (usize at = str_find(isa, '_', 0); at < str_len(isa);) {
		usize end = str_find(isa, '_', at + 1);
		if (str_equal(str_sub(isa, at + 1, end - at - 1), name))
			return true;
		at = end;
	}
	return false;
}

/* The hypervisor's extension is nothing for programs, and vector registers may be longer than there
 * is room for. */
static void keep_isa(struct str isa)
{
	usize n = 0, end = str_find(isa, '_', 0);
	if (str_find(isa, 'v', 4) < end)
		vector_init();
	bool has_v = vector_area_bytes() != 0;
	for (usize i = 0; i < end && n < sizeof(platform.isa); i++) {
		char c = str_get(isa, i);
		bool is_base = i < 4; /* rv64 */
		if (is_base || (c == 'v' ? has_v : c != 'h'))
			array_at(platform.isa, n++) = c;
	}
}

/* The hart's node and the phandle of its interrupt controller. */
static bool find_hart(const struct fdt *f, u64 hart, struct fdt_node *cpu, u32 *controller)
{
	u64 id = 0, size = 0, handle = 0;
	for (struct fdt_node n = {}; fdt_next(f, &n);) {
		if (!str_equal(fdt_text(f, &n, STR("device_type")), STR("cpu")) ||
		    !fdt_reg(f, &n, 0, &id, &size) || id != hart)
			continue;
		*cpu = n;
		for (struct fdt_node inner = n; fdt_next_inside(f, &n, &inner);) {
			if (fdt_number(f, &inner, STR("phandle"), &handle))
				*controller = (u32)handle;
		}
		return true;
	}
	return false;
}

static void read_cpus(const struct fdt *f, u64 hart, u32 *controller)
{
	struct fdt_node cpus = {}, cpu = {};
	if (fdt_find(f, STR("cpus"), 1, &cpus))
		(void)fdt_number(f, &cpus, STR("timebase-frequency"), &platform.timebase_hz);
	if (!find_hart(f, hart, &cpu, controller))
		return;
	platform.has_sstc = has_extension(f, &cpu, STR("sstc"));
	keep_isa(fdt_text(f, &cpu, STR("riscv,isa")));
}

/* The harts that may be used, the boot hart first. */
static void keep_harts(const struct fdt *f, u64 boot_hart)
{
	struct boot_info *b = &boot_info;
	u64 hart = 0, size = 0;
	b->cpu_hw[0] = boot_hart;
	b->cpu_count = 1;
	for (struct fdt_node n = {}; fdt_next(f, &n) && b->cpu_count < CPU_MAX;) {
		struct str status = fdt_text(f, &n, STR("status"));
		if (!str_equal(fdt_text(f, &n, STR("device_type")), STR("cpu")) ||
		    !fdt_reg(f, &n, 0, &hart, &size) || hart == boot_hart ||
		    (str_len(status) != 0 && !str_equal(status, STR("okay"))))
			continue;
		array_at(b->cpu_hw, b->cpu_count++) = hart;
	}
}

/* The place of the boot hart's supervisor mode in a node's list of (controller, interrupt) pairs.
 */
static bool find_hart_of(const struct fdt *f, const struct fdt_node *n, u32 controller, u32 *place)
{
	struct cspan pairs = {};
	u32 whose = 0, which = 0;
	if (!fdt_property(f, n, STR("interrupts-extended"), &pairs))
		return false;
	for (u32 i = 0; fdt_cell(pairs, 2 * i, &whose) && fdt_cell(pairs, 2 * i + 1, &which); i++) {
		if (whose == controller && which == SUPERVISOR_EXTERNAL) {
			*place = i;
			return true;
		}
	}
	return false;
}

static void keep_sources(const struct fdt *f, const struct fdt_node *n, struct str name)
{
	u64 sources = 0;
	if (fdt_number(f, n, name, &sources))
		platform.irq_sources = (u32)min_of(sources, (u64)1023);
}

static void read_plic(const struct fdt *f, u32 controller)
{
	struct fdt_node n = {};
	if (!find(f, STR("sifive,plic-1.0.0"), &n, &platform.plic, &platform.plic_bytes))
		return;
	if (find_hart_of(f, &n, controller, &platform.plic_context))
		keep_sources(f, &n, STR("riscv,ndev"));
	else
		platform.plic = 0;
}

/* Is there an IMSIC of the boot hart's supervisor mode that answers to handle? */
static bool has_imsic(const struct fdt *f, u32 controller, u64 handle)
{
	u64 own = 0;
	for (struct fdt_node n = {}; fdt_next_compatible(f, STR("riscv,imsics"), &n);) {
		if (fdt_number(f, &n, STR("phandle"), &own) && own == handle &&
		    find_hart_of(f, &n, controller, &platform.aplic_hart))
			return true;
	}
	return false;
}

/* There is one for machine mode too. */
static void read_aplic(const struct fdt *f, u32 controller)
{
	u64 parent = 0;
	for (struct fdt_node n = {}; fdt_next_compatible(f, STR("riscv,aplic"), &n);) {
		platform.has_imsic = fdt_number(f, &n, STR("msi-parent"), &parent) &&
				     has_imsic(f, controller, parent);
		if (!platform.has_imsic && !find_hart_of(f, &n, controller, &platform.aplic_hart))
			continue;
		if (fdt_reg(f, &n, 0, &platform.aplic, &platform.aplic_bytes))
			keep_sources(f, &n, STR("riscv,num-sources"));
		return;
	}
}

void devices_read(const struct fdt *f, u64 hart)
{
	struct fdt_node n = {};
	struct cspan line = {};
	u64 size = 0, number = 0;
	u32 controller = 0;
	read_cpus(f, hart, &controller);
	keep_harts(f, hart);
	read_plic(f, controller);
	read_aplic(f, controller);
	if (find(f, STR("ns16550a"), &n, &platform.uart, &size)) {
		platform.uart_stride = 1;
		if (fdt_number(f, &n, STR("reg-shift"), &number) && number <= 3)
			platform.uart_stride = 1ull << number;
		if (fdt_property(f, &n, STR("interrupts"), &line))
			(void)fdt_cell(line, 0, &platform.uart_line);
	}
	(void)find(f, STR("sifive,test0"), &n, &platform.test, &size);
	(void)find(f, STR("google,goldfish-rtc"), &n, &platform.rtc, &size);
}

/* ---- the console's port ---- */

void arch_console_init(void)
{
	if (platform.uart == 0 || platform.uart >= BOOT_PHYSMAP_SIZE)
		return;
	ns16550_use(&(struct ns16550){
		.registers = { PHYSMAP_BASE + platform.uart },
		.stride = (u32)platform.uart_stride,
		.line = platform.uart_line,
	});
}

struct mmio console_map(void)
{
	if (platform.uart == 0)
		return (struct mmio){};
	return kernel_map_mmio(platform.uart, REGISTERS * platform.uart_stride);
}

void console_move(struct mmio registers)
{
	ns16550_move(registers);
}
