// SPDX-License-Identifier: BSL-1.0
#include "memory.h"

int64_t iovec_read(struct wali_native_iovec native[GUEST_IOV_MAX], uint32_t address, uint32_t count) {
    if (count > GUEST_IOV_MAX) return -WALI_EINVAL;
    struct wali_guest_iovec guest[GUEST_IOV_MAX];
    const int64_t error = count == 0 ? 0 : guest_read(guest, address, count * sizeof *guest);
    if (error != 0) return error;
    for (uint32_t i = 0; i < count; ++i) {
        // A length beyond SSIZE_MAX is -EINVAL for the kernel; the guest's size_t has 32 bits.
        if (guest[i].iov_len > INT32_MAX) return -WALI_EINVAL;
        wali_iovec_to_native(&native[i], &guest[i]);
    }
    return 0;
}

uint64_t iovec_translate(struct wali_native_iovec native[GUEST_IOV_MAX], uint32_t address, uint32_t count) {
    const int64_t error = iovec_read(native, address, count);
    if (error == -WALI_EFAULT) return UNMAPPED_POINTER;
    if (error != 0) *native = (struct wali_native_iovec){0, UINT64_MAX};  // no length: -EINVAL, as for too many
    return (uint64_t)native;
}
