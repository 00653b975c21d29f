// SPDX-License-Identifier: BSL-1.0
#include <wali/security/landlock.hpp>

#include <wali/core/descriptor.hpp>
#include <wali/fs/file.hpp>
#include <wali/try.hpp>

namespace wali {
namespace {

constexpr LandlockAccessFs of_all_files = LandlockAccessFs::EXECUTE | LandlockAccessFs::WRITE_FILE |
                                          LandlockAccessFs::READ_FILE | LandlockAccessFs::TRUNCATE |
                                          LandlockAccessFs::IOCTL_DEV;

}  // namespace

result<LandlockRuleset> LandlockRuleset::create(const LandlockOptions& options) noexcept {
    LandlockRights kept = options.handled;
    if (options.best_effort) kept = kept & LandlockRights::of_version(security::landlock_version());
    const LandlockRights left_out = options.handled - kept;
    if (kept.empty() && !left_out.empty()) return LandlockRuleset(Fd(), kept, left_out);
    // An older kernel takes the longer structure where what it does not know is 0.
    const abi::landlock_ruleset_attr attributes{abi::bits(kept.files), abi::bits(kept.ports), abi::bits(kept.scopes)};
    WALI_TRY(Fd fd, to_descriptor<Fd>(Call::landlock_create_ruleset,
                                      sys::landlock_create_ruleset(&attributes, sizeof attributes, 0)));
    return LandlockRuleset(std::move(fd), kept, left_out);
}

result<void> LandlockRuleset::allow_path(PathView path, LandlockAccessFs access) const noexcept {
    WALI_TRY(const File file, File::open(path, OpenFlags::PATH));
    WALI_TRY(const FileStatus status, file.status());
    return allow(file, status.type() == FileType::DIRECTORY ? access : access & of_all_files);
}

}  // namespace wali
