// SPDX-License-Identifier: BSL-1.0
// Watching files change.
#include <fcntl.h>
#include <stdio.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "call.h"

DECLARE(inotify_init, void);
DECLARE(inotify_init1, int);
DECLARE(inotify_add_watch, int, const char*, unsigned);
DECLARE(inotify_rm_watch, int, int);
DECLARE(fanotify_init, unsigned, unsigned);
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

// Any user may ask for names. What a handle holds differs from file to file.
static void names(void) {
    TRY(fanotify_init, 0x80000000, 0);
    const int fd = (int)TRY_OK(fanotify_init, 0x0c00 /* REPORT_DFID_NAME */ | FAN_NONBLOCK, 0);
    mkdir("watched", 0700);
    TRY(fanotify_mark, fd, FAN_MARK_ADD, 0x100 /* CREATE */ | 0x200 /* DELETE */ | FAN_ONDIR, AT_FDCWD, "watched");
    TRY(fanotify_mark, fd, FAN_MARK_ADD, 0x100, AT_FDCWD, "absent");
    close(open("watched/file", O_CREAT | O_WRONLY, 0600));
    mkdir("watched/directory", 0700);
    unlink("watched/file");
    const long long size = CALL(read, fd, buffer, sizeof buffer);
    SHOW(size > 0);
    for (long long at = 0; at < size;) {
        const struct fanotify_event_metadata* event = (const struct fanotify_event_metadata*)(buffer + at);
        SHOW(event->mask);
        SHOW(event->fd);
        SHOW((unsigned char)buffer[at + event->metadata_len]);  // what follows
        at += event->event_len;
    }
    TRY(read, fd, buffer, sizeof buffer);
    close(fd);
}

// Who may watch all gets the files, opened. The process is its own.
static void opened_files(void) {
    const int fd = (int)TRY_OK(fanotify_init, FAN_CLASS_NOTIF | FAN_NONBLOCK, O_RDONLY);
    TRY(fanotify_mark, fd, FAN_MARK_ADD, FAN_CLOSE_WRITE | FAN_EVENT_ON_CHILD, AT_FDCWD, "watched");
    const int file = open("watched/text", O_CREAT | O_WRONLY, 0600);
    if (write(file, "text", 4) != 4) return;
    close(file);
    const struct fanotify_event_metadata* event = (const struct fanotify_event_metadata*)buffer;
    SHOW(CALL(read, fd, buffer, sizeof buffer) == (fd < 0 ? -EBADF : (long long)sizeof *event));
    if (fd < 0) return;
    SHOW(event->mask);
    SHOW(event->pid == getpid());
    char text[8];
    const long long size = TRY(read, event->fd, text, sizeof text);
    SHOW_TEXT(text, size);
}

int main(void) {
    names();
    opened_files();
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
