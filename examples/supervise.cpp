// SPDX-License-Identifier: BSL-1.0
// supervise PROGRAM [ARGUMENT...]: keeps a program running until it ends with 0.
//
// When it fails it is started again: after 0.1 s, and after each failure twice as long, up to 10 s. A run of 10 s
// makes that 0.1 s again. SIGTERM and SIGINT end the program (SIGTERM, and SIGKILL after 5 s), then us, with 0. One
// loop waits for all: the program's end, the signals and the time of the next start are descriptors.
#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <wali/try.hpp>

import wali;

namespace {

using namespace std::chrono_literals;

enum Source : wali::u32 { program_ended, signal_came, time_is_over };

void say(const std::string& text) { (void)wali::write_all(wali::standard_error(), "supervise: " + text + "\n"); }

std::string text_of(wali::WaitStatus status) {
    if (const auto signal = status.termination_signal()) return "ended by signal " + std::to_string(int(*signal));
    return "exit code " + std::to_string(*status.exit_code());
}

class Supervisor {
  public:
    explicit Supervisor(wali::Command command) : command_(std::move(command)) {}

    wali::result<void> run() {
        WALI_TRY(epoll_, wali::Epoll::create());
        WALI_TRY(auto signals, wali::SignalFd::create({wali::Signal::TERM, wali::Signal::INT}));
        WALI_TRY(signals_, epoll_.add(std::move(signals), wali::EpollEvents::IN, signal_came));
        WALI_TRY(auto timer, wali::TimerFd::create());
        WALI_TRY(timer_, epoll_.add(std::move(timer), wali::EpollEvents::IN, time_is_over));
        WALI_TRY(start());
        for (;;) {
            std::array<wali::EpollEvent, 1> events;
            WALI_TRY(wali::retry_interrupted([&] { return epoll_.wait(events); }));
            switch (static_cast<Source>(events[0].index())) {
                case program_ended: {
                    WALI_TRY(const bool over, ended());
                    if (over) return wali::success();
                    break;
                }
                case signal_came:
                    WALI_TRY(signals_->read());  // else it would come when it is not blocked any more
                    return stop();
                case time_is_over: WALI_TRY(timer_->read()); WALI_TRY(start());
            }
        }
    }

  private:
    wali::result<void> start() {
        WALI_TRY(child_, command_.start());
        started_ = wali::MonotonicClock::now();
        WALI_TRY(auto pid_fd, child_.pid_fd().duplicate());
        WALI_TRY(watch_, epoll_.add(std::move(pid_fd), wali::EpollEvents::IN, program_ended));
        return wali::success();
    }

    /// Whether the program has done what it should.
    wali::result<bool> ended() {
        watch_ = {};
        WALI_TRY(const wali::WaitStatus status, wali::retry_interrupted([&] { return child_.wait(); }));
        if (status.success()) return true;
        if (wali::MonotonicClock::now() - started_ >= longest_delay) delay_ = shortest_delay;
        say(text_of(status) + ", starting again in " + std::to_string(delay_.count()) + " ms");
        WALI_TRY(timer_->set_after(delay_));
        delay_ = std::min(2 * delay_, longest_delay);
        return false;
    }

    wali::result<void> stop() {
        watch_ = {};
        const bool runs = child_ && !WALI_TRY_VALUE(child_.try_wait());
        if (runs) WALI_TRY(child_.stop(5s));
        return wali::success();
    }

    static constexpr std::chrono::milliseconds shortest_delay = 100ms;
    static constexpr std::chrono::milliseconds longest_delay = 10s;

    wali::Command command_;
    wali::Epoll epoll_;
    wali::EpollRegistration<wali::SignalFd> signals_;
    wali::EpollRegistration<wali::TimerFd> timer_;
    wali::Child child_;
    wali::EpollRegistration<wali::PidFd> watch_;
    wali::MonotonicClock::time_point started_;
    std::chrono::milliseconds delay_ = shortest_delay;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        say("PROGRAM [ARGUMENT...]");
        return 2;
    }
    // A SignalFd reads what is blocked. The program starts with nothing blocked, as every Command does.
    const auto blocked = wali::ScopedSignalMask::block({wali::Signal::TERM, wali::Signal::INT});
    Supervisor supervisor({.arguments = std::span<char*>(argv + 1, static_cast<std::size_t>(argc - 1))});
    return wali::exit_status("supervise", supervisor.run());
}
