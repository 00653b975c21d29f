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

uint64_t iovec_translate(struct wali_native_iovec native[GUEST_IOV_MAX], uint32_t address, uint32_t count) {
    const int64_t error = iovec_read(native, address, count);
    if (error == -E_FAULT) return UNMAPPED_POINTER;
    if (error != 0) *native = (struct wali_native_iovec){0, UINT64_MAX};  // no length: -EINVAL, as for too many
    return (uint64_t)native;
}

static uint64_t vectored(uint64_t number, uint32_t fd, uint32_t address, uint32_t count) {
    struct wali_native_iovec native[GUEST_IOV_MAX];
    return wali_syscall3(number, fd, iovec_translate(native, address, count), count);
}

uint64_t w2c_wali_SYS_readv(struct w2c_wali* host, uint32_t fd, uint32_t iov, uint32_t iovcnt) {
    (void)host;
    return vectored(19, fd, iov, iovcnt);
}

uint64_t w2c_wali_SYS_writev(struct w2c_wali* host, uint32_t fd, uint32_t iov, uint32_t iovcnt) {
    (void)host;
    return vectored(20, fd, iov, iovcnt);
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
    return positioned(295, fd, iov, (uint32_t)iovcnt, pos_l, 0);
}

uint64_t w2c_wali_SYS_pwritev(struct w2c_wali* host, uint32_t fd, uint32_t iov, uint64_t iovcnt, uint64_t pos_l,
                              uint64_t pos_h) {
    (void)host;
    (void)pos_h;
    return positioned(296, fd, iov, (uint32_t)iovcnt, pos_l, 0);
}

uint64_t w2c_wali_SYS_preadv2(struct w2c_wali* host, uint32_t fd, uint32_t iov, uint64_t iovcnt, uint64_t pos_l,
                              uint64_t pos_h, uint32_t flags) {
    (void)host;
    (void)pos_h;
    return positioned(327, fd, iov, (uint32_t)iovcnt, pos_l, flags);
}

uint64_t w2c_wali_SYS_pwritev2(struct w2c_wali* host, uint32_t fd, uint32_t iov, uint64_t iovcnt, uint64_t pos_l,
                               uint64_t pos_h, uint32_t flags) {
    (void)host;
    (void)pos_h;
    return positioned(328, fd, iov, (uint32_t)iovcnt, pos_l, flags);
}

uint64_t w2c_wali_SYS_vmsplice(struct w2c_wali* host, uint32_t fd, uint32_t iov, uint64_t nr_segs, uint32_t flags) {
    (void)host;
    struct wali_native_iovec native[GUEST_IOV_MAX];
    const uint32_t count = (uint32_t)nr_segs;
    return wali_syscall4(278, fd, iovec_translate(native, iov, count), count, flags);
}

// --- between processes ---

// Addresses of the other process are those of a module, too: where its memory lies is the same everywhere. So of a
// process that runs none they name hardly anything.
static uint64_t between_processes(uint64_t number, uint32_t pid, uint32_t local, uint64_t locals, uint32_t remote,
                                  uint64_t remotes, uint64_t flags) {
    struct wali_native_iovec here[GUEST_IOV_MAX];
    struct wali_native_iovec there[GUEST_IOV_MAX];
    const uint64_t local_pointer = iovec_translate(here, local, (uint32_t)locals);  // the kernel, too, takes 32 bits
    const uint64_t remote_pointer =
        iovec_translate(there, remote, remotes > UINT32_MAX ? UINT32_MAX : (uint32_t)remotes);
    return wali_syscall6(number, pid, local_pointer, locals, remote_pointer, remotes, flags);
}

uint64_t w2c_wali_SYS_process_vm_readv(struct w2c_wali* host, uint32_t pid, uint32_t local_iov, uint64_t liovcnt,
                                       uint32_t remote_iov, uint64_t riovcnt, uint64_t flags) {
    (void)host;
    return between_processes(310, pid, local_iov, liovcnt, remote_iov, riovcnt, flags);
}

uint64_t w2c_wali_SYS_process_vm_writev(struct w2c_wali* host, uint32_t pid, uint32_t local_iov, uint64_t liovcnt,
                                        uint32_t remote_iov, uint64_t riovcnt, uint64_t flags) {
    (void)host;
    return between_processes(311, pid, local_iov, liovcnt, remote_iov, riovcnt, flags);
}
