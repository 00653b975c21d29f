// SPDX-License-Identifier: BSL-1.0
#include <algorithm>

#include <wali/fs/atomic_file.hpp>
#include <wali/fs/path_name.hpp>
#include <wali/sys/fs.hpp>
#include <wali/try.hpp>

namespace wali {

result<AtomicFile> AtomicFile::create(PathView path, Permissions permissions) noexcept {
    return path.with_c_str([&](const char* text) noexcept -> result<AtomicFile> {
        // The name of a folder, as with open(2): the file would get the name of what it should have been in.
        if (std::string_view(text).ends_with('/')) return Errno::INVAL;
        WALI_TRY(const Directory directory, Directory::open(fs::directory_name(text)));
        return create_in(directory, fs::base_name(text), permissions);
    });
}

result<AtomicFile> AtomicFile::create_in(const Directory& directory, std::string_view name,
                                         Permissions permissions) noexcept {
    if (name.empty() || name == "." || name == ".." || name.find('/') != name.npos) return Errno::INVAL;
    if (name.size() > 225) return Errno::NAMETOOLONG;
    AtomicFile file;
    std::copy(name.begin(), name.end(), file.name_.begin());
    std::array<char, 256> prefix{'.'};
    char* const end = std::copy(name.begin(), name.end(), prefix.begin() + 1);
    *end = '.';
    WALI_TRY(Directory own, directory.duplicate());
    WALI_TRY(auto made, TemporaryName::create(std::move(own).into_fd(),
                                              std::string_view(prefix.data(), name.size() + 2), permissions));
    file.file_ = std::move(made.first);
    file.temporary_ = std::move(made.second);
    return file;
}

result<void> AtomicFile::commit(RenameFlags flags) noexcept {
    const result<void> synced = retry_interrupted([&] { return file_.sync(); });
    // Also after an error, which the kernel tells once: a second fsync would find nothing wrong.
    const result<void> closed = file_.close();
    WALI_TRY(synced);
    WALI_TRY(closed);
    WALI_TRY(temporary_.rename(name_.data(), flags));
    const result<void> kept =
        retry_interrupted([&] { return to_result<void>(Call::fsync, sys::fsync(temporary_.directory().raw())); });
    // Some file systems know no fsync of a directory.
    if (kept.has_error() && kept.assume_error() == Errno::INVAL) return success();
    return kept;
}

}  // namespace wali
