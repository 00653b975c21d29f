// SPDX-License-Identifier: BSL-1.0
// supervise MILLISECONDS PROGRAM [ARGUMENT...]: runs a program until it succeeds, at most five times. What runs for
// longer than MILLISECONDS is killed.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <span>

#include <wali/try.hpp>

import wali;

namespace {

wali::result<bool> run(const wali::Command& command, wali::Timeout timeout) {
    WALI_TRY(wali::Child child, command.start());
    const auto deadline = wali::Deadline::after(timeout);
    auto ended = wali::retry_interrupted([&] { return child.wait_until(deadline); });
    if (ended.has_error() && ended.error() == wali::Errno::TIMEDOUT) {
        std::fputs("supervise: timed out\n", stderr);
        WALI_TRY(child.kill());
        WALI_TRY(wali::retry_interrupted([&] { return child.wait(); }));
        return false;
    }
    WALI_TRY(const wali::WaitStatus status, ended);
    if (const auto signal = status.termination_signal())
        std::fprintf(stderr, "supervise: signal %d\n", static_cast<int>(*signal));
    else if (!status.success())
        std::fprintf(stderr, "supervise: exit code %d\n", *status.exit_code());
    return status.success();
}

wali::result<void> supervise(std::span<char*> arguments, wali::Timeout timeout) {
    const wali::Command command{.arguments = arguments};
    for (int runs = 0; runs < 5; ++runs) {
        WALI_TRY(const bool success, run(command, timeout));
        if (success) return wali::success();
    }
    return wali::Errno::CANCELED;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fputs("usage: supervise MILLISECONDS PROGRAM [ARGUMENT...]\n", stderr);
        return 2;
    }
    const std::span<char*> program(argv + 2, static_cast<std::size_t>(argc - 2));
    return wali::exit_status("supervise", supervise(program, std::chrono::milliseconds(std::atoi(argv[1]))));
}
