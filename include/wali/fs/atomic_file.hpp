// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include <wali/core/bytes.hpp>
#include <wali/core/path.hpp>
#include <wali/core/transfer.hpp>
#include <wali/fs/directory.hpp>
#include <wali/fs/file.hpp>
#include <wali/fs/temporary_name.hpp>

WALI_EXPORT namespace wali {
/// Replaces the contents of a file as one step: whoever opens it, also after a crash or a loss of power, finds the old
/// contents or the new, whole.
///
///     WALI_TRY(auto file, wali::AtomicFile::create("settings.json"));
///     WALI_TRY(file.write_all(text));
///     WALI_TRY(file.commit());
///
/// What is written goes to a new file beside it, `.NAME.` and 12 random characters. commit() waits until that is on the
/// device, renames it over the old one and waits until the directory is there, too. Without commit() the new file is
/// removed when this ends, and the old one is as it was; a crash leaves it behind, for who may sweep up. A symbolic
/// link is replaced, not followed. Owner and permissions are those of a new file. Move-only.
class AtomicFile {
  public:
    AtomicFile() noexcept = default;

    /// Begins a replacement; there need not be an old file. openat(2), getrandom(2), tier spec. Errors: those of
    /// File::open; ACCES also for a directory that may be written to but not listed, as fsync(2) wants it open for
    /// reading; NAMETOOLONG from 226 bytes on in the last component; INVAL for a path that has none, or ends in a
    /// slash.
    static result<AtomicFile> create(PathView path, Permissions permissions = File::default_permissions) noexcept;
    /// The same for a name in a directory that is open.
    static result<AtomicFile> create_in(const Directory& directory, std::string_view name,
                                        Permissions permissions = File::default_permissions) noexcept;

    /// The new file, open for reading and writing: for what File offers, such as set_permissions().
    const File& file() const noexcept WALI_LIFETIMEBOUND { return file_; }
    /// write(2) until everything is written; see File::write_all.
    Transfer write_all(ConstBytes bytes) const noexcept { return file_.write_all(bytes); }

    /// fsync(2), close(2), renameat2(2) and fsync(2) of the directory, tier spec (where a file
    /// system knows fsync of directories); EINTR of fsync is retried. With
    /// NOREPLACE an old file stays, and the error is EXIST; with EXCHANGE there must be one (NOENT). After an error of
    /// the last step the new file has the name, but may lose it in a crash; after any other error the old file is as it
    /// was. Done once: afterwards, write and commit are BADF.
    result<void> commit(RenameFlags flags = RenameFlags{}) noexcept;

  private:
    File file_;
    TemporaryName temporary_;
    std::array<char, 256> name_{};
};

}  // namespace wali
