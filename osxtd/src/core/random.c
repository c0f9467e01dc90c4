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

struct chacha_block {
	u32 word[BLOCK_WORDS];
};

WRAPPING static void quarter_round(u32 *a, u32 *b, u32 *c, u32 *d)
{
	*a += *b;
	*d = rotl(*d ^ *a, 16);
	*c += *d;
	*b = rotl(*b ^ *c, 12);
	*a += *b;
	*d = rotl(*d ^ *a, 8);
	*c += *d;
	*b = rotl(*b ^ *c, 7);
}

/* RFC 8439, 2.3: one block of key stream. */
WRAPPING static void block(struct chacha_block *out) HOLDS(random)
{
	u32 in[BLOCK_WORDS] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
	for (u32 i = 0; i < KEY_WORDS; i++)
		array_at(in, 4 + i) = array_at(generator.key, i);
	in[12] = (u32)generator.counter;
	in[13] = (u32)(generator.counter >> 32);
	generator.counter++;
	for (u32 i = 0; i < BLOCK_WORDS; i++)
		array_at(out->word, i) = array_at(in, i);
	for (u32 round = 0; round < 10; round++) {
		quarter_round(&out->word[0], &out->word[4], &out->word[8], &out->word[12]);
		quarter_round(&out->word[1], &out->word[5], &out->word[9], &out->word[13]);
		quarter_round(&out->word[2], &out->word[6], &out->word[10], &out->word[14]);
		quarter_round(&out->word[3], &out->word[7], &out->word[11], &out->word[15]);
		quarter_round(&out->word[0], &out->word[5], &out->word[10], &out->word[15]);
		quarter_round(&out->word[1], &out->word[6], &out->word[11], &out->word[12]);
		quarter_round(&out->word[2], &out->word[7], &out->word[8], &out->word[13]);
		quarter_round(&out->word[3], &out->word[4], &out->word[9], &out->word[14]);
	}
	for (u32 i = 0; i < BLOCK_WORDS; i++)
		array_at(out->word, i) += array_at(in, i);
}

static void mix_word(u32 at, u64 v) HOLDS(random)
{
	array_at(generator.key, at % KEY_WORDS) ^= (u32)v;
	array_at(generator.key, (at + 1) % KEY_WORDS) ^= (u32)(v >> 32);
}

static void rekey(void) HOLDS(random)
{
	struct chacha_block stream = {};
	block(&stream);
	for (u32 i = 0; i < KEY_WORDS; i++)
		array_at(generator.key, i) = array_at(stream.word, i);
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
		struct chacha_block stream = {};
		usize n = min_of(span_len(out) - done, (usize)BLOCK_BYTES);
		{
			GUARD(random, &generator.lock);
			if (!generator.seeded)
				seed();
			block(&stream);
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
