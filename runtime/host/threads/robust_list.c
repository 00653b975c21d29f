// SPDX-License-Identifier: BSL-1.0
//
// Lists of robust locks. The kernel could not follow the guest's 32-bit pointers, so the host does when a thread ends
// by a call: what the kernel does (exit_robust_list), with guest memory that may hold anything. For one that is killed
// the kernel has a list in its own form, a copy of what the guest's was when it last called set_robust_list. Our C
// library calls that with each change.
#include "robust_list.h"

#include <linux/futex.h>
#include <string.h>

#include "memory/memory.h"
#include "threads.h"

#define LIMIT ROBUST_LIST_LIMIT  // of a list, against rings that never close

static _Thread_local uint32_t registered;

// --- the kernel's list ---
//
// The kernel finds the word of every lock at the same distance from its entry. So the entry for the guest's at X lies
// at mirror + X, in pages that exist only where locks are. Only multiples of 8 have one: no entry overlaps another, so
// that each holds the address of an entry or of a head, whatever guests claim.

#define MIRROR_BYTES (4UL << 30)

static _Atomic uint64_t mirror;  // 0: not there yet, or there is no room for it
static _Thread_local volatile struct robust_list_head kernel_list;
static _Thread_local bool kernel_knows;
static _Thread_local volatile uint32_t copies;

static uint64_t mirror_reserve(void) {
    const uint64_t at = map_own(MIRROR_BYTES);
    uint64_t other = 0;
    if (failed(at)) return 0;
    wali_syscall3(NR_madvise, at, MIRROR_BYTES, WALI_MADV_NOHUGEPAGE);
    if (atomic_compare_exchange_strong(&mirror, &other, at)) return at;
    wali_syscall2(NR_munmap, at, MIRROR_BYTES);
    return other;
}

// Where one of the guest's pointers leads, with its lowest bit. What cannot be an entry is the end, as the head is.
static struct robust_list* link_to(uint64_t at, uint32_t entry) {
    const bool is_end = entry < 8 || entry & 6 || (entry & ~1U) == registered;
    return is_end ? (struct robust_list*)&kernel_list.list : (struct robust_list*)(at + entry);
}

// The thread may be killed at any time: a lock that moves between the list and the pending operation is always in one
// of them, and nothing leads to an entry that is not written yet.
static void copy_list(uint64_t at, const struct wali_guest_robust_list_head* head) {
    struct robust_list* const end = (struct robust_list*)&kernel_list.list;
    struct robust_list* const pending = link_to(at, head->list_op_pending);
    kernel_list.futex_offset = (int64_t)(WALI_MEMORY_BASE - at) + (int32_t)head->futex_offset;
    if (pending != end) kernel_list.list_op_pending = pending;
    uint32_t entry = head->list;
    for (int i = 0; i < LIMIT && link_to(at, entry) != end; ++i) {
        uint32_t next;
        if (guest_read(&next, entry & ~1U, sizeof next) != 0) next = 0;
        ((volatile struct robust_list*)(at + (entry & ~1U)))->next = link_to(at, next);
        entry = next;
    }
    kernel_list.list.next = link_to(at, head->list);
    if (pending == end) kernel_list.list_op_pending = NULL;
}

// A handler of the guest's that interrupts this may change the list, too.
static void tell_kernel(void) {
    uint64_t at = mirror;
    if (registered == 0 && !kernel_knows) return;
    if (at == 0) at = mirror_reserve();
    if (at == 0) return;
    uint32_t mine;
    do {
        struct wali_guest_robust_list_head head;
        mine = ++copies;
        if (guest_read(&head, registered, sizeof head) != 0) memset(&head, 0, sizeof head);
        copy_list(at, &head);
    } while (mine != copies);
    if (!kernel_knows) wali_syscall2(NR_set_robust_list, (uint64_t)&kernel_list, sizeof kernel_list);
    kernel_knows = true;
}

void robust_list_forked(void) {
    registered = 0;
    kernel_knows = false;
}

// --- the guest's ---

uint64_t w2c_wali_SYS_set_robust_list(struct w2c_wali* host, uint32_t head, uint32_t len) {
    (void)host;
    if (len != sizeof(struct wali_guest_robust_list_head)) return wali_error(WALI_EINVAL);
    registered = head;
    tell_kernel();
    return 0;
}

// Only of the calling thread.
uint64_t w2c_wali_SYS_get_robust_list(struct w2c_wali* host, uint32_t pid, uint32_t head_ptr, uint32_t len_ptr) {
    (void)host;
    const uint32_t length = sizeof(struct wali_guest_robust_list_head);
    if (pid != 0 && pid != wali_syscall0(NR_gettid)) return wali_error(WALI_EPERM);
    if (guest_write(len_ptr, &length, sizeof length) != 0) return wali_error(WALI_EFAULT);
    return guest_write(head_ptr, &registered, sizeof registered) != 0 ? wali_error(WALI_EFAULT) : 0;
}

static void wake(uint32_t address) { wali_syscall4(NR_futex, wali_pointer(address), WALI_FUTEX_WAKE, 1, 0); }

// A lock of a thread that ends: marked for the next owner, who is woken; with priority inheritance, by the kernel.
static void abandon(uint32_t address, uint32_t tid, bool pending, bool inherits) {
    uint32_t seen;
    if (address % sizeof seen != 0 || guest_read(&seen, address, sizeof seen) != 0) return;
    const bool given_back = (seen & FUTEX_TID_MASK) == 0;
    if (pending && given_back && !inherits) wake(address);  // nobody was woken yet
    if ((seen & FUTEX_TID_MASK) != tid) return;
    // Where the guest has made it read-only since, this is a fault of its own.
    _Atomic uint32_t* word = (_Atomic uint32_t*)(WALI_MEMORY_BASE + address);
    while (!atomic_compare_exchange_weak(word, &seen, (seen & FUTEX_WAITERS) | FUTEX_OWNER_DIED))
        if ((seen & FUTEX_TID_MASK) != tid) return;
    if (seen & FUTEX_WAITERS && !inherits) wake(address);
}

// The lowest bit of a pointer marks a lock with priority inheritance.
static void abandon_entry(uint32_t entry, uint32_t offset, uint32_t tid, bool pending) {
    if (entry != 0) abandon((entry & ~1U) + offset, tid, pending, entry & 1);
}

static void abandon_list(uint32_t start) {
    struct wali_guest_robust_list_head head;
    if (start == 0 || guest_read(&head, start, sizeof head) != 0) return;
    const uint32_t tid = (uint32_t)wali_syscall0(NR_gettid);
    const uint32_t offset = (uint32_t)head.futex_offset;
    uint32_t entry = head.list;
    for (int i = 0; i < LIMIT && (entry & ~1U) != start; ++i) {
        uint32_t next;
        const bool readable = guest_read(&next, entry & ~1U, sizeof next) == 0;  // the next owner may change it
        if (entry != head.list_op_pending) abandon_entry(entry, offset, tid, false);
        if (!readable) break;
        entry = next;
    }
    abandon_entry(head.list_op_pending, offset, tid, true);
}

void robust_list_end(void) {
    const uint32_t start = registered;
    registered = 0;  // first: a handler of the guest may end the thread meanwhile
    abandon_list(start);
    tell_kernel();
}
