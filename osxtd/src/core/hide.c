/* SPDX-License-Identifier: MPL-2.0 */
/* hide - see hide.h. */
#include "core/hide.h"

#include <osxtd/atomic.h>
#include <osxtd/random.h>

#include "boot_info.h"

enum : usize { DIGITS = 16 };
enum : u64 {
	LOWEST = 0xffff800000000000,
	HIGHEST = 0xffffffffffffefff
}; /* above: negative numbers */

struct hide_key {
	struct atomic_u64 low, high; /* 0: not drawn yet */
};
static struct hide_key shared key;

static u64 key_half(struct atomic_u64 *half)
{
	if (atomic_u64_load(half) == 0) {
		u64 none = 0;
		(void)atomic_u64_cas(half, &none, random_u64() | 1);
	}
	return atomic_u64_load(half);
}

static u64 rotl(u64 v, u32 n)
{
	return v << n | v >> (64 - n);
}

struct sip {
	u64 a, b, c, d;
};

static void sip_round(struct sip *s)
{
	s->a = wrap_add(s->a, s->b);
	s->b = rotl(s->b, 13) ^ s->a;
	s->a = rotl(s->a, 32);
	s->c = wrap_add(s->c, s->d);
	s->d = rotl(s->d, 16) ^ s->c;
	s->a = wrap_add(s->a, s->d);
	s->d = rotl(s->d, 21) ^ s->a;
	s->c = wrap_add(s->c, s->b);
	s->b = rotl(s->b, 17) ^ s->c;
	s->c = rotl(s->c, 32);
}

/* SipHash-2-4 of the eight bytes of v (Aumasson and Bernstein, 2012). */
static u64 hash(u64 v)
{
	u64 k0 = key_half(&key.low), k1 = key_half(&key.high);
	struct sip s = { k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
			 k1 ^ 0x7465646279746573 };
	const u64 words[2] = { v, 8ull << 56 };
	for (u32 i = 0; i < array_len(words); i++) {
		s.d ^= array_at(words, i);
		sip_round(&s);
		sip_round(&s);
		s.a ^= array_at(words, i);
	}
	s.c ^= 0xff;
	for (u32 i = 0; i < 4; i++)
		sip_round(&s);
	return s.a ^ s.b ^ s.c ^ s.d;
}

/* The value of a hexadecimal digit; 16 for anything else. */
static u32 digit(u8 c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* Finds the next address at or behind *at, and what it is. */
static bool next_address(struct cspan line, usize *at, u64 *v)
{
	for (usize start = *at, end = 0; start < cspan_len(line); start = end + 1) {
		u64 value = 0;
		for (end = start; end < cspan_len(line) && digit(cspan_get(line, end)) < 16; end++)
			value = value << 4 | digit(cspan_get(line, end));
		if (end - start == DIGITS && value >= LOWEST && value <= HIGHEST) {
			*at = start;
			*v = value;
			return true;
		}
	}
	return false;
}

bool hide_is_needed(struct str line)
{
	usize at = 0;
	u64 v = 0;
	return next_address(str_bytes(line), &at, &v);
}

void hide_addresses(struct span line)
{
	struct str value = {};
	u64 v = 0;
	if (boot_option(STR("no_hash_pointers"), &value))
		return;
	for (usize at = 0; next_address(span_const(line), &at, &v); at += DIGITS) {
		u64 h = hash(v);
		for (usize i = 0; i < DIGITS; i++) {
			u8 d = i < DIGITS / 2 ? 0 : (u8)(h >> (DIGITS - 1 - i) * 4 & 15);
			span_set(line, at + i, d < 10 ? (u8)('0' + d) : (u8)('a' + d - 10));
		}
	}
}
