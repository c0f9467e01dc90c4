/* SPDX-License-Identifier: MPL-2.0 */
/* exec_args - argument and environment strings on their way through the kernel. */
#include "process/exec_image.h"

enum : usize { FIRST_BYTES = 512, BATCH = 16 };

void exec_strings_fini(struct exec_strings *s)
{
	buf_drop(&s->bytes);
	s->len = 0;
	s->count = 0;
}

/* Makes room for `more` bytes behind what is there, at least doubling. */
static err_t reserve(struct exec_strings *s, usize more)
{
	usize need = s->len + more;
	if (need <= buf_len(&s->bytes))
		return OK;
	if (need > EXEC_ARGS_MAX)
		return ERR_2BIG;
	SCOPED_BUF(bigger);
	usize size = max_of(min_of(buf_len(&s->bytes) * 2, (usize)EXEC_ARGS_MAX), need);
	size = max_of(size, (usize)FIRST_BYTES);
	TRY(buf_alloc_uninit(size, &bigger));
	span_copy(buf_span(&bigger), exec_strings_bytes(s));
	buf_drop(&s->bytes);
	s->bytes = buf_move(&bigger);
	return OK;
}

err_t exec_strings_add(struct exec_strings *s, struct cspan text)
{
	usize len = cspan_len(text);
	if (len >= EXEC_ARG_MAX)
		return ERR_2BIG;
	TRY(reserve(s, len + 1));
	span_copy(span_from(buf_span(&s->bytes), s->len), text);
	span_set(buf_span(&s->bytes), s->len + len, 0);
	s->len += len + 1;
	s->count++;
	return OK;
}

static err_t add_user(struct exec_strings *s, struct uaddr string)
{
	usize room = 64;
	for (;;) {
		usize len = 0;
		TRY(reserve(s, room));
		struct span rest = span_from(buf_span(&s->bytes), s->len);
		room = min_of(span_len(rest), (usize)EXEC_ARG_MAX);
		err_t e = user_read_str(string, span_sub(rest, 0, room), &len);
		if (e == OK) {
			s->len += len + 1;
			s->count++;
			return OK;
		}
		if (e != ERR_NAMETOOLONG)
			return e;
		if (room == EXEC_ARG_MAX)
			return ERR_2BIG;
		room = min_of(room * 2, (usize)EXEC_ARG_MAX);
	}
}

err_t exec_strings_user(struct exec_strings *s, struct uaddr array, usize limit)
{
	while (!uaddr_is_null(array)) {
		u64 pointers[BATCH] = {};
		usize done = 0;
		/* The array may end right before a page that is not there: what could be read counts. */
		err_t e = user_read_some(array, span_of(pointers), &done);
		for (usize i = 0; i < done / sizeof(u64); i++) {
			u64 pointer = array_at(pointers, i);
			if (pointer == 0)
				return OK;
			TRY(add_user(s, uaddr_of(pointer)));
			if (exec_strings_cost(s) > limit)
				return ERR_2BIG;
		}
		if (e != OK)
			return e;
		array = uaddr_add(array, sizeof(pointers));
	}
	return OK;
}

struct cspan exec_strings_rest(const struct exec_strings *s)
{
	struct cspan all = exec_strings_bytes(s);
	if (s->count == 0)
		return all;
	return cspan_from(all, str_len(str_until_nul(all)) + 1);
}
