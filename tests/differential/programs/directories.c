// SPDX-License-Identifier: BSL-1.0
// Making, listing, entering, renaming and removing directories.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "call.h"

DECLARE(open, const char*, int, int);
DECLARE(mkdir, const char*, int);
DECLARE(mkdirat, int, const char*, int);
DECLARE(rmdir, const char*);
DECLARE(unlinkat, int, const char*, int);
DECLARE(getcwd, char*, size_t);
DECLARE(chdir, const char*);
DECLARE(fchdir, int);
DECLARE(chroot, const char*);
DECLARE(rename, const char*, const char*);
DECLARE(renameat, int, const char*, int, const char*);
DECLARE(renameat2, int, const char*, int, const char*, unsigned);
DECLARE(getdents64, int, void*, size_t);
DECLARE(lseek, int, long, int);
DECLARE(fork, void);
DECLARE(wait4, int, int*, int, void*);
DECLARE(exit_group, int);

struct entry {
    unsigned long long inode;
    long long offset;
    unsigned short size;
    unsigned char type;
    char name[];
};

static int compare(const void* a, const void* b) { return strcmp(*(const char* const*)a, *(const char* const*)b); }

/// Names with their types, sorted: each file system has an order of its own.
static void list(int fd, size_t room) {
    static _Alignas(8) char buffer[4096];
    static char names[64][32];
    const char* sorted[64];
    int count = 0;
    long long size;
    while ((size = CALL(getdents64, fd, buffer, room)) > 0)
        for (long long at = 0; at < size && count < 64;) {
            const struct entry* entry = (const struct entry*)(buffer + at);
            memset(names[count], 0, sizeof *names);
            names[count][0] = (char)('a' + entry->type);
            strncpy(names[count] + 1, entry->name, sizeof *names - 2);
            sorted[count] = names[count];
            ++count;
            at += entry->size;
        }
    SHOW(size);
    qsort(sorted, (size_t)count, sizeof *sorted, compare);
    for (int i = 0; i < count; ++i) say(sorted[i]);
}

static void making(void) {
    TRY(mkdir, "a", 0755);
    TRY(mkdir, "a", 0755);
    TRY(mkdir, "a/b", 0700);
    TRY(mkdir, "absent/b", 0700);
    TRY(mkdir, "", 0700);
    TRY(mkdir, BAD, 0700);
    TRY(mkdir, NULL, 0700);
    const int a = (int)TRY(open, "a", O_RDONLY | O_DIRECTORY, 0);
    TRY(mkdirat, a, "c", 0711);
    TRY(mkdirat, 99, "c", 0711);
    TRY(mkdirat, AT_FDCWD, "a/d", 0777);
    close((int)TRY(open, "a/file", O_CREAT | O_RDWR, 0600));
    TRY(mkdirat, a, "file/c", 0711);
    list(a, 4096);
    TRY(lseek, a, 0, SEEK_SET);
    list(a, 48);
    TRY(lseek, a, 0, SEEK_SET);
    TRY(getdents64, a, BAD, 4096);
    TRY(getdents64, a, BAD, 1);
    TRY(getdents64, 99, BAD, 4096);
    TRY(getdents64, 0, BAD, 4096);
    close(a);
}

static void moving_about(void) {
    char path[4096];
    static char here[4096];
    const long long size = CALL(getcwd, here, sizeof here);
    SHOW(size == (long long)strlen(here) + 1);
    TRY(getcwd, path, 3);
    TRY(getcwd, path, 0);
    TRY(getcwd, BAD, 4096);
    TRY(chdir, "a");
    TRY_OK(getcwd, path, sizeof path);
    SHOW_TEXT(path + size - 1, 2);
    TRY(chdir, "file");
    TRY(chdir, "absent");
    TRY(chdir, BAD);
    const int parent = (int)TRY(open, "..", O_RDONLY, 0);
    const int file = (int)TRY(open, "file", O_RDONLY, 0);
    TRY(fchdir, file);
    TRY(fchdir, 99);
    TRY(fchdir, parent);
    TRY(getcwd, path, sizeof path);
    SHOW(strcmp(path, here));
    close(file);
    close(parent);
}

static void renaming(void) {
    TRY(rename, "a/file", "a/renamed");
    TRY(rename, "a/file", "a/again");
    TRY(rename, "a", "a/inside");
    TRY(rename, "a/renamed", "a/c");
    TRY(rename, "a/c", "a/renamed");
    TRY(rename, BAD, "x");
    TRY(rename, "a", BAD);
    const int a = (int)TRY(open, "a", O_RDONLY | O_DIRECTORY, 0);
    TRY(renameat, a, "renamed", AT_FDCWD, "outside");
    TRY(renameat, a, "renamed", AT_FDCWD, "outside");
    TRY(renameat, 99, "renamed", AT_FDCWD, "outside");
    close((int)TRY(open, "other", O_CREAT | O_RDWR, 0611));
    TRY(renameat2, AT_FDCWD, "other", AT_FDCWD, "outside", 1 /* NOREPLACE */);
    TRY(renameat2, AT_FDCWD, "other", a, "d", 2 /* EXCHANGE */);
    TRY(renameat2, AT_FDCWD, "other", a, "absent", 2);
    TRY(renameat2, AT_FDCWD, "outside", a, "in", 0);
    TRY(renameat2, AT_FDCWD, "other", a, "d", 3);
    TRY(renameat2, AT_FDCWD, "other", a, "d", 0x80);
    close(a);
}

static void removing(void) {
    TRY(rmdir, "a");
    TRY(rmdir, "a/in");
    TRY(rmdir, "a/.");
    TRY(rmdir, "absent");
    TRY(rmdir, BAD);
    TRY(rmdir, "a/b");
    TRY(unlinkat, AT_FDCWD, "a/c", 0);
    TRY(unlinkat, AT_FDCWD, "a/c", AT_REMOVEDIR);
    TRY(unlinkat, AT_FDCWD, "a/in", AT_REMOVEDIR);
    TRY(unlinkat, AT_FDCWD, "a/in", 1);
    TRY(unlinkat, AT_FDCWD, "a/in", 0);
    TRY(unlinkat, 99, "a/in", 0);
    TRY(unlinkat, AT_FDCWD, BAD, 0);
}

static void other_root(void) {
    int status = -1;
    TRY(chroot, "absent");
    TRY(chroot, BAD);
    TRY(chroot, "a/d");
    const int child = (int)CALL(fork);
    if (child == 0) {
        TRY(mkdir, "root", 0755);
        TRY(chroot, "root");
        if (getuid() == 0) {
            char path[64];
            TRY(chdir, "/");
            TRY(getcwd, path, sizeof path);
            TRY(chdir, "..");
            TRY(open, "/etc/passwd", O_RDONLY, 0);
            TRY(mkdir, "/below", 0700);
        }
        CALL(exit_group, 5);
    }
    TRY_OK(wait4, child, &status, 0, NULL);
    SHOW(status);
}

int main(void) {
    making();
    moving_about();
    renaming();
    removing();
    other_root();
    return 0;
}
