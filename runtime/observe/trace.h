// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include "region.h"

namespace wali::observe {

/// Takes lines out of the queue and writes them.
class Trace {
  public:
    Trace(observed_region& region, int output) : region_(region), output_(output) {}

    /// Writes what is there; whether there was anything.
    bool write_lines();

    /// Calls that last longer than a second, and of threads that have ended: unfinished.
    void write_unfinished();

    /// What is left when nobody adds to it any more, and how the program has ended.
    void finish(pid_t program, int status);

  private:
    using Clock = std::chrono::steady_clock;

    bool take_line(bool skip);
    void show(std::size_t thread, bool ended);
    void write();

    observed_region& region_;
    const int output_;
    std::string text_;
    bool failed_ = false;  // to write; said once
    std::uint64_t next_ = 0;
    std::uint64_t waited_for_ = UINT64_MAX;  // the number of a line that is not written yet
    Clock::time_point waiting_since_;
    Clock::time_point looked_;
    std::array<std::uint32_t, OBSERVED_THREADS> seen_{};  // states at the last look
};

}  // namespace wali::observe
