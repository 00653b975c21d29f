// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <string_view>
#include <utility>

#include "file_cache.hpp"
#include "http_date.hpp"

import wali;

namespace httpd {

/// What all connections share: the files, the time and the limits.
class Service {
  public:
    using Time = wali::MonotonicClock::time_point;

    Service(FileTree tree, std::chrono::seconds timeout) noexcept : files(std::move(tree)), timeout_(timeout) {
        tick();
    }

    /// Reads the clocks: once for all connections that are ready together, and the date once a second.
    void tick() noexcept {
        now_ = wali::MonotonicClock::now();
        if (now_ < date_expires_) return;
        const wali::Duration time = wali::RealtimeClock::now().time_since_epoch();
        const auto second = std::chrono::floor<std::chrono::seconds>(time);
        date_ = HttpDate(second);
        date_expires_ = now_ + std::chrono::seconds(1) - (time - second);
    }

    Time now() const noexcept { return now_; }
    /// When a client that shows no sign of life from now on is given up.
    Time deadline() const noexcept { return now_ + timeout_; }
    std::string_view date() const noexcept { return date_.text(); }

    /// From now on each response is the last of its connection.
    void end() noexcept { ending_ = true; }
    bool ending() const noexcept { return ending_; }

    FileCache files;

  private:
    std::chrono::seconds timeout_;
    Time now_;
    Time date_expires_;
    HttpDate date_{std::chrono::seconds(0)};
    bool ending_ = false;
};

}  // namespace httpd
