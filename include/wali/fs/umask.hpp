// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/sys/fs.hpp>

WALI_EXPORT namespace wali {
using abi::Permissions;

/// Takes other permissions away from new files until this ends: umask(2), tier spec, which cannot fail.
///
///     const wali::ScopedUmask nothing_for_others(wali::Permissions{0077});
///
/// It is the process's: all threads share it. Use it while there is one alone, or give permissions to each new file.
class [[nodiscard]] ScopedUmask {
  public:
    explicit ScopedUmask(Permissions taken) noexcept : old_(sys::umask(abi::bits(taken))) {}
    ScopedUmask(const ScopedUmask&) = delete;
    ScopedUmask& operator=(const ScopedUmask&) = delete;
    ~ScopedUmask() { sys::umask(static_cast<u32>(old_)); }

    /// What was taken away before, and will be again.
    Permissions old() const noexcept { return static_cast<Permissions>(old_); }

  private:
    long old_;
};

}  // namespace wali
