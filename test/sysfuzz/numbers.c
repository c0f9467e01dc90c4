// SPDX-License-Identifier: MPL-2.0
/* numbers - random numbers of each sort: mostly what exists, now and then anything. */
#include <sys/stat.h>

#include "values.h"

uint64_t place(void)
{
	static const uint64_t bad[] = { 0,
					1,
					4095,
					ARENA - 8,
					ARENA + 224 * 4096ul,
					ARENA + 232 * 4096ul,
					ARENA + 232 * 4096ul - 4,
					ARENA + 232 * 4096ul - 1,
					ARENA + ARENA_PAGES * 4096ul - 8,
					0x3ffffffff8,
					0x4000000000,
					0x7fffffffefff,
					0x7ffffffff000,
					0x800000000000,
					0xffff800000000000,
					0xffffffff80200000,
					0xfffffffffffffff8,
					0xffffffffffffffff };

	if (below(40) == 0)
		return PICK(bad);
	if (below(6) == 0)
		return ARENA + below(220 * 4096);
	return ARENA + below(40) * 4096ul + below(64) * 64;
}

uint64_t fd_number(void)
{
	static const uint64_t odd[] = { -1ull, -100ull, 0,	    1,		2,	    63,	 64,
					255,   1023,	0x7fffffff, 0x80000000, 0xffffffff, 4096 };

	return below(15) != 0 ? 3 + below(24) : PICK(odd);
}

uint64_t pid_number(void)
{
	switch (below(8)) {
	case 0:
		return odd_value();
	case 1:
		return 1;
	case 2:
		return -1ull * (2 + below(6));
	case 3:
	case 4:
		return 2 + below(6);
	default:
		return 0;
	}
}

uint64_t signal_number(void)
{
	return below(12) != 0 ? 1 + below(64) : odd_value();
}

uint64_t size(void)
{
	static const uint64_t usual[] = { 0,	 1,	7,     8,	15,   16,   24,
					  32,	 64,	88,    112,	128,  144,  256,
					  512,	 1000,	1024,  4095,	4096, 4097, 8192,
					  10000, 65536, 70000, 0x100000 };

	return below(15) != 0 ? PICK(usual) : odd_value();
}

uint64_t offset(void)
{
	static const uint64_t usual[] = { 0,	1,     8,     100,	4095,  4096, 4097,
					  8192, 12288, 65536, 0x100000, -1ull, -8ull };

	return below(10) != 0 ? PICK(usual) : odd_value();
}

uint64_t page(void)
{
	return below(12) != 0  ? ARENA + below(ARENA_PAGES) * 4096ul
	       : below(3) != 0 ? place()
			       : odd_value() & ~4095ull;
}

uint64_t page_length(void)
{
	return below(12) != 0 ? (1 + below(20)) * 4096ul
	       : below(2)     ? below(ARENA_PAGES) * 4096ul
			      : size();
}

uint64_t mode(void)
{
	static const uint64_t types[] = { 0,	   0,	    0,	      0,       S_IFREG, S_IFIFO,
					  S_IFCHR, S_IFDIR, S_IFSOCK, S_IFBLK, S_IFLNK };

	return below(15) != 0 ? PICK(types) | (below(3) != 0 ? 0700 : 0) | below(010000)
			      : odd_value();
}

uint64_t id_number(void)
{
	static const uint64_t ids[] = { 0, 1000, 1000, 1, 65534, -1ull, 0xffffffff, 1001 };

	return below(12) != 0 ? PICK(ids) : odd_value();
}

uint64_t mask(void)
{
	return below(2) != 0 ? 1ull << below(64) : below(2) != 0 ? 0 : chance();
}

uint64_t any_word(void)
{
	return below(3) != 0 ? below(3) != 0 ? odd_value() : below(1000) : place();
}

uint64_t data_word(void)
{
	return below(4) != 0 ? 0x6161616161616161 * below(2) + below(256) : chance();
}
