// SPDX-License-Identifier: BSL-1.0
#include "trace.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace wali::observe {
namespace {

constexpr std::chrono::seconds patience{1};

/// Read once: others may change it.
std::size_t length_of(const std::uint32_t& length) {
    return std::min(__atomic_load_n(&length, __ATOMIC_RELAXED), OBSERVED_TEXT);
}

}  // namespace

/// Whether there was one. One that somebody got the number of, and did not write, is waited for; or skipped.
bool Trace::take_line(bool skip) {
    observed_line& place = region_.lines[next_ % OBSERVED_LINES];
    std::uint64_t turn = next_ - next_ % OBSERVED_LINES;
    const std::uint64_t now = __atomic_load_n(&place.turn, __ATOMIC_ACQUIRE);
    if (now == turn + 1) {
        text_.append(place.text, length_of(place.length));
        __atomic_store_n(&place.turn, turn + OBSERVED_LINES, __ATOMIC_RELEASE);
        ++next_;
        return true;
    }
    if (now != turn || __atomic_load_n(&region_.head, __ATOMIC_RELAXED) <= next_) return false;
    if (waited_for_ != next_) {
        waited_for_ = next_;
        waiting_since_ = Clock::now();
    }
    if (!skip && Clock::now() - waiting_since_ < patience) return false;
    if (__atomic_compare_exchange_n(&place.turn, &turn, turn + OBSERVED_LINES, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_RELAXED))
        ++next_;
    return true;
}

void Trace::write() {
    for (std::size_t done = 0; done < text_.size();) {
        const ssize_t count = ::write(output_, text_.data() + done, text_.size() - done);
        if (count > 0) {
            done += static_cast<std::size_t>(count);
        } else if (count < 0 && errno == EAGAIN) {
            pollfd ready = {output_, POLLOUT, 0};
            poll(&ready, 1, -1);
        } else if (count == 0 || errno != EINTR) {
            __atomic_store_n(&region_.closed, 1, __ATOMIC_RELAXED);
            if (!std::exchange(failed_, true))
                std::fprintf(stderr, "walirun: cannot write the trace: %s\n", std::strerror(errno));
            break;
        }
    }
    text_.clear();
}

bool Trace::write_lines() {
    for (std::size_t count = 0; count < OBSERVED_LINES && take_line(false);) ++count;
    const bool any = !text_.empty();
    write();
    return any;
}

/// `ended`: the thread has.
void Trace::show(std::size_t thread, bool ended) {
    observed_thread& place = region_.threads[thread];
    std::uint32_t state = seen_[thread];
    if (state % OBSERVED_STATES == OBSERVED_RUNNING) {
        const std::string line =
            std::to_string(place.tid) + " " + std::string(place.text, length_of(place.length)) + " <unfinished ...>\n";
        // If it is still that call, this was its text.
        if (__atomic_compare_exchange_n(&place.state, &state, state - OBSERVED_RUNNING + OBSERVED_SHOWN, false,
                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            text_ += line;
    }
    if (ended) __atomic_store_n(&place.tid, 0, __ATOMIC_RELEASE);
}

void Trace::write_unfinished() {
    const Clock::time_point now = Clock::now();
    if (now - looked_ < patience) return;
    looked_ = now;
    for (std::size_t i = 0; i < OBSERVED_THREADS; ++i) {
        const std::uint32_t tid = __atomic_load_n(&region_.threads[i].tid, __ATOMIC_ACQUIRE);
        const std::uint32_t state = __atomic_load_n(&region_.threads[i].state, __ATOMIC_ACQUIRE);
        const bool ended = tid != 0 && kill(static_cast<pid_t>(tid), 0) != 0 && errno == ESRCH;
        const bool lasts = seen_[i] == state;
        seen_[i] = state;
        if (tid != 0 && (lasts || ended)) show(i, ended);
    }
    write();
}

void Trace::finish(pid_t program, int status) {
    for (std::size_t lines = 0; lines < OBSERVED_LINES && take_line(true); ++lines)
        continue;  // a program may write there
    for (std::size_t i = 0; i < OBSERVED_THREADS; ++i) {
        seen_[i] = __atomic_load_n(&region_.threads[i].state, __ATOMIC_ACQUIRE);
        if (region_.threads[i].tid != 0) show(i, true);
    }
    text_ += std::to_string(program) +
             (WIFSIGNALED(status) ? " +++ killed by signal " + std::to_string(WTERMSIG(status))
                                  : " +++ exited with " + std::to_string(WEXITSTATUS(status))) +
             " +++\n";
    write();
}

}  // namespace wali::observe
