// SPDX-License-Identifier: BSL-1.0
// What the system says about itself; device numbers, file handles, the kernel's log.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>

#include "call.h"

DECLARE(uname, struct utsname*);
DECLARE(ustat, unsigned, void*);
DECLARE(syslog, int, char*, int);
DECLARE(name_to_handle_at, int, const char*, void*, int*, int);
DECLARE(open_by_handle_at, int, void*, int);
DECLARE(open, const char*, int, int);
DECLARE(stat, const char*, struct stat*);

struct handle {
    unsigned size;
    int type;
    unsigned char bytes[128];
};

int main(void) {
    struct utsname name;
    memset(&name, 0xff, sizeof name);
    TRY(uname, &name);
    SHOW_TEXT(name.sysname, (long long)strlen(name.sysname));
    SHOW_TEXT(name.nodename, (long long)strlen(name.nodename));
    SHOW_TEXT(name.release, (long long)strlen(name.release));
    SHOW_TEXT(name.version, (long long)strlen(name.version));
    SHOW_TEXT(name.machine, (long long)strlen(name.machine));
    TRY(uname, BAD);

    struct {
        long words[8];
    } usage;
    struct stat status;
    TRY(stat, ".", &status);
    TRY(ustat, major(status.st_dev) << 8 | minor(status.st_dev), &usage);
    TRY(ustat, 0xffff, &usage);
    char text[16];
    TRY(syslog, 99, text, 16);
    TRY(syslog, 3, NULL, 16);
    TRY(syslog, 3, text, -1);
    TRY_OK(syslog, 10, NULL, 0);

    struct handle handle = {.size = 0};
    int mount = -1;
    const int file = (int)TRY(open, "file", O_CREAT | O_RDWR, 0600);
    TRY(name_to_handle_at, AT_FDCWD, "file", &handle, &mount, 0);
    SHOW(handle.size > 0 && handle.size <= 128);
    TRY(name_to_handle_at, AT_FDCWD, "file", &handle, &mount, 0);
    SHOW(mount >= 0);
    TRY(name_to_handle_at, AT_FDCWD, "absent", &handle, &mount, 0);
    TRY(name_to_handle_at, AT_FDCWD, "file", BAD, &mount, 0);
    TRY(name_to_handle_at, AT_FDCWD, "file", &handle, BAD, 0);
    TRY(name_to_handle_at, AT_FDCWD, "file", &handle, &mount, 0x8000);
    TRY(open_by_handle_at, AT_FDCWD, &handle, O_RDONLY);
    TRY(open_by_handle_at, file, &handle, O_RDWR);
    TRY(open_by_handle_at, 99, &handle, O_RDONLY);
    TRY(open_by_handle_at, file, BAD, O_RDONLY);
    handle.size = 1000;
    TRY(open_by_handle_at, file, &handle, O_RDONLY);
    handle.size = 0;
    TRY(open_by_handle_at, file, &handle, O_RDONLY);
    return 0;
}
