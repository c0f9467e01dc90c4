/* SPDX-License-Identifier: MPL-2.0 */
/* cpio - the newc reader; see cpio.h.  Each state consumes what it can of the bytes at hand and
 * says how much. */
#include "libs/cpio/cpio.h"

static u32 padding(u64 position)
{
	return (u32)((4 - position % 4) % 4);
}

/* Eight hexadecimal digits: field i of the header. */
static bool header_field(const struct cpio_reader *r, u32 i, u32 *out)
{
	u64 v = 0;
	struct str digits = str_of(cspan_sub(cspan_of(r->header), 6 + 8 * i, 8));
	if (!str_to_u64(digits, 16, &v))
		return false;
	*out = (u32)v;
	return true;
}

static err_t parse_header(struct cpio_reader *r)
{
	struct str magic = str_of(cspan_sub(cspan_of(r->header), 0, 6));
	if (!str_equal(magic, STR("070701")) && !str_equal(magic, STR("070702")))
		return ERR_BADMSG;
	struct cpio_entry *e = &r->entry;
	if (!header_field(r, 0, &e->ino) || !header_field(r, 1, &e->mode) ||
	    !header_field(r, 2, &e->uid) || !header_field(r, 3, &e->gid) ||
	    !header_field(r, 4, &e->nlink) || !header_field(r, 5, &e->mtime) ||
	    !header_field(r, 6, &e->size) || !header_field(r, 7, &e->dev_major) ||
	    !header_field(r, 8, &e->dev_minor) || !header_field(r, 9, &e->rdev_major) ||
	    !header_field(r, 10, &e->rdev_minor) || !header_field(r, 11, &r->name_size))
		return ERR_BADMSG;
	return r->name_size == 0 || r->name_size > CPIO_NAME_MAX ? ERR_BADMSG : OK;
}

static usize gather(struct cpio_reader *r, struct span into, usize want, struct cspan bytes)
{
	usize n = min_of(want - r->gathered, cspan_len(bytes));
	span_copy(span_from(into, r->gathered), cspan_sub(bytes, 0, n));
	r->gathered += (u32)n;
	return n;
}

/* The name is complete: an entry, or the end of an archive. */
static err_t finish_name(struct cpio_reader *r, enum cpio_event *event)
{
	struct str name = str_until_nul(cspan_sub(cspan_of(r->name), 0, r->name_size));
	if (str_len(name) + 1 != r->name_size)
		return ERR_BADMSG;
	r->skip = padding(r->at);
	if (str_equal(name, STR("TRAILER!!!"))) {
		r->state = CPIO_START;
		return OK;
	}
	r->entry.name = name;
	r->data_left = r->entry.size;
	r->state = CPIO_IN_DATA;
	*event = CPIO_ENTRY;
	return OK;
}

static usize take_data(struct cpio_reader *r, struct cspan bytes, enum cpio_event *event,
		       struct cspan *data)
{
	usize n = min_of((usize)r->data_left, cspan_len(bytes));
	*data = cspan_sub(bytes, 0, n);
	*event = CPIO_DATA;
	r->data_left -= (u32)n;
	return n;
}

/* One step; *used bytes of the front of bytes, which is not empty, were taken. */
static err_t step(struct cpio_reader *r, struct cspan bytes, enum cpio_event *event,
		  struct cspan *data, usize *used)
{
	if (r->skip != 0) {
		*used = min_of((usize)r->skip, cspan_len(bytes));
		r->skip -= (u32)*used;
		return OK;
	}
	switch (r->state) {
	case CPIO_START:
		if (cspan_get(bytes, 0) == 0) {
			*used = 1; /* zero bytes between archives */
			return OK;
		}
		if (cspan_get(bytes, 0) != '0') {
			*event = CPIO_FOREIGN;
			return OK;
		}
		r->gathered = 0;
		r->state = CPIO_IN_HEADER;
		return OK;
	case CPIO_IN_HEADER:
		*used = gather(r, span_of(r->header), CPIO_HEADER, bytes);
		if (r->gathered < CPIO_HEADER)
			return OK;
		r->gathered = 0;
		r->state = CPIO_IN_NAME;
		return parse_header(r);
	case CPIO_IN_NAME:
		*used = gather(r, span_of(r->name), r->name_size, bytes);
		return OK;
	case CPIO_IN_DATA:
		*used = take_data(r, bytes, event, data);
		return OK;
	}
	return ERR_BADMSG;
}

err_t cpio_next(struct cpio_reader *r, struct cspan *bytes, enum cpio_event *event,
		struct cspan *data)
{
	*event = CPIO_MORE;
	while (*event == CPIO_MORE) {
		if (r->state == CPIO_IN_DATA && r->data_left == 0) {
			r->state = CPIO_START;
			r->skip = padding(r->at);
			*event = CPIO_DONE;
			return OK;
		}
		if (cspan_len(*bytes) == 0)
			return OK;
		usize used = 0;
		TRY(step(r, *bytes, event, data, &used));
		r->at += used;
		*bytes = cspan_from(*bytes, used);
		if (r->state == CPIO_IN_NAME && r->gathered == r->name_size)
			TRY(finish_name(r, event));
	}
	return OK;
}

err_t cpio_finish(const struct cpio_reader *r)
{
	return r->state == CPIO_START ? OK : ERR_BADMSG;
}

void cpio_reset(struct cpio_reader *r)
{
	r->at = 0;
	r->skip = 0;
}
