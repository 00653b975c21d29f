// SPDX-License-Identifier: BSL-1.0
//
// siginfo: 128 bytes in both forms, with the union at offset 16. What lies there depends on the signal and its code, as
// in the kernel's siginfo_layout(). Handlers, rt_sigtimedwait and the calls that send a siginfo convert here.
#include "delivery.h"

enum meaning { SAME, TIMER, VALUE, FAULT, CALL };  // SAME: no pointer in it (kill, SIGCHLD, SIGIO)

static enum meaning meaning_of(const struct siginfo_head* head) {
    if (head->code == WALI_SI_TIMER) return TIMER;
    if (head->code < WALI_SI_USER) return head->code == WALI_SI_SIGIO ? SAME : VALUE;
    if (head->code == WALI_SI_USER || head->code >= WALI_SI_KERNEL) return SAME;
    switch (head->signal) {
        case 4:  // SIGILL
        case 5:  // SIGTRAP
        case 7:  // SIGBUS
        case 8:  // SIGFPE
        case 11: return FAULT;
        case 31: return CALL;  // SIGSYS
        default: return SAME;
    }
}

void siginfo_to_guest(union siginfo* guest, const union siginfo* native) {
    switch (meaning_of(&native->head)) {
        case TIMER: wali_siginfo_timer_to_guest(&guest->guest_timer, &native->timer); break;
        case VALUE: wali_siginfo_rt_to_guest(&guest->guest_rt, &native->rt); break;
        case FAULT: wali_siginfo_fault_to_guest(&guest->guest_fault, &native->fault); break;
        case CALL: wali_siginfo_sys_to_guest(&guest->guest_sys, &native->sys); break;
        case SAME: *guest = *native; break;
    }
}

static void siginfo_to_native(union siginfo* native, const union siginfo* guest) {
    switch (meaning_of(&guest->head)) {
        case TIMER: wali_siginfo_timer_to_native(&native->timer, &guest->guest_timer); break;
        case VALUE: wali_siginfo_rt_to_native(&native->rt, &guest->guest_rt); break;
        case FAULT: wali_siginfo_fault_to_native(&native->fault, &guest->guest_fault); break;
        case CALL: wali_siginfo_sys_to_native(&native->sys, &guest->guest_sys); break;
        case SAME: *native = *guest; break;
    }
}

// --- sending: the kernel checks who may claim which code ---

// A code means something for the signal that is sent, `signal`; what the guest wrote into the structure stays there.
static int64_t siginfo_read(union siginfo* native, uint32_t address, uint32_t signal) {
    union siginfo guest;
    const int64_t error = guest_read(&guest, address, sizeof guest);
    if (error != 0) return error;
    const int32_t written = guest.head.signal;
    guest.head.signal = (int32_t)signal;
    siginfo_to_native(native, &guest);
    native->head.signal = written;
    return 0;
}

// Whether it says of one of the host's signals that the kernel sent it: for the host that would be a fault (fault.c).
static bool claims_fault(uint32_t signal, const union siginfo* native) {
    return native->head.code > 0 && signal - 1 < 64 && HOST_SIGNALS >> (signal - 1) & 1;
}

// Only to itself may a thread send such a thing, so it needs no kernel.
static uint64_t send_fault(uint32_t signal, const union siginfo* native) {
    union siginfo info = *native;
    info.head.signal = (int32_t)signal;
    signal_sent((int)signal, &info);
    return 0;
}

uint64_t w2c_wali_SYS_rt_sigqueueinfo(struct w2c_wali* host, uint32_t pid, uint32_t sig, uint32_t info) {
    (void)host;
    union siginfo native;
    const int64_t error = siginfo_read(&native, info, sig);
    if (error != 0) return (uint64_t)error;
    if (claims_fault(sig, &native) && pid == wali_syscall0(NR_gettid)) return send_fault(sig, &native);
    return wali_syscall3(NR_rt_sigqueueinfo, pid, sig, (uint64_t)&native);
}

uint64_t w2c_wali_SYS_rt_tgsigqueueinfo(struct w2c_wali* host, uint32_t tgid, uint32_t tid, uint32_t sig,
                                        uint32_t info) {
    (void)host;
    union siginfo native;
    const int64_t error = siginfo_read(&native, info, sig);
    if (error != 0) return (uint64_t)error;
    if (claims_fault(sig, &native) && tgid == wali_syscall0(NR_getpid) && tid == wali_syscall0(NR_gettid))
        return send_fault(sig, &native);
    return wali_syscall4(NR_rt_tgsigqueueinfo, tgid, tid, sig, (uint64_t)&native);
}

// Here the kernel compares the structure's signal with `sig`.
uint64_t w2c_wali_SYS_pidfd_send_signal(struct w2c_wali* host, uint32_t pidfd, uint32_t sig, uint32_t info,
                                        uint32_t flags) {
    (void)host;
    union siginfo native;
    uint64_t pointer = (uint64_t)&native;
    if (info == 0)
        pointer = 0;
    else if (siginfo_read(&native, info, sig) != 0)
        pointer = UNMAPPED_POINTER;
    else if (claims_fault(sig, &native))
        return wali_error(WALI_EPERM);  // whose descriptor it is, is not known
    return wali_syscall4(NR_pidfd_send_signal, pidfd, sig, pointer, flags);
}

// --- taking ---

uint64_t w2c_wali_SYS_rt_sigtimedwait(struct w2c_wali* host, uint32_t set, uint32_t info, uint32_t timeout,
                                      uint32_t sigsetsize) {
    (void)host;
    uint64_t mask;
    union siginfo native;
    union siginfo guest;
    const int64_t error = signal_mask_read(&mask, set, sigsetsize);
    if (error != 0) return (uint64_t)error;
    const uint64_t result = wali_syscall4(NR_rt_sigtimedwait, (uint64_t)&mask, info == 0 ? 0 : (uint64_t)&native,
                                          wali_pointer(timeout), sigsetsize);
    if (failed(result) || info == 0) return result;
    siginfo_to_guest(&guest, &native);
    return guest_write(info, &guest, sizeof guest) == 0 ? result : wali_error(WALI_EFAULT);
}
