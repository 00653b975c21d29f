// SPDX-License-Identifier: BSL-1.0
#include "host.h"

extern int64_t guest_copy(void* to, const void* from, size_t size);
extern const char guest_copy_begin[];
extern const char guest_copy_failed[];

// NULL is no address, as for the calls that the kernel serves itself.
int64_t guest_read(void* host, uint32_t address, size_t size) {
    if (address == 0) return -E_FAULT;
    return guest_copy(host, (const void*)(WALI_MEMORY_BASE + address), size);
}

int64_t guest_write(uint32_t address, const void* host, size_t size) {
    if (address == 0) return -E_FAULT;
    return guest_copy((void*)(WALI_MEMORY_BASE + address), host, size);
}

bool guest_copy_recovers(uintptr_t instruction, uintptr_t* resume) {
    if (instruction < (uintptr_t)guest_copy_begin || instruction >= (uintptr_t)guest_copy_failed) return false;
    *resume = (uintptr_t)guest_copy_failed;
    return true;
}
