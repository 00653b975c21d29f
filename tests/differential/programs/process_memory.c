// SPDX-License-Identifier: BSL-1.0
// The memory of this process and of a copy of it.
#include <signal.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "call.h"

DECLARE(fork, );
DECLARE(pipe, int*);
DECLARE(read, int, void*, size_t);
DECLARE(write, int, const void*, size_t);
DECLARE(wait4, int, int*, int, void*);
DECLARE(process_vm_readv, int, const struct iovec*, unsigned long, const struct iovec*, unsigned long, unsigned long);
DECLARE(process_vm_writev, int, const struct iovec*, unsigned long, const struct iovec*, unsigned long, unsigned long);

DECLARE(pidfd_open, int, unsigned);
DECLARE(process_madvise, int, const struct iovec*, size_t, int, unsigned);

static char source[] = "several pieces";
static char target[32];

static void within_the_process(int self) {
    const struct iovec from[2] = {{source + 8, 6}, {source, 7}};
    const struct iovec to[3] = {{target, 4}, {target + 8, 1}, {target + 16, 16}};
    TRY(process_vm_readv, self, to, 3, from, 2, 0);
    SHOW_TEXT(target, 32);
    TRY(process_vm_writev, self, from, 1, to, 3, 0);
    SHOW_TEXT(target, 32);
    const struct iovec partly[2] = {{source, 3}, {BAD, 8}};
    TRY(process_vm_readv, self, to, 1, partly, 2, 0);
    TRY(process_vm_readv, self, to, 3, partly, 2, 0);
    TRY(process_vm_readv, self, to, 3, partly + 1, 1, 0);
    TRY(process_vm_readv, self, partly + 1, 1, from, 1, 0);
    TRY(process_vm_writev, self, from, 2, partly + 1, 1, 0);
}

static void wrong_arguments(int self) {
    const struct iovec piece = {target, 4};
    TRY(process_vm_readv, self, &piece, 1, &piece, 1, 1);
    TRY(process_vm_readv, self, &piece, 1025, &piece, 1, 0);
    TRY(process_vm_readv, self, &piece, 1, &piece, 1025, 0);
    TRY(process_vm_readv, self, &piece, 1UL << 32, &piece, 1, 0);
    TRY(process_vm_readv, self, &piece, 1, &piece, 1UL << 32, 0);
    TRY(process_vm_readv, self, BAD, 1, &piece, 1, 0);
    TRY(process_vm_readv, self, &piece, 1, BAD, 1, 0);
    TRY(process_vm_readv, self, &piece, 0, BAD, 1, 0);
    TRY(process_vm_readv, self, &piece, 1, BAD, 0, 0);
    TRY(process_vm_readv, 0x3fffffff, &piece, 1, &piece, 1, 0);
    TRY(process_vm_writev, 0x3fffffff, &piece, 0, &piece, 1, 0);
}

// The child changes its copy, says so, and tells what it finds there when the parent has written.
static void child(int to_parent, int from_parent) {
    char byte = 0;
    memcpy(source, "of the child  ", 14);
    CALL(write, to_parent, "x", 1);
    CALL(read, from_parent, &byte, 1);
    SHOW_TEXT(source, 14);
    _exit(7);
}

static void between_processes(void) {
    int up[2];
    int down[2];
    int status = -1;
    char byte;
    CALL(pipe, up);
    CALL(pipe, down);
    const int pid = (int)CALL(fork);
    if (pid == 0) child(up[1], down[0]);
    CALL(read, up[0], &byte, 1);
    const struct iovec theirs = {source, 14};
    const struct iovec mine = {target, 14};
    TRY(process_vm_readv, pid, &mine, 1, &theirs, 1, 0);
    SHOW_TEXT(target, 14);
    SHOW_TEXT(source, 14);
    memcpy(target, "of the parent ", 14);
    TRY(process_vm_writev, pid, &mine, 1, &theirs, 1, 0);
    CALL(write, down[1], "x", 1);
    CALL(wait4, pid, &status, 0, NULL);
    SHOW(WEXITSTATUS(status));
    TRY(process_vm_readv, pid, &mine, 1, &theirs, 1, 0);
}

static void advice(int self) {
    char* const pages = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const int fd = (int)CALL(pidfd_open, self, 0);
    const struct iovec ranges[2] = {{pages, 4096}, {pages + 8192, 8192}};
    const struct iovec unaligned = {pages + 1, 4096};
    memset(pages, 1, 16384);
    TRY(process_madvise, fd, ranges, 2, 20 /* MADV_COLD */, 0);
    TRY(process_madvise, fd, ranges, 2, 21 /* MADV_PAGEOUT */, 0);
    TRY(process_madvise, fd, ranges, 1, MADV_WILLNEED, 0);
    TRY(process_madvise, fd, ranges, 0, 20, 0);
    TRY(process_madvise, fd, ranges, 1, 999, 0);
    TRY(process_madvise, fd, ranges, 1, 20, 1);
    TRY(process_madvise, fd, ranges, 2000, 20, 0);
    TRY(process_madvise, fd, &unaligned, 1, 20, 0);
    TRY(process_madvise, fd, BAD, 1, 20, 0);
    TRY(process_madvise, 1, ranges, 1, 20, 0);
    TRY(process_madvise, 99, ranges, 1, 20, 0);
    close(fd);
}

int main(void) {
    const int self = getpid();
    advice(self);
    within_the_process(self);
    wrong_arguments(self);
    between_processes();
    return 0;
}
