// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <string_view>

#include <wali/abi/constants/errno.hpp>
#include <wali/core/lifetime.hpp>
#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
/// The name of a POSIX message queue or shared memory, as processes agree on it: see mq_overview(7) and
/// shm_overview(7). A value, which makes no system call.
class IpcName {
  public:
    /// The longest name, in bytes: NAME_MAX.
    static constexpr usize size_max = 255;

    /// None.
    constexpr IpcName() noexcept = default;

    /// "/jobs" or "jobs", which are the same. Errors: INVAL (empty, a further slash or a NUL inside, "." or ".."),
    /// NAMETOOLONG.
    static constexpr result<IpcName> of(std::string_view text) noexcept {
        if (text.starts_with('/')) text.remove_prefix(1);
        if (text.empty() || text == "." || text == "..") return Errno::INVAL;
        if (text.size() > size_max) return Errno::NAMETOOLONG;
        IpcName name;
        for (usize i = 0; i < text.size(); ++i) {
            if (text[i] == '/' || text[i] == '\0') return Errno::INVAL;
            name.text_[i] = text[i];
        }
        name.size_ = static_cast<u8>(text.size());
        return name;
    }

    /// The name without a slash in front.
    constexpr std::string_view text() const noexcept WALI_LIFETIMEBOUND { return {text_.data(), size_}; }
    /// The same with a NUL behind it.
    constexpr const char* c_str() const noexcept WALI_LIFETIMEBOUND { return text_.data(); }

    /// Whether both are the same name.
    friend constexpr bool operator==(const IpcName& a, const IpcName& b) noexcept { return a.text() == b.text(); }

  private:
    std::array<char, size_max + 1> text_{};
    u8 size_ = 0;
};

}  // namespace wali
