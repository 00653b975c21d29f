// SPDX-License-Identifier: BSL-1.0
// Waiting for descriptors, and operations that go on by themselves.
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#include <csignal>

#include "run.hpp"

namespace native_calls {
namespace {

constexpr u64 no_signals[16] = {};  // The kernel's set is the first word of the C library's.
constexpr abi::timespec at_once{0, 0};

/// A pipe with something in it.
struct FullPipe {
    FullPipe() { (void)!::pipe(ends), (void)!::write(ends[1], "x", 1); }
    int ends[2] = {-1, -1};
};

void polls(Run& run) {
    const FullPipe pipe;
    abi::pollfd polled[2] = {{pipe.ends[0], POLLIN | POLLOUT, 0}, {pipe.ends[1], POLLOUT, 0}};
    CALL(poll, any(polled), 2, 0);
    run.see(polled[0].revents, polled[1].revents);
    abi::timespec time = at_once;
    ASK(good, ppoll, result(::ppoll(any(polled), 1, any(&time), any(no_signals))), polled, 1, &time, any(no_signals),
        8);
    abi::fd_set readers{}, writers{};
    const auto select_both = [&] {
        readers.fds_bits[0] = writers.fds_bits[0] = 1UL << pipe.ends[0] | 1UL << pipe.ends[1];
    };
    abi::timeval timeout{0, 0};
    select_both();
    CALL(select, pipe.ends[1] + 1, any(&readers), any(&writers), nullptr, any(&timeout));
    run.see(readers), run.see(writers);
    select_both();
    const abi::pselect6_sigmask mask{any(no_signals), 8};
    ASK(good, pselect6,
        result(::pselect(pipe.ends[0] + 1, any(&readers), nullptr, nullptr, any(&time), any(no_signals))),
        pipe.ends[0] + 1, &readers, nullptr, nullptr, &time, &mask);
    run.see(readers);
}

void epolls(Run& run) {
    const FullPipe pipe;
    CALL(epoll_create, 1);
    const int epoll = CALL(epoll_create1, EPOLL_CLOEXEC).number();
    const abi::epoll_event event{EPOLLIN | EPOLLET, 0x123456789abcdef};
    CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, pipe.ends[0], any(&event));
    abi::epoll_event ready[2] = {};
    const auto see_and_arm = [&] {
        run.see(ready), std::memset(ready, 0, sizeof(ready));
        ::epoll_ctl(epoll, EPOLL_CTL_MOD, pipe.ends[0], any(&event));
    };
    CALL(epoll_wait, epoll, any(ready), 2, 0), see_and_arm();
    ASK(good, epoll_pwait, result(::epoll_pwait(epoll, any(ready), 2, 0, any(no_signals))), epoll, ready, 2, 0,
        any(no_signals), 8);
    see_and_arm();
    ASK(good, epoll_pwait2, result(::epoll_pwait2(epoll, any(ready), 2, any(&at_once), any(no_signals))), epoll, ready,
        2, &at_once, any(no_signals), 8);
    see_and_arm();
    FAILS(epoll_ctl, epoll, EPOLL_CTL_DEL, pipe.ends[1], any(&event));
}

void event_descriptors(Run& run) {
    u64 count = 0;
    const int first = RAW(eventfd, 7).number();
    run.see(::read(first, &count, sizeof(count)), count);
    const int second =
        ASK(good, eventfd2, result(::eventfd(3, EFD_SEMAPHORE | EFD_CLOEXEC)), 3, EFD_SEMAPHORE | EFD_CLOEXEC).number();
    run.see(::read(second, &count, sizeof(count)), count, ::fcntl(second, F_GETFD));

    u64 set[16] = {1UL << (SIGUSR1 - 1)};
    ::sigprocmask(SIG_BLOCK, any(set), nullptr);
    const int signals = RAW(signalfd, -1, any(set), 8).number();
    const int other = ASK(good, signalfd4, result(::signalfd(-1, any(set), SFD_NONBLOCK | SFD_CLOEXEC)), -1, any(set),
                          8, SFD_NONBLOCK | SFD_CLOEXEC)
                          .number();
    for (const int descriptor : {signals, other}) {
        ::raise(SIGUSR1);
        abi::signalfd_siginfo info{};
        run.see(::read(descriptor, &info, sizeof(info)), info.ssi_signo, info.ssi_code, ::fcntl(descriptor, F_GETFL));
    }
}

void timers(Run& run) {
    const int timer = CALL(timerfd_create, CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK).number();
    const abi::itimerspec first{{2000, 5}, {1000, 0}}, second{{0, 0}, {0, 1}};
    run.see(::fcntl(timer, F_GETFD), ::fcntl(timer, F_GETFL));
    abi::itimerspec old{};
    CALL(timerfd_settime, timer, 0, any(&first), any(&old));
    run.see(old);
    CALL(timerfd_gettime, timer, any(&old));
    run.see(old.it_interval);
    run.holds(old.it_value.tv_sec > 0 && old.it_value.tv_sec <= 1000);
    CALL(timerfd_settime, timer, TFD_TIMER_ABSTIME, any(&second), any(&old));
    run.see(old.it_interval);
    ::fcntl(timer, F_SETFL, 0);
    u64 expired = 0;
    run.see(::read(timer, &expired, sizeof(expired)), expired);
}

void asynchronous(Run& run) {
    const int file = ::open("file", O_RDWR | O_CREAT, 0600);
    (void)!::write(file, "asynchronous", 12);
    unsigned long context = 0;
    RAW(io_setup, 4, &context);
    char buffer[16] = {};
    abi::iocb operation{};
    operation.aio_data = 77;
    operation.aio_lio_opcode = IOCB_CMD_PREAD;
    operation.aio_fildes = static_cast<u32>(file);
    operation.aio_buf = reinterpret_cast<u64>(buffer);
    operation.aio_nbytes = 5;
    operation.aio_offset = 1;
    const abi::iocb_pointer list[] = {{&operation}};
    abi::io_event events[2] = {};
    const auto see = [&] { run.see(events[0].data, events[0].res, events[0].res2), run.see(buffer); };
    RAW(io_submit, context, 1, any(list));
    RAW(io_getevents, context, 1, 2, events, nullptr), see();
    const abi::aio_sigset mask{any(no_signals), 8};
    operation.aio_data = 78, operation.aio_offset = 4;
    RAW(io_submit, context, 1, any(list));
    RAW(io_pgetevents, context, 1, 2, events, nullptr, &mask), see();
    operation.aio_key = 1;
    RAW_FAILS(io_cancel, context, &operation, events);
    RAW(io_destroy, context);
}

void rings(Run& run) {
    abi::io_uring_params parameters{};
    const auto ring = static_cast<unsigned>(RAW(io_uring_setup, 4, &parameters).number());
    run.see(parameters);
    RAW(io_uring_enter, ring, 0, 0, 0, nullptr, 0);
    struct {
        abi::io_uring_probe head{};
        abi::io_uring_probe_op operations[64] = {};
    } probe;
    RAW(io_uring_register, ring, 8, &probe, 64);  // IORING_REGISTER_PROBE
    run.see(probe);
}

void futexes(Run& run) {
    u32 word = 5, other = 6;
    constexpr unsigned size_u32 = 2;  // FUTEX2_SIZE_U32
    constexpr unsigned long all = 0xffffffff;
    RAW(futex, &word, 10, 1, nullptr, nullptr, ~0U);     // FUTEX_WAKE_BITSET
    RAW_FAILS(futex, &word, 0, 4, nullptr, nullptr, 0);  // FUTEX_WAIT
    abi::futex_waitv waiters[2] = {{4, reinterpret_cast<u64>(&word), size_u32, 0},
                                   {6, reinterpret_cast<u64>(&other), size_u32, 0}};
    RAW_FAILS(futex_waitv, any(waiters), 2, 0, nullptr, CLOCK_MONOTONIC);
    RAW_FAILS(futex_wait, &word, 4, all, size_u32, nullptr, CLOCK_MONOTONIC);
    RAW(futex_wake, &word, all, 1, size_u32);
    waiters[0].val = word;
    RAW(futex_requeue, any(waiters), 0, 1, 1);
}

}  // namespace

const std::initializer_list<Scenario> event_scenarios = {
    {"polls", polls},
    {"epolls", epolls},
    {"event_descriptors", event_descriptors},
    {"timers", timers},
    {"asynchronous", asynchronous},
    {"rings", rings},
    {"futexes", futexes},
};

}  // namespace native_calls
