// SPDX-License-Identifier: BSL-1.0
// What the file system says about a file, and changing it: stat in all forms, access, modes, owners, times.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <utime.h>

#include "call.h"

DECLARE(open, const char*, int, int);
DECLARE(symlink, const char*, const char*);
DECLARE(mkdir, const char*, int);
DECLARE(stat, const char*, struct stat*);
DECLARE(lstat, const char*, struct stat*);
DECLARE(fstat, int, struct stat*);
DECLARE(newfstatat, int, const char*, struct stat*, int);
DECLARE(statx, int, const char*, int, unsigned, struct statx*);
DECLARE(statfs, const char*, struct statfs*);
DECLARE(fstatfs, int, struct statfs*);
DECLARE(access, const char*, int);
DECLARE(faccessat, int, const char*, int, int);
DECLARE(faccessat2, int, const char*, int, int);
DECLARE(chmod, const char*, int);
DECLARE(fchmod, int, int);
DECLARE(fchmodat, int, const char*, int, int);
DECLARE(chown, const char*, unsigned, unsigned);
DECLARE(fchown, int, unsigned, unsigned);
DECLARE(lchown, const char*, unsigned, unsigned);
DECLARE(fchownat, int, const char*, unsigned, unsigned, int);
DECLARE(utime, const char*, const struct utimbuf*);
DECLARE(utimes, const char*, const struct timeval*);
DECLARE(futimesat, int, const char*, const struct timeval*);
DECLARE(utimensat, int, const char*, const struct timespec*, int);
DECLARE(mknod, const char*, unsigned, unsigned);
DECLARE(mknodat, int, const char*, unsigned, unsigned);

static int fd;

static void show(const struct stat* s) {
    SHOW(s->st_mode);
    SHOW(s->st_nlink);
    SHOW(s->st_size);
    SHOW(s->st_uid == getuid() && s->st_gid == getgid());
    SHOW(s->st_blocks);
    SHOW(s->st_blksize);
    SHOW(s->st_rdev);
    SHOW(s->st_ino != 0);
}

static void stats(void) {
    struct stat s;
    memset(&s, 0xff, sizeof s);
    TRY(stat, "file", &s);
    show(&s);
    TRY(stat, "link", &s);
    SHOW(s.st_mode);
    TRY(stat, "/dev/null", &s);
    show(&s);
    TRY(stat, "absent", &s);
    TRY(stat, "file/x", &s);
    TRY(stat, "dangling", &s);
    TRY(stat, "file", BAD);
    TRY(stat, BAD, &s);
    TRY(lstat, "link", &s);
    show(&s);
    TRY(lstat, "absent", &s);
    TRY(lstat, "link", BAD);
    TRY(fstat, fd, &s);
    show(&s);
    TRY(fstat, 99, &s);
    TRY(fstat, fd, BAD);
    TRY(fstat, fd, NULL);
    TRY(newfstatat, AT_FDCWD, "link", &s, AT_SYMLINK_NOFOLLOW);
    SHOW(s.st_mode);
    TRY(newfstatat, fd, "", &s, AT_EMPTY_PATH);
    SHOW(s.st_size);
    TRY(newfstatat, fd, "x", &s, 0);
    TRY(newfstatat, AT_FDCWD, "file", &s, 0x8000);
    TRY(newfstatat, AT_FDCWD, "", &s, 0);
}

static void extended(void) {
    struct statx x;
    memset(&x, 0xff, sizeof x);
    TRY(statx, AT_FDCWD, "file", 0, 0x7ff, &x);
    SHOW(x.stx_mask & 0x7ff);
    SHOW(x.stx_mode);
    SHOW(x.stx_nlink);
    SHOW(x.stx_size);
    SHOW(x.stx_blksize);
    SHOW(x.stx_mtime.tv_sec);
    SHOW(x.stx_mtime.tv_nsec);
    SHOW(x.stx_rdev_major);
    TRY(statx, AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW, 0x7ff, &x);
    SHOW(x.stx_mode);
    TRY(statx, fd, "", AT_EMPTY_PATH, 0x200, &x);
    SHOW(x.stx_size);
    TRY(statx, AT_FDCWD, "absent", 0, 0x7ff, &x);
    TRY(statx, AT_FDCWD, "file", 0x8000, 0x7ff, &x);
    TRY(statx, AT_FDCWD, "file", 0, 0x80000000, &x);
    TRY(statx, AT_FDCWD, "file", 0, 0x7ff, BAD);
    TRY(statx, 99, "file", 0, 0x7ff, &x);
}

static void file_systems(void) {
    struct statfs s, again;
    memset(&s, 0, sizeof s);
    TRY(statfs, "/proc", &s);
    SHOW(s.f_type);
    SHOW(s.f_bsize);
    SHOW(s.f_namelen);
    SHOW(s.f_blocks);
    TRY(statfs, ".", &s);
    TRY(fstatfs, fd, &again);
    SHOW(s.f_type == again.f_type && s.f_blocks == again.f_blocks && s.f_flags == again.f_flags);
    TRY(statfs, "absent", &s);
    TRY(statfs, ".", BAD);
    TRY(fstatfs, 99, &s);
    TRY(fstatfs, fd, BAD);
}

static void accesses(void) {
    TRY(access, "file", F_OK);
    TRY(access, "file", X_OK);
    TRY(access, "file", 8);
    TRY(access, "absent", R_OK);
    TRY(access, "dangling", F_OK);
    TRY(access, BAD, R_OK);
    TRY(faccessat, AT_FDCWD, "file", R_OK, 0);
    TRY(faccessat, fd, "file", R_OK, 0);
    TRY(faccessat, AT_FDCWD, "file", 99, 0);
    TRY(faccessat2, AT_FDCWD, "dangling", F_OK, AT_SYMLINK_NOFOLLOW);
    TRY(faccessat2, AT_FDCWD, "file", R_OK, AT_EACCESS);
    TRY(faccessat2, fd, "", R_OK, AT_EMPTY_PATH);
    TRY(faccessat2, AT_FDCWD, "file", R_OK, 0x8000);
}

static void modes(void) {
    struct stat s;
    TRY(chmod, "file", 0711);
    TRY(access, "file", X_OK);
    TRY(chmod, "link", 04755);
    TRY(chmod, "absent", 0700);
    TRY(chmod, BAD, 0700);
    TRY(fchmod, fd, 0600);
    TRY(fchmod, 99, 0600);
    TRY(fchmodat, AT_FDCWD, "directory", 01777, 0);
    TRY(fchmodat, fd, "x", 0700, 0);
    TRY(stat, "directory", &s);
    SHOW(s.st_mode);
    TRY(chown, "file", -1, -1);
    TRY(chown, "absent", -1, -1);
    TRY(chown, BAD, -1, -1);
    TRY(chown, "link", getuid(), getgid());
    TRY(fchown, fd, -1, -1);
    TRY(fchown, 99, -1, -1);
    TRY(lchown, "dangling", getuid(), -1);
    TRY(lchown, "absent", -1, -1);
    TRY(fchownat, AT_FDCWD, "dangling", -1, getgid(), AT_SYMLINK_NOFOLLOW);
    TRY(fchownat, AT_FDCWD, "dangling", -1, -1, 0);
    TRY(fchownat, fd, "", -1, -1, AT_EMPTY_PATH);
    TRY(fchownat, AT_FDCWD, "file", -1, -1, 0x8000);
    if (getuid() == 0) {
        TRY(chown, "file", 1234, 5678);
        TRY(lchown, "link", 1, 2);
        TRY(fchownat, AT_FDCWD, "directory", 3, 4, 0);
    }
}

static void show_times(const char* path) {
    struct stat s;
    TRY(lstat, path, &s);
    SHOW(s.st_atim.tv_sec);
    SHOW(s.st_atim.tv_nsec);
    SHOW(s.st_mtim.tv_sec);
    SHOW(s.st_mtim.tv_nsec);
}

static void times(void) {
    const struct utimbuf seconds = {100, 200};
    TRY(utime, "file", &seconds);
    show_times("file");
    TRY(utime, "file", NULL);
    TRY(utime, "file", BAD);
    TRY(utime, "absent", &seconds);
    const struct timeval micro[2] = {{300, 4}, {500, 6}};
    const struct timeval wrong[2] = {{300, 4}, {500, 1000000}};
    TRY(utimes, "file", micro);
    show_times("file");
    TRY(utimes, "file", wrong);
    TRY(utimes, "absent", micro);
    TRY(futimesat, AT_FDCWD, "link", wrong);
    TRY(futimesat, AT_FDCWD, "link", micro);
    show_times("file");
    TRY(futimesat, 99, "link", micro);
    const struct timespec nano[2] = {{7, 8}, {-9, 10}};
    const struct timespec omit[2] = {{0, UTIME_OMIT}, {11, 12}};
    const struct timespec invalid[2] = {{0, -1}, {11, 12}};
    TRY(utimensat, AT_FDCWD, "file", nano, 0);
    show_times("file");
    TRY(utimensat, AT_FDCWD, "file", omit, 0);
    show_times("file");
    TRY(utimensat, AT_FDCWD, "file", invalid, 0);
    TRY(utimensat, AT_FDCWD, "link", nano, AT_SYMLINK_NOFOLLOW);
    show_times("link");
    TRY(utimensat, fd, NULL, nano, 0);
    TRY(utimensat, AT_FDCWD, NULL, nano, 0);
    TRY(utimensat, AT_FDCWD, "file", BAD, 0);
    TRY(utimensat, AT_FDCWD, "file", nano, 1);
}

static void nodes(void) {
    struct stat s;
    TRY(mknod, "fifo", S_IFIFO | 0640, 0);
    TRY(mknod, "fifo", S_IFIFO | 0640, 0);
    TRY(mknod, "regular", 0600, 0);
    TRY(mknod, "socket", S_IFSOCK | 0600, 0);
    TRY(mknod, "wrong", S_IFDIR | 0600, 0);
    TRY(mknod, BAD, S_IFIFO, 0);
    TRY(mknodat, AT_FDCWD, "directory/fifo", S_IFIFO | 0600, 0);
    TRY(mknodat, fd, "x", S_IFIFO | 0600, 0);
    TRY(stat, "directory/fifo", &s);
    SHOW(s.st_mode);
}

int main(void) {
    fd = (int)TRY(open, "file", O_RDWR | O_CREAT, 0644);
    if (write(fd, "content", 7) != 7) return 1;
    TRY(symlink, "file", "link");
    TRY(symlink, "nowhere", "dangling");
    TRY(mkdir, "directory", 0700);
    const struct timespec fixed[2] = {{1000000000, 5}, {1100000000, 6}};
    TRY(utimensat, AT_FDCWD, "file", fixed, 0);
    stats();
    extended();
    file_systems();
    accesses();
    modes();
    times();
    nodes();
    return 0;
}
