// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include <wali/abi/constants/fs.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/path.hpp>
#include <wali/fs/file.hpp>

WALI_EXPORT namespace wali {
using abi::RenameFlags;

/// The name of a new file in a directory, removed when this ends, unless the file has got another one by then. Of
/// TemporaryFile and AtomicFile. Move-only. The end of a copy in a forked child removes nothing.
class TemporaryName {
  public:
    /// Opens a new file for reading and writing whose name begins with `prefix`: openat(2) with O_EXCL, tier spec,
    /// under names of 60 random bits, of getrandom(2), until one is new; getpid(2) for whose it is. NAMETOOLONG for a
    /// prefix of more than 240 bytes.
    static result<std::pair<File, TemporaryName>> create(Fd directory, std::string_view prefix,
                                                         Permissions permissions) noexcept;

    TemporaryName() noexcept = default;
    TemporaryName(TemporaryName&& other) noexcept { take(other); }
    TemporaryName& operator=(TemporaryName&& other) noexcept {
        if (this != &other) {
            remove();
            take(other);
        }
        return *this;
    }
    TemporaryName(const TemporaryName&) = delete;
    TemporaryName& operator=(const TemporaryName&) = delete;
    ~TemporaryName() { remove(); }

    /// The name in its directory, also after keep(); empty when there is none.
    std::string_view name() const noexcept WALI_LIFETIMEBOUND { return {name_.data(), size_}; }
    BorrowedFd directory() const noexcept WALI_LIFETIMEBOUND { return directory_; }

    /// renameat2(2), tier spec: gives the file its lasting name in the same directory. What EXCHANGE brings to this
    /// name is removed when this ends.
    result<void> rename(PathView name, RenameFlags flags) noexcept;
    /// Leaves the name as it is.
    void keep() noexcept { process_ = 0; }

  private:
    void take(TemporaryName& other) noexcept {
        directory_ = std::move(other.directory_);
        name_ = other.name_;
        size_ = std::exchange(other.size_, usize{0});
        process_ = std::exchange(other.process_, 0);
    }
    void remove() noexcept;

    Fd directory_;
    std::array<char, 256> name_{};
    usize size_ = 0;
    i32 process_ = 0;  // who has made it; 0 if there is nothing to remove
};

}  // namespace wali
