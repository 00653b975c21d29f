// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/fs.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/clock.hpp>
#include <wali/core/id.hpp>
#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
/// What kind of file it is, and who may do what with it. See inode(7). Octal numbers are Permissions, too:
/// `Permissions{0640}`.
using abi::FileType;
using abi::Permissions;

/// What stat(2) tells about a file: the kernel's structure, with names for what it packs together.
class FileStatus {
  public:
    /// Bytes in a regular file, or of a symbolic link's target.
    u64 size() const noexcept { return static_cast<u64>(raw_.st_size); }
    FileType type() const noexcept { return static_cast<FileType>(raw_.st_mode & abi::bits(FileType::MASK)); }
    Permissions permissions() const noexcept {
        return static_cast<Permissions>(raw_.st_mode & ~abi::bits(FileType::MASK));
    }
    Uid owner() const noexcept { return Uid(raw_.st_uid); }
    Gid group() const noexcept { return Gid(raw_.st_gid); }
    /// When the contents were read last, changed last, and when the status was changed last.
    RealtimeClock::time_point accessed() const noexcept { return time(raw_.st_atim); }
    RealtimeClock::time_point modified() const noexcept { return time(raw_.st_mtim); }
    RealtimeClock::time_point status_changed() const noexcept { return time(raw_.st_ctim); }
    /// How many names the file has; 0 when it has been removed and is only open.
    u64 links() const noexcept { return raw_.st_nlink; }
    /// Two descriptors show the same file when both device() and inode() are equal.
    u64 device() const noexcept { return raw_.st_dev; }
    u64 inode() const noexcept { return raw_.st_ino; }

    /// The kernel's structure.
    const abi::stat& raw() const noexcept { return raw_; }

    /// For those who call the raw layer: what `raw_call` writes through its pointer, or the error it returns. The
    /// structure is filled in where the caller gets it: neither cleared before nor copied after.
    template <class Function>
    static result<FileStatus> from(Call call, Function&& raw_call) noexcept {
        result<FileStatus> status(BOOST_OUTCOME_V2_NAMESPACE::in_place_type<FileStatus>, Unfilled{});
        const long raw = raw_call(&status.assume_value().raw_);
        if (is_error(raw)) [[unlikely]]
            status = Error::of_raw(call, raw);
        return status;
    }

  private:
    struct Unfilled {
        explicit Unfilled() = default;
    };

    static RealtimeClock::time_point time(const abi::timespec& time) noexcept {
        return RealtimeClock::time_point(from_timespec(time));
    }

  public:
    /// For from() alone: nobody else can name the tag.
    explicit FileStatus(Unfilled) noexcept {}

  private:
    abi::stat raw_;
};

}  // namespace wali
