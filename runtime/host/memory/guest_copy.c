// SPDX-License-Identifier: BSL-1.0
#include <string.h>

#include "memory.h"

extern const char guest_copy_begin[];
extern const char guest_copy_failed[];

#ifdef WALI_CHECKED
#define RULE_NO_LOCK() RULE(!lock_is_held, "guest memory is touched where a fault can be handled")
#else
#define RULE_NO_LOCK() ((void)0)
#endif

// NULL is no address, as for the calls that the kernel serves itself.
int64_t guest_read(void* host, uint32_t address, size_t size) {
    RULE_NO_LOCK();
    if (address == 0) return -WALI_EFAULT;
    return guest_copy(host, (const void*)(WALI_MEMORY_BASE + address), size);
}

int64_t guest_write(uint32_t address, const void* host, size_t size) {
    RULE_NO_LOCK();
    if (address == 0) return -WALI_EFAULT;
    return guest_copy((void*)(WALI_MEMORY_BASE + address), host, size);
}

// In pieces that lie in one page each: where the string's first byte can be read, so can what lies before it.
int64_t guest_read_string(char* text, uint32_t address, size_t size) {
    if (address == 0) return -WALI_EFAULT;
    for (uint64_t at = address, length = 0; at <= UINT32_MAX;) {
        char piece[16];
        const size_t before = at % sizeof piece;
        const size_t left = size - length;
        size_t count = sizeof piece - before;
        if (count > left) count = left;
        if (guest_copy(piece, (const void*)(WALI_MEMORY_BASE + at - before), sizeof piece) != 0) return -WALI_EFAULT;
        memcpy(text + length, piece + before, count);
        length += count;
        if (memchr(piece + before, '\0', count)) return 0;
        if (length == size) {
            text[size] = '\0';
            return 0;
        }
        at += count;
    }
    return -WALI_EFAULT;
}

bool guest_copy_recovers(uintptr_t instruction, uintptr_t* resume) {
    if (instruction < (uintptr_t)guest_copy_begin || instruction >= (uintptr_t)guest_copy_failed) return false;
    *resume = (uintptr_t)guest_copy_failed;
    return true;
}
