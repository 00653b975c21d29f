// SPDX-License-Identifier: BSL-1.0
//
// The time and the processor, which the kernel tells without a system call (vdso(7)): the C library knows the way. It
// writes to the host's memory, because a fault of the guest's inside the kernel's code could not be mended. What fails
// is asked again as a system call, whose error counts.
#include <sched.h>
#include <time.h>

#include "memory/memory.h"

uint64_t w2c_wali_SYS_clock_gettime(struct w2c_wali* host, uint32_t clockid, uint32_t tp) {
    (void)host;
    struct timespec now;
    if (clock_gettime((clockid_t)clockid, &now) != 0) return wali_syscall2(NR_clock_gettime, clockid, wali_pointer(tp));
    return (uint64_t)guest_write(tp, &now, sizeof now);
}

uint64_t w2c_wali_SYS_gettimeofday(struct w2c_wali* host, uint32_t tv, uint32_t tz) {
    (void)host;
    struct timespec now;
    if (tz != 0 || clock_gettime(CLOCK_REALTIME, &now) != 0)
        return wali_syscall2(NR_gettimeofday, wali_pointer(tv), wali_pointer(tz));
    const int64_t time[] = {now.tv_sec, now.tv_nsec / 1000};
    return tv == 0 ? 0 : (uint64_t)guest_write(tv, time, sizeof time);
}

uint64_t w2c_wali_SYS_time(struct w2c_wali* host, uint32_t tloc) {
    (void)host;
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME_COARSE, &now) != 0) return wali_syscall1(NR_time, wali_pointer(tloc));
    const int64_t seconds = now.tv_sec;
    if (tloc != 0 && guest_write(tloc, &seconds, sizeof seconds) != 0) return wali_error(WALI_EFAULT);
    return (uint64_t)seconds;
}

uint64_t w2c_wali_SYS_getcpu(struct w2c_wali* host, uint32_t cpu, uint32_t node, uint32_t tcache) {
    (void)host;
    (void)tcache;  // ignored by Linux since 2.6.24
    unsigned int now[2];
    if (getcpu(&now[0], &now[1]) != 0) return wali_syscall3(NR_getcpu, wali_pointer(cpu), wali_pointer(node), 0);
    if (cpu != 0 && guest_write(cpu, &now[0], sizeof now[0]) != 0) return wali_error(WALI_EFAULT);
    return node != 0 ? (uint64_t)guest_write(node, &now[1], sizeof now[1]) : 0;
}
