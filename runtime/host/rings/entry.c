// SPDX-License-Identifier: BSL-1.0
//
// Submissions of io_uring: which fields of which operation are addresses.
#include "layouts.h"
#include "ring.h"
#include "sockets/sockets.h"
#include "threads/threads.h"

// Fields that are addresses; others are numbers for that operation. Zero: the operation is not passed.
enum {
    KNOWN = 1,
    ADDRESS = 2,     // addr
    SECOND = 4,      // off, as addr2
    THIRD = 8,       // addr3
    VECTOR = 16,     // addr is an array of iovec
    MESSAGE = 32,    // addr is a msghdr
    RECEIVE = 64,    // ... which is written, too
    BUFFERS = 128,   // addr is the first of several buffers
    ADVICE = 256,    // addr and len are a range
    PATH = 512,      // addr is a path that is opened, relative to fd
    WAITERS = 1024,  // addr is an array of futex_waitv
    CANCEL = 2048,   // addr is the user_data of another entry, unless flags say otherwise
    COMMAND = 4096,  // of sockets alone; those of drivers have structures that are not known
    SOCKET = 8192,   // flags in ioprio say more of addr
};

// Of these, others could give addr another meaning.
#define SOCKET_FLAGS                                                                                 \
    (WALI_IORING_RECVSEND_POLL_FIRST | WALI_IORING_RECV_MULTISHOT | WALI_IORING_RECVSEND_FIXED_BUF | \
     WALI_IORING_SEND_ZC_REPORT_USAGE | WALI_IORING_RECVSEND_BUNDLE)

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
    [WALI_IORING_OP_SENDMSG] = KNOWN | SOCKET | MESSAGE,
    [WALI_IORING_OP_RECVMSG] = KNOWN | SOCKET | MESSAGE | RECEIVE,
    [WALI_IORING_OP_TIMEOUT] = KNOWN | ADDRESS,
    [WALI_IORING_OP_TIMEOUT_REMOVE] = KNOWN | SECOND,
    [WALI_IORING_OP_ACCEPT] = KNOWN | ADDRESS | SECOND,
    [WALI_IORING_OP_ASYNC_CANCEL] = KNOWN | CANCEL,
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
    [WALI_IORING_OP_SEND] = KNOWN | SOCKET | ADDRESS | SECOND,
    [WALI_IORING_OP_RECV] = KNOWN | SOCKET | ADDRESS,
    [WALI_IORING_OP_EPOLL_CTL] = CPU_RING_PASSES_EPOLL_EVENT ? KNOWN | ADDRESS : 0,
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
    [WALI_IORING_OP_URING_CMD] = KNOWN | COMMAND,
    [WALI_IORING_OP_SEND_ZC] = KNOWN | SOCKET | ADDRESS | SECOND,
    [WALI_IORING_OP_SENDMSG_ZC] = KNOWN | SOCKET | MESSAGE,
    [WALI_IORING_OP_READ_MULTISHOT] = KNOWN | ADDRESS,
    [WALI_IORING_OP_WAITID] = KNOWN | SECOND,
    [WALI_IORING_OP_FUTEX_WAIT] = KNOWN | ADDRESS,
    [WALI_IORING_OP_FUTEX_WAKE] = KNOWN | ADDRESS,
    [WALI_IORING_OP_FUTEX_WAITV] = KNOWN | WAITERS,
    [WALI_IORING_OP_FIXED_FD_INSTALL] = KNOWN,
    [WALI_IORING_OP_FTRUNCATE] = KNOWN,
    [WALI_IORING_OP_BIND] = KNOWN | ADDRESS,
    [WALI_IORING_OP_LISTEN] = KNOWN,
};

bool operation_is_known(unsigned operation) {
    return operation < sizeof operations / sizeof *operations && operations[operation] != 0;
}

// The kernel answers an operation that does not exist with -EINVAL.
static void refuse(struct io_uring_sqe* entry) { entry->opcode = UINT8_MAX; }

static uint64_t translated(uint64_t address) {
    return address > UINT32_MAX ? UNMAPPED_POINTER : wali_pointer((uint32_t)address);
}

static uint64_t vector(struct wali_native_iovec* native, uint64_t address, uint32_t count) {
    return address > UINT32_MAX ? UNMAPPED_POINTER : iovec_translate(native, (uint32_t)address, count);
}

// Of several messages the kernel only reads the header.
static bool receives_one(const struct io_uring_sqe* entry, unsigned fields) {
    return fields & RECEIVE && !(entry->ioprio & WALI_IORING_RECV_MULTISHOT);
}

// A completion that does not come could not give the guest's header its results.
static void message(struct ring* ring, struct io_uring_sqe* entry, struct room* room, unsigned fields) {
    const uint32_t address = (uint32_t)entry->addr;
    struct wali_guest_msghdr guest;
    if (entry->addr > UINT32_MAX || guest_read(&guest, address, sizeof guest) != 0) {
        entry->addr = UNMAPPED_POINTER;
        return;
    }
    message_translate(&room->message, &guest, room->vector);
    entry->addr = (uint64_t)&room->message;
    if (receives_one(entry, fields) &&
        (entry->flags & WALI_IOSQE_CQE_SKIP_SUCCESS || !reception_begin(ring, entry, &room->message, address)))
        refuse(entry);
}

static void path(struct io_uring_sqe* entry, struct guest_path* path) {
    path_read(path, entry->addr > UINT32_MAX ? 0 : (uint32_t)entry->addr);
    if (path_is_refused((uint64_t)entry->fd, path)) refuse(entry);
    entry->addr = path->native;
}

static void waiters(struct io_uring_sqe* entry, struct futex_waitv* native) {
    if (entry->len > FUTEX_WAITV_MAX) {
        refuse(entry);
        return;
    }
    const bool readable =
        entry->addr <= UINT32_MAX && futex_waiters_read(native, (uint32_t)entry->addr, entry->len) == 0;
    entry->addr = readable ? (uint64_t)native : UNMAPPED_POINTER;
}

// The level and the option lie where others have an address. Drivers have no commands of these numbers that take one
// there.
static void command(struct io_uring_sqe* entry) {
    const uint32_t operation = (uint32_t)entry->off;
    const bool of_option = operation == WALI_SOCKET_URING_OP_GETSOCKOPT || operation == WALI_SOCKET_URING_OP_SETSOCKOPT;
    if (of_option && socket_option_is_flat((uint32_t)entry->addr, (uint32_t)(entry->addr >> 32)))
        entry->addr3 = translated(entry->addr3);
    else if (operation == WALI_SOCKET_URING_OP_SIOCINQ || operation == WALI_SOCKET_URING_OP_SIOCOUTQ)
        entry->addr = entry->addr3 = 0;
    else
        refuse(entry);
}

// Whether an entry asks for something that no address can make safe, because the kernel does not look at it now.
static bool is_refused(const struct io_uring_sqe* entry, unsigned fields) {
    const uint64_t buffers = entry->len * (uint64_t)(uint32_t)entry->fd;
    if (fields & BUFFERS)  // of `len` bytes, as many as `fd` says
        return (uint32_t)entry->fd > UINT16_MAX || entry->addr > UINT32_MAX || entry->addr + buffers > 1UL << 32;
    if (fields & ADVICE)  // `off` is a longer length
        return entry->addr > UINT32_MAX || entry->off > UINT32_MAX || entry->fadvise_advice == WALI_MADV_HWPOISON ||
               entry->fadvise_advice == WALI_MADV_SOFT_OFFLINE;
    if (fields & SOCKET && entry->ioprio & ~SOCKET_FLAGS) return true;
    return fields == 0;
}

bool entry_names_user_data(uint32_t cancel_flags) {
    const uint32_t others = WALI_IORING_ASYNC_CANCEL_FD | WALI_IORING_ASYNC_CANCEL_ANY | WALI_IORING_ASYNC_CANCEL_OP;
    return cancel_flags & WALI_IORING_ASYNC_CANCEL_USERDATA || !(cancel_flags & others);
}

void entry_translate(struct ring* ring, struct io_uring_sqe* entry, uint32_t slot) {
    struct room* room = &ring->rooms->rooms[slot];
    const unsigned fields = operation_is_known(entry->opcode) ? operations[entry->opcode] : 0;
    if (is_refused(entry, fields)) refuse(entry);
    if (fields & (ADDRESS | BUFFERS | ADVICE)) entry->addr = translated(entry->addr);
    if (fields & SECOND) entry->addr2 = translated(entry->addr2);
    if (fields & THIRD) entry->addr3 = translated(entry->addr3);
    if (fields & VECTOR) entry->addr = vector(room->vector, entry->addr, entry->len);
    if (fields & PATH) path(entry, &room->path);
    if (fields & MESSAGE) message(ring, entry, room, fields);
    if (fields & WAITERS) waiters(entry, room->waiters);
    if (fields & COMMAND) command(entry);
    if (fields & CANCEL && entry_names_user_data(entry->cancel_flags)) entry->addr = reception_name(ring, entry->addr);
    entry->__pad2[0] = 0;  // attributes with addresses, since Linux 6.14
}
