// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <chrono>
#include <string_view>

namespace httpd {

/// "Sun, 06 Nov 1994 08:49:37 GMT": RFC 9110, section 5.6.7.
class HttpDate {
  public:
    /// The date at `seconds` since 1970-01-01 00:00 UTC. Years outside 0..9999, which the format cannot write, become
    /// the nearest that it can.
    explicit HttpDate(std::chrono::seconds since_epoch) noexcept;

    std::string_view text() const noexcept { return {text_.data(), text_.size()}; }

  private:
    std::array<char, 29> text_;
};

}  // namespace httpd
