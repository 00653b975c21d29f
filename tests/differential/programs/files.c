// SPDX-License-Identifier: BSL-1.0
// Opening, reading, writing, seeking and sizing files.
#include <fcntl.h>
#include <sys/stat.h>

#include "call.h"

DECLARE(open, const char*, int, int);
DECLARE(openat, int, const char*, int, int);
DECLARE(creat, const char*, int);
DECLARE(close, int);
DECLARE(read, int, void*, size_t);
DECLARE(write, int, const void*, size_t);
DECLARE(pread64, int, void*, size_t, long);
DECLARE(pwrite64, int, const void*, size_t, long);
DECLARE(lseek, int, long, int);
DECLARE(truncate, const char*, long);
DECLARE(ftruncate, int, long);
DECLARE(fallocate, int, int, long, long);
DECLARE(fsync, int);
DECLARE(fdatasync, int);
DECLARE(sync, void);
DECLARE(syncfs, int);
DECLARE(sync_file_range, int, long, long, unsigned);
DECLARE(fadvise, int, long, long, int);
DECLARE(readahead, int, long, size_t);
DECLARE(umask, int);

struct open_how {
    unsigned long long flags, mode, resolve;
};
DECLARE(openat2, int, const char*, const struct open_how*, size_t);

static char buffer[64];

static void opening(void) {
    TRY(umask, 027);
    TRY(umask, 022);
    TRY(open, "absent", O_RDONLY, 0);
    TRY(open, "", O_RDONLY, 0);
    TRY(open, NULL, O_RDONLY, 0);
    TRY(open, BAD, O_RDONLY, 0);
    TRY(open, ".", O_WRONLY, 0);
    TRY(open, "file/below", O_RDONLY, 0);
    const int fd = (int)TRY(open, "file", O_RDWR | O_CREAT | O_EXCL, 0640);
    TRY(open, "file", O_RDWR | O_CREAT | O_EXCL, 0640);
    TRY(open, "file", O_RDONLY | O_DIRECTORY, 0);
    TRY(open, "file/below", O_RDONLY, 0);
    TRY(close, fd);
    TRY(close, fd);
    TRY(close, -1);
    const int made = (int)TRY(creat, "created", 0604);
    TRY(write, made, "abc", 3);
    TRY(read, made, buffer, 3);
    TRY(close, made);
    TRY(creat, ".", 0600);
    TRY(creat, BAD, 0600);

    const int directory = (int)TRY(open, ".", O_RDONLY | O_DIRECTORY, 0);
    const int inside = (int)TRY(openat, directory, "created", O_RDONLY, 0);
    TRY(openat, inside, "created", O_RDONLY, 0);
    TRY(openat, 99, "created", O_RDONLY, 0);
    TRY(openat, 99, "/dev/null", O_RDONLY, 0);
    TRY(openat, AT_FDCWD, "created", O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);

    struct open_how how = {O_RDWR | O_CREAT, 0600, 0};
    TRY(openat2, directory, "second", &how, sizeof how);
    how = (struct open_how){O_RDONLY, 0, 0x08 /* RESOLVE_BENEATH */};
    TRY(openat2, directory, "created", &how, sizeof how);
    TRY(openat2, directory, "../created", &how, sizeof how);
    TRY(openat2, directory, "/dev/null", &how, sizeof how);
    TRY(openat2, directory, "created", &how, 8);
    TRY(openat2, directory, "created", BAD, sizeof how);
    how.resolve = 0x8000;
    TRY(openat2, directory, "created", &how, sizeof how);
    const struct {
        struct open_how how;
        long more;
    } longer = {{O_RDONLY, 0, 0}, 0}, unknown = {{O_RDONLY, 0, 0}, 1};
    TRY(openat2, directory, "created", &longer.how, sizeof longer);
    TRY(openat2, directory, "created", &unknown.how, sizeof unknown);
    for (int i = 3; i < 20; ++i) CALL(close, i);
}

static void reading_and_writing(void) {
    const int fd = (int)TRY(open, "data", O_RDWR | O_CREAT, 0600);
    TRY(write, fd, "hello, world", 12);
    TRY(write, fd, BAD, 5);
    TRY(write, fd, BAD, 0);
    TRY(write, -1, "x", 1);
    TRY(lseek, fd, 0, SEEK_SET);
    TRY(read, fd, buffer, 5);
    SHOW_TEXT(buffer, 5);
    TRY(read, fd, BAD, 5);
    TRY(read, fd, buffer, 0);
    TRY(read, fd, buffer, sizeof buffer);
    TRY(read, fd, buffer, sizeof buffer);
    TRY(pread64, fd, buffer, 5, 7);
    SHOW_TEXT(buffer, 5);
    TRY(pread64, fd, buffer, 5, -1);
    TRY(pread64, fd, buffer, 5, 1L << 40);
    TRY(pwrite64, fd, "HELLO", 5, 0);
    TRY(pwrite64, fd, "x", 1, -5);
    TRY(pwrite64, fd, "far", 3, 100000);
    TRY(lseek, fd, 0, SEEK_CUR);
    TRY(lseek, fd, -1, SEEK_SET);
    TRY(lseek, fd, 5L << 32, SEEK_SET);
    TRY(lseek, fd, -3, SEEK_END);
    TRY(lseek, fd, 0, 99);
    TRY(lseek, fd, 0, SEEK_DATA);
    TRY(lseek, fd, 1 << 30, SEEK_HOLE);
    TRY(lseek, 99, 0, SEEK_SET);
    const int append = (int)TRY(open, "data", O_WRONLY | O_APPEND, 0);
    TRY(write, append, "!", 1);
    TRY(lseek, append, 0, SEEK_CUR);
    const int directory = (int)TRY(open, ".", O_RDONLY, 0);
    TRY(read, directory, buffer, 5);
    const int zero = (int)TRY(open, "/dev/zero", O_RDWR, 0);
    TRY(read, zero, buffer, sizeof buffer);
    TRY(write, zero, buffer, sizeof buffer);
    const int full = (int)TRY(open, "/dev/full", O_WRONLY, 0);
    TRY(write, full, "x", 1);
    for (int i = 3; i < 20; ++i) CALL(close, i);
}

static void sizing(void) {
    const int fd = (int)TRY(open, "size", O_RDWR | O_CREAT, 0600);
    const int reader = (int)TRY(open, "size", O_RDONLY, 0);
    TRY(ftruncate, fd, 5000);
    TRY(lseek, fd, 0, SEEK_END);
    TRY(ftruncate, fd, -1);
    TRY(ftruncate, reader, 1);
    TRY(ftruncate, 99, 1);
    TRY(truncate, "size", 70);
    TRY(truncate, "size", -1);
    TRY(truncate, "absent", 1);
    TRY(truncate, ".", 1);
    TRY(truncate, BAD, 1);
    TRY(lseek, fd, 0, SEEK_END);
    TRY(fallocate, fd, 0, 0, 8192);
    TRY(fallocate, fd, 1 /* KEEP_SIZE */, 0, 20000);
    TRY(fallocate, fd, 0, -1, 10);
    TRY(fallocate, fd, 0, 0, 0);
    TRY(fallocate, reader, 0, 0, 10);
    TRY(fallocate, fd, 0x4000, 0, 10);
    TRY(lseek, fd, 0, SEEK_END);
    TRY(fsync, fd);
    TRY(fsync, 99);
    TRY(fdatasync, fd);
    TRY(fdatasync, -1);
    TRY(sync);
    TRY(syncfs, fd);
    TRY(syncfs, 99);
    TRY(sync_file_range, fd, 0, 4096, 7);
    TRY(sync_file_range, fd, 0, 4096, 8);
    TRY(sync_file_range, fd, -1, 4096, 2);
    TRY(sync_file_range, 99, 0, 0, 2);
    TRY(fadvise, fd, 0, 4096, 1);
    TRY(fadvise, fd, 0, 4096, 99);
    TRY(fadvise, 99, 0, 4096, 0);
    TRY(readahead, fd, 0, 4096);
    TRY(readahead, 99, 0, 4096);
    int ends[2];
    if (pipe(ends)) return;
    TRY(lseek, ends[0], 0, SEEK_CUR);
    TRY(pread64, ends[0], buffer, 1, 0);
    TRY(fsync, ends[0]);
    TRY(ftruncate, ends[1], 0);
    TRY(fadvise, ends[0], 0, 0, 0);
    TRY(readahead, ends[0], 0, 10);
    TRY(fallocate, ends[1], 0, 0, 10);
}

int main(void) {
    opening();
    reading_and_writing();
    sizing();
    return 3;
}
