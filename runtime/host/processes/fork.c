// SPDX-License-Identifier: BSL-1.0
//
// fork and vfork.
#include "fork.h"

#include <errno.h>
#include <unistd.h>

#include "files/files.h"
#include "memory/memory.h"
#include "signals/signals.h"
#include "threads/threads.h"

static void child_begins(void) {
    thread_forked();
    aio_forked();
}

// Linear memory is copied on write with everything else. The C library's fork and the lock make sure that the child
// finds neither malloc nor the page map in the hands of a thread that it does not have.
uint64_t w2c_wali_SYS_fork(struct w2c_wali* host) {
    (void)host;
    const uint64_t mask = page_map_lock_to_copy(false);
    const pid_t pid = WALI_IN_KERNEL(fork());
    const uint64_t result = pid >= 0 ? (uint64_t)pid : wali_error(errno);
    if (pid == 0) child_begins();
    page_map_copied(pid == 0, false, mask);
    return result;
}

uint64_t process_copy(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t flags) {
    const bool waits = flags & WALI_CLONE_VFORK;
    const uint64_t mask = page_map_lock_to_copy(waits);
    const uint64_t result = wali_syscall5(number, a, b, c, d, 0);
    if (result == 0) child_begins();
    if (result == 0 && flags & WALI_CLONE_CLEAR_SIGHAND) signals_reset();
    page_map_copied(result == 0, waits, mask);
    return result;
}

// The parent waits until the child executes a program or ends, as programs rely on; memory is a copy all the same.
uint64_t w2c_wali_SYS_vfork(struct w2c_wali* host) {
    (void)host;
    return process_copy(NR_clone, WALI_CLONE_VFORK | WALI_SIGCHLD, 0, 0, 0, WALI_CLONE_VFORK);
}
