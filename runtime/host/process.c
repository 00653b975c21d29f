// SPDX-License-Identifier: BSL-1.0
//
// Processes: fork and vfork.
#include <errno.h>
#include <unistd.h>

#include "host.h"
#include "page_map.h"

#define CLONE_VFORK_ 0x4000UL
#define SIGCHLD_ 17UL

// Linear memory is copied on write with everything else. The C library's fork and the lock make sure that the child
// finds neither malloc nor the page map in the hands of a thread that it does not have.
uint64_t w2c_wali_SYS_fork(struct w2c_wali* host) {
    (void)host;
    const uint64_t mask = page_map_lock();
    const pid_t pid = fork();
    const uint64_t result = pid >= 0 ? (uint64_t)pid : wali_error(errno);
    if (pid == 0) thread_forked();
    page_map_unlock(mask);
    return result;
}

// The parent waits until the child executes a program or ends, as programs rely on; memory is a copy all the same.
uint64_t w2c_wali_SYS_vfork(struct w2c_wali* host) {
    (void)host;
    const uint64_t mask = page_map_lock();
    const uint64_t result = wali_syscall5(56, CLONE_VFORK_ | SIGCHLD_, 0, 0, 0, 0);
    if (result == 0) thread_forked();
    page_map_unlock(mask);
    return result;
}
