// SPDX-License-Identifier: BSL-1.0
#include <algorithm>

#include <wali/fs/entry.hpp>
#include <wali/fs/temporary_name.hpp>
#include <wali/sys/process.hpp>
#include <wali/sys/system.hpp>
#include <wali/try.hpp>

namespace wali {

namespace {

constexpr usize random_length = 12;
constexpr int name_attempts = 100;  // the names are all taken only if somebody guesses them

/// 12 characters that are good in every file name, of 5 bits each.
result<void> write_random(char* out) noexcept {
    constexpr char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
    u64 bits = 0;
    WALI_TRY(
        retry_interrupted([&] { return to_result<void>(Call::getrandom, sys::getrandom(&bits, sizeof bits, 0)); }));
    for (usize i = 0; i < random_length; ++i, bits >>= 5) out[i] = alphabet[bits & 31];
    return success();
}

}  // namespace

result<std::pair<File, TemporaryName>> TemporaryName::create(Fd directory, std::string_view prefix,
                                                             Permissions permissions) noexcept {
    TemporaryName name;
    if (prefix.size() > 240) return Errno::NAMETOOLONG;
    std::copy(prefix.begin(), prefix.end(), name.name_.begin());
    const usize size = prefix.size() + random_length;
    for (int attempt = 0;; ++attempt) {
        WALI_TRY(write_random(name.name_.data() + prefix.size()));
        result<File> file = File::open_at(directory, std::string_view(name.name_.data(), size),
                                          OpenFlags::RDWR | OpenFlags::CREAT | OpenFlags::EXCL, permissions);
        if (file.has_error()) {
            if (file.assume_error() != Errno::EXIST || attempt == name_attempts) return file.assume_error();
            continue;
        }
        name.directory_ = std::move(directory);
        name.size_ = size;
        name.process_ = static_cast<i32>(sys::getpid());
        return std::pair(std::move(file).assume_value(), std::move(name));
    }
}

result<void> TemporaryName::rename(PathView name, RenameFlags flags) noexcept {
    if (process_ == 0) return Error(Errno::NOENT, Call::renameat2);
    WALI_TRY(fs::rename_at(directory_, this->name(), directory_, name, flags));
    // Otherwise the name is that of something else now, which goes as the file would have gone.
    if (intersects(flags, RenameFlags::EXCHANGE | RenameFlags::WHITEOUT)) return success();
    keep();
    size_ = 0;
    return success();
}

void TemporaryName::remove() noexcept {
    if (process_ == 0 || sys::getpid() != process_) return;
    (void)fs::unlink_at(directory_, name());
    keep();
}

}  // namespace wali
