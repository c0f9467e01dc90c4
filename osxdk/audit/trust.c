/* SPDX-License-Identifier: MPL-2.0 */
/*
 * trust - where a token is spelled decides who answers for it: the body of a macro of <osxtd/…> is
 * the framework's, the macro's arguments are the caller's.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "ast.h"

static char root[PATH_MAX];

void trust_init(const char *project_root)
{
	snprintf(root, sizeof(root), "%s/", project_root);
}

/* A unit asks for a few dozen files some hundred thousand times: remembers the last answers. */
enum { REMEMBERED = 256 };
static struct {
	CXFile file;
	const char *name;
} remembered[REMEMBERED];

static const char *look_up(CXFile file)
{
	char real[PATH_MAX];
	const char *path = text_of(clang_File_tryGetRealPathName(file));
	if (!realpath(path, real) || !starts_with(real, root))
		return NULL;
	return intern(real + strlen(root));
}

const char *project_file(CXFile file)
{
	if (!file)
		return NULL;
	size_t slot = ((uintptr_t)file >> 4) % REMEMBERED;
	if (remembered[slot].file != file) {
		remembered[slot].file = file;
		remembered[slot].name = look_up(file);
	}
	return remembered[slot].name;
}

/* Samples of what is asked of the framework are judged as it is. */
static bool is_framework_sample(const char *file)
{
	return starts_with(file, "osxdk/audit/samples/") && strstr(file, "_osxtd_");
}

enum zone zone_of(const char *file)
{
	if (!file)
		return ZONE_OUTSIDE;
	return starts_with(file, "osxtd/") || is_framework_sample(file) ? ZONE_OSXTD : ZONE_KERNEL;
}

struct place spelled(CXCursor c)
{
	CXFile file = NULL;
	struct place p = {};
	clang_getSpellingLocation(clang_getCursorLocation(c), &file, &p.line, NULL, &p.offset);
	p.file = project_file(file);
	p.zone = zone_of(p.file);
	return p;
}

struct place expanded(CXCursor c)
{
	CXFile file = NULL;
	struct place p = {};
	clang_getExpansionLocation(clang_getCursorLocation(c), &file, &p.line, NULL, &p.offset);
	p.file = project_file(file);
	p.zone = zone_of(p.file);
	return p;
}
