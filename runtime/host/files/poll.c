// SPDX-License-Identifier: BSL-1.0
//
// pselect6, ppoll and epoll_pwait, which wait with a signal mask: it is copied, because it must not hold back the
// host's signals.
#include "layouts.h"
#include "signals/signals.h"

// NULL stays NULL; the kernel checks the size only with a mask.
static int64_t optional_mask(uint64_t* mask, uint32_t address, uint64_t size, uint64_t* pointer) {
    *pointer = 0;
    if (address == 0) return 0;
    *pointer = (uint64_t)mask;
    return signal_mask_read(mask, address, size);
}

uint64_t w2c_wali_SYS_pselect6(struct w2c_wali* host, uint32_t nfds, uint32_t readfds, uint32_t writefds,
                               uint32_t exceptfds, uint32_t timeout, uint32_t sigmask) {
    (void)host;
    struct wali_guest_pselect6_sigmask guest = {0, 0};
    struct wali_native_pselect6_sigmask native = {0, 8};
    uint64_t mask;
    if (sigmask != 0 && guest_read(&guest, sigmask, sizeof guest) != 0) return wali_error(WALI_EFAULT);
    if (guest.ss > UINT32_MAX) return wali_error(WALI_EFAULT);
    const int64_t error = optional_mask(&mask, (uint32_t)guest.ss, guest.ss_len, &native.ss);
    if (error != 0) return (uint64_t)error;
    return wali_syscall6(NR_pselect6, nfds, wali_pointer(readfds), wali_pointer(writefds), wali_pointer(exceptfds),
                         wali_pointer(timeout), sigmask == 0 ? 0 : (uint64_t)&native);
}

uint64_t w2c_wali_SYS_ppoll(struct w2c_wali* host, uint32_t fds, uint64_t nfds, uint32_t tmo_p, uint32_t sigmask,
                            uint32_t sigsetsize) {
    (void)host;
    uint64_t mask;
    uint64_t pointer;
    const int64_t error = optional_mask(&mask, sigmask, sigsetsize, &pointer);
    if (error != 0) return (uint64_t)error;
    return wali_syscall5(NR_ppoll, wali_pointer(fds), nfds, wali_pointer(tmo_p), pointer, sigsetsize);
}

// `timeout` as the call takes it: milliseconds, or a native pointer.
static uint64_t epoll_wait_with_mask(uint64_t number, uint32_t epfd, uint32_t events, uint32_t maxevents,
                                     uint64_t timeout, uint32_t sigmask, uint32_t sigsetsize) {
    uint64_t mask;
    uint64_t pointer;
    const int64_t error = optional_mask(&mask, sigmask, sigsetsize, &pointer);
    if (error != 0) return (uint64_t)error;
    return cpu_epoll_pwait(number, epfd, events, maxevents, timeout, pointer, sigsetsize);
}

uint64_t w2c_wali_SYS_epoll_pwait(struct w2c_wali* host, uint32_t epfd, uint32_t events, uint32_t maxevents,
                                  uint32_t timeout, uint32_t sigmask, uint32_t sigsetsize) {
    (void)host;
    return epoll_wait_with_mask(NR_epoll_pwait, epfd, events, maxevents, timeout, sigmask, sigsetsize);
}

uint64_t w2c_wali_SYS_epoll_pwait2(struct w2c_wali* host, uint32_t epfd, uint32_t events, uint32_t maxevents,
                                   uint32_t timeout, uint32_t sigmask, uint32_t sigsetsize) {
    (void)host;
    return epoll_wait_with_mask(NR_epoll_pwait2, epfd, events, maxevents, wali_pointer(timeout), sigmask, sigsetsize);
}
