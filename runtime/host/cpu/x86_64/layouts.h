// SPDX-License-Identifier: BSL-1.0
//
// Calls with a handler whose structures other processors' kernels lay out otherwise: epoll_event and semid_ds. Here
// they are the guest's, so the kernel reads and writes them in place. (Such calls without a handler: own_calls.h.)
#pragma once

#include "wali_host.h"

// epoll_pwait or epoll_pwait2, whose timeout and mask are the host's.
static inline uint64_t cpu_epoll_pwait(uint64_t number, uint32_t epfd, uint32_t events, uint32_t maxevents,
                                       uint64_t timeout, uint64_t mask, uint64_t mask_size) {
    return wali_syscall6(number, epfd, wali_pointer(events), maxevents, timeout, mask, mask_size);
}

// semctl with a command whose last argument is an address.
static inline uint64_t cpu_semctl(uint32_t semid, uint32_t semnum, uint32_t command, uint32_t address) {
    return wali_syscall4(NR_semctl, semid, semnum, command, wali_pointer(address));
}

// Whether a ring passes IORING_OP_EPOLL_CTL with the guest's structure.
#define CPU_RING_PASSES_EPOLL_EVENT 1
