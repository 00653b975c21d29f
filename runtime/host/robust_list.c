// SPDX-License-Identifier: BSL-1.0
//
// Lists of robust locks. The kernel could not follow the guest's 32-bit pointers, so the host does when a thread ends
// by a call: what the kernel does (exit_robust_list), with guest memory that may hold anything. A process that is
// killed leaves its locks as they are.
#include "host.h"
#include "structs.h"

#define FUTEX_WAITERS_ 0x80000000U
#define FUTEX_OWNER_DIED_ 0x40000000U
#define FUTEX_TID_MASK_ 0x3fffffffU
#define LIMIT 2048  // of a list, against rings that never close

static _Thread_local uint32_t registered;

uint64_t w2c_wali_SYS_set_robust_list(struct w2c_wali* host, uint32_t head, uint32_t len) {
    (void)host;
    if (len != sizeof(struct wali_guest_robust_list_head)) return wali_error(E_INVAL);
    registered = head;
    return 0;
}

// Only of the calling thread.
uint64_t w2c_wali_SYS_get_robust_list(struct w2c_wali* host, uint32_t pid, uint32_t head_ptr, uint32_t len_ptr) {
    (void)host;
    const uint32_t length = sizeof(struct wali_guest_robust_list_head);
    if (pid != 0 && pid != wali_syscall0(186 /* gettid */)) return wali_error(E_PERM);
    if (guest_write(len_ptr, &length, sizeof length) != 0) return wali_error(E_FAULT);
    return guest_write(head_ptr, &registered, sizeof registered) != 0 ? wali_error(E_FAULT) : 0;
}

static void wake(uint32_t address) { wali_syscall4(202, wali_pointer(address), 1 /* FUTEX_WAKE */, 1, 0); }

// A lock of a thread that ends: marked for the next owner, who is woken; with priority inheritance, by the kernel.
static void abandon(uint32_t address, uint32_t tid, bool pending, bool inherits) {
    uint32_t seen;
    if (address % sizeof seen != 0 || guest_read(&seen, address, sizeof seen) != 0) return;
    const bool given_back = (seen & FUTEX_TID_MASK_) == 0;
    if (pending && given_back && !inherits) wake(address);  // nobody was woken yet
    if ((seen & FUTEX_TID_MASK_) != tid) return;
    // The thread has written here, so it is writable.
    _Atomic uint32_t* word = (_Atomic uint32_t*)(WALI_MEMORY_BASE + address);
    while (!atomic_compare_exchange_weak(word, &seen, (seen & FUTEX_WAITERS_) | FUTEX_OWNER_DIED_))
        if ((seen & FUTEX_TID_MASK_) != tid) return;
    if (seen & FUTEX_WAITERS_ && !inherits) wake(address);
}

// The lowest bit of a pointer marks a lock with priority inheritance.
static void abandon_entry(uint32_t entry, uint32_t offset, uint32_t tid, bool pending) {
    if (entry != 0) abandon((entry & ~1U) + offset, tid, pending, entry & 1);
}

void robust_list_end(void) {
    struct wali_guest_robust_list_head head;
    const uint32_t start = registered;
    uint32_t entry;
    registered = 0;
    if (start == 0 || guest_read(&head, start, sizeof head) != 0) return;
    const uint32_t tid = (uint32_t)wali_syscall0(186 /* gettid */);
    const uint32_t offset = (uint32_t)head.futex_offset;
    entry = head.list;
    for (int i = 0; i < LIMIT && (entry & ~1U) != start; ++i) {
        uint32_t next;
        const bool readable = guest_read(&next, entry & ~1U, sizeof next) == 0;  // the next owner may change it
        if (entry != head.list_op_pending) abandon_entry(entry, offset, tid, false);
        if (!readable) break;
        entry = next;
    }
    abandon_entry(head.list_op_pending, offset, tid, true);
}
