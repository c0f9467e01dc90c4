/* SPDX-License-Identifier: MPL-2.0 */
/* User and group numbers: get and set, supplementary groups, what exec does with set-id bits. */
#include "abi.h"

#include <grp.h>
#include <sys/auxv.h>
#include <sys/fsuid.h>

static uid_t r, e, s;

static bool uids(uid_t a, uid_t b, uid_t c)
{
	return sys(SYS_getresuid, &r, &e, &s) == 0 && r == a && e == b && s == c;
}

static bool gids(gid_t a, gid_t b, gid_t c)
{
	return sys(SYS_getresgid, &r, &e, &s) == 0 && r == a && e == b && s == c;
}

static void hostile(void)
{
	CHECK_EFAULT_OUT(sys(SYS_getresuid, bad, &e, &s), "getresuid: bad pointer");
	CHECK_EFAULT_OUT(sys(SYS_getresuid, &r, &e, bad), "getresuid: bad last pointer");
	CHECK_EFAULT_OUT(sys(SYS_getresgid, &r, bad, &s), "getresgid: bad pointer");
	gid_t list[3] = { 1, 2, 3 };
	CHECK_OK(setgroups(3, list), "setgroups: three");
	CHECK_EFAULT_OUT(sys(SYS_getgroups, 3, bad), "getgroups: bad pointer");
	CHECK_EFAULT_IN(sys(SYS_setgroups, 3, bad), "setgroups: bad pointer");
	CHECK_EQ(getgroups(0, NULL), 3, "getgroups: 0 asks for the count");
	CHECK_ERRNO(getgroups(2, list), EINVAL, "getgroups: no room");
	CHECK_ERRNO(sys(SYS_getgroups, -1, list), EINVAL, "getgroups: negative size");
	list[0] = list[1] = list[2] = 0;
	CHECK(getgroups(3, list) == 3 && list[0] + list[1] + list[2] == 6, "getgroups: gives them");
	CHECK_ERRNO(sys(SYS_setgroups, 65537, list), EINVAL, "setgroups: too many");
	CHECK_OK(setgroups(0, NULL), "setgroups: none");
	CHECK_EQ(getgroups(0, NULL), 0, "getgroups: then none");
}

static void root(void)
{
	CHECK(getuid() == 0 && geteuid() == 0 && getgid() == 0 && getegid() == 0,
	      "getuid and its like: root");
	CHECK(uids(0, 0, 0) && gids(0, 0, 0), "getresuid, getresgid: root");
	IN_CHILD("setuid: root changes all three, for good", {
		NEED(setuid(10) == 0 && uids(10, 10, 10));
		NEED_ERRNO(setuid(0), EPERM);
	});
	IN_CHILD("seteuid: root may come back", {
		NEED(seteuid(10) == 0 && uids(0, 10, 0));
		NEED(seteuid(0) == 0 && uids(0, 0, 0));
	});
	IN_CHILD("setresuid: each one", {
		NEED(setresuid(1, 2, 3) == 0 && uids(1, 2, 3));
		NEED(setresuid(-1, 3, -1) == 0 && uids(1, 3, 3));
		NEED(setresuid(3, 1, -1) == 0 && uids(3, 1, 3));
		NEED_ERRNO(setresuid(0, -1, -1), EPERM);
		NEED_ERRNO(setresuid(2, -1, -1), EPERM);
	});
	IN_CHILD("setreuid: swaps, and the saved one follows", {
		NEED(setresuid(5, 6, 0) == 0 && setreuid(6, 5) == 0 && uids(6, 5, 5));
		NEED_ERRNO(setreuid(0, -1), EPERM);
	});
	IN_CHILD("setuid: a plain user takes his real or saved one", {
		NEED(setresuid(5, 6, 7) == 0 && setuid(7) == 0 && uids(5, 7, 7));
		NEED(setuid(5) == 0 && uids(5, 5, 7));
		NEED_ERRNO(setuid(8), EPERM);
	});
	IN_CHILD("setgid: root changes all three",
		 { NEED(setgid(10) == 0 && gids(10, 10, 10) && setgid(0) == 0); });
	IN_CHILD("setresgid, setregid: each one", {
		NEED(setresgid(1, 2, 3) == 0 && gids(1, 2, 3));
		NEED(setregid(2, 1) == 0 && gids(2, 1, 1));
	});
	IN_CHILD("setgid: a plain user may not", {
		NEED(setresgid(1, 2, 3) == 0 && setuid(1000) == 0);
		NEED_ERRNO(setgid(9), EPERM);
		NEED_ERRNO(setgroups(0, NULL), EPERM);
		NEED(setgid(3) == 0 && gids(1, 3, 3));
	});
	IN_CHILD("setfsuid: gives the old one", {
		NEED(setfsuid(5) == 0 && setfsuid(-1) == 5 && setfsgid(6) == 0 &&
		     setfsgid(-1) == 6);
	});
	CHECK_ERRNO(sys(SYS_setuid, -1), EINVAL, "setuid: -1");
	CHECK_ERRNO(sys(SYS_setgid, -1), EINVAL, "setgid: -1");
}

static void files(void)
{
	gid_t list[2] = { 50, 60 };
	abi_file("f", 10);
	chown("f", 0, 60);
	chmod("f", 0640);
	IN_CHILD("groups: a supplementary group opens a file", {
		NEED(setgroups(2, list) == 0 && setgid(1000) == 0 && setuid(1000) == 0);
		NEED(open("f", O_RDONLY) >= 0);
		NEED_ERRNO(open("f", O_RDWR), EACCES);
	});
	IN_CHILD("groups: without it the file stays closed", {
		NEED(setgroups(1, list) == 0 && setgid(1000) == 0 && setuid(1000) == 0);
		NEED_ERRNO(open("f", O_RDONLY), EACCES);
	});
	chmod("f", 0604);
	IN_CHILD("groups: the group's bits count before others'", {
		NEED(setgroups(2, list) == 0 && setuid(1000) == 0);
		NEED_ERRNO(open("f", O_RDONLY), EACCES);
	});
	chown("f", 1000, 1000);
	chmod("f", 0066);
	IN_CHILD("owner: his bits count before all", {
		NEED(setuid(1000) == 0);
		NEED_ERRNO(open("f", O_RDONLY), EACCES);
	});
	mkdir("open", 0777);
	chmod("open", 0777);
	IN_CHILD("create: files belong to the effective numbers", {
		struct stat st;
		NEED(setresgid(2, 20, 2) == 0 && setresuid(1, 10, 1) == 0);
		NEED(open("open/made", O_CREAT | O_RDWR, 0644) >= 0 && stat("open/made", &st) == 0);
		NEED(st.st_uid == 10 && st.st_gid == 20);
		NEED(mkdir("open/dir", 0755) == 0 && stat("open/dir", &st) == 0 && st.st_uid == 10);
	});
	mkdir("setgid", 0755);
	chown("setgid", 0, 77);
	chmod("setgid", 02755);
	struct stat st;
	mkdir("setgid/in", 0755);
	CHECK(stat("setgid/in", &st) == 0 && st.st_gid == 77 && (st.st_mode & S_ISGID) != 0,
	      "create: a set-group-id folder hands its group on");
}

static void set_id(void)
{
	abi_copy("/proc/self/exe", "suid");
	chown("suid", 1234, 4321);
	chmod("suid", 06755);
	IN_CHILD("execve: set-user-id and set-group-id bits", {
		NEED(setgid(1000) == 0 && setuid(1000) == 0);
		execl("suid", "id", "suid", (char *)NULL);
		NEED(false);
	});
	chmod("suid", 0755);
	IN_CHILD("execve: without the bits nothing changes", {
		NEED(setgid(1000) == 0 && setuid(1000) == 0);
		execl("suid", "id", "plain", (char *)NULL);
		NEED(false);
	});
	IN_CHILD("execve: the effective numbers become the saved ones", {
		NEED(setresuid(1000, 2000, 0) == 0);
		execl("suid", "id", "saved", (char *)NULL);
		NEED(false);
	});
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "suid") == 0)
		return uids(1000, 1234, 1234) && gids(1000, 4321, 4321) && getauxval(AT_SECURE) == 1
			       ? 0
			       : 1;
	if (argc > 1 && strcmp(argv[1], "plain") == 0)
		return uids(1000, 1000, 1000) && gids(1000, 1000, 1000) && getauxval(AT_SECURE) == 0
			       ? 0
			       : 1;
	if (argc > 1 && strcmp(argv[1], "saved") == 0)
		return uids(1000, 2000, 2000) ? 0 : 1;
	abi_begin("id");
	hostile();
	root();
	files();
	set_id();
	return abi_end();
}
