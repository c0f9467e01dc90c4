/* SPDX-License-Identifier: MPL-2.0 */
/* Steering the clock: adjtimex, clock_adjtime, adjtime; what follows steps of the clock; timer
 * slack. */
#include "onecpu.h"

#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/timex.h>

enum { PPM = 65536 };

static long long ns(struct timespec t)
{
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long adjust(struct timex *t)
{
	return sys(SYS_clock_adjtime, CLOCK_REALTIME, t);
}

/* What the clock says of itself. */
static struct timex look(void)
{
	struct timex t = { .modes = 0 };
	adjust(&t);
	return t;
}

static long set(struct timex t)
{
	return adjust(&t);
}

/* As it was at boot; Linux forgets the state of the loop when its bit is cleared. */
static void reset(void)
{
	set((struct timex){ .modes = ADJ_OFFSET_SINGLESHOT });
	set((struct timex){ .modes = ADJ_STATUS, .status = STA_PLL });
	set((struct timex){ .modes = ADJ_OFFSET });
	set((struct timex){ .modes = ADJ_STATUS });
	set((struct timex){ .modes = ADJ_FREQUENCY | ADJ_TICK, .tick = 10000 });
	set((struct timex){ .modes = ADJ_STATUS | ADJ_MICRO, .status = STA_UNSYNC });
}

static void hostile(void)
{
	struct timex t = { .modes = ADJ_TICK, .tick = 8999 };
	CHECK_EFAULT_IN(sys(SYS_adjtimex, bad), "adjtimex: bad pointer");
	CHECK_EFAULT_IN(sys(SYS_clock_adjtime, CLOCK_REALTIME, bad), "clock_adjtime: bad pointer");
	CHECK_ERRNO(adjust(&t), EINVAL, "adjtimex: a tick too short");
	t.tick = 11001;
	CHECK_ERRNO(adjust(&t), EINVAL, "adjtimex: a tick too long");
	t = (struct timex){ .modes = ADJ_FREQUENCY, .freq = INT64_MAX };
	CHECK_ERRNO(adjust(&t), EINVAL, "adjtimex: a frequency that does not fit");
	t.freq = INT64_MIN;
	CHECK_ERRNO(adjust(&t), EINVAL, "adjtimex: one that does not fit, negative");
	t = (struct timex){ .modes = ADJ_SETOFFSET, .time = { 0, 1000000 } };
	CHECK_ERRNO(adjust(&t), EINVAL, "ADJ_SETOFFSET: microseconds too large");
	t.time.tv_usec = -1;
	CHECK_ERRNO(adjust(&t), EINVAL, "ADJ_SETOFFSET: microseconds negative");
	t.modes = ADJ_SETOFFSET | ADJ_NANO;
	t.time.tv_usec = 1000000000;
	CHECK_ERRNO(adjust(&t), EINVAL, "ADJ_SETOFFSET: nanoseconds too large");
	t = (struct timex){ .modes = 0x8000 };
	CHECK_ERRNO(adjust(&t), EINVAL, "adjtimex: half of a single shot");
	CHECK_ERRNO(sys(SYS_clock_adjtime, CLOCK_MONOTONIC, &t), EOPNOTSUPP,
		    "clock_adjtime: the monotonic clock");
	CHECK_ERRNO(sys(SYS_clock_adjtime, 99, &t), EINVAL, "clock_adjtime: no such clock");
}

static void permissions(void)
{
	IN_CHILD("adjtimex: who may not set the clock may look",
		 {
			 NEED(setresuid(1000, 1000, 1000) == 0);
			 struct timex t = { .modes = 0 };
			 NEED(adjust(&t) >= 0);
			 t = (struct timex){ .modes = ADJ_OFFSET_SS_READ };
			 NEED(adjust(&t) >= 0);
			 unsigned modes[] = { ADJ_OFFSET,   ADJ_FREQUENCY, ADJ_MAXERROR,
					      ADJ_ESTERROR, ADJ_STATUS,	   ADJ_TIMECONST,
					      ADJ_TAI,	    ADJ_SETOFFSET, ADJ_MICRO,
					      ADJ_NANO,	    ADJ_TICK,	   ADJ_OFFSET_SINGLESHOT };
			 for (size_t i = 0; i < countof(modes); i++) {
				 t = (struct timex){ .modes = modes[i], .tick = 10000 };
				 NEED_ERRNO(adjust(&t), EPERM);
			 }
		 });
	IN_CHILD("adjtimex: forbidden before a bad tick", {
		NEED(setresuid(1000, 1000, 1000) == 0);
		struct timex t = { .modes = ADJ_TICK, .tick = 1 };
		NEED_ERRNO(adjust(&t), EPERM);
		t = (struct timex){ .modes = ADJ_SETOFFSET, .time = { 0, -1 } };
		NEED_ERRNO(adjust(&t), EPERM);
	});
}

static void frequency(void)
{
	struct timex t = { .modes = ADJ_FREQUENCY, .freq = 100 * PPM };
	CHECK(adjust(&t) >= 0 && t.freq == 100 * PPM, "ADJ_FREQUENCY: is answered");
	CHECK_EQ(look().freq, 100 * PPM, "ADJ_FREQUENCY: stays");
	set((struct timex){ .modes = ADJ_FREQUENCY, .freq = -12345 });
	CHECK_EQ(look().freq, -12345, "ADJ_FREQUENCY: negative");
	set((struct timex){ .modes = ADJ_FREQUENCY, .freq = 501 * PPM });
	CHECK_EQ(look().freq, 500 * PPM, "ADJ_FREQUENCY: 500 ppm at most");
	set((struct timex){ .modes = ADJ_FREQUENCY, .freq = -100000L * PPM });
	CHECK_EQ(look().freq, -500 * PPM, "ADJ_FREQUENCY: -500 ppm at least");
	set((struct timex){ .modes = ADJ_TICK, .tick = 9000 });
	CHECK_EQ(look().tick, 9000, "ADJ_TICK: stays");
	CHECK(look().freq == -500 * PPM, "ADJ_TICK: leaves the frequency");
	set((struct timex){ .modes = ADJ_TICK | ADJ_FREQUENCY, .tick = 10000 });
	t = look();
	CHECK(t.tick == 10000 && t.freq == 0, "adjtimex: back again");
	CHECK(t.precision == 1 && t.tolerance == 500 * PPM, "adjtimex: precision and tolerance");
}

static void single_shot(void)
{
	struct timex t = { .modes = ADJ_OFFSET_SINGLESHOT, .offset = 1000000 };
	CHECK(adjust(&t) >= 0 && t.offset == 0, "ADJ_OFFSET_SINGLESHOT: answers what was left");
	t = (struct timex){ .modes = ADJ_OFFSET_SS_READ, .offset = 5 };
	CHECK(adjust(&t) >= 0 && t.offset > 900000 && t.offset <= 1000000,
	      "ADJ_OFFSET_SS_READ: only reads");
	t = (struct timex){ .modes = ADJ_OFFSET_SINGLESHOT, .offset = -3000 };
	CHECK(adjust(&t) >= 0 && t.offset > 900000, "ADJ_OFFSET_SINGLESHOT: takes the place");
	CHECK_EQ(look().offset, 0, "ADJ_OFFSET_SINGLESHOT: is not the loop's offset");
	struct timeval delta = { 1, 0 };
	struct timeval old = { 0, 0 };
	CHECK(adjtime(&delta, &old) == 0 && old.tv_sec * 1000000LL + old.tv_usec < 0,
	      "adjtime: tells the old rest");
	CHECK(adjtime(NULL, &old) == 0 && old.tv_sec * 1000000LL + old.tv_usec > 900000,
	      "adjtime: reads");
	set((struct timex){ .modes = ADJ_OFFSET_SINGLESHOT });
	t = (struct timex){ .modes = ADJ_OFFSET_SS_READ };
	CHECK(adjust(&t) >= 0 && t.offset == 0, "ADJ_OFFSET_SINGLESHOT: zero ends it");
}

static void loop(void)
{
	struct timex t = { .modes = ADJ_OFFSET, .offset = 1000 };
	CHECK(adjust(&t) >= 0 && t.offset == 0, "ADJ_OFFSET: nothing without the loop");
	t = (struct timex){ .modes = ADJ_STATUS | ADJ_OFFSET | ADJ_TIMECONST,
			    .status = STA_PLL,
			    .offset = -100000,
			    .constant = 6 };
	CHECK(adjust(&t) >= 0 && t.offset == -100000, "ADJ_OFFSET: is answered");
	CHECK_EQ(t.constant, 10, "ADJ_TIMECONST: 4 more for microseconds, 10 at most");
	CHECK(t.status == STA_PLL, "ADJ_STATUS: the loop");
	t = look();
	CHECK(t.offset < -90000 && t.offset >= -100000, "ADJ_OFFSET: is worked off slowly");
	CHECK_EQ(t.freq, 0, "ADJ_OFFSET: no time, no frequency");
	t = (struct timex){ .modes = ADJ_NANO };
	adjust(&t);
	CHECK(t.offset < -90000000 && (t.status & STA_NANO), "ADJ_NANO: in nanoseconds");
	t = (struct timex){ .modes = ADJ_OFFSET, .offset = 3000000000 };
	adjust(&t);
	CHECK(t.offset == 500000000, "ADJ_OFFSET: half a second at most");
	t = (struct timex){ .modes = ADJ_MICRO };
	adjust(&t);
	CHECK(t.offset > 450000 && t.offset <= 500000 && !(t.status & STA_NANO),
	      "ADJ_MICRO: in microseconds");
	t = (struct timex){ .modes = ADJ_TIMECONST, .constant = -100 };
	adjust(&t);
	CHECK_EQ(t.constant, 4, "ADJ_TIMECONST: not negative");
	set((struct timex){ .modes = ADJ_NANO });
	t = (struct timex){ .modes = ADJ_TIMECONST, .constant = 3 };
	adjust(&t);
	CHECK_EQ(t.constant, 3, "ADJ_TIMECONST: as it is for nanoseconds");
	set((struct timex){ .modes = ADJ_OFFSET });
	t = (struct timex){ .modes = ADJ_STATUS };
	adjust(&t);
	CHECK_EQ(t.status, 0, "ADJ_STATUS: out of the loop, the units start anew");
}

static void status(void)
{
	set((struct timex){
		.modes = ADJ_MAXERROR | ADJ_ESTERROR, .maxerror = 1000, .esterror = 77 });
	struct timex t = { .modes = ADJ_STATUS };
	CHECK_EQ(adjust(&t), TIME_OK, "adjtimex: TIME_OK when synchronised");
	t = look();
	CHECK(t.maxerror >= 1000 && t.maxerror < 100000, "ADJ_MAXERROR: grows from there");
	CHECK_EQ(t.esterror, 77, "ADJ_ESTERROR: stays");
	t = (struct timex){ .modes = ADJ_STATUS, .status = STA_UNSYNC };
	CHECK_EQ(adjust(&t), TIME_ERROR, "adjtimex: TIME_ERROR when not");
	CHECK_EQ(t.status, STA_UNSYNC, "ADJ_STATUS: STA_UNSYNC");
	t = (struct timex){ .modes = ADJ_STATUS, .status = STA_RONLY | STA_UNSYNC };
	CHECK(adjust(&t) == TIME_ERROR && t.status == STA_UNSYNC,
	      "ADJ_STATUS: bits that are only read");
	set((struct timex){ .modes = ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR });
	t = (struct timex){ .modes = ADJ_SETOFFSET, .time = { 0, 1 } };
	CHECK_EQ(adjust(&t), TIME_ERROR, "ADJ_SETOFFSET: nobody is sure of the time any more");
	t = look();
	CHECK(t.maxerror >= 16000000 && t.esterror == 16000000 && (t.status & STA_UNSYNC),
	      "ADJ_SETOFFSET: errors are unknown");
	set((struct timex){ .modes = ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR });
	struct timespec same;
	clock_gettime(CLOCK_REALTIME, &same);
	clock_settime(CLOCK_REALTIME, &same);
	CHECK_EQ(set((struct timex){ .modes = 0 }), TIME_ERROR, "clock_settime: as well");
}

/* The clock steps by this much, whatever passes meanwhile; and back. */
static void steps(void)
{
	long long offset = now(CLOCK_REALTIME) - now(CLOCK_MONOTONIC);
	struct timex t = { .modes = ADJ_SETOFFSET, .time = { 3600, 0 } };
	CHECK(adjust(&t) >= 0, "ADJ_SETOFFSET: forwards");
	long long moved = now(CLOCK_REALTIME) - now(CLOCK_MONOTONIC) - offset;
	CHECK(moved > 3590 * 1000000000LL && moved < 3610 * 1000000000LL,
	      "ADJ_SETOFFSET: moves real time alone");
	t = (struct timex){ .modes = ADJ_SETOFFSET | ADJ_NANO, .time = { -3601, 999999999 } };
	CHECK(adjust(&t) >= 0, "ADJ_SETOFFSET: back");
	set((struct timex){ .modes = ADJ_MICRO });
	t = (struct timex){ .modes = ADJ_TAI, .constant = 37 };
	CHECK(adjust(&t) >= 0 && t.tai == 37, "ADJ_TAI: is answered");
	long long a = now(CLOCK_REALTIME), tai = now(CLOCK_TAI), b = now(CLOCK_REALTIME);
	CHECK(tai - 37000000000LL >= a && tai - 37000000000LL <= b, "ADJ_TAI: CLOCK_TAI follows");
	set((struct timex){ .modes = ADJ_TAI, .constant = -1 });
	CHECK_EQ(look().tai, 37, "ADJ_TAI: no negative one");
	set((struct timex){ .modes = ADJ_TAI });
}

/* By how much a clock runs fast against the one that nobody steers, in ppm, over 200 ms: the error
 * of the two looks at each end is that of the shortest of some. */
struct pair {
	long long raw, steered;
};

static struct pair both(clockid_t id)
{
	struct pair best = { 0, 0 };
	long long quickest = INT64_MAX;
	for (int i = 0; i < 100; i++) {
		long long a = now(CLOCK_MONOTONIC_RAW), s = now(id), b = now(CLOCK_MONOTONIC_RAW);
		if (b - a < quickest) {
			quickest = b - a;
			best = (struct pair){ a + (b - a) / 2, s };
		}
	}
	return best;
}

static long rate_of(clockid_t id)
{
	struct pair a = both(id);
	abi_pause_ms(200);
	struct pair b = both(id);
	long long raw = b.raw - a.raw, steered = b.steered - a.steered;
	return (steered - raw) * 1000000 / raw;
}

static void rates(void)
{
	clockid_t ids[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI };
	int fast = 0, slow = 0;
	set((struct timex){ .modes = ADJ_TICK | ADJ_FREQUENCY, .tick = 11000 });
	for (size_t i = 0; i < countof(ids); i++) {
		long ppm = rate_of(ids[i]);
		fast += ppm > 90000 && ppm < 110000;
	}
	CHECK_EQ(fast, countof(ids), "ADJ_TICK: four clocks run a tenth faster than the raw one");
	set((struct timex){ .modes = ADJ_TICK, .tick = 9000 });
	for (size_t i = 0; i < countof(ids); i++) {
		long ppm = rate_of(ids[i]);
		slow += ppm < -90000 && ppm > -110000;
	}
	CHECK_EQ(slow, countof(ids), "ADJ_TICK: and a tenth slower");
	bool goes_on = true;
	long long last = now(CLOCK_MONOTONIC);
	for (int i = 0; i < 3000; i++) {
		set((struct timex){ .modes = ADJ_TICK, .tick = i % 2 == 0 ? 11000 : 9000 });
		struct timespec t;
		clock_gettime(CLOCK_MONOTONIC, &t);
		goes_on = goes_on && ns(t) >= last;
		last = now(CLOCK_MONOTONIC);
		goes_on = goes_on && last >= ns(t);
	}
	CHECK(goes_on, "ADJ_TICK: to and fro, by call and by vDSO: never backwards");
	set((struct timex){ .modes = ADJ_TICK, .tick = 10000 });
	long long a = now(CLOCK_MONOTONIC_RAW);
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	CHECK(a <= ns(t) && ns(t) <= now(CLOCK_MONOTONIC_RAW),
	      "CLOCK_MONOTONIC_RAW: call and vDSO agree");
	/* A sleep is as long as the clock says by which it was asked for. */
	set((struct timex){ .modes = ADJ_TICK, .tick = 9000 });
	a = now(CLOCK_MONOTONIC);
	struct timespec wait = { 0, 50000000 };
	nanosleep(&wait, NULL);
	CHECK(now(CLOCK_MONOTONIC) - a >= 50000000, "nanosleep: not too short by a slow clock");
	set((struct timex){ .modes = ADJ_TICK, .tick = 10000 });
}

static void single_shot_moves(void)
{
	struct pair a = both(CLOCK_REALTIME);
	set((struct timex){ .modes = ADJ_OFFSET_SINGLESHOT, .offset = 1000000 });
	abi_pause_ms(2500);
	struct pair b = both(CLOCK_REALTIME);
	set((struct timex){ .modes = ADJ_OFFSET_SINGLESHOT });
	long long gained = b.steered - a.steered - (b.raw - a.raw);
	long long expected = (b.raw - a.raw) / 2000;
	/* Linux begins with its next second. */
	CHECK(gained > expected / 4 && gained < expected * 3 / 2,
	      "ADJ_OFFSET_SINGLESHOT: 500 ppm while it lasts");
}

static volatile int got;
static void count(int sig)
{
	(void)sig;
	got++;
}

static bool comes(void)
{
	for (int i = 0; i < 1000 && got == 0; i++)
		abi_pause_ms(10);
	return got != 0;
}

static void stepped_timer(clockid_t clock, const char *name)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	timer_t id;
	got = 0;
	timer_create(clock, &ev, &id);
	long long at = now(clock) + 1000 * 1000000000LL;
	struct itimerspec t = { .it_value = { at / 1000000000, at % 1000000000 } }, left;
	timer_settime(id, TIMER_ABSTIME, &t, NULL);
	set((struct timex){ .modes = ADJ_SETOFFSET, .time = { -1000, 0 } });
	timer_gettime(id, &left);
	bool later = left.it_value.tv_sec > 1900 && got == 0;
	set((struct timex){ .modes = ADJ_SETOFFSET, .time = { 2500, 0 } });
	bool came = comes();
	set((struct timex){ .modes = ADJ_SETOFFSET, .time = { -1500, 0 } });
	timer_delete(id);
	CHECK(later && came, name);
}

static void followers(void)
{
	signal(SIGUSR1, count);
	stepped_timer(CLOCK_REALTIME, "timer_settime: absolute real time follows steps");
	stepped_timer(CLOCK_TAI, "timer_settime: absolute TAI follows steps");
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	timer_t id;
	got = 0;
	timer_create(CLOCK_REALTIME, &ev, &id);
	struct itimerspec t = { .it_value = { 1000, 0 } }, left;
	timer_settime(id, 0, &t, NULL);
	set((struct timex){ .modes = ADJ_SETOFFSET, .time = { 5000, 0 } });
	abi_pause_ms(20);
	timer_gettime(id, &left);
	CHECK(got == 0 && left.it_value.tv_sec > 900 && left.it_value.tv_sec <= 1000,
	      "timer_settime: a relative one does not");
	set((struct timex){ .modes = ADJ_SETOFFSET, .time = { -5000, 0 } });
	timer_delete(id);
	/* An interval goes on from the stepped time, and counts what it missed. */
	timer_create(CLOCK_REALTIME, &ev, &id);
	long long at = now(CLOCK_REALTIME) + 10 * 1000000000LL;
	t = (struct itimerspec){ .it_value = { at / 1000000000, at % 1000000000 },
				 .it_interval = { 100, 0 } };
	got = 0;
	timer_settime(id, TIMER_ABSTIME, &t, NULL);
	set((struct timex){ .modes = ADJ_SETOFFSET, .time = { 1000, 0 } });
	CHECK(comes(), "timer_settime: an interval follows a step");
	timer_gettime(id, &left);
	CHECK(left.it_value.tv_sec >= 0 && left.it_value.tv_sec < 100,
	      "timer_gettime: the next of the interval");
	CHECK_EQ(timer_getoverrun(id), 9, "timer_getoverrun: those that the step skipped");
	set((struct timex){ .modes = ADJ_SETOFFSET, .time = { -1000, 0 } });
	timer_gettime(id, &left);
	CHECK(left.it_value.tv_sec > 900, "timer_gettime: stepped back");
	timer_delete(id);
}

static long slack_file(const char *path, const char *text)
{
	char line[32] = "";
	int fd = open(path, text == NULL ? O_RDONLY : O_WRONLY);
	if (fd < 0)
		return -errno;
	ssize_t n = text == NULL ? read(fd, line, sizeof(line) - 1) : write(fd, text, strlen(text));
	int err = errno;
	close(fd);
	if (n < 0)
		return -err;
	return text == NULL ? atol(line) : 0;
}

static void slack(void)
{
	const char *path = "/proc/self/timerslack_ns";
	CHECK_EQ(prctl(PR_GET_TIMERSLACK), 50000, "PR_GET_TIMERSLACK: 50 us");
	CHECK_EQ(slack_file(path, NULL), 50000, "timerslack_ns: the same");
	CHECK_EQ(slack_file(path, "1234567\n"), 0, "timerslack_ns: is written");
	CHECK_EQ(prctl(PR_GET_TIMERSLACK), 1234567, "timerslack_ns: PR_GET_TIMERSLACK");
	CHECK_EQ(slack_file(path, "x"), -EINVAL, "timerslack_ns: no number");
	IN_CHILD("PR_GET_TIMERSLACK: a child has its parent's, and goes back to it", {
		NEED(prctl(PR_GET_TIMERSLACK) == 1234567);
		NEED(prctl(PR_SET_TIMERSLACK, 5) == 0 && prctl(PR_GET_TIMERSLACK) == 5);
		NEED(slack_file("/proc/self/timerslack_ns", "0") == 0);
		NEED(prctl(PR_GET_TIMERSLACK) == 1234567);
	});
	CHECK(prctl(PR_SET_TIMERSLACK, 0) == 0 && prctl(PR_GET_TIMERSLACK) == 50000,
	      "PR_SET_TIMERSLACK: 0 is the default");
	IN_CHILD("timerslack_ns: another's, for who may set priorities", {
		char other[64];
		snprintf(other, sizeof(other), "/proc/%d/timerslack_ns", (int)getppid());
		NEED(slack_file(other, NULL) == 50000);
		NEED(slack_file(other, "50000") == 0);
		NEED(setresuid(1000, 1000, 1000) == 0);
		NEED(slack_file(other, NULL) == -EPERM || slack_file(other, NULL) == -EACCES);
		NEED(slack_file(other, "1") == -EPERM || slack_file(other, "1") == -EACCES);
	});
	IN_CHILD("PR_SET_TIMERSLACK: a sleep may be late, never early", {
		NEED(prctl(PR_SET_TIMERSLACK, 30000000) == 0);
		struct timespec wait = { 0, 1000000 };
		long long a = now(CLOCK_MONOTONIC);
		NEED(nanosleep(&wait, NULL) == 0);
		NEED(now(CLOCK_MONOTONIC) - a >= 1000000);
	});
	IN_CHILD("PR_SET_TIMERSLACK: real-time tasks are on time", {
		struct sched_param p = { .sched_priority = 1 };
		struct timespec wait = { 0, 1000000 };
		NEED(prctl(PR_SET_TIMERSLACK, 3600000000000) == 0);
		NEED(sched_setscheduler(0, SCHED_FIFO, &p) == 0);
		NEED(nanosleep(&wait, NULL) == 0);
	});
}

int main(void)
{
	abi_begin("timex");
	reset();
	hostile();
	permissions();
	frequency();
	single_shot();
	reset();
	loop();
	reset();
	status();
	steps();
	rates();
	single_shot_moves();
	followers();
	slack();
	reset();
	return abi_end();
}
