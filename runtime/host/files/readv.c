// SPDX-License-Identifier: BSL-1.0
//
// readv, writev and what else takes an iovec array.
#include "memory/memory.h"

static uint64_t vectored(uint64_t number, uint32_t fd, uint32_t address, uint32_t count) {
    struct wali_native_iovec native[GUEST_IOV_MAX];
    return wali_syscall3(number, fd, iovec_translate(native, address, count), count);
}

uint64_t w2c_wali_SYS_readv(struct w2c_wali* host, uint32_t fd, uint32_t iov, uint32_t iovcnt) {
    (void)host;
    return vectored(NR_readv, fd, iov, iovcnt);
}

uint64_t w2c_wali_SYS_writev(struct w2c_wali* host, uint32_t fd, uint32_t iov, uint32_t iovcnt) {
    (void)host;
    return vectored(NR_writev, fd, iov, iovcnt);
}

// --- at an offset: its lower half has all 64 bits, the kernel shifts the upper one out. Of a count it takes 32 bits
// ---

static uint64_t positioned(uint64_t number, uint32_t fd, uint32_t address, uint32_t count, uint64_t offset,
                           uint32_t flags) {
    struct wali_native_iovec native[GUEST_IOV_MAX];
    return wali_syscall6(number, fd, iovec_translate(native, address, count), count, offset, 0, flags);
}

uint64_t w2c_wali_SYS_preadv(struct w2c_wali* host, uint32_t fd, uint32_t iov, uint64_t iovcnt, uint64_t pos_l,
                             uint64_t pos_h) {
    (void)host;
    (void)pos_h;
    return positioned(NR_preadv, fd, iov, (uint32_t)iovcnt, pos_l, 0);
}

uint64_t w2c_wali_SYS_pwritev(struct w2c_wali* host, uint32_t fd, uint32_t iov, uint64_t iovcnt, uint64_t pos_l,
                              uint64_t pos_h) {
    (void)host;
    (void)pos_h;
    return positioned(NR_pwritev, fd, iov, (uint32_t)iovcnt, pos_l, 0);
}

uint64_t w2c_wali_SYS_preadv2(struct w2c_wali* host, uint32_t fd, uint32_t iov, uint64_t iovcnt, uint64_t pos_l,
                              uint64_t pos_h, uint32_t flags) {
    (void)host;
    (void)pos_h;
    return positioned(NR_preadv2, fd, iov, (uint32_t)iovcnt, pos_l, flags);
}

uint64_t w2c_wali_SYS_pwritev2(struct w2c_wali* host, uint32_t fd, uint32_t iov, uint64_t iovcnt, uint64_t pos_l,
                               uint64_t pos_h, uint32_t flags) {
    (void)host;
    (void)pos_h;
    return positioned(NR_pwritev2, fd, iov, (uint32_t)iovcnt, pos_l, flags);
}

uint64_t w2c_wali_SYS_vmsplice(struct w2c_wali* host, uint32_t fd, uint32_t iov, uint64_t nr_segs, uint32_t flags) {
    (void)host;
    struct wali_native_iovec native[GUEST_IOV_MAX];
    const uint32_t count = (uint32_t)nr_segs;
    return wali_syscall4(NR_vmsplice, fd, iovec_translate(native, iov, count), count, flags);
}
