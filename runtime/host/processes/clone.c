// SPDX-License-Identifier: BSL-1.0
//
// clone and clone3, as far as they are fork: a child with a copy of the memory, perhaps in namespaces of its own. A
// child in the same memory would need a stack, globals and tables of its own: __wasm_thread_spawn gives threads those.
// One with the same descriptors could exchange them, unknown to the host, between a look and its use (mmap.c).
#include <linux/sched.h>
#include <string.h>

#include "fork.h"
#include "memory/memory.h"

#define REFUSED_FLAGS                                                                                       \
    ((uint64_t)CLONE_VM | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SETTLS | CLONE_CLEAR_SIGHAND | \
     CLONE_PTRACE)

// The exit of a child announces itself with a code of the kernel's, as faults do.
static bool is_host_signal(uint64_t signal) { return signal - 1 < 64 && HOST_SIGNALS >> (signal - 1) & 1; }

uint64_t w2c_wali_SYS_clone(struct w2c_wali* host, uint64_t flags, uint32_t stack, uint32_t parent_tid,
                            uint32_t child_tid, uint64_t tls) {
    (void)host;
    (void)tls;
    if ((flags & REFUSED_FLAGS) || stack != 0 || is_host_signal(flags & CSIGNAL)) return wali_error(WALI_ENOSYS);
    return process_copy(NR_clone, (uint32_t)flags, 0, wali_pointer(parent_tid), wali_pointer(child_tid),
                        flags & CLONE_VFORK);
}

static bool translate(__u64* address) {
    if (*address > UINT32_MAX) return false;
    *address = wali_pointer((uint32_t)*address);
    return true;
}

uint64_t w2c_wali_SYS_clone3(struct w2c_wali* host, uint32_t cl_args, uint32_t size) {
    (void)host;
    struct clone_args native;
    if (size > sizeof native) return wali_error(WALI_E2BIG);
    if (size < CLONE_ARGS_SIZE_VER0) return wali_error(WALI_EINVAL);
    memset(&native, 0, sizeof native);
    if (guest_read(&native, cl_args, size) != 0) return wali_error(WALI_EFAULT);
    if ((native.flags & REFUSED_FLAGS) || native.stack != 0 || native.stack_size != 0 ||
        is_host_signal(native.exit_signal))
        return wali_error(WALI_ENOSYS);
    if (!translate(&native.pidfd) || !translate(&native.child_tid) || !translate(&native.parent_tid) ||
        !translate(&native.set_tid))
        return wali_error(WALI_EFAULT);
    return process_copy(NR_clone3, (uint64_t)&native, sizeof native, 0, 0, native.flags & CLONE_VFORK);
}
