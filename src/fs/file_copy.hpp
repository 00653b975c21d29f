// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/core/fd.hpp>
#include <wali/core/result.hpp>

namespace wali::detail {

/// The data of one file on its way into another, extent by extent, so that holes stay holes.
class FileCopy {
  public:
    FileCopy(BorrowedFd from, BorrowedFd to) noexcept : from_(from), to_(to) {}

    /// Copies `most` bytes or less and returns how many; 0 when all is copied.
    result<usize> step(usize most) noexcept;

  private:
    result<bool> find_extent() noexcept;
    result<usize> copy(usize count) noexcept;
    result<void> finish() noexcept;

    BorrowedFd from_;
    BorrowedFd to_;
    u64 offset_ = 0;
    u64 extent_end_ = 0;
    bool in_kernel_ = true;
};

}  // namespace wali::detail
