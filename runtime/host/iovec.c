// SPDX-License-Identifier: BSL-1.0
//
// readv, writev and what else takes an iovec array.
#include "iovec.h"

#include "host.h"

struct guest_iovec {
    uint32_t base;
    uint32_t length;
};

_Static_assert(sizeof(struct guest_iovec) == 8, "wasm32 iovec");

int64_t iovec_read(struct iovec native[GUEST_IOV_MAX], uint32_t address, uint32_t count) {
    if (count > GUEST_IOV_MAX) return -E_INVAL;
    struct guest_iovec guest[GUEST_IOV_MAX];
    const int64_t error = count == 0 ? 0 : guest_read(guest, address, count * sizeof *guest);
    if (error != 0) return error;
    for (uint32_t i = 0; i < count; ++i) {
        const struct guest_iovec element = guest[i];
        // A length beyond SSIZE_MAX is -EINVAL for the kernel; the guest's size_t has 32 bits.
        if (element.length > INT32_MAX) return -E_INVAL;
        native[i].iov_base = (void*)wali_pointer(element.base);
        native[i].iov_len = element.length;
    }
    return 0;
}

static uint64_t vectored(uint64_t number, uint32_t fd, uint32_t address, uint32_t count) {
    struct iovec native[GUEST_IOV_MAX];
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
