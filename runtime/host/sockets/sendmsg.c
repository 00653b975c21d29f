// SPDX-License-Identifier: BSL-1.0
//
// sendmsg, recvmsg and their forms for several messages. Each header is read once and translated, and the fields that
// the kernel changes are written back. Control data has the kernel's own layout (a cmsghdr of 16 bytes), so it is
// passed as it is. What is wrong with a header stays wrong in the native form: the kernel answers with its own error.
#include "sockets.h"

#include <stddef.h>

#define MESSAGES_MAX 1024U  // the kernel, too, takes no more at once

void message_translate(struct wali_native_msghdr* native, const struct wali_guest_msghdr* guest,
                       struct wali_native_iovec iov[GUEST_IOV_MAX]) {
    wali_msghdr_to_native(native, guest);
    native->msg_iov = iovec_translate(iov, guest->msg_iov, guest->msg_iovlen);
}

static int64_t write_field(uint32_t message, size_t offset, uint32_t value) {
    return guest_write((uint32_t)(message + offset), &value, sizeof value);
}

int64_t message_write_back(uint32_t message, const struct wali_native_msghdr* head) {
    int64_t error = 0;
    if (head->msg_name)
        error |= write_field(message, offsetof(struct wali_guest_msghdr, msg_namelen), head->msg_namelen);
    error |= write_field(message, offsetof(struct wali_guest_msghdr, msg_controllen), (uint32_t)head->msg_controllen);
    error |= write_field(message, offsetof(struct wali_guest_msghdr, msg_flags), head->msg_flags);
    return error == 0 ? 0 : -WALI_EFAULT;
}

// --- one message ---

struct message {
    struct wali_native_msghdr head;
    struct wali_native_iovec iov[GUEST_IOV_MAX];
};

// What to pass to the kernel.
static uint64_t message_read(struct message* native, uint32_t address) {
    struct wali_guest_msghdr guest;
    if (guest_read(&guest, address, sizeof guest) != 0) return UNMAPPED_POINTER;
    message_translate(&native->head, &guest, native->iov);
    return (uint64_t)&native->head;
}

uint64_t w2c_wali_SYS_sendmsg(struct w2c_wali* host, uint32_t sockfd, uint32_t msg, uint32_t flags) {
    (void)host;
    struct message native;
    return wali_syscall3(NR_sendmsg, sockfd, message_read(&native, msg), flags);
}

uint64_t w2c_wali_SYS_recvmsg(struct w2c_wali* host, uint32_t sockfd, uint32_t msg, uint32_t flags) {
    (void)host;
    struct message native;
    const uint64_t result = wali_syscall3(NR_recvmsg, sockfd, message_read(&native, msg), flags);
    if (failed(result)) return result;
    return message_write_back(msg, &native.head) == 0 ? result : wali_error(WALI_EFAULT);
}

// --- several ---

// Native headers and, one after the other, their buffers. Most batches fit on the stack.
struct batch {
    struct wali_native_mmsghdr* heads;
    struct wali_native_iovec* iov;
    uint32_t heads_room;
    uint32_t iov_room;
};

#define FEW 32U

struct few {
    struct wali_native_mmsghdr heads[FEW];
    struct wali_native_iovec iov[GUEST_IOV_MAX];
};

struct many {
    struct wali_native_mmsghdr heads[MESSAGES_MAX];
    struct wali_native_iovec iov[MESSAGES_MAX * GUEST_IOV_MAX];
};

static uint32_t header_address(uint32_t messages, uint32_t index) {
    return messages + index * (uint32_t)sizeof(struct wali_guest_mmsghdr);
}

// One that the kernel will refuse anyway still gets a place, which tells it so.
static uint32_t places(uint32_t buffers) { return buffers == 0 || buffers > GUEST_IOV_MAX ? 1 : buffers; }

// False if there is no room. `known`: how many headers could be read; the kernel, too, handles those before one that it
// cannot read.
static bool batch_read(struct batch* batch, uint32_t messages, uint32_t count, uint32_t* known) {
    uint32_t used = 0;
    for (*known = 0; *known < count; ++*known) {
        struct wali_guest_mmsghdr guest;
        if (guest_read(&guest, header_address(messages, *known), sizeof guest) != 0) break;
        const uint32_t needed = places(guest.msg_hdr.msg_iovlen);
        if (*known == batch->heads_room || needed > batch->iov_room - used) return false;
        message_translate(&batch->heads[*known].msg_hdr, &guest.msg_hdr, batch->iov + used);
        used += needed;
    }
    return true;
}

static int64_t batch_write_back(const struct batch* batch, uint32_t messages, uint64_t count, bool received) {
    int64_t error = 0;
    for (uint32_t i = 0; i < count; ++i) {
        const uint32_t message = header_address(messages, i);
        if (received) error |= message_write_back(message, &batch->heads[i].msg_hdr);
        error |= write_field(message, offsetof(struct wali_guest_mmsghdr, msg_len), batch->heads[i].msg_len);
    }
    return error;
}

struct call {
    uint32_t sockfd;
    uint32_t messages;
    uint32_t count;
    uint32_t flags;
    uint32_t timeout;
    bool receive;
};

// False if there is no room in the batch for the messages.
static bool exchange(struct batch* batch, const struct call* call, uint64_t* result) {
    uint32_t known;
    if (!batch_read(batch, call->messages, call->count, &known)) return false;
    const uint64_t heads = known == 0 ? UNMAPPED_POINTER : (uint64_t)batch->heads;
    const uint32_t count = known == 0 ? call->count : known;
    *result = call->receive
                  ? wali_syscall5(NR_recvmmsg, call->sockfd, heads, count, call->flags, wali_pointer(call->timeout))
                  : wali_syscall4(NR_sendmmsg, call->sockfd, heads, count, call->flags);
    if (!failed(*result) && batch_write_back(batch, call->messages, *result, call->receive) != 0)
        *result = wali_error(WALI_EFAULT);
    return true;
}

static bool exchange_few(const struct call* call, uint64_t* result) {
    struct few few;
    struct batch batch = {few.heads, few.iov, FEW, GUEST_IOV_MAX};
    return exchange(&batch, call, result);
}

static uint64_t exchange_many(const struct call* call) {
    const uint64_t at = map_own(sizeof(struct many));
    if (failed(at)) return at;
    struct many* many = (struct many*)at;
    struct batch batch = {many->heads, many->iov, MESSAGES_MAX, MESSAGES_MAX * GUEST_IOV_MAX};
    uint64_t result = 0;
    exchange(&batch, call, &result);
    wali_syscall2(NR_munmap, at, sizeof *many);
    return result;
}

static uint64_t several(struct call call) {
    uint64_t result;
    if (call.count > MESSAGES_MAX) call.count = MESSAGES_MAX;
    return exchange_few(&call, &result) ? result : exchange_many(&call);
}

uint64_t w2c_wali_SYS_sendmmsg(struct w2c_wali* host, uint32_t sockfd, uint32_t msgvec, uint32_t vlen, uint32_t flags) {
    (void)host;
    return several((struct call){sockfd, msgvec, vlen, flags, 0, false});
}

uint64_t w2c_wali_SYS_recvmmsg(struct w2c_wali* host, uint32_t sockfd, uint32_t msgvec, uint32_t vlen, uint32_t flags,
                               uint32_t timeout) {
    (void)host;
    return several((struct call){sockfd, msgvec, vlen, flags, timeout, true});
}
