/* SPDX-License-Identifier: MPL-2.0 */
/* command_line - see command_line.h. */
#include "init/command_line.h"

#include <osxtd/log.h>

enum : u32 { LOG_LEVEL_DEFAULT = 4, LOG_LEVEL_QUIET = 4, LOG_LEVEL_MAX = 8 };

static void add_string(struct init_strings *list, struct str s)
{
	if (list->count == INIT_STRINGS_MAX) {
		LOG(WARNING, "command line: no room for \"{}\"", s);
		return;
	}
	array_at(list->at, list->count++) = s;
}

static void set_level(struct command_line *c, struct str value)
{
	static const struct {
		struct str name;
		u32 level;
	} names[] = {
		{ STR("emerg"), 1 }, { STR("alert"), 2 },  { STR("crit"), 3 }, { STR("error"), 4 },
		{ STR("warn"), 5 },  { STR("notice"), 6 }, { STR("info"), 7 }, { STR("debug"), 8 },
		{ STR("trace"), 8 }, { STR("off"), 0 },
	};
	for (u32 i = 0; i < array_len(names); i++) {
		if (str_equal(array_at(names, i).name, value)) {
			c->log_level = array_at(names, i).level;
			return;
		}
	}
	u64 level = 0;
	if (str_to_u64(value, 10, &level) && level <= LOG_LEVEL_MAX)
		c->log_level = (u32)level;
	else
		LOG(WARNING, "command line: bad log level \"{}\"", value);
}

static void set_init(struct command_line *c, struct str value)
{
	if (str_len(value) == 0)
		LOG(WARNING, "command line: init= without a program");
	else if (str_len(c->init) != 0)
		c->is_bad = true;
	else
		c->init = value;
}

/* Options that another part reads by itself (OSXTD, drivers) or that mean nothing here, but are the
 * kernel's own. */
static bool is_known_elsewhere(struct str name)
{
	static const struct str known[] = {
		STR("console"),
		STR("earlycon"),
		STR("root"),
		STR("rootfstype"),
		STR("rootflags"),
		STR("ro"),
		STR("rw"),
		STR("nosmp"),
		STR("nr_cpus"),
		STR("maxcpus"),
		STR("mem"),
		STR("panic"),
		STR("oops"),
		STR("nokaslr"),
		STR("mitigations"),
		STR("reboot"),
		STR("acpi"),
		STR("earlyprintk"),
		STR("provoke-crash"),
		STR("no_hash_pointers"),
		STR("torture_time"),
	};
	for (u32 i = 0; i < array_len(known); i++) {
		if (str_equal(name, array_at(known, i)))
			return true;
	}
	return false;
}

/* One option of the kernel's own; false when it is not known. */
static bool take_option(struct command_line *c, struct str name, struct str value, bool has_value)
{
	if (str_equal(name, STR("init"))) {
		set_init(c, value);
	} else if (str_equal(name, STR("rdinit"))) {
		c->rdinit = value;
	} else if (str_equal(name, STR("quiet")) && !has_value) {
		c->log_level = LOG_LEVEL_QUIET;
	} else if (str_equal(name, STR("debug")) && !has_value) {
		c->log_level = LOG_LEVEL_MAX;
	} else if (str_equal(name, STR("loglevel")) || str_equal(name, STR("osxtd.log_level")) ||
		   str_equal(name, STR("ostd.log_level"))) {
		set_level(c, value);
	} else if (str_equal(name, STR("ktest"))) {
		c->has_ktest = true;
		c->ktest = value;
	} else if (str_equal(name, STR("norandmaps")) && !has_value) {
		c->no_aslr = true;
	} else {
		return is_known_elsewhere(name);
	}
	return true;
}

/* A dot in the name marks an option of some module: never handed to init. */
static void take_word(struct command_line *c, struct str word)
{
	usize equals = str_find(word, '=', 0);
	bool has_value = equals < str_len(word);
	struct str name = str_sub(word, 0, equals);
	struct str value = has_value ? str_from(word, equals + 1) : STR("");
	if (take_option(c, name, value, has_value))
		return;
	if (str_find(name, '.', 0) < str_len(name))
		LOG(NOTICE, "command line: nobody knows \"{}\"", word);
	else if (has_value)
		add_string(&c->environment, word);
	else
		add_string(&c->arguments, word);
}

/* Copies the next word of text from *at to the buffer at *used, without its quotes. */
static struct str next_word(struct str text, usize *at, struct span words, usize *used)
{
	usize start = *used;
	bool quoted = false;
	while (*at < str_len(text) && str_get(text, *at) == ' ')
		*at += 1;
	for (; *at < str_len(text); *at += 1) {
		char c = str_get(text, *at);
		if (c == '"') {
			quoted = !quoted;
			continue;
		}
		if ((c == ' ' || c == '\t' || c == '\n') && !quoted)
			break;
		span_set(words, *used, (u8)c);
		*used += 1;
	}
	return str_of(span_const(span_sub(words, start, *used - start)));
}

err_t command_line_parse(struct str text, struct command_line *out)
{
	*out = (struct command_line){ .log_level = LOG_LEVEL_DEFAULT };
	TRY(buf_alloc(str_len(text), &out->words));
	usize at = 0, used = 0;
	bool for_init = false;
	while (at < str_len(text)) {
		struct str word = next_word(text, &at, buf_span(&out->words), &used);
		at++;
		if (str_len(word) == 0)
			continue;
		if (for_init)
			add_string(&out->arguments, word);
		else if (str_equal(word, STR("--")))
			for_init = true;
		else
			take_word(out, word);
	}
	return OK;
}
