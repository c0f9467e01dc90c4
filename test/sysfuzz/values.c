// SPDX-License-Identifier: MPL-2.0
/* values - a random argument of each kind: resources that exist, structures that make sense, and
 * now and then anything at all. */
#include "values.h"

/* The number of an earlier call with that result; -1: there is none, or chance is against it. */
static int earlier(const struct program *p, unsigned c, enum result want)
{
	unsigned seen = 0;
	int found = -1;

	for (unsigned i = 0; i < c; i++)
		if (call_types[p->call[i].type].result == want && below(++seen) == 0)
			found = (int)i;
	return below(8) == 0 ? -1 : found;
}

static bool from_earlier(const struct program *p, unsigned c, enum result want, struct arg *a)
{
	int from = below(2) != 0 ? earlier(p, c, want) : -1;

	if (from < 0)
		return false;
	a->kind = A_RESULT;
	a->value = (uint64_t)from;
	return true;
}

static void number(const struct program *p, unsigned c, unsigned i, struct arg *a)
{
	switch (call_types[p->call[c].type].kind[i]) {
	case K_FD:
		if (!from_earlier(p, c, R_FD, a))
			a->value = fd_number();
		break;
	case K_DIRFD:
		if (below(2) != 0 || !from_earlier(p, c, R_FD, a))
			a->value = below(3) != 0 ? -100ull : fd_number();
		break;
	case K_PID:
		if (!from_earlier(p, c, R_PID, a))
			a->value = pid_number();
		break;
	case K_PAGE:
		if (below(4) != 0 || !from_earlier(p, c, R_ADDRESS, a))
			a->value = page();
		break;
	case K_LENGTH:
		a->value = below(10) != 0 && i > 0 ? p->call[c].arg[i - 1].words * 8ul *
							     p->call[c].arg[i - 1].repeat
						   : size();
		break;
	case K_SMALL:
		a->value = below(12) != 0 ? below(12) : odd_value();
		break;
	case K_SIZE:
		a->value = size();
		break;
	case K_OFFSET:
		a->value = offset();
		break;
	case K_SIGNAL:
		a->value = signal_number();
		break;
	case K_MODE:
		a->value = mode();
		break;
	case K_ID:
		a->value = id_number();
		break;
	case K_DEVICE:
		a->value = below(3) != 0 ? below(12) << 8 | below(12) : odd_value();
		break;
	case K_TIMER:
		a->value = below(8) != 0 ? below(3) : odd_value();
		break;
	case K_NTH:
		a->value = 1 + below(below(3) != 0 ? 4 : 60);
		break;
	case K_PAGES:
		a->value = page_length();
		break;
	default:
		a->value = odd_value();
	}
}

/* A structure may always be left out or be anything. */
void value_make(const struct program *p, unsigned c, unsigned i, struct arg *out)
{
	enum kind k = call_types[p->call[c].type].kind[i];

	*out = (struct arg){ .repeat = 1 };
	if (k == K_NONE)
		return;
	if (k == K_FCNTL_ARG || k == K_IOCTL_ARG) {
		command_arg(k, out);
	} else if (k >= K_FIRST_SET && k != K_FSTYPE) {
		out->value = set_value(k);
	} else if (k < K_PATH) {
		number(p, c, i, out);
	} else {
		pointer_make(k, out);
		if (below(40) == 0)
			*out = (struct arg){ .repeat = 1,
					     .value = below(4) != 0 ? 0 : odd_value() };
		else if (below(40) == 0 && out->words != 0)
			out->word[below(out->words)] = any_word();
	}
}
