// SPDX-License-Identifier: BSL-1.0
//
// The descriptors that the process has.
#include <fcntl.h>

#include "files.h"

// struct linux_dirent64, getdents64(2).
struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t size;
    uint8_t type;
    char name[];
};

static uint32_t number_of(const char* name) {
    uint32_t number = 0;
    for (; *name >= '0' && *name <= '9'; ++name) number = number * 10 + (uint32_t)(*name - '0');
    return *name ? UINT32_MAX : number;
}

static bool any_in_folder(uint64_t folder, descriptor_test* test, const void* context) {
    _Alignas(struct entry) char entries[4096];
    for (;;) {
        const uint64_t size = wali_syscall3(NR_getdents64, folder, (uint64_t)entries, sizeof entries);
        if (size == 0 || failed(size)) return false;
        for (uint64_t at = 0; at < size;) {
            const struct entry* entry = (const struct entry*)(entries + at);
            const uint32_t number = number_of(entry->name);
            if (number != UINT32_MAX && test(number, context)) return true;
            at += entry->size;
        }
    }
}

// Where there is no /proc.
static bool any_number(descriptor_test* test, const void* context) {
    uint64_t limits[2];
    if (failed(wali_syscall2(NR_getrlimit, WALI_RLIMIT_NOFILE, (uint64_t)limits))) return false;
    for (uint32_t fd = 0; fd < limits[0] && fd < INT32_MAX; ++fd)
        if (test(fd, context)) return true;
    return false;
}

bool any_descriptor(descriptor_test* test, const void* context) {
    const uint64_t folder = wali_syscall4(NR_openat, (uint64_t)WALI_AT_FDCWD, (uint64_t)"/proc/thread-self/fd",
                                          O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (failed(folder)) return any_number(test, context);
    const bool result = any_in_folder(folder, test, context);
    wali_syscall1(NR_close, folder);
    return result;
}
