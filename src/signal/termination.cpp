// SPDX-License-Identifier: BSL-1.0
#include <wali/signal/termination.hpp>

#include <atomic>
#include <utility>

#include <wali/abi/constants/event.hpp>
#include <wali/abi/structs/event.hpp>
#include <wali/core/clock.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/signal/signal_action.hpp>
#include <wali/sys/event.hpp>
#include <wali/sys/fs.hpp>
#include <wali/sys/process.hpp>
#include <wali/sys/sched.hpp>
#include <wali/sys/signal.hpp>
#include <wali/sys/signal_action.hpp>

namespace wali {
namespace {

// What the handler reads. It is there before the handler is, and the process stands for both.
constinit std::atomic<i32> owner = 0;  // the process that has asked; 0 if none has; -1 while its Termination ends
constinit std::atomic<int> event_fd = -1;
constinit std::atomic<int> first_signal = 0;
constinit SignalSet handled;  // only for who makes and ends a Termination
constinit abi::k_sigaction before[65] = {};

constinit std::atomic<int> running = 0;  // handlers, in all threads

constexpr u64 one = 1;

void ask(int signal) noexcept {
    const i32 asker = owner.load();
    if (sys::getpid() != asker) {
        // It comes again when this handler returns. In a forked copy it was meant for the copy alone, and ends it.
        // Where the Termination has ended between the signal and here, it does what it did before.
        if (asker > 0) (void)wali::signal::reset(static_cast<Signal>(signal));
        sys::tgkill(static_cast<i32>(sys::getpid()), static_cast<i32>(sys::gettid()), signal);
        return;
    }
    int none = 0;
    first_signal.compare_exchange_strong(none, signal);
    sys::write(event_fd.load(), &one, sizeof one);
}

void request(int signal) noexcept {
    ++running;
    ask(signal);
    --running;
}

/// Gives the signals of `handled` back what they did before, in the order of their numbers and below `end`.
void restore(int end) noexcept {
    for (int number = 1; number < end; ++number)
        if (handled.contains(static_cast<Signal>(number)))
            sys::rt_sigaction(number, &before[number], nullptr, sizeof(abi::sigset_t));
    if (sys::getpid() != owner) running = 0;  // a forked copy has none of the threads in which they ran
    owner = -1;                               // a handler that begins from here on does not write
    while (running > 0) sys::sched_yield();   // another thread's, which may write to the descriptor
    owner = 0;
}

}  // namespace

result<Termination> signal::on_termination(const SignalSet& signals) noexcept {
    i32 nobody = 0;
    if (!owner.compare_exchange_strong(nobody, static_cast<i32>(sys::getpid()))) return Errno::BUSY;
    constexpr auto flags = abi::EventfdFlags::CLOEXEC | abi::EventfdFlags::NONBLOCK;
    result<Fd> made = to_descriptor<Fd>(Call::eventfd2, sys::eventfd2(0, abi::bits(flags)));
    if (made.has_error()) {
        owner = 0;
        return made.assume_error();
    }
    event_fd = made.assume_value().raw();
    first_signal = 0;
    handled = signals;
    const auto action = sys::make_k_sigaction(reinterpret_cast<void*>(request), abi::bits(SigactionFlags::RESTART),
                                              signals.raw()->bits);
    for (int number = 1; number <= abi::bits(abi::SignalRange::RTMAX); ++number) {
        if (!signals.contains(static_cast<Signal>(number))) continue;
        const long raw = sys::rt_sigaction(number, &action, &before[number], sizeof(abi::sigset_t));
        if (is_error(raw)) {
            restore(number);
            return Error::of_raw(Call::rt_sigaction, raw);
        }
    }
    return Termination(std::move(made).assume_value());
}

result<Termination> signal::on_termination() noexcept { return on_termination({Signal::TERM, Signal::INT}); }

Termination::~Termination() {
    if (fd_) restore(abi::bits(abi::SignalRange::RTMAX) + 1);
}

std::optional<Signal> Termination::requested() const noexcept {
    const int signal = first_signal.load();
    if (signal == 0) return {};
    return static_cast<Signal>(signal);
}

result<Signal> Termination::wait(Timeout timeout) const noexcept {
    const auto deadline = deadline_after(timeout);
    for (;;) {
        abi::pollfd entry{fd_.raw(), abi::bits(abi::PollEvents::IN), 0};
        abi::timespec time = to_timespec(time_until(deadline));
        const bool endless = deadline == MonotonicClock::time_point::max();
        const long raw = sys::ppoll(&entry, 1, endless ? nullptr : &time, nullptr, sizeof(abi::sigset_t));
        if (raw > 0) {
            if (const auto signal = requested()) return *signal;
            return Error(Errno::CANCELED, Call::ppoll);
        }
        if (raw == 0) return Error(Errno::TIMEDOUT, Call::ppoll);
        const Error failed = Error::of_raw(Call::ppoll, raw);
        if (failed != Errno::INTR) return failed;
    }
}

}  // namespace wali
