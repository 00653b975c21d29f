// SPDX-License-Identifier: BSL-1.0
// clone and clone3 as far as they are fork: thread ids stored, a descriptor for the child, another ending signal,
// namespaces.
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "call.h"

DECLARE(clone, unsigned long, void*, int*, int*, unsigned long);
DECLARE(clone3, void*, size_t);
DECLARE(wait4, int, int*, int, void*);
DECLARE(gettid, void);
DECLARE(getpid, void);
DECLARE(exit_group, int);
DECLARE(fcntl, int, int, unsigned long);

struct arguments {
    unsigned long flags, pidfd, child_id, parent_id, ending, stack, stack_size, tls, set, set_size, group;
};

static int* ids;  // shared by both processes

static void wait_for(int child, int options) {
    int status = -1;
    SHOW(CALL(wait4, child, &status, options, NULL) == child);
    SHOW(status);
}

static void old_call(void) {
    int child = (int)CALL(clone, SIGCHLD | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID, NULL, ids, ids + 1, 0);
    if (child == 0) {
        ids[2] = ids[1] == (int)CALL(gettid);
        CALL(exit_group, 4);
    }
    wait_for(child, 0);
    SHOW(ids[0] == child);
    SHOW(ids[2]);

    // Without an ending signal only __WALL finds it.
    child = (int)CALL(clone, CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID, NULL, NULL, ids + 3, 0);
    if (child == 0) CALL(exit_group, 5);
    int status;
    TRY(wait4, child, &status, 0, NULL);
    wait_for(child, 0x40000000 /* __WALL */);

    // The copy of the memory is the child's own.
    static int own = 1;
    child = (int)CALL(clone, SIGCHLD, NULL, NULL, NULL, 0);
    if (child == 0) {
        own = 2;
        CALL(exit_group, own);
    }
    wait_for(child, 0);
    SHOW(own);

    int fd = -1;
    child = (int)CALL(clone, SIGCHLD | 0x1000 /* PIDFD */, NULL, &fd, NULL, 0);
    if (child == 0) CALL(exit_group, 6);
    SHOW(fd);
    TRY(fcntl, fd, F_GETFD, 0);
    struct pollfd ended = {fd, POLLIN, 0};
    SHOW(poll(&ended, 1, -1));
    wait_for(child, 0);
    close(fd);
    TRY(clone, SIGCHLD | CLONE_NEWNS | CLONE_FS, NULL, NULL, NULL, 0);
}

// Natively and here with the same rights, so both succeed or both fail.
static void namespaces(void) {
    static const unsigned long flags[] = {CLONE_NEWUSER | CLONE_NEWPID,
                                          CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP,
                                          CLONE_NEWUSER | CLONE_NEWNS | CLONE_VFORK, CLONE_NEWPID, CLONE_NEWUTS};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; ++i) {
        const int child = (int)CALL(clone, SIGCHLD | flags[i], NULL, NULL, NULL, 0);
        if (child == 0) CALL(exit_group, CALL(getpid) == 1);
        SHOW(child < 0 ? child : 0);
        if (child > 0) wait_for(child, 0);
    }
}

// Of a newer kernel's, whose last fields are zeros here.
static void longer_arguments(void) {
    static struct {
        struct arguments known;
        unsigned long more[600];
    } arguments = {.known = {.ending = SIGCHLD}};
    const int child = (int)CALL(clone3, &arguments, 4096);
    if (child == 0) CALL(exit_group, 3);
    wait_for(child, 0);
    TRY(clone3, &arguments, 4097);
    arguments.more[0] = 1;
    TRY(clone3, &arguments, sizeof arguments.known + 8);
}

static void new_call(void) {
    int fd = -1;
    struct arguments arguments = {.flags = 0x1000 | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID,
                                  .pidfd = (uintptr_t)&fd,
                                  .child_id = (uintptr_t)(ids + 1),
                                  .parent_id = (uintptr_t)ids,
                                  .ending = SIGCHLD};
    ids[0] = ids[1] = ids[2] = 0;
    const int child = (int)CALL(clone3, &arguments, sizeof arguments);
    if (child == 0) {
        ids[2] = ids[1] == (int)CALL(gettid);
        CALL(exit_group, 7);
    }
    wait_for(child, 0);
    SHOW(ids[0] == child);
    SHOW(ids[2]);
    SHOW(fd);
    TRY(clone3, &arguments, 8);
    TRY(clone3, BAD, sizeof arguments);
    arguments.ending = 99;
    TRY(clone3, &arguments, sizeof arguments);
    arguments.ending = SIGCHLD;
    arguments.flags = 1UL << 40;
    TRY(clone3, &arguments, sizeof arguments);
    arguments.flags = CLONE_NEWNS | CLONE_FS;
    TRY(clone3, &arguments, sizeof arguments);
    arguments.flags = CLONE_NEWUSER | CLONE_NEWPID;
    const int first = (int)CALL(clone3, &arguments, sizeof arguments);
    if (first == 0) CALL(exit_group, CALL(getpid) == 1);
    SHOW(first < 0 ? first : 0);
    if (first > 0) wait_for(first, 0);
}

int main(void) {
    ids = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (ids == MAP_FAILED) return 1;
    old_call();
    namespaces();
    new_call();
    longer_arguments();
    return 0;
}
