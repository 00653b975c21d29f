// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/clock.hpp>

WALI_EXPORT namespace wali {
/// What a time of a file shall become: `file.set_times(FileTime::keep(), FileTime::now())`. Made from a
/// RealtimeClock::time_point, which may lie before 1970. See utimensat(2).
class FileTime {
  public:
    constexpr FileTime(RealtimeClock::time_point time) noexcept {
        constexpr i64 second = 1'000'000'000;
        const i64 count = time.time_since_epoch().count();
        const i64 rest = count % second;
        raw_ = rest < 0 ? abi::timespec{count / second - 1, rest + second} : abi::timespec{count / second, rest};
    }
    /// The time of the call, taken by the kernel: who may write the file may set this, all else is for its owner.
    static constexpr FileTime now() noexcept { return FileTime(abi::SpecialTime::NOW); }
    /// As it is.
    static constexpr FileTime keep() noexcept { return FileTime(abi::SpecialTime::OMIT); }

    /// For the raw calls.
    constexpr const abi::timespec& raw() const noexcept { return raw_; }

  private:
    explicit constexpr FileTime(abi::SpecialTime time) noexcept : raw_{0, abi::bits(time)} {}

    abi::timespec raw_{};
};

}  // namespace wali
