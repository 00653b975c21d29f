// SPDX-License-Identifier: BSL-1.0
//
// readv, writev and what else takes an iovec array.
#include "iovec.h"

#include "host.h"

int64_t iovec_read(struct wali_native_iovec native[GUEST_IOV_MAX], uint32_t address, uint32_t count) {
    if (count > GUEST_IOV_MAX) return -E_INVAL;
    struct wali_guest_iovec guest[GUEST_IOV_MAX];
    const int64_t error = count == 0 ? 0 : guest_read(guest, address, count * sizeof *guest);
    if (error != 0) return error;
    for (uint32_t i = 0; i < count; ++i) {
        // A length beyond SSIZE_MAX is -EINVAL for the kernel; the guest's size_t has 32 bits.
        if (guest[i].iov_len > INT32_MAX) return -E_INVAL;
        wali_iovec_to_native(&native[i], &guest[i]);
    }
    return 0;
}

static uint64_t vectored(uint64_t number, uint32_t fd, uint32_t address, uint32_t count) {
    struct wali_native_iovec native[GUEST_IOV_MAX];
    const int64_t error = iovec_read(native, address, count);
    return error != 0 ? (uint64_t)error : wali_syscall3(number, fd, (uint64_t)native, count);
}

uint64_t w2c_wali_SYS_readv(struct w2c_wali* host, uint32_t fd, uint32_t iov, uint32_t iovcnt) {
    (void)host;
    return vectored(19, fd, iov, iovcnt);
}

uint64_t w2c_wali_SYS_writev(struct w2c_wali* host, uint32_t fd, uint32_t iov, uint32_t iovcnt) {
    (void)host;
    return vectored(20, fd, iov, iovcnt);
}
