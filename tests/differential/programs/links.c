// SPDX-License-Identifier: BSL-1.0
// Hard and symbolic links, and removing them.
#include <fcntl.h>
#include <sys/stat.h>

#include "call.h"

DECLARE(open, const char*, int, int);
DECLARE(stat, const char*, struct stat*);
DECLARE(link, const char*, const char*);
DECLARE(linkat, int, const char*, int, const char*, int);
DECLARE(symlink, const char*, const char*);
DECLARE(symlinkat, const char*, int, const char*);
DECLARE(readlink, const char*, char*, size_t);
DECLARE(readlinkat, int, const char*, char*, size_t);
DECLARE(unlink, const char*);
DECLARE(unlinkat, int, const char*, int);

static char target[64];
static struct stat status;

int main(void) {
    const int fd = (int)TRY(open, "file", O_RDWR | O_CREAT, 0600);
    const int here = (int)TRY(open, ".", O_RDONLY, 0);

    TRY(link, "file", "second");
    TRY(stat, "file", &status);
    SHOW(status.st_nlink);
    TRY(link, "file", "second");
    TRY(link, "absent", "third");
    TRY(link, ".", "directory");
    TRY(link, BAD, "third");
    TRY(link, "file", BAD);
    TRY(linkat, here, "file", here, "third", 0);
    TRY(linkat, AT_FDCWD, "file", here, "fourth", 0x8000);
    TRY(linkat, 99, "file", here, "fourth", 0);

    TRY(symlink, "file", "symbolic");
    TRY(symlink, "file", "symbolic");
    TRY(symlink, "", "empty");
    TRY(symlink, "x", "");
    TRY(symlink, BAD, "x");
    TRY(symlink, "x", BAD);
    TRY(symlinkat, "loop", here, "loop");
    TRY(symlinkat, "loop", fd, "loop");
    TRY(stat, "loop", &status);
    TRY(linkat, AT_FDCWD, "symbolic", AT_FDCWD, "followed", AT_SYMLINK_FOLLOW);
    TRY(linkat, AT_FDCWD, "symbolic", AT_FDCWD, "not followed", 0);

    TRY(readlink, "symbolic", target, sizeof target);
    SHOW_TEXT(target, 4);
    TRY(readlink, "symbolic", target, 2);
    TRY(readlink, "symbolic", target, 0);
    TRY(readlink, "file", target, sizeof target);
    TRY(readlink, "absent", target, sizeof target);
    TRY(readlink, "symbolic", BAD, 4);
    TRY(readlink, BAD, target, sizeof target);
    TRY(readlink, "/proc/self/cwd/loop", target, sizeof target);
    SHOW_TEXT(target, 4);
    TRY(readlinkat, here, "loop", target, sizeof target);
    TRY(readlinkat, AT_FDCWD, "symbolic", target, -1);
    TRY(readlinkat, fd, "loop", target, sizeof target);
    TRY(readlinkat, here, "", target, sizeof target);

    TRY(unlink, "second");
    TRY(unlink, "second");
    TRY(unlink, ".");
    TRY(unlink, "file/x");
    TRY(unlink, "symbolic");
    TRY(unlink, BAD);
    TRY(unlinkat, here, "third", 0);
    TRY(unlinkat, fd, "third", 0);
    TRY(stat, "file", &status);
    SHOW(status.st_nlink);
    return 0;
}
