// SPDX-License-Identifier: BSL-1.0
//
// Descriptors of the host's own, and the guest's calls that change what a number stands for.
#include "descriptors.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "host.h"

#define PROC_SUPER_MAGIC_ 0x9fa0

enum {
    HOST_DESCRIPTORS = WALI_OWN_DESCRIPTORS,
    SLOTS = HOST_DESCRIPTORS - 1,  // the last is what idle slots are: procfs, or something without meaning
    USUAL_NUMBERS = 64,            // a program with fewer descriptors sees no gap among its numbers
    NOWHERE = INT32_MAX,           // no descriptor has such a number
};

uint32_t wali_own_descriptors = NOWHERE;
static bool has_procfs;
static bool can_reopen;
static const void* _Atomic owners[SLOTS];  // NULL: the slot is idle

static bool is_reserved(void) { return wali_own_descriptors != NOWHERE; }

static uint64_t idle(void) { return wali_own_descriptors + SLOTS; }

// --- reservation ---

static uint64_t close_native(uint64_t fd) { return wali_syscall1(3, fd); }

static bool is_procfs(uint64_t fd) {
    struct statfs system;
    return !failed(wali_syscall2(138, fd, (uint64_t)&system)) && system.f_type == PROC_SUPER_MAGIC_;
}

// What idle numbers stand for. An eventfd means nothing to anybody.
static uint64_t open_idle(void) {
    const uint64_t proc =
        wali_syscall4(257, (uint64_t)AT_FDCWD, (uint64_t)"/proc", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    if (!failed(proc) && is_procfs(proc)) return proc;
    if (!failed(proc)) close_native(proc);
    return wali_syscall2(290 /* eventfd2 */, 0, O_CLOEXEC);
}

// Duplicates `fd` to free numbers without a gap, from `lowest` on; the first one, or an error.
static uint64_t occupy(uint64_t fd, uint64_t lowest) {
    uint64_t first = lowest;
    for (uint64_t count = 0; count < HOST_DESCRIPTORS;) {
        const uint64_t next = wali_syscall3(72, fd, F_DUPFD_CLOEXEC, first + count);
        if (next == first + count) {
            ++count;
            continue;
        }
        if (count > 0) wali_syscall3(436 /* close_range */, first, first + count - 1, 0);
        if (failed(next)) return next;
        first = next;
        count = 1;
    }
    return first;
}

static uint64_t preferred(void) {
    uint64_t limits[2];
    if (failed(wali_syscall2(97, 7 /* RLIMIT_NOFILE */, (uint64_t)limits))) return 0;
    const uint64_t end = limits[0] < USUAL_NUMBERS ? limits[0] : USUAL_NUMBERS;
    return end > HOST_DESCRIPTORS ? end - HOST_DESCRIPTORS : 0;
}

bool descriptors_reserve(void) {
    if (is_reserved()) return true;
    if (signal_handling()) return false;  // it may have interrupted a call that has just compared numbers
    const uint64_t mask = signals_block();
    const uint64_t fd = open_idle();
    if (!failed(fd)) {
        uint64_t first = occupy(fd, preferred());
        if (failed(first)) first = occupy(fd, 0);
        close_native(fd);
        if (!failed(first)) {
            has_procfs = is_procfs(first);
            wali_own_descriptors = (uint32_t)first;
        }
    }
    signals_restore(mask);
    return is_reserved();
}

// Nothing may be mounted where descriptors_reopen goes.
bool descriptors_ready(void) {
    struct statx root;
    struct statx folder;
    if (!descriptors_reserve()) return false;
    can_reopen = false;
    if (!has_procfs) return true;
    if (failed(wali_syscall5(332, idle(), (uint64_t)"", AT_EMPTY_PATH, STATX_MNT_ID, (uint64_t)&root))) return false;
    const uint64_t result = wali_syscall5(332, idle(), (uint64_t)"thread-self/fd", 0, STATX_MNT_ID, (uint64_t)&folder);
    if (result == wali_error(E_NOENT)) return true;  // it is of processes that do not see this one
    return can_reopen = !failed(result) && root.stx_mnt_id == folder.stx_mnt_id;
}

bool descriptors_can_reopen(void) { return can_reopen; }

// --- slots ---

static uint64_t number_of(size_t slot) { return wali_own_descriptors + slot; }

// The owner is noted by what claims the slot: a handler that jumps out finds one or the other.
static bool claim(const void* owner, size_t* slot) {
    for (*slot = 0; *slot < SLOTS; ++*slot) {
        const void* nobody = NULL;
        if (atomic_compare_exchange_strong(&owners[*slot], &nobody, owner)) return true;
    }
    return false;
}

static void release(size_t slot) {
    wali_syscall3(292 /* dup3 */, idle(), number_of(slot), O_CLOEXEC);
    atomic_store(&owners[slot], NULL);
}

uint64_t descriptors_hold(const void* owner, uint64_t fd) {
    size_t slot;
    // The kernel refuses where the guest has lowered RLIMIT_NOFILE below these numbers.
    if (!claim(owner, &slot) || failed(wali_syscall3(292, fd, number_of(slot), O_CLOEXEC))) return wali_error(E_MFILE);
    return number_of(slot);
}

// By way of procfs as it was when the numbers were taken: another thread can neither exchange it (chroot) nor what lies
// in the slot.
uint64_t descriptors_reopen(uint64_t held, uint64_t flags) {
    char link[32] = "thread-self/fd/";
    append_number(link, held);
    return wali_syscall4(257, idle(), (uint64_t)link, flags, 0);
}

void descriptors_release(const void* owner) {
    if (!can_reopen) return;
    for (size_t slot = 0; slot < SLOTS; ++slot)
        if (owners[slot] == owner) release(slot);
}

void descriptors_release_others(bool (*stays)(const void* owner)) {
    for (size_t slot = 0; slot < SLOTS; ++slot) {
        const void* owner = owners[slot];
        if (owner && !stays(owner)) release(slot);
    }
}

// --- the guest's calls ---

uint64_t w2c_wali_SYS_dup2(struct w2c_wali* host, uint32_t oldfd, uint32_t newfd) {
    (void)host;
    return wali_is_own_descriptor(newfd) ? wali_error(E_BADF) : wali_syscall2(33, oldfd, newfd);
}

uint64_t w2c_wali_SYS_dup3(struct w2c_wali* host, uint32_t oldfd, uint32_t newfd, uint32_t flags) {
    (void)host;
    return wali_is_own_descriptor(newfd) ? wali_error(E_BADF) : wali_syscall3(292, oldfd, newfd, flags);
}

// Around the host's numbers. Above all descriptors the kernel closes none, but checks and applies the flags.
static uint64_t close_around(uint32_t first, uint32_t last, uint32_t flags) {
    const uint32_t low = wali_own_descriptors;
    const uint32_t high = low + HOST_DESCRIPTORS - 1;
    if (!is_reserved() || first > last || last < low || first > high) return wali_syscall3(436, first, last, flags);
    const uint64_t below = first < low ? wali_syscall3(436, first, low - 1, flags) : 0;
    if (failed(below)) return below;
    return wali_syscall3(436, last > high ? high + 1 : UINT32_MAX, last > high ? last : UINT32_MAX, flags);
}

uint64_t w2c_wali_SYS_close_range(struct w2c_wali* host, uint32_t first, uint32_t last, uint32_t flags) {
    (void)host;
    const uint64_t mask = signals_block();
    const uint64_t result = close_around(first, last, flags);
    signals_restore(mask);
    return result;
}
