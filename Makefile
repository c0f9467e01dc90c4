# SPDX-License-Identifier: MPL-2.0
#
# The front of the build: `make help` lists the targets.  Every target is a command of osxdk/osxdk; the
# variables below reach it through the environment.

TARGETS := build run test debug ktest check audit oracle torture bench bench-boot bench-scaling coverage fuzz mutants \
	docs book gitbook gdb_server gdb_client profile_server profile_client image clean help
VARIABLES := OSXDK_TARGET_ARCH RELEASE RELEASE_LTO DEBUG FEATURES COVERAGE LOG_LEVEL INTEL_TDX \
	BOOT_METHOD BOOT_PROTOCOL SCHEME OVMF SMP MEM ENABLE_KVM NETDEV VSOCK GPU VNC_PORT DNS_SERVER \
	GDB_TCP_PORT GDB_PROFILE_FORMAT GDB_PROFILE_COUNT GDB_PROFILE_INTERVAL \
	AUTO_TEST SYSCALL_TEST_WORKDIR BENCHMARK KTEST ARCH KERNEL APPEND IMAGE TIMEOUT FUZZ_TIME TORTURE_TIME BUILD V
BUILD ?= build

.PHONY: $(TARGETS) setup
.DEFAULT_GOAL := build

# A value's spaces stand behind backslashes.
space := $(subst ,, )
settings := $(subst \$(space),_,$(MAKEOVERRIDES))
unknown := $(filter-out $(VARIABLES),$(foreach o,$(settings),$(firstword $(subst =, ,$(o)))))
ifneq ($(unknown),)
$(error unknown variable: $(unknown) (make help lists the known ones))
endif

$(filter-out clean help,$(TARGETS)): $(BUILD)/.setup

$(TARGETS):
	@osxdk/osxdk $@

# The stamp makes the check of the machine's packages cost nothing when tools/setup has not changed.
$(BUILD)/.setup: tools/setup
	@tools/setup
	@mkdir -p $(BUILD)
	@touch $@

setup:
	@tools/setup
