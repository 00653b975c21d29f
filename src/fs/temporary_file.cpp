// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <charconv>

#include <wali/fs/path_name.hpp>
#include <wali/fs/temporary_file.hpp>
#include <wali/sys/fs.hpp>
#include <wali/try.hpp>

namespace wali {

result<TemporaryFile> TemporaryFile::create(PathView path) noexcept {
    return path.with_c_str([](const char* text) noexcept -> result<TemporaryFile> {
        const std::string_view whole = text;
        const std::string_view prefix = whole.substr(whole.rfind('/') + 1);  // npos + 1 is 0
        const std::string_view parent = whole.substr(0, whole.size() - prefix.size());
        // PATH: it need not be one whose names we may list.
        WALI_TRY(File directory,
                 File::open(parent.empty() ? PathView(".") : PathView(parent), OpenFlags::PATH | OpenFlags::DIRECTORY));
        return create_at(std::move(directory).into_fd(), prefix);
    });
}

result<TemporaryFile> TemporaryFile::create_in(const Directory& directory, std::string_view prefix) noexcept {
    if (prefix.find('/') != prefix.npos) return Errno::INVAL;
    WALI_TRY(Directory own, directory.duplicate());
    return create_at(std::move(own).into_fd(), prefix);
}

result<TemporaryFile> TemporaryFile::create_at(Fd directory, std::string_view prefix) noexcept {
    WALI_TRY(auto made, TemporaryName::create(std::move(directory), prefix, Permissions::RUSR | Permissions::WUSR));
    return TemporaryFile(std::move(made.first), std::move(made.second));
}

namespace fs {

result<void> link_into(BorrowedFd file, BorrowedFd directory, PathView path) noexcept {
    if (file.raw() < 0) return Error(Errno::BADF, Call::linkat);  // /proc has no name for it
    std::array<char, 32> source{"/proc/self/fd/"};
    // The array has zeros behind the number.
    std::to_chars(source.data() + std::string_view(source.data()).size(), source.data() + source.size() - 1,
                  file.raw());
    return path.with_c_str([&](const char* text) noexcept {
        return to_result<void>(Call::linkat, sys::linkat(abi::bits(abi::SpecialFd::FDCWD), source.data(),
                                                         directory.raw(), text, abi::bits(AtFlags::SYMLINK_FOLLOW)));
    });
}

}  // namespace fs

}  // namespace wali
