// SPDX-License-Identifier: BSL-1.0
// Rings of io_uring, as a program has them: with threads, closed and inherited; and the operations whose addresses the
// host has to find. Also built natively, where what it expects is known to be right.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

// Newer than some kernel headers.
enum { OpWaitid = 50, OpFutexWaitv = 53, SetupNoMmap = 1 << 14, BufferRingMmap = 1 };
#define BUFFER_RING_OFFSET 0x80000000L

enum { Entries = 16, NoCompletion = -1000, Skipped = 77 };

#define USER_DATA(number) (0xabcdef0000000000U + (number))

struct ring {
    int fd;
    struct io_uring_params params;
    char *rings, *entries;
    size_t rings_size, entries_size;
};

struct completion {
    uint64_t user_data;
    int32_t res;
    uint32_t flags;
};

static _Atomic uint32_t* word(const struct ring* ring, uint32_t offset) {
    return (_Atomic uint32_t*)(void*)(ring->rings + offset);
}

static int set_up(struct ring* ring, uint32_t flags) {
    *ring = (struct ring){.params.flags = flags};
    ring->fd = (int)syscall(SYS_io_uring_setup, Entries, &ring->params);
    return ring->fd;
}

static size_t entry_size(const struct ring* ring) { return ring->params.flags & IORING_SETUP_SQE128 ? 128 : 64; }
static size_t completion_size(const struct ring* ring) { return ring->params.flags & IORING_SETUP_CQE32 ? 32 : 16; }

static void map(struct ring* ring) {
    const size_t submissions = ring->params.sq_off.array + ring->params.sq_entries * sizeof(uint32_t);
    const size_t completions = ring->params.cq_off.cqes + ring->params.cq_entries * completion_size(ring);
    ring->rings_size = submissions > completions ? submissions : completions;
    ring->entries_size = ring->params.sq_entries * entry_size(ring);
    ring->rings = mmap(NULL, ring->rings_size, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
    ring->entries = mmap(NULL, ring->entries_size, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQES);
    CHECK(ring->rings != MAP_FAILED && ring->entries != MAP_FAILED);
}

static struct ring make(uint32_t flags) {
    struct ring ring;
    CHECK(set_up(&ring, flags) >= 0);
    map(&ring);
    return ring;
}

static void unmap(const struct ring* ring) {
    CHECK(!munmap(ring->rings, ring->rings_size) && !munmap(ring->entries, ring->entries_size));
}

static void end(const struct ring* ring) {
    CHECK(!close(ring->fd));
    unmap(ring);
}

// Adds an entry; the caller fills it before the next `enter`.
static struct io_uring_sqe* add(const struct ring* ring, uint8_t operation, int fd, const void* buffer, size_t size) {
    const uint32_t tail = *word(ring, ring->params.sq_off.tail);
    const uint32_t slot = tail & (ring->params.sq_entries - 1);
    struct io_uring_sqe* entry = (void*)(ring->entries + slot * entry_size(ring));
    memset(entry, 0, entry_size(ring));
    entry->opcode = operation;
    entry->fd = fd;
    entry->addr = (uintptr_t)buffer;
    entry->len = (uint32_t)size;
    entry->user_data = USER_DATA(tail);
    word(ring, ring->params.sq_off.array)[slot] = slot;
    *word(ring, ring->params.sq_off.tail) = tail + 1;
    return entry;
}

static int enter(const struct ring* ring, uint32_t submit, uint32_t complete) {
    return (int)syscall(SYS_io_uring_enter, ring->fd, submit, complete, complete ? IORING_ENTER_GETEVENTS : 0, NULL, 0);
}

static int enroll(const struct ring* ring, unsigned operation, const void* argument, unsigned count) {
    return (int)syscall(SYS_io_uring_register, ring->fd, operation, argument, count);
}

static struct completion next(const struct ring* ring) {
    const uint32_t head = *word(ring, ring->params.cq_off.head);
    if (head == *word(ring, ring->params.cq_off.tail)) return (struct completion){.res = NoCompletion};
    const size_t at = (head & (ring->params.cq_entries - 1)) * completion_size(ring);
    struct completion completion;
    memcpy(&completion, ring->rings + ring->params.cq_off.cqes + at, sizeof completion);
    *word(ring, ring->params.cq_off.head) = head + 1;
    return completion;
}

// Waits for one.
static struct completion wait_next(const struct ring* ring) {
    struct completion completion = next(ring);
    while (completion.res == NoCompletion && enter(ring, 0, 1) == 0) completion = next(ring);
    return completion;
}

// Submits what was added last, and returns its result.
static int complete(const struct ring* ring) {
    CHECK(enter(ring, 1, 1) == 1);
    return wait_next(ring).res;
}

// Two completions, in any order: the result of the entry with this number.
static int result_of(const struct completion completions[2], uint64_t user_data) {
    return completions[completions[0].user_data == user_data ? 0 : 1].res;
}

// --- threads and rings ---

enum { Threads = 4, Rounds = 200 };

static void* use_own_ring(void* unused) {
    struct ring ring = make(0);
    for (int i = 0; i < Rounds; i++) {
        char text[4] = "";
        add(&ring, IORING_OP_OPENAT, AT_FDCWD, "/dev/zero", 0)->open_flags = O_RDONLY;
        const int fd = complete(&ring);
        memset(text, 'x', sizeof text);
        add(&ring, IORING_OP_READ, fd, text, sizeof text);
        CHECK(complete(&ring) == sizeof text && !memcmp(text, "\0\0\0", sizeof text));
        add(&ring, IORING_OP_CLOSE, fd, NULL, 0);
        CHECK(complete(&ring) == 0);
    }
    end(&ring);
    return unused;
}

static void in_threads(void* (*function)(void*)) {
    pthread_t threads[Threads];
    for (int i = 0; i < Threads; i++) CHECK(!pthread_create(&threads[i], NULL, function, NULL));
    for (int i = 0; i < Threads; i++) CHECK(!pthread_join(threads[i], NULL));
}

static void each_thread_has_a_ring(void) { in_threads(use_own_ring); }

// Several threads submit to the ring that one waits at.
struct shared {
    struct ring ring;
    pthread_mutex_t tail;
};

static void* submit_to_shared(void* argument) {
    struct shared* shared = argument;
    for (int i = 0; i < Rounds; i++) {
        pthread_mutex_lock(&shared->tail);
        add(&shared->ring, IORING_OP_NOP, -1, NULL, 0);
        pthread_mutex_unlock(&shared->tail);
        CHECK(enter(&shared->ring, 1, 0) == 1);
    }
    return NULL;
}

static void threads_share_a_ring(void) {
    struct shared shared = {.ring = make(0), .tail = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[Threads];
    int completed = 0;
    for (int i = 0; i < Threads; i++) CHECK(!pthread_create(&threads[i], NULL, submit_to_shared, &shared));
    for (; completed < Threads * Rounds && enter(&shared.ring, 0, 1) == 0;)
        while (next(&shared.ring).res == 0) ++completed;
    CHECK(completed == Threads * Rounds);
    for (int i = 0; i < Threads; i++) CHECK(!pthread_join(threads[i], NULL));
    end(&shared.ring);
}

static void* make_and_end(void* unused) {
    for (int i = 0; i < Rounds / 4; i++) {
        struct ring ring = make(0);
        add(&ring, IORING_OP_NOP, -1, NULL, 0);
        CHECK(complete(&ring) == 0);
        end(&ring);
    }
    return unused;
}

// Its number is another's, and its duplicate not used, when the next ring is set up.
static void* move_and_end(void* unused) {
    for (int i = 0; i < Rounds / 4; i++) {
        struct ring ring = make(0), other;
        const int first = ring.fd;
        ring.fd = fcntl(first, F_DUPFD_CLOEXEC, 100);
        CHECK(!close(first));
        CHECK(set_up(&other, 0) >= 0);
        add(&ring, IORING_OP_NOP, -1, NULL, 0);
        CHECK(complete(&ring) == 0);
        CHECK(!close(other.fd));
        end(&ring);
    }
    return unused;
}

static void rings_come_and_go_in_threads(void) {
    in_threads(make_and_end);
    in_threads(move_and_end);
}

// --- the end of a ring ---

// What is under way, and what is registered, holds a pipe open; a reader comes to its end when the ring is closed.
static void closing_ends_a_ring(void) {
    struct ring ring = make(0);
    int ends[2];
    char byte;
    CHECK(!pipe2(ends, O_NONBLOCK));
    CHECK(enroll(&ring, IORING_REGISTER_FILES, &ends[1], 1) == 0);
    add(&ring, IORING_OP_POLL_ADD, ends[1], NULL, 0)->poll32_events = POLLERR;
    CHECK(enter(&ring, 1, 0) == 1);
    CHECK(!close(ends[1]));
    CHECK(read(ends[0], &byte, 1) == -1 && errno == EAGAIN);
    CHECK(!fcntl(ends[0], F_SETFL, 0));
    end(&ring);
    CHECK(read(ends[0], &byte, 1) == 0);
    CHECK(!close(ends[0]));
}

static void a_duplicate_keeps_a_ring(void) {
    struct ring ring = make(0);
    const int first = ring.fd;
    ring.fd = dup(first);
    add(&ring, IORING_OP_NOP, -1, NULL, 0);
    CHECK(complete(&ring) == 0);
    CHECK(!close(first));
    struct ring other = make(0);
    CHECK(other.fd == first);
    for (int i = 0; i < 3; i++) {
        struct io_uring_sqe* entry = add(&ring, IORING_OP_NOP, -1, NULL, 0);
        entry->user_data = 1;
        add(&other, IORING_OP_NOP, -1, NULL, 0)->user_data = 2;
        CHECK(enter(&ring, 1, 1) == 1 && enter(&other, 1, 1) == 1);
        CHECK(next(&ring).user_data == 1 && next(&other).user_data == 2);
    }
    end(&ring);
    end(&other);
}

// A child makes its own; what its parent's does goes on.
static void a_child_has_rings_of_its_own(void) {
    struct ring ring = make(0);
    int ends[2];
    char text[4] = "";
    CHECK(!pipe(ends));
    add(&ring, IORING_OP_READ, ends[0], text, sizeof text);
    CHECK(enter(&ring, 1, 0) == 1);
    const pid_t child = fork();
    if (child == 0) {
        failures = 0;
        struct ring own = make(0);
        add(&own, IORING_OP_WRITE, ends[1], "abc", 4);
        CHECK(complete(&own) == 4);
        end(&own);
        _exit(failures);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(wait_next(&ring).res == 4 && !strcmp(text, "abc"));
    CHECK(!close(ends[0]) && !close(ends[1]));
    end(&ring);
}

// --- waiting ---

static int enter_for(const struct ring* ring, uint32_t complete, long nanoseconds) {
    struct __kernel_timespec limit = {.tv_nsec = nanoseconds};
    struct io_uring_getevents_arg argument = {.ts = (uintptr_t)&limit};
    return (int)syscall(SYS_io_uring_enter, ring->fd, 0, complete, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG,
                        &argument, sizeof argument);
}

static void what_is_unread_ends_waiting(void) {
    struct ring ring = make(0);
    CHECK(enter_for(&ring, 1, 1000) == -1 && errno == ETIME);
    add(&ring, IORING_OP_NOP, -1, NULL, 0);
    add(&ring, IORING_OP_NOP, -1, NULL, 0);
    CHECK(enter(&ring, 2, 0) == 2);
    CHECK(enter_for(&ring, 2, 1000) == 0);
    CHECK(enter_for(&ring, 3, 1000) == 0);
    struct pollfd ready = {.fd = ring.fd, .events = POLLIN};
    CHECK(next(&ring).res == 0);
    CHECK(enter_for(&ring, 1, 1000) == 0);
    CHECK(poll(&ready, 1, -1) == 1);
    CHECK(next(&ring).res == 0);
    CHECK(enter_for(&ring, 1, 1000) == -1 && errno == ETIME);
    CHECK(poll(&ready, 1, 0) == 0);
    end(&ring);
}

static void linked_timeouts_end_what_they_follow(void) {
    struct ring ring = make(0);
    struct __kernel_timespec soon = {.tv_nsec = 1000000};
    int ends[2];
    char byte = 0;
    CHECK(!pipe(ends));
    const uint64_t read_data = USER_DATA(*word(&ring, ring.params.sq_off.tail));
    add(&ring, IORING_OP_READ, ends[0], &byte, 1)->flags = IOSQE_IO_LINK;
    add(&ring, IORING_OP_LINK_TIMEOUT, -1, &soon, 1);
    CHECK(enter(&ring, 2, 2) == 2);
    const struct completion ended[2] = {next(&ring), next(&ring)};
    CHECK(result_of(ended, read_data) == -ECANCELED || result_of(ended, read_data) == -EINTR);
    CHECK(result_of(ended, read_data + 1) == -ETIME);
    CHECK(!close(ends[0]) && !close(ends[1]));
    end(&ring);
}

// --- messages ---

struct message {
    struct msghdr header;
    struct iovec vector[2];
    char first[4], second[8];
    struct sockaddr_un name;
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
};

static void prepare_to_receive(struct message* message) {
    *message = (struct message){.vector = {{message->first, sizeof message->first}, {message->second, 4}}};
    message->header = (struct msghdr){.msg_name = &message->name,
                                      .msg_namelen = sizeof message->name,
                                      .msg_iov = message->vector,
                                      .msg_iovlen = 2,
                                      .msg_control = message->control,
                                      .msg_controllen = sizeof message->control};
}

static int datagram_socket(void) {
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CHECK(!bind(fd, (const struct sockaddr*)&(const struct sockaddr_un){.sun_family = AF_UNIX}, sizeof(sa_family_t)));
    return fd;
}

// With a descriptor beside the text.
static void send_to(const struct ring* ring, int from, int to, const char* text, size_t size) {
    struct message message;
    prepare_to_receive(&message);
    socklen_t length = sizeof message.name;
    CHECK(!getsockname(to, (struct sockaddr*)&message.name, &length));
    message.header.msg_namelen = length;
    message.vector[0] = (struct iovec){(char*)text, 2};
    message.vector[1] = (struct iovec){(char*)text + 2, size - 2};
    struct cmsghdr* control = CMSG_FIRSTHDR(&message.header);
    *control = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof from), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(control), &from, sizeof from);
    add(ring, IORING_OP_SENDMSG, from, &message.header, 1);
    CHECK(complete(ring) == (int)size);
}

static void check_received(const struct message* message, int from) {
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    CHECK(!getsockname(from, (struct sockaddr*)&name, &length));
    CHECK(message->header.msg_namelen == length && !memcmp(&message->name, &name, length));
    const struct cmsghdr* control = CMSG_FIRSTHDR(&message->header);
    CHECK(message->header.msg_controllen == sizeof message->control && control->cmsg_type == SCM_RIGHTS);
    int fd;
    memcpy(&fd, CMSG_DATA(control), sizeof fd);
    CHECK(!close(fd));
}

static void messages_pass(void) {
    struct ring ring = make(0), sender = make(0);
    struct message message;
    const int from = datagram_socket(), to = datagram_socket();
    // One that is there, whose end is cut off.
    send_to(&sender, from, to, "0123456789", 10);
    prepare_to_receive(&message);
    add(&ring, IORING_OP_RECVMSG, to, &message.header, 1);
    CHECK(complete(&ring) == 8);
    check_received(&message, from);
    CHECK(!memcmp(message.first, "0123", 4) && !memcmp(message.second, "4567\0", 5));
    CHECK(message.header.msg_flags & MSG_TRUNC);
    // One that comes later, whose header is not read again.
    prepare_to_receive(&message);
    const uint64_t name = add(&ring, IORING_OP_RECVMSG, to, &message.header, 1)->user_data;
    CHECK(enter(&ring, 1, 0) == 1);
    message.header.msg_iov = NULL;
    send_to(&sender, from, to, "abcdef", 6);
    const struct completion completion = wait_next(&ring);
    CHECK(completion.res == 6 && completion.user_data == name);
    check_received(&message, from);
    CHECK(!memcmp(message.first, "abcd", 4) && !memcmp(message.second, "ef", 2) && message.header.msg_flags == 0);
    // One that is cancelled by its name, and one without anything but an address.
    prepare_to_receive(&message);
    const uint64_t cancelled = add(&ring, IORING_OP_RECVMSG, to, &message.header, 1)->user_data;
    CHECK(enter(&ring, 1, 0) == 1);
    add(&ring, IORING_OP_ASYNC_CANCEL, -1, NULL, 0)->addr = cancelled;
    CHECK(enter(&ring, 1, 2) == 1);
    const struct completion ended[2] = {next(&ring), next(&ring)};
    CHECK(result_of(ended, cancelled) == -ECANCELED && result_of(ended, cancelled + 1) == 0);
    add(&ring, IORING_OP_RECVMSG, to, (void*)(uintptr_t)0xfffff000, 1);
    CHECK(complete(&ring) == -EFAULT);
    CHECK(!close(from) && !close(to));
    end(&ring);
    end(&sender);
}

// --- buffers that the program provides ---

enum { Buffers = 4, BufferSize = 8, Group = 7 };

static void provide(struct io_uring_buf_ring* buffers, char* memory, uint16_t number) {
    struct io_uring_buf* buffer = &((struct io_uring_buf*)(void*)buffers)[buffers->tail & (Buffers - 1)];
    buffer->addr = (uintptr_t)(memory + number * BufferSize);
    buffer->len = BufferSize;
    buffer->bid = number;
    atomic_store_explicit((_Atomic uint16_t*)&buffers->tail, (uint16_t)(buffers->tail + 1), memory_order_release);
}

static void receive_several(const struct ring* ring, struct io_uring_buf_ring* buffers) {
    char memory[Buffers * BufferSize];
    int pair[2];
    CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    for (uint16_t i = 0; i < Buffers; i++) provide(buffers, memory, i);
    struct io_uring_sqe* entry = add(ring, IORING_OP_RECV, pair[0], NULL, 0);
    entry->ioprio = IORING_RECV_MULTISHOT;
    entry->flags = IOSQE_BUFFER_SELECT;
    entry->buf_group = Group;
    CHECK(enter(ring, 1, 0) == 1);
    for (int round = 0; round < 3 * Buffers; round++) {
        char text[] = "letter ?";
        text[7] = (char)('a' + round);
        CHECK(write(pair[1], text, BufferSize) == BufferSize);
        const struct completion completion = wait_next(ring);
        CHECK(completion.res == BufferSize && completion.flags & IORING_CQE_F_MORE);
        const uint16_t number = (uint16_t)(completion.flags >> IORING_CQE_BUFFER_SHIFT);
        CHECK(number == round % Buffers && !memcmp(memory + number * BufferSize, text, BufferSize));
        provide(buffers, memory, number);
    }
    CHECK(!close(pair[1]));
    CHECK(wait_next(ring).res == 0);
    CHECK(!close(pair[0]));
}

static void rings_of_buffers(void) {
    struct ring ring = make(0);
    struct io_uring_buf_reg registration = {.ring_entries = Buffers, .bgid = Group};
    void* memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    registration.ring_addr = (uintptr_t)memory;
    CHECK(enroll(&ring, IORING_REGISTER_PBUF_RING, &registration, 1) == 0);
    receive_several(&ring, memory);
    CHECK(enroll(&ring, IORING_REGISTER_PBUF_RING, &registration, 1) == -1 && errno == EEXIST);
    CHECK(enroll(&ring, IORING_UNREGISTER_PBUF_RING, &registration, 1) == 0);
    CHECK(enroll(&ring, IORING_UNREGISTER_PBUF_RING, &registration, 1) == -1 && errno == ENOENT);
    CHECK(!munmap(memory, 4096));
    registration.ring_addr = (uintptr_t)memory;  // which nothing is at any more
    CHECK(enroll(&ring, IORING_REGISTER_PBUF_RING, &registration, 1) == -1 && errno == EFAULT);
    // In memory of the kernel's.
    registration = (struct io_uring_buf_reg){.ring_entries = Buffers, .bgid = Group};
    // The flags, which older headers call a padding.
    memcpy((char*)&registration.bgid + sizeof registration.bgid, &(__u16){BufferRingMmap}, sizeof(__u16));
    CHECK(enroll(&ring, IORING_REGISTER_PBUF_RING, &registration, 1) == 0);
    memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, BUFFER_RING_OFFSET | (off_t)Group << 16);
    CHECK(memory != MAP_FAILED);
    receive_several(&ring, memory);
    CHECK(!munmap(memory, 4096));
    end(&ring);
}

// Registered buffers are pages: the kernel still has them when the program has not.
static void registered_buffers_outlive_their_addresses(void) {
    struct ring ring = make(0);
    const int file = memfd_create("rings", MFD_CLOEXEC);
    char* memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    strcpy(memory + 4090, "registered");
    CHECK(enroll(&ring, IORING_REGISTER_BUFFERS, &(struct iovec){memory, 8192}, 1) == 0);
    CHECK(!munmap(memory, 8192));
    char* other = mmap(memory, 8192, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE | MAP_FIXED, -1, 0);
    CHECK(other == memory);
    strcpy(other + 4090, "another th");
    add(&ring, IORING_OP_WRITE_FIXED, file, memory + 4090, 10);
    CHECK(complete(&ring) == 10);
    add(&ring, IORING_OP_READ_FIXED, file, memory, 10)->off = 0;
    CHECK(complete(&ring) == 10 && memory[0] == '\0');
    char text[10];
    CHECK(pread(file, text, 10, 0) == 10 && !memcmp(text, "registered", 10));
    add(&ring, IORING_OP_READ_FIXED, file, memory + 8188, 10);
    CHECK(complete(&ring) == -EFAULT);
    CHECK(!munmap(memory, 8192) && !close(file));
    end(&ring);
}

// --- files ---

static void files_without_descriptors(void) {
    struct ring ring = make(0);
    int none[2] = {-1, -1};
    char text[4];
    struct open_how how = {.flags = O_RDONLY, .resolve = RESOLVE_NO_SYMLINKS};
    struct io_uring_rsrc_register files = {.nr = 2, .data = (uintptr_t)none};
    CHECK(enroll(&ring, IORING_REGISTER_FILES2, &files, sizeof files) == 0);
    struct io_uring_sqe* entry = add(&ring, IORING_OP_OPENAT2, AT_FDCWD, "/dev/zero", sizeof how);
    entry->addr2 = (uintptr_t)&how;
    entry->file_index = 2;
    CHECK(complete(&ring) == 0);
    memset(text, 'x', sizeof text);
    add(&ring, IORING_OP_READ, 1, text, sizeof text)->flags = IOSQE_FIXED_FILE;
    CHECK(complete(&ring) == sizeof text && text[3] == '\0');
    add(&ring, IORING_OP_CLOSE, 0, NULL, 0)->file_index = 2;
    CHECK(complete(&ring) == 0);
    add(&ring, IORING_OP_READ, 1, text, sizeof text)->flags = IOSQE_FIXED_FILE;
    CHECK(complete(&ring) == -EBADF);
    struct io_uring_rsrc_update2 update = {.offset = 1, .nr = 1, .data = (uintptr_t)&ring.fd};
    CHECK(enroll(&ring, IORING_REGISTER_FILES_UPDATE2, &update, sizeof update) == -1);  // a ring in itself
    end(&ring);
}

static void connections_are_accepted_one_after_the_other(void) {
    struct ring ring = make(0);
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    socklen_t length = sizeof(sa_family_t);
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(!bind(listener, (struct sockaddr*)&name, length) && !listen(listener, 4));
    length = sizeof name;
    CHECK(!getsockname(listener, (struct sockaddr*)&name, &length));
    add(&ring, IORING_OP_ACCEPT, listener, NULL, 0)->ioprio = IORING_ACCEPT_MULTISHOT;
    CHECK(enter(&ring, 1, 0) == 1);
    for (int i = 0; i < 3; i++) {
        const int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        CHECK(!connect(client, (struct sockaddr*)&name, length));
        const struct completion completion = wait_next(&ring);
        CHECK(completion.res >= 0 && completion.flags & IORING_CQE_F_MORE);
        CHECK(!close(completion.res) && !close(client));
    }
    CHECK(!close(listener));
    end(&ring);
}

// --- children, locks ---

static void* wake_soon(void* word) {
    atomic_store((_Atomic uint32_t*)word, 1);
    while (syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0) == 0) sched_yield();
    return NULL;
}

static void children_and_words_are_waited_for(void) {
    struct ring ring = make(0);
    siginfo_t info = {0};
    const pid_t child = fork();
    if (child == 0) _exit(3);
    struct io_uring_sqe* entry = add(&ring, OpWaitid, child, NULL, P_PID);
    entry->addr2 = (uintptr_t)&info;
    entry->file_index = WEXITED;
    CHECK(complete(&ring) == 0 && info.si_pid == child && info.si_status == 3 && info.si_code == CLD_EXITED);
    _Atomic uint32_t words[2] = {0, 0};
    struct futex_waitv waiters[2] = {{.uaddr = (uintptr_t)&words[0], .flags = FUTEX_32},
                                     {.uaddr = (uintptr_t)&words[1], .flags = FUTEX_32}};
    add(&ring, OpFutexWaitv, 0, waiters, 2);
    CHECK(enter(&ring, 1, 0) == 1);
    pthread_t thread;
    CHECK(!pthread_create(&thread, NULL, wake_soon, (void*)&words[1]));
    CHECK(wait_next(&ring).res == 1);
    CHECK(!pthread_join(thread, NULL));
    waiters[0].uaddr = 0xfffffffffffff000;
    add(&ring, OpFutexWaitv, 0, waiters, 2);
    CHECK(complete(&ring) == -EFAULT);
    end(&ring);
}

// --- other kinds of rings ---

static void submissions_are_polled_for(void) {
    struct ring ring = make(IORING_SETUP_SQPOLL);
    for (int i = 0; i < 40; i++) {
        add(&ring, IORING_OP_NOP, -1, NULL, 0);
        if (*word(&ring, ring.params.sq_off.flags) & IORING_SQ_NEED_WAKEUP)
            CHECK(syscall(SYS_io_uring_enter, ring.fd, 1, 0, IORING_ENTER_SQ_WAKEUP, NULL, 0) == 1);
        CHECK(wait_next(&ring).user_data == USER_DATA((unsigned)i));
    }
    end(&ring);
    struct io_uring_params wrong = {.flags = IORING_SETUP_SQPOLL | IORING_SETUP_COOP_TASKRUN};
    CHECK(syscall(SYS_io_uring_setup, 4, &wrong) == -1 && errno == EINVAL);
    wrong.flags = IORING_SETUP_SQ_AFF;
    CHECK(syscall(SYS_io_uring_setup, 4, &wrong) == -1 && errno == EINVAL);
}

static void entries_are_longer(void) {
    struct ring ring = make(IORING_SETUP_SQE128 | IORING_SETUP_CQE32);
    for (int i = 0; i < 40; i++) {
        char text[4] = "";
        const int file = open("/dev/zero", O_RDONLY);
        memset(text, 'x', sizeof text);
        add(&ring, IORING_OP_READ, file, text, sizeof text);
        CHECK(complete(&ring) == sizeof text && text[3] == '\0');
        CHECK(!close(file));
    }
    end(&ring);
}

static void a_ring_in_the_programs_memory(void) {
    struct ring ring = {.params.flags = SetupNoMmap, .entries_size = 4096, .rings_size = 4096};
    ring.rings = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    ring.entries = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    uint64_t* entries_address = (uint64_t*)&ring.params.sq_off + 4;
    uint64_t* rings_address = (uint64_t*)&ring.params.cq_off + 4;
    CHECK(syscall(SYS_io_uring_setup, Entries, &ring.params) == -1 && errno == EFAULT);
    *entries_address = (uintptr_t)ring.entries;
    *rings_address = (uintptr_t)ring.rings + 8;
    CHECK(syscall(SYS_io_uring_setup, Entries, &ring.params) == -1 && errno == EINVAL);
    *rings_address = (uintptr_t)ring.rings;
    ring.fd = (int)syscall(SYS_io_uring_setup, Entries, &ring.params);
    CHECK(ring.fd >= 0);
    CHECK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, ring.fd, IORING_OFF_SQ_RING) == MAP_FAILED && errno == ENOMEM);
    for (int i = 0; i < 40; i++) {
        add(&ring, IORING_OP_NOP, -1, NULL, 0);
        CHECK(complete(&ring) == 0);
    }
    end(&ring);
}

int main(void) {
    struct ring first;
    if (set_up(&first, 0) < 0 && (errno == ENOSYS || errno == EPERM)) return Skipped;
    CHECK(!close(first.fd));
    each_thread_has_a_ring();
    threads_share_a_ring();
    rings_come_and_go_in_threads();
    closing_ends_a_ring();
    a_duplicate_keeps_a_ring();
    a_child_has_rings_of_its_own();
    what_is_unread_ends_waiting();
    linked_timeouts_end_what_they_follow();
    messages_pass();
    rings_of_buffers();
    registered_buffers_outlive_their_addresses();
    files_without_descriptors();
    connections_are_accepted_one_after_the_other();
    children_and_words_are_waited_for();
    submissions_are_polled_for();
    entries_are_longer();
    a_ring_in_the_programs_memory();
    if (failures == 0) puts("ok");
    return failures != 0;
}
