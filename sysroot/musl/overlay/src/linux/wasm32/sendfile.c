/* SPDX-License-Identifier: BSL-1.0 */
#define _GNU_SOURCE
#include <sys/sendfile.h>
#include <unistd.h>

/* WALI has no sendfile: one buffer a call, a short count being a legal answer. */
ssize_t sendfile(int out_fd, int in_fd, off_t *ofs, size_t count)
{
	char buffer[8192];
	if (count > sizeof buffer) count = sizeof buffer;
	ssize_t have = ofs ? pread(in_fd, buffer, count, *ofs) : read(in_fd, buffer, count);
	if (have <= 0) return have;
	ssize_t sent = write(out_fd, buffer, have);
	if (ofs) {
		if (sent > 0) *ofs += sent;
	} else if (sent < have) {
		lseek(in_fd, (sent < 0 ? 0 : sent) - have, SEEK_CUR);
	}
	return sent;
}
