// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <string>

namespace wali::aot {

/// A line on the terminal that says why nothing happens, after a second, until this object is gone.
class Progress {
  public:
    static constexpr std::chrono::seconds interval{1};

    /// Shows nothing if `program` is null or standard error is no terminal.
    Progress(const char* program, const std::string& name);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Call it every `interval`; returns the time that has passed.
    std::chrono::milliseconds update();

  private:
    using Clock = std::chrono::steady_clock;

    const Clock::time_point start_ = Clock::now();
    std::string text_;  // empty: nothing is shown
    bool shown_ = false;
};

}  // namespace wali::aot
