/* SPDX-License-Identifier: MPL-2.0 */
/*
 * exec_args - argument and environment strings on their way through the kernel.
 *
 * All chunks but the last are full, so that the strings are one stream of bytes; a string may go
 * over a border.  User memory may change while it is read: what counts later is the stream, and
 * nobody relies on `count` NULs in it.
 */
#include "process/exec_image.h"

enum : usize { FIRST_CHUNK = 512, CHUNK = 16384, BATCH = 16 };

void exec_strings_fini(struct exec_strings *s)
{
	for (usize i = 0; i < exec_chunks_len(&s->chunks); i++)
		buf_drop(exec_chunks_at(&s->chunks, i));
	exec_chunks_drop(&s->chunks);
	*s = (struct exec_strings){};
}

struct exec_strings exec_strings_move(struct exec_strings *s)
{
	struct exec_strings moved = {
		.chunks = exec_chunks_move(&s->chunks),
		.last_used = s->last_used,
		.len = s->len,
		.count = s->count,
	};
	*s = (struct exec_strings){};
	return moved;
}

usize exec_strings_chunks(const struct exec_strings *s)
{
	return exec_chunks_len(&s->chunks);
}

struct cspan exec_strings_chunk(const struct exec_strings *s, usize i)
{
	struct cspan chunk = span_const(buf_span(exec_chunks_at(&s->chunks, i)));
	return i + 1 < exec_chunks_len(&s->chunks) ? chunk : cspan_sub(chunk, 0, s->last_used);
}

/* The free rest of the last chunk, or a new chunk. */
static err_t room(struct exec_strings *s, struct span *out)
{
	usize chunks = exec_chunks_len(&s->chunks);
	if (chunks != 0) {
		*out = span_from(buf_span(exec_chunks_at(&s->chunks, chunks - 1)), s->last_used);
		if (span_len(*out) != 0)
			return OK;
	}
	struct buf *chunk = nullptr;
	SCOPED_BUF(memory);
	TRY(buf_alloc_uninit(chunks == 0 ? FIRST_CHUNK : CHUNK, &memory));
	TRY(exec_chunks_push(&s->chunks, &chunk));
	*chunk = buf_move(&memory);
	s->last_used = 0;
	*out = buf_span(chunk);
	return OK;
}

static void use(struct exec_strings *s, usize bytes)
{
	s->last_used += bytes;
	s->len += bytes;
}

static err_t add_bytes(struct exec_strings *s, struct cspan bytes)
{
	while (cspan_len(bytes) != 0) {
		struct span rest = {};
		TRY(room(s, &rest));
		usize n = min_of(span_len(rest), cspan_len(bytes));
		span_copy(rest, cspan_sub(bytes, 0, n));
		use(s, n);
		bytes = cspan_from(bytes, n);
	}
	return OK;
}

err_t exec_strings_add(struct exec_strings *s, struct cspan text)
{
	static const u8 nul[1];
	if (cspan_len(text) >= EXEC_ARG_MAX)
		return ERR_2BIG;
	TRY(add_bytes(s, text));
	TRY(add_bytes(s, cspan_of(nul)));
	s->count++;
	return OK;
}

err_t exec_strings_add_rest(struct exec_strings *s, const struct exec_strings *from)
{
	bool is_first = true;
	for (usize i = 0; i < exec_strings_chunks(from); i++) {
		struct cspan chunk = exec_strings_chunk(from, i);
		if (is_first) {
			usize end = str_len(str_until_nul(chunk));
			is_first = end == cspan_len(chunk);
			chunk = cspan_from(chunk, is_first ? end : end + 1);
		}
		TRY(add_bytes(s, chunk));
	}
	s->count += from->count != 0 ? from->count - 1 : 0;
	return OK;
}

static err_t add_user(struct exec_strings *s, struct uaddr string)
{
	usize before = s->len;
	for (;;) {
		struct span rest = {};
		usize len = 0;
		TRY(room(s, &rest));
		err_t e = user_read_str(string, rest, &len);
		if (e == OK) {
			use(s, len + 1);
			s->count++;
			return s->len - before > EXEC_ARG_MAX ? ERR_2BIG : OK;
		}
		if (e != ERR_NAMETOOLONG)
			return e;
		/* No NUL within the chunk: it takes all of it, and the string goes on in the next.
		 */
		TRY(user_read(string, rest));
		use(s, span_len(rest));
		if (s->len - before >= EXEC_ARG_MAX)
			return ERR_2BIG;
		string = uaddr_add(string, span_len(rest));
	}
}

err_t exec_strings_user(struct exec_strings *s, struct uaddr array, usize limit)
{
	while (!uaddr_is_null(array)) {
		u64 pointers[BATCH] = {};
		usize done = 0;
		/* The array may end right before a page that is not there: what could be read
		 * counts. */
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
