// SPDX-License-Identifier: BSL-1.0
//
// kill, tkill and tgkill. A policy without signal:children refuses kill and tkill, whatever they are sent to: no filter
// of the kernel's can tell a process's own number or threads. It lets tgkill through, which here reaches no other
// process then.
#include "signals.h"

static uint64_t own_thread(uint64_t tid, uint64_t sig) {
    const uint64_t result = wali_syscall3(NR_tgkill, wali_syscall0(NR_getpid), tid, sig);
    return result == wali_error(WALI_ESRCH) ? wali_error(WALI_EPERM) : result;
}

uint64_t w2c_wali_SYS_kill(struct w2c_wali* host, uint32_t pid, uint32_t sig) {
    (void)host;
    const uint64_t result = wali_syscall2(NR_kill, pid, sig);
    if (result != wali_error(WALI_EPERM) || pid != wali_syscall0(NR_getpid)) return result;
    return own_thread(wali_syscall0(NR_gettid), sig);
}

uint64_t w2c_wali_SYS_tkill(struct w2c_wali* host, uint32_t tid, uint32_t sig) {
    (void)host;
    const uint64_t result = wali_syscall2(NR_tkill, tid, sig);
    return result == wali_error(WALI_EPERM) ? own_thread(tid, sig) : result;
}

uint64_t w2c_wali_SYS_tgkill(struct w2c_wali* host, uint32_t tgid, uint32_t tid, uint32_t sig) {
    (void)host;
    if (tgid != wali_syscall0(NR_getpid) && wali_syscall2(NR_kill, tgid, 0) == wali_error(WALI_EPERM))
        return wali_error(WALI_EPERM);
    return wali_syscall3(NR_tgkill, tgid, tid, sig);
}
