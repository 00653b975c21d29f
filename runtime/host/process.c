// SPDX-License-Identifier: BSL-1.0
//
// Processes: fork and execve.
#include <errno.h>
#include <unistd.h>

#include "host.h"
#include "page_map.h"

#define MAX_STRINGS (128UL << 10)

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

struct vector {
    uint64_t pointers;  // native address of a NULL-terminated array of char*
    uint64_t bytes;
};

// Copies a guest's NULL-terminated array of strings; the strings stay where they are, the kernel copies them.
static int64_t vector_read(struct vector* native, uint32_t address) {
    const uint64_t bytes = (MAX_STRINGS + 1) * sizeof(uint64_t);
    const uint64_t at =
        wali_syscall6(9, 0, bytes, 3 /* read, write */, 0x4022 /* private, anonymous, no reserve */, (uint64_t)-1L, 0);
    *native = (struct vector){at, bytes};
    if (failed(at)) return (int64_t)at;
    uint64_t* pointers = (uint64_t*)at;
    for (uint64_t i = 0; address != 0 && i < MAX_STRINGS; ++i) {
        uint32_t string;
        const uint64_t element = address + i * sizeof string;
        if (element > UINT32_MAX || guest_read(&string, (uint32_t)element, sizeof string) != 0) return -E_FAULT;
        if (string == 0) return 0;
        pointers[i] = wali_pointer(string);
    }
    return address == 0 ? 0 : -E_2BIG;
}

static void vector_free(const struct vector* native) {
    if (!failed(native->pointers)) wali_syscall2(11, native->pointers, native->bytes);
}

uint64_t w2c_wali_SYS_execve(struct w2c_wali* host, uint32_t pathname, uint32_t argv, uint32_t envp) {
    (void)host;
    struct vector arguments;
    struct vector environment;
    const int64_t first = vector_read(&arguments, argv);
    const int64_t second = vector_read(&environment, envp);
    uint64_t result = (uint64_t)(first != 0 ? first : second);
    if (first == 0 && second == 0)
        result = wali_syscall3(59, wali_pointer(pathname), arguments.pointers, environment.pointers);
    vector_free(&arguments);
    vector_free(&environment);
    return result;
}
