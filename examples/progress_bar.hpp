// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

/// A line on standard error that is drawn again whenever it changes.
class ProgressBar {
  public:
    explicit ProgressBar(std::uint64_t total) noexcept : total_(total) {}

    /// More than the total is all of it: a file may grow while it is copied.
    void show(std::uint64_t done) {
        constexpr std::uint64_t width = 50;
        const std::uint64_t percent = total_ == 0 ? 100 : std::min<std::uint64_t>(100, done * 100 / total_);
        if (percent == shown_) return;
        shown_ = percent;
        const auto full = static_cast<std::size_t>(percent * width / 100);
        const std::string line = "\r[" + std::string(full, '#') + std::string(width - full, ' ') + "] ";
        (void)std::fputs((line + std::to_string(percent) + " %").c_str(), stderr);
    }
    static void end() noexcept { (void)std::fputs("\n", stderr); }

  private:
    std::uint64_t total_;
    std::uint64_t shown_ = ~std::uint64_t{0};
};
