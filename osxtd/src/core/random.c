/* SPDX-License-Identifier: MPL-2.0 */
/*
 * random - a ChaCha20 generator with fast key erasure.
 *
 * Each request runs one block more than it hands out and replaces the key with it, so that what was
 * given out cannot be recomputed from a later state.  Seeds: the CPU's generator where it has one,
 * the cycle counter at each mix.
 */
#include <arch/random.h>
#include <arch/timer.h>
#include <osxtd/lock.h>
#include <osxtd/random.h>

LOCK_CLASS(random, irq);

enum { KEY_WORDS = 8, BLOCK_WORDS = 16, BLOCK_BYTES = 64 };

struct generator {
	struct random_lock lock;
	u32 key[KEY_WORDS] GUARDED(random);
	u64 counter GUARDED(random);
	bool seeded GUARDED(random);
};
static struct generator shared generator;

#define WRAPPING __attribute__((no_sanitize("unsigned-integer-overflow")))

static u32 rotl(u32 v, u32 n)
{
	return v << n | v >> (32 - n);
}

WRAPPING static void quarter_round(u32 s[static BLOCK_WORDS], u32 a, u32 b, u32 c, u32 d)
{
	s[a] += s[b];
	s[d] = rotl(s[d] ^ s[a], 16);
	s[c] += s[d];
	s[b] = rotl(s[b] ^ s[c], 12);
	s[a] += s[b];
	s[d] = rotl(s[d] ^ s[a], 8);
	s[c] += s[d];
	s[b] = rotl(s[b] ^ s[c], 7);
}

/* RFC 8439, 2.3: one block of key stream. */
WRAPPING static void block(u32 out[static BLOCK_WORDS]) HOLDS(random)
{
	u32 in[BLOCK_WORDS] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
	for (u32 i = 0; i < KEY_WORDS; i++)
		in[4 + i] = generator.key[i];
	in[12] = (u32)generator.counter;
	in[13] = (u32)(generator.counter >> 32);
	generator.counter++;
	for (u32 i = 0; i < BLOCK_WORDS; i++)
		out[i] = in[i];
	for (u32 round = 0; round < 10; round++) {
		quarter_round(out, 0, 4, 8, 12);
		quarter_round(out, 1, 5, 9, 13);
		quarter_round(out, 2, 6, 10, 14);
		quarter_round(out, 3, 7, 11, 15);
		quarter_round(out, 0, 5, 10, 15);
		quarter_round(out, 1, 6, 11, 12);
		quarter_round(out, 2, 7, 8, 13);
		quarter_round(out, 3, 4, 9, 14);
	}
	for (u32 i = 0; i < BLOCK_WORDS; i++)
		out[i] += in[i];
}

static void mix_word(u32 at, u64 v) HOLDS(random)
{
	generator.key[at % KEY_WORDS] ^= (u32)v;
	generator.key[(at + 1) % KEY_WORDS] ^= (u32)(v >> 32);
}

static void rekey(void) HOLDS(random)
{
	u32 stream[BLOCK_WORDS] = {};
	block(stream);
	for (u32 i = 0; i < KEY_WORDS; i++)
		generator.key[i] = stream[i];
}

static void seed(void) HOLDS(random)
{
	for (u32 i = 0; i < KEY_WORDS; i += 2) {
		u64 v = 0;
		(void)arch_random(&v);
		mix_word(i, v ^ arch_counter());
		rekey();
	}
	generator.seeded = true;
}

void random_fill(struct span out)
{
	usize done = 0;
	while (done < span_len(out)) {
		u32 stream[BLOCK_WORDS] = {};
		usize n = min_of(span_len(out) - done, (usize)BLOCK_BYTES);
		{
			GUARD(random, &generator.lock);
			if (!generator.seeded)
				seed();
			block(stream);
			if (done + n == span_len(out))
				rekey();
		}
		span_copy(span_from(out, done), cspan_sub(cspan_of(stream), 0, n));
		done += n;
	}
}

u64 random_u64(void)
{
	u64 v = 0;
	random_fill(span_of(v));
	return v;
}

u64 random_below(u64 bound)
{
	ASSERT(bound != 0);
	u64 limit = UINT64_MAX - UINT64_MAX % bound;
	u64 v = random_u64();
	while (v >= limit)
		v = random_u64();
	return v % bound;
}

void random_mix(struct cspan in)
{
	GUARD(random, &generator.lock);
	u64 word = arch_counter();
	for (usize i = 0; i < cspan_len(in); i++) {
		word ^= (u64)cspan_get(in, i) << (i % 8 * 8);
		if (i % 8 == 7) {
			mix_word((u32)(i / 8), word);
			rekey();
		}
	}
	mix_word(0, word);
	rekey();
}
