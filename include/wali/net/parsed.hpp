// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
/// What reading a text gave: a result<T>, whose error knows where in the text the mistake is. Where that does not
/// matter it is used as any other result.
template <class T>
class [[nodiscard]] Parsed : public result<T> {
  public:
    Parsed(const T& value) noexcept : result<T>(value) {}
    /// At the byte `position`, something else than `expected` stands there. `expected` lives as long as the program.
    Parsed(Errno code, usize position, const char* expected) noexcept
        : result<T>(code), position_(position), expected_(expected) {}
    /// The mistake that was found in a part of the text, which begins at the byte `offset`.
    template <class U>
    Parsed(const Parsed<U>& part, usize offset) noexcept
        : Parsed(part.assume_error().code(), offset + part.position(), part.expected()) {}

    /// Of an error: the byte at which the first mistake begins, the size of the text if something is missing there.
    usize position() const noexcept { return position_; }
    /// Of an error: what should stand there, such as "a number from 0 to 255". Of a value: nullptr.
    const char* expected() const noexcept { return expected_; }

  private:
    usize position_ = 0;
    const char* expected_ = nullptr;
};

}  // namespace wali
