/* SPDX-License-Identifier: MPL-2.0 */
/*
 * exec_script - the first line of a script: "#!" interpreter [argument].
 *
 * As Linux reads it: the line ends at a newline or a NUL or after EXEC_SCRIPT_LINE bytes; blanks
 * around are dropped; all behind the interpreter is one argument.  An interpreter's path that
 * reaches the end of those bytes is cut, and refused.
 */
#include "process/exec_image.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The line without "#!" and its blanks; *is_whole when its end was seen. */
static struct str line_of(struct cspan head, bool *is_whole)
{
	struct str all = str_of(
		cspan_sub(head, 2, min_of(cspan_len(head), (usize)EXEC_SCRIPT_LINE) - 2));
	usize end = 0;
	while (end < str_len(all) && str_get(all, end) != '\n' && str_get(all, end) != 0)
		end++;
	*is_whole = end < str_len(all) || cspan_len(head) < EXEC_SCRIPT_LINE;
	while (end > 0 && is_blank(str_get(all, end - 1)))
		end--;
	usize start = 0;
	while (start < end && is_blank(str_get(all, start)))
		start++;
	return str_sub(all, start, end - start);
}

err_t script_parse(struct cspan head, bool *is_script, struct script_line *out)
{
	*is_script = cspan_len(head) >= 2 && cspan_get(head, 0) == '#' && cspan_get(head, 1) == '!';
	if (!*is_script)
		return OK;
	bool is_whole = false;
	struct str line = line_of(head, &is_whole);
	usize end = 0;
	while (end < str_len(line) && !is_blank(str_get(line, end)))
		end++;
	if (end == 0 || (end == str_len(line) && !is_whole))
		return ERR_NOEXEC;
	out->interpreter = str_sub(line, 0, end);
	while (end < str_len(line) && is_blank(str_get(line, end)))
		end++;
	out->argument = str_from(line, end);
	return OK;
}
