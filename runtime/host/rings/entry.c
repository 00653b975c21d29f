// SPDX-License-Identifier: BSL-1.0
//
// Submissions of io_uring: which fields of which operation are addresses.
#include "entry.h"

#include <string.h>

#include "files/files.h"

// Fields that are addresses; others are numbers for that operation. Zero: the operation is not passed.
enum {
    KNOWN = 1,
    ADDRESS = 2,   // addr
    SECOND = 4,    // off, as addr2
    THIRD = 8,     // addr3
    VECTOR = 16,   // addr is an array of iovec
    MESSAGE = 32,  // addr is a msghdr that is only read
    BUFFERS = 64,  // addr is the first of several buffers
    ADVICE = 128,  // addr and len are a range
    PATH = 256,    // addr is a path that is opened, relative to fd
};

// Not among them: recvmsg, because its header is written when it completes; commands of drivers; structures with
// addresses that are read later.
static const uint16_t operations[] = {
    [WALI_IORING_OP_NOP] = KNOWN,
    [WALI_IORING_OP_READV] = KNOWN | VECTOR,
    [WALI_IORING_OP_WRITEV] = KNOWN | VECTOR,
    [WALI_IORING_OP_FSYNC] = KNOWN,
    [WALI_IORING_OP_READ_FIXED] = KNOWN | ADDRESS,
    [WALI_IORING_OP_WRITE_FIXED] = KNOWN | ADDRESS,
    [WALI_IORING_OP_POLL_ADD] = KNOWN,
    [WALI_IORING_OP_POLL_REMOVE] = KNOWN,
    [WALI_IORING_OP_SYNC_FILE_RANGE] = KNOWN,
    [WALI_IORING_OP_SENDMSG] = KNOWN | MESSAGE,
    [WALI_IORING_OP_TIMEOUT] = KNOWN | ADDRESS,
    [WALI_IORING_OP_TIMEOUT_REMOVE] = KNOWN | SECOND,
    [WALI_IORING_OP_ACCEPT] = KNOWN | ADDRESS | SECOND,
    [WALI_IORING_OP_ASYNC_CANCEL] = KNOWN,
    [WALI_IORING_OP_LINK_TIMEOUT] = KNOWN | ADDRESS,
    [WALI_IORING_OP_CONNECT] = KNOWN | ADDRESS,
    [WALI_IORING_OP_FALLOCATE] = KNOWN,
    [WALI_IORING_OP_OPENAT] = KNOWN | PATH,
    [WALI_IORING_OP_CLOSE] = KNOWN,
    [WALI_IORING_OP_FILES_UPDATE] = KNOWN | ADDRESS,
    [WALI_IORING_OP_STATX] = KNOWN | ADDRESS | SECOND,
    [WALI_IORING_OP_READ] = KNOWN | ADDRESS,
    [WALI_IORING_OP_WRITE] = KNOWN | ADDRESS,
    [WALI_IORING_OP_FADVISE] = KNOWN,
    [WALI_IORING_OP_MADVISE] = KNOWN | ADVICE,
    [WALI_IORING_OP_SEND] = KNOWN | ADDRESS | SECOND,
    [WALI_IORING_OP_RECV] = KNOWN | ADDRESS,
    [WALI_IORING_OP_EPOLL_CTL] = KNOWN | ADDRESS,
    [WALI_IORING_OP_OPENAT2] = KNOWN | PATH | SECOND,
    [WALI_IORING_OP_SPLICE] = KNOWN,
    [WALI_IORING_OP_PROVIDE_BUFFERS] = KNOWN | BUFFERS,
    [WALI_IORING_OP_REMOVE_BUFFERS] = KNOWN,
    [WALI_IORING_OP_TEE] = KNOWN,
    [WALI_IORING_OP_SHUTDOWN] = KNOWN,
    [WALI_IORING_OP_RENAMEAT] = KNOWN | ADDRESS | SECOND,
    [WALI_IORING_OP_UNLINKAT] = KNOWN | ADDRESS,
    [WALI_IORING_OP_MKDIRAT] = KNOWN | ADDRESS,
    [WALI_IORING_OP_SYMLINKAT] = KNOWN | ADDRESS | SECOND,
    [WALI_IORING_OP_LINKAT] = KNOWN | ADDRESS | SECOND,
    [WALI_IORING_OP_MSG_RING] = KNOWN,
    [WALI_IORING_OP_FSETXATTR] = KNOWN | ADDRESS | SECOND,
    [WALI_IORING_OP_SETXATTR] = KNOWN | ADDRESS | SECOND | THIRD,
    [WALI_IORING_OP_FGETXATTR] = KNOWN | ADDRESS | SECOND,
    [WALI_IORING_OP_GETXATTR] = KNOWN | ADDRESS | SECOND | THIRD,
    [WALI_IORING_OP_SOCKET] = KNOWN,
    [WALI_IORING_OP_SEND_ZC] = KNOWN | ADDRESS | SECOND,
    [WALI_IORING_OP_SENDMSG_ZC] = KNOWN | MESSAGE,
    [WALI_IORING_OP_FUTEX_WAIT] = KNOWN | ADDRESS,
    [WALI_IORING_OP_FUTEX_WAKE] = KNOWN | ADDRESS,
    [WALI_IORING_OP_FIXED_FD_INSTALL] = KNOWN,
    [WALI_IORING_OP_FTRUNCATE] = KNOWN,
    [WALI_IORING_OP_BIND] = KNOWN | ADDRESS,
    [WALI_IORING_OP_LISTEN] = KNOWN,
};

bool io_uring_operation_known(unsigned operation) {
    return operation < sizeof operations / sizeof *operations && operations[operation] != 0;
}

static uint64_t translated(uint64_t address) {
    return address > UINT32_MAX ? UNMAPPED_POINTER : wali_pointer((uint32_t)address);
}

static uint64_t vector(struct wali_native_iovec* native, uint64_t address, uint32_t count) {
    return address > UINT32_MAX ? UNMAPPED_POINTER : iovec_translate(native, (uint32_t)address, count);
}

struct message {
    struct wali_native_msghdr head;
    struct wali_native_iovec vector[GUEST_IOV_MAX];
};
_Static_assert(sizeof(struct message) <= IO_URING_ROOM, "a message has room");

static uint64_t message(struct message* native, uint64_t address) {
    struct wali_guest_msghdr guest;
    if (address > UINT32_MAX || guest_read(&guest, (uint32_t)address, sizeof guest) != 0) return UNMAPPED_POINTER;
    wali_msghdr_to_native(&native->head, &guest);
    native->head.msg_iov = vector(native->vector, guest.msg_iov, guest.msg_iovlen);
    return (uint64_t)&native->head;
}

_Static_assert(sizeof(struct guest_path) <= IO_URING_ROOM, "a path has room");

static void translate_path(struct io_uring_sqe* entry, struct guest_path* path) {
    path_read(path, entry->addr > UINT32_MAX ? 0 : (uint32_t)entry->addr);
    if (path_is_refused((uint64_t)entry->fd, path)) entry->opcode = UINT8_MAX;
    entry->addr = path->native;
}

// Whether an entry asks for something that no address can make safe, because the kernel does not look at it now.
static bool is_refused(const struct io_uring_sqe* entry, unsigned fields) {
    const uint64_t buffers = entry->len * (uint64_t)(uint32_t)entry->fd;
    if (fields & BUFFERS)  // of `len` bytes, as many as `fd` says
        return (uint32_t)entry->fd > UINT16_MAX || entry->addr > UINT32_MAX || entry->addr + buffers > 1UL << 32;
    if (fields & ADVICE)  // `off` is a longer length
        return entry->addr > UINT32_MAX || entry->off > UINT32_MAX || entry->fadvise_advice == WALI_MADV_HWPOISON ||
               entry->fadvise_advice == WALI_MADV_SOFT_OFFLINE;
    return fields == 0;
}

void io_uring_translate(struct io_uring_sqe* entry, void* room) {
    const unsigned fields = io_uring_operation_known(entry->opcode) ? operations[entry->opcode] : 0;
    if (is_refused(entry, fields)) entry->opcode = UINT8_MAX;
    if (fields & (ADDRESS | BUFFERS | ADVICE)) entry->addr = translated(entry->addr);
    if (fields & SECOND) entry->addr2 = translated(entry->addr2);
    if (fields & THIRD) entry->addr3 = translated(entry->addr3);
    if (fields & VECTOR) entry->addr = vector(room, entry->addr, entry->len);
    if (fields & PATH) translate_path(entry, room);
    if (fields & MESSAGE) entry->addr = message(room, entry->addr);
    entry->__pad2[0] = 0;  // attributes with addresses, since Linux 6.14
}
