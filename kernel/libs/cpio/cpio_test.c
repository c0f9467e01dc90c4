/* SPDX-License-Identifier: MPL-2.0 */
/* cpio_test - a small archive fed whole and byte by byte, and hostile headers. */
#include "libs/cpio/cpio.h"

#include <osxtd/fmt.h>
#include <osxtd/ktest.h>

struct recorder {
	u32 entries, ends;
	u64 bytes, sum;
	u32 last_mode;
	usize name_len;
};
static struct recorder shared recorder OWNER(test);

static err_t feed(struct cpio_reader *r, struct cspan bytes)
{
	enum cpio_event event = CPIO_MORE;
	do {
		struct cspan data = {};
		TRY(cpio_next(r, &bytes, &event, &data));
		recorder.entries += event == CPIO_ENTRY;
		recorder.ends += event == CPIO_DONE;
		if (event == CPIO_ENTRY) {
			recorder.last_mode = r->entry.mode;
			recorder.name_len += str_len(r->entry.name);
		}
		for (usize i = 0; i < cspan_len(data); i++)
			recorder.sum += cspan_get(data, i);
		recorder.bytes += cspan_len(data);
	} while (event != CPIO_MORE && event != CPIO_FOREIGN);
	return event == CPIO_MORE ? OK : ERR_BADMSG;
}

static void put_entry(struct text *t, struct str name, u32 mode, struct str data)
{
	FMT(t, "070701{08x}{08x}{08x}{08x}", 1u, mode, 0u, 0u);
	FMT(t, "{08x}{08x}{08x}{08x}{08x}", 1u, 0u, (u32)str_len(data), 0u, 0u);
	FMT(t, "{08x}{08x}{08x}{08x}", 0u, 0u, (u32)str_len(name) + 1, 0u);
	text_put(t, name);
	text_put_char(t, 0);
	while (text_needed(t) % 4 != 0)
		text_put_char(t, 0);
	text_put(t, data);
	while (text_needed(t) % 4 != 0)
		text_put_char(t, 0);
}

static struct cspan sample(struct span buf)
{
	struct text t = text_in(buf);
	put_entry(&t, STR("dir"), 040755, STR(""));
	put_entry(&t, STR("dir/file"), 0100644, STR("hello"));
	put_entry(&t, STR("TRAILER!!!"), 0, STR(""));
	for (u32 i = 0; i < 8; i++)
		text_put_char(&t, 0);
	put_entry(&t, STR("second"), 0100600, STR("abc"));
	put_entry(&t, STR("TRAILER!!!"), 0, STR(""));
	return str_bytes(text_str(&t));
}

static void check_recorded(struct ktest_ctx *t)
{
	EXPECT_EQ(recorder.entries, 3);
	EXPECT_EQ(recorder.ends, 3);
	EXPECT_EQ(recorder.bytes, 8);
	EXPECT_EQ(recorder.sum, 532 + 294);
	EXPECT_EQ(recorder.name_len, 3 + 8 + 6);
	EXPECT_EQ(recorder.last_mode, 0100600);
}

static struct cpio_reader shared reader OWNER(test);
static u8 shared archive[1024] OWNER(test);

static void start(void)
{
	recorder = (struct recorder){};
	reader = (struct cpio_reader){};
}

KTEST(cpio, whole_and_byte_by_byte)
{
	struct cspan a = sample(span_of(archive));
	start();
	EXPECT_OK(feed(&reader, a));
	EXPECT_OK(cpio_finish(&reader));
	check_recorded(t);
	start();
	for (usize i = 0; i < cspan_len(a); i++)
		EXPECT_OK(feed(&reader, cspan_sub(a, i, 1)));
	EXPECT_OK(cpio_finish(&reader));
	check_recorded(t);
}

KTEST(cpio, truncation_is_noticed)
{
	struct cspan a = sample(span_of(archive));
	start();
	EXPECT_OK(feed(&reader, cspan_sub(a, 0, 200)));
	EXPECT_EQ(cpio_finish(&reader), ERR_BADMSG);
}

KTEST(cpio, bad_magic_digits_and_names_are_refused)
{
	struct cspan a = sample(span_of(archive));
	start();
	array_at(archive, 0) = '1';
	EXPECT_EQ(feed(&reader, a), ERR_BADMSG);
	a = sample(span_of(archive));
	start();
	array_at(archive, 20) = 'z';
	EXPECT_EQ(feed(&reader, a), ERR_BADMSG);
	a = sample(span_of(archive));
	start();
	array_at(archive, CPIO_HEADER + 3) = 'x'; /* the name's NUL */
	EXPECT_EQ(feed(&reader, a), ERR_BADMSG);
}

/* A header alone, whose name has so many bytes. */
static err_t feed_name_size(u32 name_size)
{
	struct text t = text_in(span_of(archive));
	FMT(&t, "070701{08x}{08x}{08x}{08x}", 1u, 0100644u, 0u, 0u);
	FMT(&t, "{08x}{08x}{08x}{08x}{08x}", 1u, 0u, 0u, 0u, 0u);
	FMT(&t, "{08x}{08x}{08x}{08x}", 0u, 0u, name_size, 0u);
	start();
	return feed(&reader, str_bytes(text_str(&t)));
}

KTEST(cpio, a_name_that_has_no_room_is_refused_at_its_header)
{
	EXPECT_EQ(feed_name_size(0), ERR_BADMSG);
	EXPECT_OK(feed_name_size(CPIO_NAME_MAX));
	EXPECT_EQ(feed_name_size(CPIO_NAME_MAX + 1), ERR_BADMSG);
}
