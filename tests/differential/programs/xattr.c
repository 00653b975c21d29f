// SPDX-License-Identifier: BSL-1.0
// Extended attributes of a file, a link and a descriptor.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "call.h"

DECLARE(setxattr, const char*, const char*, const void*, size_t, int);
DECLARE(lsetxattr, const char*, const char*, const void*, size_t, int);
DECLARE(fsetxattr, int, const char*, const void*, size_t, int);
DECLARE(getxattr, const char*, const char*, void*, size_t);
DECLARE(lgetxattr, const char*, const char*, void*, size_t);
DECLARE(fgetxattr, int, const char*, void*, size_t);
DECLARE(listxattr, const char*, char*, size_t);
DECLARE(llistxattr, const char*, char*, size_t);
DECLARE(flistxattr, int, char*, size_t);
DECLARE(removexattr, const char*, const char*);
DECLARE(lremovexattr, const char*, const char*);
DECLARE(fremovexattr, int, const char*);

static char buffer[256];

int main(void) {
    const int fd = open("file", O_RDWR | O_CREAT, 0600);
    if (fd < 0 || symlink("file", "link")) return 1;
    TRY(setxattr, "file", "user.one", "value", 5, 0);
    TRY(setxattr, "link", "user.two", "\0\1", 2, XATTR_CREATE);
    TRY(setxattr, "file", "user.one", "x", 1, XATTR_CREATE);
    TRY(setxattr, "file", "user.none", "x", 1, XATTR_REPLACE);
    TRY(setxattr, "file", "user.one", "x", 1, 99);
    TRY(setxattr, "file", "unknown.one", "x", 1, 0);
    TRY(setxattr, "file", "", "x", 1, 0);
    TRY(setxattr, "absent", "user.one", "x", 1, 0);
    TRY(setxattr, "file", "user.one", BAD, 1, 0);
    TRY(setxattr, "file", BAD, "x", 1, 0);
    TRY(setxattr, "file", "user.big", "x", 70000, 0);
    TRY(lsetxattr, "link", "user.three", "x", 1, 0);
    TRY(lsetxattr, "file", "user.three", "x", 1, 0);
    TRY(fsetxattr, fd, "user.four", "", 0, 0);
    TRY(fsetxattr, 99, "user.four", "", 0, 0);

    TRY(getxattr, "link", "user.one", buffer, sizeof buffer);
    SHOW_TEXT(buffer, 5);
    TRY(getxattr, "file", "user.one", NULL, 0);
    TRY(getxattr, "file", "user.one", buffer, 3);
    TRY(getxattr, "file", "user.none", buffer, sizeof buffer);
    TRY(getxattr, "file", "user.one", BAD, 5);
    TRY(lgetxattr, "link", "user.one", buffer, sizeof buffer);
    TRY(lgetxattr, "file", "user.two", buffer, sizeof buffer);
    TRY(fgetxattr, fd, "user.four", buffer, sizeof buffer);
    TRY(fgetxattr, 99, "user.four", buffer, sizeof buffer);

    TRY(listxattr, "file", buffer, sizeof buffer);
    TRY(listxattr, "file", NULL, 0);
    TRY(listxattr, "file", buffer, 3);
    TRY(listxattr, "absent", buffer, 3);
    TRY(llistxattr, "link", buffer, sizeof buffer);
    TRY(flistxattr, fd, BAD, sizeof buffer);
    TRY(flistxattr, 99, buffer, sizeof buffer);

    TRY(removexattr, "file", "user.one");
    TRY(removexattr, "file", "user.one");
    TRY(removexattr, "file", BAD);
    TRY(lremovexattr, "link", "user.two");
    TRY(lremovexattr, "file", "user.two");
    TRY(fremovexattr, fd, "user.three");
    TRY(fremovexattr, 99, "user.three");
    const long long size = TRY(flistxattr, fd, buffer, sizeof buffer);
    SHOW_TEXT(buffer, size);
    return 0;
}
