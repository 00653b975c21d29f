// SPDX-License-Identifier: BSL-1.0
//
// clone and clone3, as far as they are fork: a child with a copy of the memory, perhaps in namespaces of its own. A
// child in the same memory would need a stack, globals and tables of its own: __wasm_thread_spawn gives threads those.
// One with the same descriptors could exchange them, unknown to the host, between a look and its use (mmap.c).
#include <linux/sched.h>
#include <string.h>

#include "fork.h"
#include "memory/memory.h"

#define REFUSED_FLAGS ((uint64_t)CLONE_VM | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SETTLS | CLONE_PTRACE)

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

// A program may know a longer form than this host. The kernel takes it if what it does not know is 0; as far as a page.
static int64_t read_arguments(struct clone_args* native, uint32_t address, uint32_t size) {
    unsigned char longer[WALI_PAGE];
    if (size > sizeof longer) return -WALI_E2BIG;
    if (size < CLONE_ARGS_SIZE_VER0) return -WALI_EINVAL;
    memset(native, 0, sizeof *native);
    if (guest_read(longer, address, size) != 0) return -WALI_EFAULT;
    for (uint32_t i = sizeof *native; i < size; ++i)
        if (longer[i] != 0) return -WALI_E2BIG;
    memcpy(native, longer, size < sizeof *native ? size : sizeof *native);
    return 0;
}

static bool translate(__u64* address) {
    if (*address > UINT32_MAX) return false;
    *address = wali_pointer((uint32_t)*address);
    return true;
}

uint64_t w2c_wali_SYS_clone3(struct w2c_wali* host, uint32_t cl_args, uint32_t size) {
    (void)host;
    struct clone_args native;
    const int64_t error = read_arguments(&native, cl_args, size);
    if (error != 0) return (uint64_t)error;
    if ((native.flags & REFUSED_FLAGS) || native.stack != 0 || native.stack_size != 0 ||
        is_host_signal(native.exit_signal))
        return wali_error(WALI_ENOSYS);
    if (!translate(&native.pidfd) || !translate(&native.child_tid) || !translate(&native.parent_tid) ||
        !translate(&native.set_tid))
        return wali_error(WALI_EFAULT);
    const uint64_t flags = native.flags;
    native.flags &= ~CLONE_CLEAR_SIGHAND;  // the kernel's handlers are the host's
    return process_copy(NR_clone3, (uint64_t)&native, sizeof native, 0, 0, flags);
}
