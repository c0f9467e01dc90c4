// SPDX-License-Identifier: MPL-2.0
/* report - see report.h. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <unistd.h>

#include "report.h"

enum { PIECE = 700, COUNTS_MAX = 120 };
static int kmsg_out = 1, kmsg_in = -1;

void report_open(void)
{
	kmsg_out = fcntl(open("/dev/kmsg", O_WRONLY | O_CLOEXEC), F_DUPFD_CLOEXEC, 50);
	kmsg_in = fcntl(open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC), F_DUPFD_CLOEXEC, 50);
	close(3);
	close(4);
	lseek(kmsg_in, 0, SEEK_END);
	if (kmsg_out < 0)
		kmsg_out = 1;
}

void report(const char *format, ...)
{
	char line[900] = "<1>sysfuzz: ";
	size_t n = strlen(line);
	va_list args;

	klogctl(8, NULL, 7); /* a root program may have turned the console off */
	va_start(args, format);
	int more = vsnprintf(line + n, sizeof line - n, format, args);
	va_end(args);
	n += more < 0 ? 0 : (size_t)more;
	if (n >= sizeof line)
		n = sizeof line - 1;
	write(kmsg_out, line, n);
}

void report_text(const char *what, const char *text)
{
	size_t len = strlen(text);
	unsigned count = (unsigned)((len + PIECE - 1) / PIECE);

	for (unsigned i = 0; i < count; i++)
		report("%s %u/%u %.*s\n", what, i + 1, count, PIECE, text + (size_t)i * PIECE);
}

static bool is_complaint(const char *text)
{
	static const char *const words[] = {
		"Oops", "BUG", "UBSAN", "KASAN", "leak", "Kernel panic"
	};

	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strstr(text, words[i]) != NULL)
			return true;
	return false;
}

bool report_kernel_complained(char line[256])
{
	char record[8192];
	bool found = false;

	for (;;) {
		ssize_t n = read(kmsg_in, record, sizeof record - 1);

		if (n <= 0)
			return found;
		record[n] = 0;
		char *text = strchr(record, ';');

		/* Facility 0 is the kernel's own. */
		if (found || text == NULL || strtoul(record, NULL, 10) > 7 || !is_complaint(text))
			continue;
		found = true;
		snprintf(line, 256, "%s", text + 1);
		line[strcspn(line, "\n")] = 0;
	}
}

/* "pool NAME live N references M" */
struct count {
	char name[40];
	long live;
};

static unsigned read_counts(struct count out[COUNTS_MAX])
{
	static char text[16384];
	int fd = open("/proc/sys/debug/counts", O_RDONLY);
	size_t len = 0;
	unsigned n = 0;

	for (ssize_t got = 1; got > 0 && len < sizeof text - 1; len += (size_t)got) {
		got = read(fd, text + len, sizeof text - 1 - len);
		got = got < 0 ? 0 : got;
	}
	close(fd);
	text[len] = 0;
	for (char *line = strtok(text, "\n"); line != NULL && n < COUNTS_MAX;
	     line = strtok(NULL, "\n"))
		if (sscanf(line, "pool %39s live %ld", out[n].name, &out[n].live) == 2)
			n++;
	return n;
}

void report_growth(void)
{
	static struct count first[COUNTS_MAX], now[COUNTS_MAX];
	static unsigned known;
	unsigned n = read_counts(now);
	char line[600] = "";
	size_t len = 0;

	if (known == 0) {
		known = n;
		memcpy(first, now, sizeof first);
	}
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < known; j++)
			if (strcmp(now[i].name, first[j].name) == 0 &&
			    now[i].live > first[j].live && len < sizeof line - 60)
				len += (size_t)sprintf(line + len, " %s +%ld", now[i].name,
						       now[i].live - first[j].live);
	if (len != 0)
		report("growth%s\n", line);
}

static void show_file(const char *pid, const char *what)
{
	char path[300], text[700];

	snprintf(path, sizeof path, "/proc/%s/%s", pid, what);
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, text, sizeof text - 1);

	close(fd);
	if (n > 0)
		report("%s: %.*s\n", path, (int)n, text);
}

void report_hung(void)
{
	DIR *proc = opendir("/proc");

	for (struct dirent *e = readdir(proc); e != NULL; e = readdir(proc)) {
		if (e->d_name[0] < '1' || e->d_name[0] > '9' || strcmp(e->d_name, "1") == 0)
			continue;
		show_file(e->d_name, "stat");
		show_file(e->d_name, "wchan");
		show_file(e->d_name, "syscall");
	}
	closedir(proc);
}
