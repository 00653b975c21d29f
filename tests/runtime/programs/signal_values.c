// SPDX-License-Identifier: BSL-1.0
// Signals that carry something: queued ones in their order, timers, message queues, and what takes them: handlers,
// rt_sigtimedwait, signalfd.
#include "signals.h"

WALI(SYS_rt_sigqueueinfo) i64 sys_rt_sigqueueinfo(int pid, int signal, const void* info);
WALI(SYS_rt_tgsigqueueinfo) i64 sys_rt_tgsigqueueinfo(int process, int thread, int signal, const void* info);
WALI(SYS_rt_sigtimedwait) i64 sys_rt_sigtimedwait(const void* set, void* info, const void* timeout, u32 size);
WALI(SYS_tgkill) i64 sys_tgkill(int process, int thread, int signal);
WALI(SYS_pidfd_open) i64 sys_pidfd_open(int pid, u32 flags);
WALI(SYS_pidfd_send_signal) i64 sys_pidfd_send_signal(int fd, int signal, const void* info, u32 flags);
WALI(SYS_gettid) i64 sys_gettid(void);
WALI(SYS_getppid) i64 sys_getppid(void);
WALI(SYS_signalfd4) i64 sys_signalfd4(int fd, const void* mask, u32 size, int flags);
WALI(SYS_timer_create) i64 sys_timer_create(int clock, const void* event, int* timer);
WALI(SYS_timer_settime) i64 sys_timer_settime(int timer, int flags, const void* value, void* old);
WALI(SYS_timer_gettime) i64 sys_timer_gettime(int timer, void* value);
WALI(SYS_timer_getoverrun) i64 sys_timer_getoverrun(int timer);
WALI(SYS_timer_delete) i64 sys_timer_delete(int timer);
WALI(SYS_setitimer) i64 sys_setitimer(int which, const void* value, void* old);
WALI(SYS_getitimer) i64 sys_getitimer(int which, void* value);
WALI(SYS_alarm) i64 sys_alarm(u32 seconds);
WALI(SYS_mq_open) i64 sys_mq_open(const char* name, int flags, u32 mode, const void* attributes);
WALI(SYS_mq_unlink) i64 sys_mq_unlink(const char* name);
WALI(SYS_mq_notify) i64 sys_mq_notify(int queue, const void* event);
WALI(SYS_mq_timedsend) i64 sys_mq_timedsend(int queue, const void* data, u32 size, u32 priority, const void* timeout);
WALI(SYS_socket) i64 sys_socket(int domain, int type, int protocol);

#define EPERM 1
#define EAGAIN 11
#define SI_QUEUE (-1)
#define SI_TIMER (-2)
#define SI_MESGQ (-3)
#define SI_TKILL (-6)
#define NOWHERE ((void*)0xfffffff0u)

struct event {
    u32 value;
    i32 signal, notify, thread;
    u32 unused[12];
};

enum { SIGNAL = 0, NONE = 1, THREAD = 2, THREAD_ID = 4 };

static const i64 at_once[4] = {0, 0, 0, 1};
static const i64 never[4] = {0, 0, 0, 0};
static const i64 no_time[2] = {0, 0};
static const i64 minute[2] = {60, 0};
static int self;
static struct siginfo seen;
static volatile int count;

static void keep(int signal, const struct siginfo* info, void* context) {
    (void)signal;
    (void)context;
    seen = *info;
    ++count;
}

static i64 queue(int signal, u32 value) {
    const struct siginfo info = {.signal = 0, .code = SI_QUEUE, .pid = self, .uid = 77, .value = value};
    return sys_rt_sigqueueinfo(self, signal, &info);
}

static i64 take(u64 set, struct siginfo* info) { return sys_rt_sigtimedwait(&set, info, minute, 8); }

// --- sending ---

static void to_a_handler(void) {
    CHECK_EQUAL(install(RT, (u32)keep, SIGINFO), 0);
    CHECK_EQUAL(queue(RT, 0x87654321u), 0);
    CHECK_EQUAL(count, 1);
    CHECK_EQUAL(seen.signal, RT);
    CHECK_EQUAL(seen.code, SI_QUEUE);
    CHECK_EQUAL(seen.pid, self);
    CHECK_EQUAL(seen.uid, 77);
    CHECK_EQUAL(seen.value, 0x87654321u);

    // Next to a value lies the upper half of a native one: nothing of the guest's goes there, nothing comes from there.
    for (int code = SI_TIMER; code <= SI_QUEUE; ++code) {
        const struct siginfo wide = {.code = code, .rest = {0, 0, 5, 6, 7}};
        CHECK_EQUAL(sys_rt_sigqueueinfo(self, RT, &wide), 0);
        CHECK_EQUAL(seen.code, code);
        CHECK_EQUAL(seen.value, 5);
        CHECK_EQUAL(seen.rest[3], 0);
    }
    count = 1;

    const struct siginfo to_thread = {.code = SI_QUEUE, .pid = 5, .value = 6};
    CHECK_EQUAL(sys_rt_tgsigqueueinfo(self, (int)sys_gettid(), RT, &to_thread), 0);
    CHECK_EQUAL(count, 2);
    CHECK_EQUAL(seen.pid, 5);
    CHECK_EQUAL(seen.value, 6);
    CHECK_EQUAL(sys_tgkill(self, (int)sys_gettid(), RT), 0);
    CHECK_EQUAL(count, 3);
    CHECK_EQUAL(seen.code, SI_TKILL);
    CHECK_EQUAL(seen.pid, self);

    CHECK_EQUAL(sys_rt_sigqueueinfo(self, RT, NOWHERE), -EFAULT);
    CHECK_EQUAL(sys_rt_tgsigqueueinfo(self, self, RT, NOWHERE), -EFAULT);
    CHECK_EQUAL(sys_rt_sigqueueinfo(self, 65, &to_thread), -EINVAL);
    const struct siginfo as_if_from_the_kernel = {.code = 1};
    CHECK_EQUAL(sys_rt_sigqueueinfo((int)sys_getppid(), RT, &as_if_from_the_kernel), -EPERM);
}

static void through_a_descriptor(void) {
    const int fd = (int)sys_pidfd_open(self, 0);
    const struct siginfo info = {.signal = RT, .code = SI_QUEUE, .value = 8};
    count = 0;
    CHECK_EQUAL(sys_pidfd_send_signal(fd, RT, NULL, 0), 0);
    CHECK_EQUAL(count, 1);
    CHECK_EQUAL(seen.code, 0);
    CHECK_EQUAL(seen.pid, self);
    CHECK_EQUAL(sys_pidfd_send_signal(fd, RT, &info, 0), 0);
    CHECK_EQUAL(seen.value, 8);
    CHECK_EQUAL(sys_pidfd_send_signal(fd, RT + 1, &info, 0), -EINVAL);
    CHECK_EQUAL(sys_pidfd_send_signal(fd, RT, NOWHERE, 0), -EFAULT);
    CHECK_EQUAL(sys_pidfd_send_signal(-1, RT, NOWHERE, 0), -EBADF);
    sys_close(fd);
}

// As the fault of another instruction, which is what a program does that passes its own on.
static void as_a_fault(void) {
    const int fd = (int)sys_pidfd_open(self, 0);
    const struct siginfo info = {.signal = SEGV, .code = 1 /* SEGV_MAPERR */, .address = 4711};
    CHECK_EQUAL(install(SEGV, (u32)keep, SIGINFO), 0);
    count = 0;
    CHECK_EQUAL(sys_rt_sigqueueinfo(self, SEGV, &info), 0);
    CHECK_EQUAL(count, 1);
    CHECK_EQUAL(seen.code, 1);
    CHECK_EQUAL(seen.address, 4711);
    block(BIT(SEGV));
    CHECK_EQUAL(sys_rt_tgsigqueueinfo(self, (int)sys_gettid(), SEGV, &info), 0);
    CHECK_EQUAL(count, 1);
    unblock(BIT(SEGV));
    CHECK_EQUAL(count, 2);
    CHECK_EQUAL(sys_rt_sigqueueinfo((int)sys_getppid(), SEGV, &info), -EPERM);
    CHECK_EQUAL(sys_pidfd_send_signal(fd, SEGV, &info, 0), -EPERM);
    CHECK_EQUAL(install(SEGV, DFL, 0), 0);
    sys_close(fd);
}

// --- taking: the lowest number first, in the order they were sent ---

static void in_order(void) {
    const u64 set = BIT(RT) | BIT(RT + 1) | BIT(SEGV);
    struct siginfo info;
    block(BIT(RT) | BIT(RT + 1));
    CHECK_EQUAL(queue(RT + 1, 1), 0);
    CHECK_EQUAL(queue(RT, 2), 0);
    CHECK_EQUAL(queue(RT, 3), 0);
    CHECK_EQUAL(take(set, &info), RT);
    CHECK_EQUAL(info.value, 2);
    CHECK_EQUAL(take(set, &info), RT);
    CHECK_EQUAL(info.value, 3);
    CHECK_EQUAL(take(set, NULL), RT + 1);
    CHECK_EQUAL(sys_rt_sigtimedwait(&set, &info, no_time, 8), -EAGAIN);
    CHECK_EQUAL(sys_rt_sigtimedwait(&set, &info, no_time, 4), -EINVAL);
    CHECK_EQUAL(sys_rt_sigtimedwait(NOWHERE, &info, no_time, 8), -EFAULT);
    CHECK_EQUAL(sys_rt_sigtimedwait(&set, &info, NOWHERE, 8), -EFAULT);
    CHECK_EQUAL(queue(RT, 4), 0);
    CHECK_EQUAL(sys_rt_sigtimedwait(&set, NOWHERE, no_time, 8), -EFAULT);
    unblock(BIT(RT) | BIT(RT + 1));
}

static u32 order[4];

static void note(int signal, const struct siginfo* info, void* context) {
    (void)signal;
    (void)context;
    order[count++ & 3] = info->value;
}

static void in_order_to_a_handler(void) {
    const u64 both = BIT(RT) | BIT(RT + 1);
    CHECK_EQUAL(install_masked(RT, (u32)note, SIGINFO, both), 0);
    CHECK_EQUAL(install_masked(RT + 1, (u32)note, SIGINFO, both), 0);
    block(both);
    count = 0;
    CHECK_EQUAL(queue(RT + 1, 1), 0);
    CHECK_EQUAL(queue(RT, 2), 0);
    CHECK_EQUAL(queue(RT, 3), 0);
    unblock(both);
    CHECK_EQUAL(count, 3);
    CHECK(order[0] == 2 && order[1] == 3 && order[2] == 1);
}

static void by_descriptor(void) {
    u32 got[32];
    const u64 all = ~0ull;
    block(BIT(RT));
    const int fd = (int)sys_signalfd4(-1, &all, 8, 04000 /* SFD_NONBLOCK */);
    CHECK(fd > 2);
    CHECK_EQUAL(sys_read(fd, got, sizeof got), -EAGAIN);
    CHECK_EQUAL(queue(RT, 9), 0);
    CHECK_EQUAL(sys_read(fd, got, sizeof got), 128);
    CHECK_EQUAL(got[0], RT);
    CHECK_EQUAL(got[3], self);
    CHECK_EQUAL(got[11], 9);  // ssi_int
    CHECK_EQUAL(sys_signalfd4(-1, &all, 4, 0), -EINVAL);
    CHECK_EQUAL(sys_signalfd4(-1, NOWHERE, 8, 0), -EFAULT);
    sys_close(fd);
    unblock(BIT(RT));
}

// --- timers ---

static void expire(const struct event* event, int signal, u32 value) {
    struct siginfo info;
    int timer = -1;
    CHECK_EQUAL(sys_timer_create(1 /* CLOCK_MONOTONIC */, event, &timer), 0);
    CHECK_EQUAL(sys_timer_settime(timer, 0, at_once, NULL), 0);
    CHECK_EQUAL(take(BIT(signal), &info), signal);
    CHECK_EQUAL(info.code, SI_TIMER);
    CHECK_EQUAL(info.timer, timer);
    CHECK_EQUAL(info.overrun, 0);
    CHECK_EQUAL(info.timer_value, event ? value : (u32)timer);
    CHECK_EQUAL(sys_timer_getoverrun(timer), 0);
    CHECK_EQUAL(sys_timer_delete(timer), 0);
    CHECK_EQUAL(sys_timer_delete(timer), -EINVAL);
}

static void timers(void) {
    i64 left[4] = {0};
    const i64 far[4] = {0, 0, 1000, 0};
    int timer = -1;
    block(BIT(RT) | BIT(ALRM));
    expire(&(struct event){0xfffffffeu, RT, SIGNAL, 0, {0}}, RT, 0xfffffffeu);
    expire(&(struct event){7, RT, THREAD_ID, (i32)sys_gettid(), {0}}, RT, 7);
    expire(NULL, ALRM, 0);
    CHECK_EQUAL(sys_timer_create(1, &(struct event){0, 0, NONE, 0, {0}}, &timer), 0);
    CHECK_EQUAL(sys_timer_settime(timer, 0, far, NULL), 0);
    CHECK_EQUAL(sys_timer_gettime(timer, left), 0);
    CHECK(left[2] > 0 && left[2] <= 1000);
    CHECK_EQUAL(sys_timer_delete(timer), 0);
    CHECK_EQUAL(sys_timer_create(1, &(struct event){0, RT, 9, 0, {0}}, &timer), -EINVAL);
    CHECK_EQUAL(sys_timer_create(1, &(struct event){0, 65, SIGNAL, 0, {0}}, &timer), -EINVAL);
    CHECK_EQUAL(sys_timer_create(1, NOWHERE, &timer), -EFAULT);
    CHECK_EQUAL(sys_timer_create(1, NULL, NOWHERE), -EFAULT);
}

static void interval_timers(void) {
    i64 left[4] = {0};
    const i64 far[4] = {0, 0, 1000, 0};
    struct siginfo info;
    CHECK_EQUAL(sys_setitimer(0, at_once, NULL), 0);
    CHECK_EQUAL(take(BIT(ALRM), &info), ALRM);
    CHECK_EQUAL(sys_setitimer(0, far, NULL), 0);
    CHECK_EQUAL(sys_getitimer(0, left), 0);
    CHECK(left[2] > 0 && left[2] <= 1000);
    CHECK(sys_alarm(0) > 0);
    CHECK_EQUAL(sys_setitimer(0, never, left), 0);
    CHECK_EQUAL(left[2], 0);
    CHECK_EQUAL(sys_setitimer(0, NOWHERE, NULL), -EFAULT);
}

// --- message queues ---

static void message_queue(void) {
    static char cookie[32] = "thirty-one bytes and a last one";
    static char answer[32];
    struct siginfo info;
    const i64 attributes[8] = {0, 4, 16};
    sys_mq_unlink("wali-signal-values");
    const int queue = (int)sys_mq_open("wali-signal-values", 0302 /* O_RDWR | O_CREAT | O_EXCL */, 0600, attributes);
    if (queue == -ENOSYS) return;  // a kernel without them
    CHECK(queue > 2);
    CHECK_EQUAL(sys_mq_unlink("wali-signal-values"), 0);

    // As the C library's SIGEV_THREAD: the kernel sends the cookie through a netlink socket.
    const int socket = (int)sys_socket(16, 3, 0);
    CHECK_EQUAL(sys_mq_notify(queue, &(struct event){(u32)cookie, socket, THREAD, 0, {0}}), 0);
    CHECK_EQUAL(sys_mq_timedsend(queue, "a", 1, 0, NULL), 0);
    CHECK_EQUAL(sys_read(socket, answer, sizeof answer), 32);
    CHECK_EQUAL(answer[0], 't');
    CHECK_EQUAL(answer[31], 1 /* NOTIFY_WOKENUP */);
    sys_close(socket);
    sys_close(queue);

    const int other = (int)sys_mq_open("wali-signal-values", 0302, 0600, attributes);
    CHECK_EQUAL(sys_mq_unlink("wali-signal-values"), 0);
    CHECK_EQUAL(sys_mq_notify(other, &(struct event){11, RT, SIGNAL, 0, {0}}), 0);
    CHECK_EQUAL(sys_mq_timedsend(other, "a", 1, 0, NULL), 0);
    CHECK_EQUAL(take(BIT(RT), &info), RT);
    CHECK_EQUAL(info.code, SI_MESGQ);
    CHECK_EQUAL(info.value, 11);
    CHECK_EQUAL(sys_mq_notify(other, NOWHERE), -EFAULT);
    CHECK_EQUAL(sys_mq_notify(other, NULL), 0);
    sys_close(other);
}

void test(void) {
    self = (int)sys_getpid();
    to_a_handler();
    through_a_descriptor();
    as_a_fault();
    in_order();
    in_order_to_a_handler();
    by_descriptor();
    timers();
    interval_timers();
    message_queue();
}
