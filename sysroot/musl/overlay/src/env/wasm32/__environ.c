/* SPDX-License-Identifier: BSL-1.0 */
#include <unistd.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "syscall.h"
#include "kstat.h"

/* The environment comes as a file of KEY=VALUE lines. Behind a NUL there may be more entries, each ended by another
 * NUL, in which "\n" and "\\" stand for newlines and backslashes: to other C libraries that is an empty line. It is
 * read only by programs that name environ: crt1.c refers to __wasm_init_environ weakly. */

static char *none[1];
char **__environ = none;
weak_alias(__environ, ___environ);
weak_alias(__environ, _environ);
weak_alias(__environ, environ);

#define IMPORT(name) __attribute__((__import_module__("wali"), __import_name__(name)))

IMPORT("__get_init_envfile") int __wali_envfile(char *, unsigned);
IMPORT("__proc_exit") void __wali_proc_exit(int);

/* Exit statuses of a failed start, the same in all WALI C libraries. */
enum { ENVIRON_READ_FAILED = 259, ENVIRON_NAME_FAILED = 260 };

/* What WALI C libraries pass; hosts may count on it. */
#define NAME_SIZE 1000

static long check(long r, int status)
{
	if (r < 0) {
		__wali_proc_exit(status);
		__builtin_trap();
	}
	return r;
}

static char *split_lines(char *text, char *end, char ***entry)
{
	while (text < end && *text) {
		char *line = text;
		while (*text && *text != '\n') text++;
		if (*text) *text++ = 0;
		if (*line) *(*entry)++ = line;
	}
	return text;
}

static void split_escaped(char *text, char *end, char ***entry)
{
	while (text < end) {
		char *to = text;
		if (*text) *(*entry)++ = text;
		for (; *text; text++) {
			if (*text == '\\' && text[1]) *to++ = *++text == 'n' ? '\n' : *text;
			else *to++ = *text;
		}
		*to = 0;
		text++;
	}
}

/* text[size] is 0 */
static void split(char *text, size_t size, char **list)
{
	char *end = text + size;
	__environ = list;
	split_escaped(split_lines(text, end, &list), end, &list);
	*list = 0;
}

hidden void __wasm_init_environ(void)
{
	char name[NAME_SIZE];
	if (!__wali_envfile(name, sizeof name) || !name[0]) return;

	int fd = check(__syscall(SYS_open, name, O_RDONLY|O_CLOEXEC), ENVIRON_NAME_FAILED);
	struct kstat st;
	check(__syscall(SYS_fstat, fd, &st), ENVIRON_READ_FAILED);
	if (st.st_size > 0x1fffffff) check(-1, ENVIRON_READ_FAILED);

	/* The list goes behind the text. The shortest line has two bytes, so it has at most size/2 + 1 entries. */
	size_t size = st.st_size, list = (size + 1 + 7) & -8;
	char *text = (char *)check(__syscall(SYS_mmap, 0, list + (size / 2 + 2) * sizeof(char *), PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS, -1, 0), ENVIRON_READ_FAILED);
	size_t have = 0;
	while (have < size) {
		long n = check(__syscall(SYS_read, fd, text + have, size - have), ENVIRON_READ_FAILED);
		if (!n) break;
		have += n;
	}
	__syscall(SYS_close, fd);
	split(text, have, (char **)(text + list));
}
