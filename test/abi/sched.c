/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Scheduling policies: what sched_setattr takes and refuses, what counts more than what, and that
 * a deadline task gets what it reserved and no more.
 */
#include "onecpu.h"

#include <stdatomic.h>
#include <sys/resource.h>

#ifndef SCHED_DEADLINE
#define SCHED_DEADLINE 6
#endif
struct attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};
enum { RESET_ON_FORK = 1, KEEP_POLICY = 8, KEEP_PARAMS = 16 };

static long set(pid_t pid, struct attr a)
{
	a.size = sizeof(a);
	return syscall(SYS_sched_setattr, pid, &a, 0);
}

static struct attr get(pid_t pid)
{
	struct attr a = { 0 };
	syscall(SYS_sched_getattr, pid, &a, sizeof(a), 0);
	return a;
}

static struct attr deadline(uint64_t runtime, uint64_t due, uint64_t period)
{
	return (struct attr){
		.policy = SCHED_DEADLINE, .runtime = runtime, .deadline = due, .period = period
	};
}

/* ---- what is refused ---- */

static void deadline_arguments(void)
{
	CHECK_ERRNO(set(0, deadline(0, 10 * MS, 10 * MS)), EINVAL, "deadline: no run time");
	CHECK_ERRNO(set(0, deadline(1023, 10 * MS, 10 * MS)), EINVAL, "deadline: under 1024 ns");
	CHECK_ERRNO(set(0, deadline(MS, 0, 10 * MS)), EINVAL, "deadline: none");
	CHECK_ERRNO(set(0, deadline(5 * MS, 4 * MS, 10 * MS)), EINVAL,
		    "deadline: shorter than the run time");
	CHECK_ERRNO(set(0, deadline(MS, 10 * MS, 5 * MS)), EINVAL,
		    "deadline: longer than the period");
	CHECK_ERRNO(set(0, deadline(2000, 50000, 50000)), EINVAL,
		    "deadline: a period under 100 us");
	CHECK_ERRNO(set(0, deadline(MS, 1ull << 63, 0)), EINVAL, "deadline: the highest bit");
	CHECK_ERRNO(set(0, deadline(MS, 5000 * MS, 5000 * MS)), EINVAL,
		    "deadline: a period of five seconds");
	struct attr with_priority = deadline(MS, 10 * MS, 10 * MS);
	with_priority.priority = 1;
	CHECK_ERRNO(set(0, with_priority), EINVAL, "deadline: with a priority");
	struct sched_param zero = { 0 };
	CHECK_ERRNO(sched_setscheduler(0, SCHED_DEADLINE, &zero), EINVAL,
		    "sched_setscheduler: no deadlines");
	CHECK_EQ(sched_getscheduler(0), SCHED_OTHER, "deadline: nothing was changed");
}

static void as_nobody(void)
{
	IN_CHILD("deadline: not without the right", {
		NEED(setuid(65534) == 0);
		NEED_ERRNO(set(0, deadline(MS, 10 * MS, 10 * MS)), EPERM);
	});
	IN_CHILD("real time: not without the right", {
		struct rlimit none = { 0, 0 };
		struct sched_param p = { 1 };
		NEED(setrlimit(RLIMIT_RTPRIO, &none) == 0 && setuid(65534) == 0);
		NEED_ERRNO(sched_setscheduler(0, SCHED_FIFO, &p), EPERM);
	});
}

/* ---- what is kept ---- */

static void deadline_is_kept(void)
{
	IN_CHILD("deadline: what is set is what is told", {
		NEED(set(0, deadline(2 * MS, 20 * MS, 0)) == 0);
		struct attr a = get(0);
		NEED(a.policy == SCHED_DEADLINE && a.runtime == 2 * MS);
		NEED(a.deadline == 20 * MS && a.period == 20 * MS && a.priority == 0);
		NEED(sched_getscheduler(0) == SCHED_DEADLINE);
	});
	IN_CHILD("deadline: it does not fork", {
		NEED(set(0, deadline(2 * MS, 20 * MS, 20 * MS)) == 0);
		NEED(fork() == -1 && errno == EAGAIN);
	});
	IN_CHILD("deadline: unless the child is an ordinary one", {
		struct attr a = deadline(2 * MS, 20 * MS, 20 * MS);
		a.flags = RESET_ON_FORK;
		NEED(set(0, a) == 0 && get(0).flags == RESET_ON_FORK);
		pid_t child = fork();
		if (child == 0)
			_exit(sched_getscheduler(0) == SCHED_OTHER ? 0 : 1);
		int status = 1;
		NEED(child > 0 && waitpid(child, &status, 0) == child && status == 0);
	});
	IN_CHILD("deadline: back to an ordinary task", {
		struct sched_param zero = { 0 };
		NEED(set(0, deadline(2 * MS, 20 * MS, 20 * MS)) == 0);
		NEED(sched_setscheduler(0, SCHED_OTHER, &zero) == 0);
		NEED(get(0).policy == SCHED_OTHER);
		pid_t child = fork();
		if (child == 0)
			_exit(0);
		NEED(child > 0 && waitpid(child, NULL, 0) == child);
	});
}

static void keep_flags(void)
{
	IN_CHILD("SCHED_FLAG_KEEP_POLICY: another priority", {
		struct attr a = { .policy = SCHED_FIFO, .priority = 3 };
		NEED(set(0, a) == 0);
		a = (struct attr){ .policy = SCHED_OTHER, .flags = KEEP_POLICY, .priority = 7 };
		NEED(set(0, a) == 0);
		NEED(get(0).policy == SCHED_FIFO && get(0).priority == 7);
	});
	IN_CHILD("SCHED_FLAG_KEEP_PARAMS: nothing but the child's standing changes", {
		struct attr a = { .policy = SCHED_FIFO, .priority = 3 };
		NEED(set(0, a) == 0);
		a = (struct attr){ .policy = SCHED_RR, .flags = KEEP_PARAMS | RESET_ON_FORK };
		NEED(set(0, a) == 0);
		a = get(0);
		NEED(a.policy == SCHED_FIFO && a.priority == 3 && a.flags == RESET_ON_FORK);
	});
	CHECK_ERRNO(set(0, (struct attr){ .flags = 1 << 20 }), EINVAL, "setattr: an unknown flag");
}

static void affinity(void)
{
	cpu_set_t all;
	sched_getaffinity(0, sizeof(all), &all);
	if (CPU_COUNT(&all) == 1)
		return;
	IN_CHILD("deadline: it runs on all CPUs", {
		NEED(set(0, deadline(2 * MS, 20 * MS, 20 * MS)) == 0);
		cpu_set_t one = first_cpu();
		NEED_ERRNO(sched_setaffinity(0, sizeof(one), &one), EBUSY);
	});
	IN_CHILD("deadline: not for who may not", {
		pin_to_first();
		NEED_ERRNO(set(0, deadline(2 * MS, 20 * MS, 20 * MS)), EPERM);
	});
}

/* The reservations of all together are limited: 95 % of each CPU. */
static void admission(void)
{
	enum { MOST = 65 };
	pid_t child[MOST] = { 0 };
	bool refused = false, good = true;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	for (int i = 0; i < MOST && i <= cpus && !refused; i++) {
		child[i] = abi_fork();
		if (child[i] == 0) {
			pause();
			_exit(0);
		}
		long r = set(child[i], deadline(90 * MS, 100 * MS, 100 * MS));
		refused = r == -1 && errno == EBUSY;
		good = good && (r == 0 || refused);
	}
	CHECK(good && refused, "deadline: what is left decides");
	for (int i = 0; i < MOST && child[i] > 0; i++) {
		kill(child[i], SIGKILL);
		waitpid(child[i], NULL, 0);
	}
	/* What is reserved is given back when the period that it belongs to is over. */
	long r = -1;
	for (int i = 0; i < 100 && r != 0; i++) {
		r = set(0, deadline(90 * MS, 100 * MS, 100 * MS));
		if (r != 0)
			usleep(20000);
	}
	CHECK_EQ(r, 0, "deadline: it is free again");
	CHECK_OK(set(0, (struct attr){ .policy = SCHED_OTHER }), "deadline: and given back");
}

/* ---- what they do ---- */

static void throttling(void)
{
	IN_CHILD("deadline: no more than was reserved", {
		NEED(set(0, deadline(10 * MS, 100 * MS, 100 * MS)) == 0);
		long long end = now(CLOCK_MONOTONIC) + 600 * MS;
		long long used = now(CLOCK_THREAD_CPUTIME_ID);
		while (now(CLOCK_MONOTONIC) < end)
			;
		used = now(CLOCK_THREAD_CPUTIME_ID) - used;
		NEED(used <= 200 * MS);
	});
	IN_CHILD("deadline: sched_yield ends the period's part", {
		NEED(set(0, deadline(10 * MS, 50 * MS, 50 * MS)) == 0);
		sched_yield();
		long long wall = now(CLOCK_MONOTONIC);
		for (int i = 0; i < 4; i++)
			sched_yield();
		wall = now(CLOCK_MONOTONIC) - wall;
		NEED(wall >= 150 * MS);
	});
}

static atomic_int overruns;

static void on_overrun(int sig)
{
	(void)sig;
	atomic_fetch_add(&overruns, 1);
}

static void overrun(void)
{
	enum { DL_OVERRUN = 4 };
	IN_CHILD("SCHED_FLAG_DL_OVERRUN: SIGXCPU when the run time is used up", {
		struct attr a = deadline(10 * MS, 50 * MS, 50 * MS);
		signal(SIGXCPU, on_overrun);
		NEED(set(0, a) == 0);
		use_cpu(30 * MS);
		NEED(atomic_load(&overruns) == 0);
		a.flags = DL_OVERRUN;
		NEED(set(0, a) == 0 && get(0).flags == DL_OVERRUN);
		use_cpu(60 * MS);
		NEED(atomic_load(&overruns) >= 2);
	});
}

static atomic_int order, low_ran_at, stop_spinning;

static void *low_priority(void *arg)
{
	(void)arg;
	pin_to_first();
	atomic_store(&low_ran_at, atomic_fetch_add(&order, 1));
	return NULL;
}

static void priorities(void)
{
	IN_CHILD("FIFO: a lower priority waits", {
		struct sched_param p = { 20 };
		pin_to_first();
		NEED(sched_setscheduler(0, SCHED_FIFO, &p) == 0);
		pthread_t t = start_fifo(10, low_priority);
		use_cpu(20 * MS);
		NEED(atomic_fetch_add(&order, 1) == 0);
		pthread_join(t, NULL);
		NEED(atomic_load(&low_ran_at) == 1);
	});
	IN_CHILD("FIFO: an equal priority waits until it is let", {
		struct sched_param p = { 20 };
		pin_to_first();
		NEED(sched_setscheduler(0, SCHED_FIFO, &p) == 0);
		pthread_t t = start_fifo(20, low_priority);
		use_cpu(20 * MS);
		NEED(atomic_load(&order) == 0);
		sched_yield();
		NEED(atomic_load(&order) == 1);
		pthread_join(t, NULL);
	});
	IN_CHILD("FIFO: a higher priority runs at once", {
		struct sched_param p = { 20 };
		pin_to_first();
		NEED(sched_setscheduler(0, SCHED_FIFO, &p) == 0);
		pthread_t t = start_fifo(30, low_priority);
		NEED(atomic_fetch_add(&order, 1) == 1);
		pthread_join(t, NULL);
	});
}

static void *spin(void *arg)
{
	(void)arg;
	while (!atomic_load(&stop_spinning))
		;
	return NULL;
}

/* A deadline task gets its run time well before the deadline, beside tasks that use what they get;
 * a host that is busy as well has three seconds to spare. */
static void meets_deadlines(void)
{
	IN_CHILD("deadline: it goes before all who only use the CPU", {
		struct attr none = { .policy = SCHED_OTHER };
		cpu_set_t all;
		sched_getaffinity(0, sizeof(all), &all);
		int n = 8 * (CPU_COUNT(&all) < 8 ? CPU_COUNT(&all) : 8);
		pthread_t t[64];
		for (int i = 0; i < n; i++)
			NEED(pthread_create(&t[i], NULL, spin, NULL) == 0);
		NEED(set(0, deadline(800 * MS, 4000 * MS, 4000 * MS)) == 0);
		long long before = now(CLOCK_MONOTONIC);
		use_cpu(40 * MS);
		NEED(now(CLOCK_MONOTONIC) - before < 3000 * MS);
		NEED(set(0, none) == 0);
		atomic_store(&stop_spinning, 1);
		for (int i = 0; i < n; i++)
			pthread_join(t[i], NULL);
	});
}

static void intervals(void)
{
	struct timespec t;
	struct sched_param p = { 5 };
	IN_CHILD("sched_rr_get_interval: 100 ms of round robin, none of FIFO", {
		NEED(sched_setscheduler(0, SCHED_RR, &p) == 0);
		NEED(sched_rr_get_interval(0, &t) == 0 && t.tv_sec == 0 && t.tv_nsec == 100000000);
		NEED(sched_setscheduler(0, SCHED_FIFO, &p) == 0);
		NEED(sched_rr_get_interval(0, &t) == 0 && t.tv_sec == 0 && t.tv_nsec == 0);
	});
}

static void switches(void)
{
	struct rusage before, after;
	getrusage(RUSAGE_THREAD, &before);
	use_cpu(60 * MS);
	getrusage(RUSAGE_THREAD, &after);
	CHECK_EQ(after.ru_nvcsw - before.ru_nvcsw, 0, "switches: none by itself while it computes");
	usleep(1000);
	getrusage(RUSAGE_THREAD, &before);
	CHECK_EQ(before.ru_nvcsw - after.ru_nvcsw, 1, "switches: one for a sleep");
}

static long number_in(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY);
	if (fd >= 0) {
		ssize_t n = read(fd, text, sizeof(text) - 1);
		text[n > 0 ? n : 0] = 0;
		close(fd);
	}
	return strtol(text, NULL, 10);
}

static bool put_in(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		close(fd);
	return good;
}

static void settings(void)
{
	const char *const runtime = "/proc/sys/kernel/sched_rt_runtime_us";
	CHECK_EQ(number_in("/proc/sys/kernel/sched_rt_period_us"), 1000000, "sched_rt_period_us");
	CHECK_EQ(number_in(runtime), 950000, "sched_rt_runtime_us");
	CHECK_EQ(number_in("/proc/sys/kernel/sched_rr_timeslice_ms"), 100, "sched_rr_timeslice_ms");
	CHECK(!put_in(runtime, "1000001"), "sched_rt_runtime_us: not over the period");
	CHECK(put_in(runtime, "900000") && number_in(runtime) == 900000,
	      "sched_rt_runtime_us: another one");
	CHECK(put_in(runtime, "-1") && number_in(runtime) == -1, "sched_rt_runtime_us: no limit");
	CHECK(put_in(runtime, "950000"), "sched_rt_runtime_us: as it was");
}

static void files(void)
{
	char text[2048] = "";
	int fd = open("/proc/self/sched", O_RDONLY);
	CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 &&
		      strstr(text, "se.sum_exec_runtime") != NULL &&
		      strstr(text, "nr_switches") != NULL,
	      "/proc/PID/sched");
	close(fd);
	unsigned long long ran, waited, turns;
	FILE *f = fopen("/proc/self/schedstat", "r");
	CHECK(f != NULL && fscanf(f, "%llu %llu %llu", &ran, &waited, &turns) == 3 && ran > 0 &&
		      turns > 0,
	      "/proc/PID/schedstat");
	if (f != NULL)
		fclose(f);
}

int main(void)
{
	abi_begin("sched");
	deadline_arguments();
	as_nobody();
	deadline_is_kept();
	keep_flags();
	affinity();
	admission();
	throttling();
	overrun();
	priorities();
	meets_deadlines();
	intervals();
	switches();
	settings();
	files();
	return abi_end();
}
