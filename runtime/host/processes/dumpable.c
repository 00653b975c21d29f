// SPDX-License-Identifier: BSL-1.0
//
// PR_SET_DUMPABLE. While the kernel's value is 0, /proc/PID/mem belongs to root: no user without privileges can open
// it, not even the process itself, by whatever name, in whatever thread, ring or child. So the kernel's value is 0 as
// long as the process runs, and the guest has one of its own. Of root it would protect nothing, so root keeps the
// kernel's.
#include "dumpable.h"

static _Atomic bool hidden;  // for good: the kernel's value is 0, the guest's is here
static _Atomic uint64_t own;

// Who was root may have become a user. The kernel has set its value to 0 then (fs.suid_dumpable), which the guest sees.
static bool is_hidden(void) {
    if (!hidden && wali_syscall0(NR_geteuid) != 0) {
        own = wali_syscall1(NR_prctl, WALI_PR_GET_DUMPABLE);
        hidden = !failed(wali_syscall2(NR_prctl, WALI_PR_SET_DUMPABLE, 0));
    }
    return hidden;
}

void dumpable_start(void) { is_hidden(); }

uint64_t dumpable_get(void) { return is_hidden() ? own : wali_syscall1(NR_prctl, WALI_PR_GET_DUMPABLE); }

static uint64_t set(uint64_t value) {
    if (!is_hidden()) return wali_syscall2(NR_prctl, WALI_PR_SET_DUMPABLE, value);
    if (value > 1) return wali_error(WALI_EINVAL);
    own = value;
    return 0;
}

// With signals blocked: no handler changes the user between the look and the call.
uint64_t dumpable_set(uint64_t value) {
    const uint64_t mask = signals_block();
    const uint64_t result = set(value);
    signals_restore(mask);
    return result;
}
