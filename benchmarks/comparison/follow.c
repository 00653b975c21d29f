// SPDX-License-Identifier: BSL-1.0
// follow FILE BYTES: prints what FILE holds, then what is appended to it, until that is BYTES or more.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

static int failed(const char* call) {
    fprintf(stderr, "follow: %s: %s\n", call, strerror(errno));
    return 1;
}

static ssize_t read_some(int fd, char* buffer, size_t size) {
    ssize_t count;
    do count = read(fd, buffer, size);
    while (count < 0 && errno == EINTR);
    return count;
}

static bool write_all(int fd, const char* data, size_t size) {
    while (size > 0) {
        const ssize_t count = write(fd, data, size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        data += count;
        size -= (size_t)count;
    }
    return true;
}

static int follow(const char* path, unsigned long long bytes) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return failed("open");
    const int inotify = inotify_init1(IN_CLOEXEC);
    if (inotify < 0) return failed("inotify_init");
    if (inotify_add_watch(inotify, path, IN_MODIFY) < 0) return failed("inotify_add_watch");
    char buffer[16384];
    char events[4096];
    for (unsigned long long printed = 0;;) {
        for (;;) {
            const ssize_t count = read_some(file, buffer, sizeof buffer);
            if (count < 0) return failed("read");
            if (count == 0) break;
            if (!write_all(STDOUT_FILENO, buffer, (size_t)count)) return failed("write");
            printed += (unsigned long long)count;
        }
        if (printed >= bytes) return 0;
        if (read_some(inotify, events, sizeof events) < 0) return failed("read");
    }
}

int main(int argc, char** argv) {
    if (argc != 3) {
        fputs("usage: follow FILE BYTES\n", stderr);
        return 2;
    }
    return follow(argv[1], strtoull(argv[2], NULL, 10));
}
