// SPDX-License-Identifier: BSL-1.0
//
// sendmsg and recvmsg. The header is read once, translated, and after recvmsg the fields that the kernel changes are
// written back. Control data has the kernel's own layout (a cmsghdr of 16 bytes), so it is passed as it is.
#include <stddef.h>

#include "host.h"
#include "iovec.h"

struct message {
    struct wali_native_msghdr head;
    struct wali_native_iovec iov[GUEST_IOV_MAX];
};

static int64_t message_read(struct message* native, uint32_t address) {
    struct wali_guest_msghdr guest;
    const int64_t error = guest_read(&guest, address, sizeof guest);
    if (error != 0) return error;
    if (guest.msg_iovlen > GUEST_IOV_MAX) return -E_MSGSIZE;
    if ((int32_t)guest.msg_namelen < 0) return -E_INVAL;
    wali_msghdr_to_native(&native->head, &guest);
    native->head.msg_iov = (uint64_t)native->iov;
    return iovec_read(native->iov, guest.msg_iov, guest.msg_iovlen);
}

static int64_t write_field(uint32_t message, size_t offset, uint32_t value) {
    return guest_write((uint32_t)(message + offset), &value, sizeof value);
}

static int64_t write_back(uint32_t message, const struct wali_native_msghdr* head) {
    int64_t error = 0;
    if (head->msg_name)
        error |= write_field(message, offsetof(struct wali_guest_msghdr, msg_namelen), head->msg_namelen);
    error |= write_field(message, offsetof(struct wali_guest_msghdr, msg_controllen), (uint32_t)head->msg_controllen);
    error |= write_field(message, offsetof(struct wali_guest_msghdr, msg_flags), head->msg_flags);
    return error == 0 ? 0 : -E_FAULT;
}

uint64_t w2c_wali_SYS_sendmsg(struct w2c_wali* host, uint32_t sockfd, uint32_t msg, uint32_t flags) {
    (void)host;
    struct message native;
    const int64_t error = message_read(&native, msg);
    return error != 0 ? (uint64_t)error : wali_syscall3(46, sockfd, (uint64_t)&native.head, flags);
}

uint64_t w2c_wali_SYS_recvmsg(struct w2c_wali* host, uint32_t sockfd, uint32_t msg, uint32_t flags) {
    (void)host;
    struct message native;
    const int64_t error = message_read(&native, msg);
    if (error != 0) return (uint64_t)error;
    const uint64_t result = wali_syscall3(47, sockfd, (uint64_t)&native.head, flags);
    if (failed(result)) return result;
    return write_back(msg, &native.head) == 0 ? result : wali_error(E_FAULT);
}
