// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/path.hpp>
#include <wali/fs/directory.hpp>
#include <wali/fs/file.hpp>
#include <wali/fs/file_status.hpp>

WALI_EXPORT namespace wali {
/// A new pipe with a name in the file system, which is removed when this ends: see fifo(7). Others open it as any file;
/// they go on when the name has gone. What somebody else has put under the name meanwhile stays. Move-only. The end of
/// a copy in a forked child removes nothing; but process 1 of a PID namespace must end none that process 1 of the one
/// above has made, as both have the same number.
class Fifo {
  public:
    /// openat(2) of its directory and, with O_PATH, of itself, getpid(2), tier spec, and mknodat(2), tier named. Less
    /// what umask(2) takes away. Errors: EXIST; NOENT, also for a slash at the end; ACCES, ROFS, MFILE; NAMETOOLONG for
    /// a name of more than 255 bytes.
    static result<Fifo> create(PathView path, Permissions permissions) noexcept;
    /// The same for this user alone.
    static result<Fifo> create(PathView path) noexcept { return create(path, Permissions::RUSR | Permissions::WUSR); }

    /// Of nothing.
    Fifo() noexcept = default;
    Fifo(Fifo&& other) noexcept { take(other); }
    Fifo& operator=(Fifo&& other) noexcept {
        if (this != &other) {
            remove();
            take(other);
        }
        return *this;
    }
    Fifo(const Fifo&) = delete;
    Fifo& operator=(const Fifo&) = delete;
    ~Fifo() { remove(); }

    /// openat(2), tier spec: the end to read from. Waits until there is a writer, with NONBLOCK never.
    result<File> open_reader(OpenFlags flags = OpenFlags{}) const noexcept {
        return directory_.open_file(name(), {.flags = OpenFlags::RDONLY | flags});
    }
    /// openat(2), tier spec: the end to write to. Waits until there is a reader; with NONBLOCK it is NXIO that there is
    /// none.
    result<File> open_writer(OpenFlags flags = OpenFlags{}) const noexcept {
        return directory_.open_file(name(), {.flags = OpenFlags::WRONLY | flags});
    }

    /// Its name in its directory; empty when there is none.
    std::string_view name() const noexcept WALI_LIFETIMEBOUND { return {name_.data(), size_}; }
    /// Leaves the name, which somebody else removes.
    void keep() && noexcept { size_ = 0; }

  private:
    void take(Fifo& other) noexcept {
        directory_ = std::move(other.directory_);
        itself_ = std::move(other.itself_);
        name_ = other.name_;
        size_ = std::exchange(other.size_, usize{0});
        process_ = other.process_;
    }
    void remove() noexcept;

    Directory directory_;
    File itself_;  // so that its number in the file system stays its own
    std::array<char, 256> name_{};
    usize size_ = 0;
    i32 process_ = 0;
};

}  // namespace wali
