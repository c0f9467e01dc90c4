// SPDX-License-Identifier: MPL-2.0
/* chance - the one source of random numbers: splitmix64, so that a run follows from its seed. */
#include "sysfuzz.h"

static uint64_t state;

void chance_seed(uint64_t seed)
{
	state = seed * 0x2545f4914f6cdd1d + 1;
}

uint64_t chance(void)
{
	uint64_t z = (state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

unsigned below(unsigned n)
{
	return (unsigned)(chance() % n);
}

uint64_t odd_value(void)
{
	static const uint64_t edges[] = {
		0,
		1,
		2,
		3,
		4,
		7,
		8,
		16,
		32,
		63,
		64,
		65,
		127,
		128,
		255,
		256,
		511,
		512,
		1023,
		1024,
		4095,
		4096,
		4097,
		65535,
		65536,
		0x1fffff,
		0x200000,
		0x7fffffff,
		0x80000000,
		0x80000001,
		0xffffffff,
		0x100000000,
		0x7fffffff000,
		0x7fffffffefff,
		0x7ffffffff000,
		0x800000000000,
		0x3fffffffffffffff,
		0x4000000000000000,
		0x7ffffffffffff000,
		0x7fffffffffffffff,
		0x8000000000000000,
		0xffff800000000000,
		0xfffffffffffff000,
		0xfffffffffffffffe,
		0xffffffffffffffff,
	};

	switch (below(8)) {
	case 0:
		return chance();
	case 1:
		return 1ull << below(64);
	case 2:
		return below(256);
	case 3:
		return (uint64_t)(int64_t)(int32_t)chance();
	case 4:
		return 1ull << below(64) | 1ull << below(64) | 1ull << below(8);
	default:
		return PICK(edges);
	}
}
