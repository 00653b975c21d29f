// SPDX-License-Identifier: BSL-1.0
// ring-buffer [CAPACITY]: copies standard input to standard output through a ring in memory that two processes share.
//
// The parent reads straight into the ring, the child writes straight out of it: no byte is copied between the two, and
// while neither is full or empty there is no system call between them. Each looks at times whether the other one still
// lives, because nobody wakes who waits for a process that was killed.
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <wali/try.hpp>

import wali;

namespace {

using namespace std::chrono_literals;

/// How long a process that was killed may go unnoticed.
constexpr wali::Duration patience = 200ms;

/// Waits until there is something to do; whether the other process is still there to be waited for.
template <class Wait, class Lives>
wali::result<void> wait_while(Wait wait, Lives lives) {
    for (;;) {
        const wali::result<void> waited = wait(wali::deadline_after(patience));
        if (waited || (waited.error() != wali::Errno::TIMEDOUT && waited.error() != wali::Errno::INTR)) return waited;
        if (!lives()) return wali::Errno::OWNERDEAD;
    }
}

/// The parent: standard input to the ring, until it ends. How the child has ended, if it did so meanwhile.
wali::result<std::optional<wali::WaitStatus>> fill(wali::RingBuffer& ring, const wali::PidFd& child) {
    std::optional<wali::WaitStatus> ended;
    const auto child_lives = [&] {
        const auto status = child.try_wait();
        if (status) ended = status.value();
        return !ended;
    };
    for (;;) {
        const auto waited = wait_while([&](auto deadline) { return ring.wait_for_room(deadline); }, child_lives);
        if (ended) return ended;
        WALI_TRY(waited);
        WALI_TRY(const wali::usize size,
                 wali::retry_interrupted([&] { return wali::read(wali::standard_input(), ring.room()); }));
        if (size == 0) break;
        ring.commit(size);
    }
    ring.finish();
    return ended;
}

/// The child: the ring to standard output, until the parent has finished.
wali::result<void> drain(wali::RingBuffer& ring, wali::Pid parent) {
    const auto parent_lives = [&] { return wali::process::parent_id() == parent; };
    while (!ring.at_end()) {
        WALI_TRY(wait_while([&](auto deadline) { return ring.wait_for_data(deadline); }, parent_lives));
        const wali::ConstBytes data = ring.data();
        WALI_TRY(wali::write_all(wali::standard_output(), data));
        ring.consume(data.size());
    }
    return wali::success();
}

wali::result<int> copy(wali::usize capacity) {
    WALI_TRY(wali::RingBuffer ring, wali::RingBuffer::create(capacity));
    const wali::Pid parent = wali::process::id();
    WALI_TRY(const wali::Pid id, wali::process::fork());
    if (id == wali::Pid(0)) wali::process::exit(wali::exit_status("ring-buffer", drain(ring, parent)));
    WALI_TRY(const wali::PidFd child, wali::PidFd::open(id));
    const auto filled = fill(ring, child);
    if (!filled) {
        (void)child.send_signal(wali::Signal::KILL);
        (void)child.wait();
        return filled.error();
    }
    if (filled.value()) return filled.value()->exit_code().value_or(1);
    WALI_TRY(const wali::WaitStatus status, wali::retry_interrupted([&] { return child.wait(); }));
    return status.exit_code().value_or(1);
}

}  // namespace

int main(int argc, char** argv) {
    wali::usize capacity = 64 << 10;
    if (argc > 1) {
        const std::string_view text = argv[1];
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), capacity);
        if (error != std::errc() || end != text.data() + text.size()) capacity = 0;  // which is none
    }
    const auto copied = copy(capacity);
    if (copied) return copied.value();
    return wali::exit_status("ring-buffer", copied.error());
}
