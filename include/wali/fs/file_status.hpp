// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/structs/fs.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
using abi::Mode;

/// What stat(2) tells about a file: the kernel's structure, with names for what it packs together.
class FileStatus {
  public:
    /// Bytes in a regular file, or of a symbolic link's target.
    u64 size() const noexcept { return static_cast<u64>(raw_.st_size); }
    /// The permission bits alone.
    Mode permissions() const noexcept { return static_cast<Mode>(raw_.st_mode) & ~Mode::FMT; }
    /// The file type alone: Mode::FREG, Mode::FDIR, ...
    Mode type() const noexcept { return static_cast<Mode>(raw_.st_mode) & Mode::FMT; }
    bool is_regular() const noexcept { return type() == Mode::FREG; }
    bool is_directory() const noexcept { return type() == Mode::FDIR; }
    bool is_symlink() const noexcept { return type() == Mode::FLNK; }
    bool is_socket() const noexcept { return type() == Mode::FSOCK; }
    /// The time of the last change of the contents.
    abi::timespec modified() const noexcept { return raw_.st_mtim; }
    /// Two descriptors show the same file when both device() and inode() are equal.
    u64 device() const noexcept { return raw_.st_dev; }
    u64 inode() const noexcept { return raw_.st_ino; }

    const abi::stat& raw() const noexcept { return raw_; }

    /// What `call` writes through its pointer, or the error it returns, in the raw layer's convention. The structure is
    /// filled in where the caller gets it: neither cleared before nor copied after.
    template <class Call>
    static result<FileStatus> from(Call&& call) noexcept {
        result<FileStatus> status(BOOST_OUTCOME_V2_NAMESPACE::in_place_type<FileStatus>, Unfilled{});
        const long raw = call(&status.assume_value().raw_);
        if (raw < 0) [[unlikely]]
            status = static_cast<Errno>(-raw);
        return status;
    }

  private:
    struct Unfilled {};

  public:
    /// For from() alone: nobody else can name the tag.
    explicit FileStatus(Unfilled) noexcept {}

  private:
    abi::stat raw_;
};

}  // namespace wali
