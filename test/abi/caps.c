/* SPDX-License-Identifier: MPL-2.0 */
/* Capabilities: capget, capset, and what prctl does to the sets: bounding, ambient, securebits,
 * keepcaps. */
#include "abi.h"

#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>

enum { V1 = _LINUX_CAPABILITY_VERSION_1, V3 = _LINUX_CAPABILITY_VERSION_3, NOBODY = 65534 };

struct sets {
	struct __user_cap_header_struct h;
	struct __user_cap_data_struct d[2];
};

static struct sets get(int pid)
{
	struct sets s = { .h = { V3, pid } };
	NEED(sys(SYS_capget, &s.h, s.d) == 0);
	return s;
}

static bool put(struct sets *s)
{
	s->h = (struct __user_cap_header_struct){ V3, 0 };
	return sys(SYS_capset, &s->h, s->d) == 0;
}

static unsigned bit(int cap)
{
	return 1U << cap % 32;
}

/* The number behind a name in /proc/self/status. */
static unsigned long status(const char *name)
{
	char line[256];
	unsigned long v = 0;
	size_t len = strlen(name);
	FILE *f = fopen("/proc/self/status", "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, name, len) == 0 && line[len] == ':')
			v = strtoul(line + len + 1, NULL, 16);
	if (f != NULL)
		fclose(f);
	return v;
}

static void versions(void)
{
	struct sets s = { .h = { 0x12345678, 0 } };
	CHECK_ERRNO(sys(SYS_capget, &s.h, s.d), EINVAL, "capget: unknown version");
	CHECK_EQ(s.h.version, V3, "capget: tells the version that is known");
	s.h.version = 0;
	CHECK_OK(sys(SYS_capget, &s.h, NULL), "capget: asks for the version");
	s = (struct sets){ .h = { V1, 0 }, .d = { [1] = { .effective = 77 } } };
	CHECK(sys(SYS_capget, &s.h, s.d) == 0 && s.d[0].effective != 0 && s.d[1].effective == 77,
	      "capget: version 1 fills one word");
	s.h = (struct __user_cap_header_struct){ V3, getppid() };
	CHECK_OK(sys(SYS_capget, &s.h, s.d), "capget: another process");
	s.h.pid = 0x3fffffff;
	CHECK_ERRNO(sys(SYS_capget, &s.h, s.d), ESRCH, "capget: no such process");
	s.h.pid = -1;
	CHECK_ERRNO(sys(SYS_capget, &s.h, s.d), EINVAL, "capget: negative process");
	s.h = (struct __user_cap_header_struct){ V3, 0 };
	CHECK_EFAULT_IN(sys(SYS_capget, bad, s.d), "capget: bad header");
	CHECK_EFAULT_OUT_OPT(sys(SYS_capget, &s.h, bad), "capget: bad data");
	CHECK_EFAULT_IN(sys(SYS_capset, &s.h, bad), "capset: bad data");
	s.h.pid = getppid();
	CHECK_ERRNO(sys(SYS_capset, &s.h, s.d), EPERM, "capset: another process");
}

static void sets(void)
{
	IN_CHILD("capset: gives up and takes back what is permitted", {
		struct sets s = get(0);
		NEED((s.d[0].effective & bit(CAP_KILL)) != 0);
		s.d[0].effective &= ~bit(CAP_CHOWN);
		NEED(put(&s));
		NEED(close(open("f", O_CREAT | O_WRONLY, 0600)) == 0);
		NEED_ERRNO(chown("f", 5, 5), EPERM);
		s.d[0].effective |= bit(CAP_CHOWN);
		NEED(put(&s));
		NEED(chown("f", 5, 5) == 0);
	});
	IN_CHILD("capset: what is not permitted stays away", {
		struct sets s = get(0);
		s.d[0].effective &= ~bit(CAP_CHOWN);
		s.d[0].permitted &= ~bit(CAP_CHOWN);
		NEED(put(&s));
		s.d[0].permitted |= bit(CAP_CHOWN);
		NEED(!put(&s) && errno == EPERM);
		s = get(0);
		s.d[0].effective |= bit(CAP_CHOWN);
		NEED(!put(&s) && errno == EPERM);
	});
	IN_CHILD("capset: inheritable within bounding and permitted", {
		struct sets s = get(0);
		s.d[0].inheritable = bit(CAP_CHOWN);
		NEED(put(&s));
		NEED(status("CapInh") == bit(CAP_CHOWN));
		s.d[0].effective = s.d[0].permitted = 0;
		s.d[1].effective = s.d[1].permitted = 0;
		NEED(put(&s));
		s.d[0].inheritable |= bit(CAP_KILL);
		NEED(!put(&s) && errno == EPERM);
	});
	IN_CHILD("capset: bits that are no capability are dropped or refused alike", {
		struct sets s = get(0);
		NEED(put(&s));
		struct sets after = get(0);
		NEED(memcmp(s.d, after.d, sizeof(s.d)) == 0);
	});
}

static void bounding(void)
{
	CHECK_EQ(prctl(PR_CAPBSET_READ, CAP_CHOWN), 1, "PR_CAPBSET_READ: all there");
	CHECK_ERRNO(prctl(PR_CAPBSET_READ, 64), EINVAL, "PR_CAPBSET_READ: no such capability");
	CHECK_ERRNO(prctl(PR_CAPBSET_DROP, 64), EINVAL, "PR_CAPBSET_DROP: no such capability");
	IN_CHILD("PR_CAPBSET_DROP: for good", {
		NEED(prctl(PR_CAPBSET_DROP, CAP_CHOWN) == 0);
		NEED(prctl(PR_CAPBSET_READ, CAP_CHOWN) == 0);
		NEED((status("CapBnd") & bit(CAP_CHOWN)) == 0);
	});
	IN_CHILD("PR_CAPBSET_DROP: needs CAP_SETPCAP", {
		struct sets s = get(0);
		s.d[0].effective &= ~bit(CAP_SETPCAP);
		NEED(put(&s));
		NEED_ERRNO(prctl(PR_CAPBSET_DROP, CAP_CHOWN), EPERM);
	});
}

static void ambient(void)
{
	IN_CHILD("PR_CAP_AMBIENT: raise, is set, lower, clear", {
		NEED_ERRNO(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0), EPERM);
		struct sets s = get(0);
		s.d[0].inheritable = bit(CAP_KILL) | bit(CAP_CHOWN);
		NEED(put(&s));
		NEED(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0) == 0);
		NEED(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0) == 0);
		NEED(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 0, 0) == 1);
		NEED(status("CapAmb") == (bit(CAP_KILL) | bit(CAP_CHOWN)));
		NEED(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, CAP_KILL, 0, 0) == 0);
		NEED(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 0, 0) == 0);
		s.d[0].inheritable = 0;
		NEED(put(&s));
		NEED(status("CapAmb") == 0);
		s.d[0].inheritable = bit(CAP_KILL);
		NEED(put(&s) && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0) == 0);
		NEED(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0);
		NEED(status("CapAmb") == 0);
	});
	CHECK_ERRNO(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 64, 0, 0), EINVAL,
		    "PR_CAP_AMBIENT: no such capability");
	CHECK_ERRNO(prctl(PR_CAP_AMBIENT, 9, CAP_KILL, 0, 0), EINVAL,
		    "PR_CAP_AMBIENT: no such action");
	CHECK_ERRNO(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 1, 0, 0), EINVAL,
		    "PR_CAP_AMBIENT: clear all takes nothing");
	CHECK_ERRNO(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 1, 0), EINVAL,
		    "PR_CAP_AMBIENT: arguments that are not used");
}

static void changes_of_user(void)
{
	IN_CHILD("setuid: a plain user has none", {
		NEED(setuid(NOBODY) == 0);
		NEED(status("CapEff") == 0 && status("CapPrm") == 0);
	});
	IN_CHILD("PR_SET_KEEPCAPS: they stay permitted", {
		NEED(prctl(PR_GET_KEEPCAPS) == 0 && prctl(PR_SET_KEEPCAPS, 1) == 0);
		NEED(prctl(PR_GET_KEEPCAPS) == 1);
		NEED(setuid(NOBODY) == 0);
		NEED(status("CapEff") == 0 && status("CapPrm") != 0);
		struct sets s = get(0);
		s.d[0].effective = bit(CAP_CHOWN);
		s.d[1].effective = 0;
		NEED(put(&s));
		NEED(status("CapEff") == bit(CAP_CHOWN));
	});
	CHECK_ERRNO(prctl(PR_SET_KEEPCAPS, 2), EINVAL, "PR_SET_KEEPCAPS: 0 or 1");
	IN_CHILD("seteuid: effective ones go and come back", {
		NEED(seteuid(NOBODY) == 0 && status("CapEff") == 0 && status("CapPrm") != 0);
		NEED(seteuid(0) == 0 && status("CapEff") == status("CapPrm"));
	});
	IN_CHILD("PR_SET_SECUREBITS: no fixup leaves the sets alone", {
		NEED(prctl(PR_GET_SECUREBITS) == 0);
		NEED(prctl(PR_SET_SECUREBITS,
			   SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED) == 0);
		NEED(prctl(PR_GET_SECUREBITS) ==
		     (SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED));
		NEED_ERRNO(prctl(PR_SET_SECUREBITS, 0), EPERM);
		NEED_ERRNO(prctl(PR_SET_SECUREBITS, 1U << 20), EPERM);
		unsigned long before = status("CapEff");
		NEED(setuid(NOBODY) == 0 && status("CapEff") == before);
	});
	IN_CHILD("PR_SET_SECUREBITS: needs CAP_SETPCAP", {
		struct sets s = get(0);
		s.d[0].effective &= ~bit(CAP_SETPCAP);
		NEED(put(&s));
		NEED_ERRNO(prctl(PR_SET_SECUREBITS, SECBIT_NOROOT), EPERM);
	});
}

static void other_controls(void)
{
	int value = 7;
	void *place = NULL;
	IN_CHILD("PR_SET_TIMERSLACK: set, and 0 is the default", {
		long first = prctl(PR_GET_TIMERSLACK);
		NEED(first > 0 && prctl(PR_SET_TIMERSLACK, 1234567) == 0);
		NEED(prctl(PR_GET_TIMERSLACK) == 1234567);
		NEED(prctl(PR_SET_TIMERSLACK, 0) == 0 && prctl(PR_GET_TIMERSLACK) == first);
	});
	CHECK(prctl(PR_GET_CHILD_SUBREAPER, &value) == 0 && value == 0, "PR_GET_CHILD_SUBREAPER");
	CHECK_EFAULT_OUT(sys(SYS_prctl, PR_GET_CHILD_SUBREAPER, bad),
			 "PR_GET_CHILD_SUBREAPER: bad");
	CHECK_EQ(prctl(PR_GET_SECCOMP), 0, "PR_GET_SECCOMP: none");
	CHECK(sys(SYS_set_tid_address, &value) == getpid() &&
		      (prctl(PR_GET_TID_ADDRESS, &place) == -1 || place == &value),
	      "PR_GET_TID_ADDRESS: what set_tid_address said, where it exists");
	sys(SYS_set_tid_address, NULL);
	CHECK_EQ(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 0, "PR_GET_THP_DISABLE");
	CHECK_ERRNO(prctl(PR_GET_THP_DISABLE, 1, 0, 0, 0), EINVAL, "PR_GET_THP_DISABLE: arguments");
	CHECK_ERRNO(prctl(PR_SET_DUMPABLE, 2, 0, 0, 0), EINVAL,
		    "PR_SET_DUMPABLE: 2 is not for prctl");
	CHECK_ERRNO(prctl(PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0), EINVAL,
		    "PR_GET_NO_NEW_PRIVS: arguments");
}

int main(void)
{
	abi_begin("caps");
	versions();
	sets();
	bounding();
	ambient();
	changes_of_user();
	other_controls();
	return abi_end();
}
