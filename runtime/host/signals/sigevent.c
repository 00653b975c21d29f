// SPDX-License-Identifier: BSL-1.0
//
// Calls that are told by a sigevent how to notify: timer_create and mq_notify. The kernel sends the signals; values
// come back in their siginfo.
#include "memory/memory.h"

static int64_t sigevent_read(struct wali_native_sigevent* native, uint32_t address) {
    struct wali_guest_sigevent guest;
    const int64_t error = guest_read(&guest, address, sizeof guest);
    if (error == 0) wali_sigevent_to_native(native, &guest);
    return error;
}

uint64_t w2c_wali_SYS_timer_create(struct w2c_wali* host, uint32_t clockid, uint32_t sevp, uint32_t timerid) {
    (void)host;
    struct wali_native_sigevent event;
    if (sevp != 0 && sigevent_read(&event, sevp) != 0) return wali_error(WALI_EFAULT);
    return wali_syscall3(NR_timer_create, clockid, sevp == 0 ? 0 : (uint64_t)&event, wali_pointer(timerid));
}

// With SIGEV_THREAD the value is an address: of the 32 bytes that the kernel sends through the netlink socket `signo`.
uint64_t w2c_wali_SYS_mq_notify(struct w2c_wali* host, uint32_t mqdes, uint32_t sevp) {
    (void)host;
    struct wali_native_sigevent event;
    if (sevp != 0 && sigevent_read(&event, sevp) != 0) return wali_error(WALI_EFAULT);
    if (sevp != 0 && event.notify == WALI_SIGEV_THREAD) event.value = wali_pointer((uint32_t)event.value);
    return wali_syscall2(NR_mq_notify, mqdes, sevp == 0 ? 0 : (uint64_t)&event);
}
