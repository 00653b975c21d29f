// SPDX-License-Identifier: BSL-1.0
#include <signal.h>

#include "cpu.h"
#include "engine.h"

#define IN_USE (16UL << 10)  // below a frame, at most, when stack_trim is called

static _Thread_local uint64_t own;  // mapping

static bool open_part(uint64_t address, uint64_t size) {
    return !failed(wali_syscall3(NR_mprotect, address, size, READ_WRITE));
}

uint64_t stack_make(void) {
    const uint64_t mapping =
        wali_syscall6(NR_mmap, 0, STACK_MAPPING, WALI_PROT_NONE, PRIVATE_MEMORY | WALI_MAP_STACK, (uint64_t)-1L, 0);
    if (failed(mapping)) return mapping;
    // Else the first access could take, and clear, 2 MiB.
    wali_syscall3(NR_madvise, mapping, STACK_MAPPING, WALI_MADV_NOHUGEPAGE);
    if (open_part(mapping + STACK_GUARD, STACK_HANDLERS) && open_part(mapping + STACK_LOW, STACK_SIZE)) return mapping;
    stack_free(mapping);
    return wali_error(WALI_ENOMEM);
}

void stack_free(uint64_t mapping) { wali_syscall2(NR_munmap, mapping, STACK_MAPPING); }

// The lowest guard belongs to the handlers' stack for the kernel, too: it ends a process that has run into it. Were
// that outside, the kernel would begin at the top again, over frames in use.
void stack_use(uint64_t mapping) {
    own = mapping;
    const stack_t handlers = {.ss_sp = (void*)mapping, .ss_flags = 0, .ss_size = STACK_GUARD + STACK_HANDLERS};
    wali_syscall2(NR_sigaltstack, (uint64_t)&handlers, 0);
}

void stack_call(void (*function)(void), uint64_t top) { cpu_stack_call(function, top); }

void stack_trim(void) {
    const uint64_t end = ((uint64_t)__builtin_frame_address(0) - IN_USE) & ~(WALI_PAGE - 1);
    wali_syscall3(NR_madvise, own, end - own, WALI_MADV_DONTNEED);
}

bool stack_is_exhausted(bool address_known, uint64_t address, uint64_t stack_pointer) {
    const uint64_t guard = own + STACK_LOW - STACK_GUARD;
    return address_known ? address - guard < STACK_GUARD : stack_pointer - guard < 2 * STACK_GUARD;
}

static bool is_of_handlers(uintptr_t address) { return address - own < STACK_GUARD + STACK_HANDLERS; }

// On the handlers' stack nothing outlives a jump to the other one.
bool frame_is_left(const void* frame, uintptr_t destination) {
    const bool in_handler = is_of_handlers((uintptr_t)frame);
    if (in_handler != is_of_handlers(destination)) return in_handler;
    return (uintptr_t)frame < destination;
}
