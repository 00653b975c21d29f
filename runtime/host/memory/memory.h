// SPDX-License-Identifier: BSL-1.0
//
// The guest's memory: copying to and from it, its pages, and the lock of its address space.
#pragma once

#include "base/base.h"
#include "structs.h"

// --- crossing memory safely: guest_copy.c ---

// Copies between host memory and the guest's. 0, or -EFAULT if the guest's side is not mapped as needed; the host's
// side must be valid. Guest memory may change at any time, so everything is copied once and then checked.
int64_t guest_read(void* host, uint32_t address, size_t size);
int64_t guest_write(uint32_t address, const void* host, size_t size);

// Copies a string with its NUL; one that is longer is cut off at `size` characters, to which a NUL is added.
int64_t guest_read_string(char* text, uint32_t address, size_t size);

// The copy itself, between any two places: -EFAULT if one is not mapped as needed.
int64_t guest_copy(void* to, const void* from, size_t size);

// Whether a fault at `instruction` is one of those copies; if so, where to go on (the copy then returns -EFAULT).
bool guest_copy_recovers(uintptr_t instruction, uintptr_t* resume);

#define GUEST_IOV_MAX 1024  // UIO_MAXIOV, the kernel's own limit

// Copies a guest's iovec array (8 bytes each: address, length) once and translates it. Every buffer lies inside the
// reservation, so the kernel notices itself what is not mapped. 0, -EINVAL (too many) or -EFAULT.
int64_t iovec_read(struct wali_native_iovec native[GUEST_IOV_MAX], uint32_t address, uint32_t count);

// The same for a call that looks at other arguments first: what is wrong with the array stays wrong in the native
// form, so that the kernel answers with its own error in its own order. Returns what to pass with `count`.
uint64_t iovec_translate(struct wali_native_iovec native[GUEST_IOV_MAX], uint32_t address, uint32_t count);

// --- pages ---

WALI_INLINE uint64_t page_up(uint64_t bytes) { return (bytes + WALI_PAGE - 1) & ~(WALI_PAGE - 1); }
WALI_INLINE uint64_t page_down(uint64_t address) { return address & ~(WALI_PAGE - 1); }

void memory_reserve(void);
uint64_t memory_limit(void);  // bytes that the guest may ever address; above lies the guard

bool page_is_taken(uint32_t address);

// A limit of taken pages.
void page_map_limit(uint64_t pages);

// All changes of the address space happen under this lock, with signals blocked: a guest's signal handler may itself
// map memory. Returns what page_map_unlock needs. Guest memory must not be touched meanwhile, a fault would end the
// process.
uint64_t page_map_lock(void);
void page_map_unlock(uint64_t signal_mask);

// What copies the process holds the lock, too, so that the child never begins in the middle of another thread's change.
// If it `waits` for the child, as vfork, the child gives the lock back in the parent: other threads go on.
uint64_t page_map_lock_to_copy(bool waits);
void page_map_copied(bool in_child, bool waits, uint64_t signal_mask);

// What mmap shows of a ring: `memory_of` gives the host's address for a descriptor and an offset; 0 if that is no ring;
// an error if the ring has less. The memory is shared, and nothing but what the guest may see.
void mmap_rings(uint64_t (*memory_of)(uint32_t fd, uint64_t offset, uint64_t size));
