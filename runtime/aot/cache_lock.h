// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace wali::aot {

/// The right to fill a place of the cache. Processes that are forked have it too, until the last of them drops it.
class CacheLock {
  public:
    /// Waits for it, unless `needless` (asked again and again) says that the wait is over. Throws Refusal if the cache
    /// cannot be written, or Interrupted.
    static std::optional<CacheLock> wait(const std::string& path, const std::function<bool()>& needless);

    /// Only if nobody holds it, and the cache can be written.
    static std::optional<CacheLock> attempt(const std::string& path);

    ~CacheLock();
    CacheLock(CacheLock&& other) noexcept { *this = std::move(other); }
    CacheLock& operator=(CacheLock&& other) noexcept;

    int descriptor() const { return fd_; }

    /// Leaves it to a process that was forked.
    void leave();

  private:
    CacheLock(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

    std::string path_;
    int fd_ = -1;
};

}  // namespace wali::aot
