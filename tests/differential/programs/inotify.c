// SPDX-License-Identifier: BSL-1.0
// Watching files change.
#include <fcntl.h>
#include <stdio.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "call.h"

DECLARE(inotify_init, void);
DECLARE(inotify_init1, int);
DECLARE(inotify_add_watch, int, const char*, unsigned);
DECLARE(inotify_rm_watch, int, int);
DECLARE(fanotify_mark, int, unsigned, unsigned long long, int, const char*);
DECLARE(read, int, void*, size_t);
DECLARE(fcntl, int, int, unsigned long);

static _Alignas(8) char buffer[4096];

static void show(long long size) {
    for (long long at = 0; at < size;) {
        const struct inotify_event* event = (const struct inotify_event*)(buffer + at);
        SHOW(event->wd);
        SHOW(event->mask);
        if (event->len) SHOW_TEXT(event->name, (long long)strlen(event->name));
        at += (long long)(sizeof *event + event->len);
    }
}

int main(void) {
    TRY_OK(inotify_init);
    TRY(inotify_init1, 1);
    const int fd = (int)TRY(inotify_init1, IN_NONBLOCK | IN_CLOEXEC);
    TRY(fcntl, fd, F_GETFD, 0);
    mkdir("directory", 0700);
    const int watch = (int)TRY(inotify_add_watch, fd, "directory", IN_ALL_EVENTS);
    TRY(inotify_add_watch, fd, "directory", IN_CREATE | IN_MASK_CREATE);
    TRY(inotify_add_watch, fd, "absent", IN_CREATE);
    TRY(inotify_add_watch, fd, "directory", 0);
    TRY(inotify_add_watch, fd, BAD, IN_CREATE);
    TRY(inotify_add_watch, 0, "directory", IN_CREATE);
    TRY(inotify_add_watch, 99, "directory", IN_CREATE);
    TRY(read, fd, buffer, sizeof buffer);
    close(open("directory/file", O_CREAT | O_WRONLY, 0600));
    rename("directory/file", "file");
    show(TRY(read, fd, buffer, sizeof buffer));
    close(open("directory/other", O_CREAT | O_WRONLY, 0600));
    TRY(read, fd, buffer, 10);
    TRY(read, fd, BAD, sizeof buffer);
    TRY(inotify_rm_watch, fd, watch);
    TRY(inotify_rm_watch, fd, watch);
    TRY(inotify_rm_watch, 0, watch);
    TRY(inotify_rm_watch, 99, watch);
    TRY(fanotify_mark, 99, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, "file");
    TRY(fanotify_mark, fd, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, "file");
    TRY(fanotify_mark, fd, FAN_MARK_ADD, 0, AT_FDCWD, "file");
    TRY(fanotify_mark, fd, FAN_MARK_ADD, 1ULL << 40, AT_FDCWD, "file");
    return 0;
}
