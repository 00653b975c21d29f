// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <string_view>

#include <wali/abi/constants/mount.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/io.hpp>
#include <wali/core/path.hpp>
#include <wali/sys/mount.hpp>
#include <wali/system/mount.hpp>

WALI_EXPORT namespace wali {
/// A file system that is being set up, option by option, before it is mounted anywhere:
///
///     WALI_TRY(const auto context, wali::FileSystemContext::open("tmpfs"));
///     WALI_TRY(context.set("size", "64k"));
///     WALI_TRY(context.create());
///     WALI_TRY(const wali::Mount mount, context.mount(wali::MountAttributes::NOSUID));
///     WALI_TRY(mount.attach("/srv/scratch"));
///
/// After an error of a step, message() says what was wrong. Needs CAP_SYS_ADMIN in the mount namespace (PERM). For one
/// thread at a time.
class FileSystemContext : public Descriptor<FileSystemContext> {
  public:
    FileSystemContext() noexcept = default;

    /// fsopen(2), tier named: begins with a kind of file system. Errors: NODEV_ (no such kind), PERM.
    static result<FileSystemContext> open(PathView type) noexcept {
        return type.with_c_str([&](const char* text) noexcept {
            return to_descriptor<FileSystemContext>(Call::fsopen,
                                                    sys::fsopen(text, abi::bits(abi::FsopenFlags::CLOEXEC)));
        });
    }
    /// fspick(2), tier named: begins with one that is mounted, to reconfigure() it. Errors: INVAL (no mount), NOENT.
    static result<FileSystemContext> pick(PathView path) noexcept {
        return path.with_c_str([&](const char* text) noexcept {
            return to_descriptor<FileSystemContext>(
                Call::fspick, sys::fspick(current_directory().raw(), text, abi::bits(abi::FspickFlags::CLOEXEC)));
        });
    }

    /// fsconfig(2), tier named: an option without a value, such as "ro"; with a text; with an open file. Errors: INVAL
    /// (no such option or value), BUSY (it is created already).
    result<void> set(PathView option) const noexcept {
        return configure(abi::FsconfigCommand::SET_FLAG, option, nullptr, 0);
    }
    result<void> set(PathView option, PathView value) const noexcept {
        return value.with_c_str(
            [&](const char* text) noexcept { return configure(abi::FsconfigCommand::SET_STRING, option, text, 0); });
    }
    result<void> set(PathView option, BorrowedFd file) const noexcept {
        return configure(abi::FsconfigCommand::SET_FD, option, nullptr, file.raw());
    }

    /// fsconfig(2) FSCONFIG_CMD_CREATE, tier named: makes the file system, or opens the one of the device. Errors:
    /// those of mount(2).
    result<void> create() const noexcept { return command(abi::FsconfigCommand::CMD_CREATE); }
    /// fsconfig(2) FSCONFIG_CMD_RECONFIGURE, tier named: gives one that was picked the options that were set.
    result<void> reconfigure() const noexcept { return command(abi::FsconfigCommand::CMD_RECONFIGURE); }

    /// fsmount(2), tier named: a detached mount of what was created, once. Errors: INVAL (not created), BUSY (again).
    result<Mount> mount(MountAttributes attributes) const noexcept {
        return to_descriptor<Mount>(Call::fsmount, sys::fsmount(fd().raw(), abi::bits(abi::FsmountFlags::CLOEXEC),
                                                                static_cast<u32>(abi::bits(attributes))));
    }

    /// read(2), tier spec: what the kernel has to say, one message at a time, the oldest first: "e tmpfs: Unknown
    /// parameter 'x'", where e is an error, w a warning, i for information. Errors: NODATA (no more), MSGSIZE (`buffer`
    /// is too small for it).
    result<std::string_view> message(std::span<char> buffer WALI_LIFETIMEBOUND) const noexcept {
        const result<usize> size = wali::read(fd(), buffer);
        if (size.has_error()) [[unlikely]]
            return size.assume_error();
        std::string_view text(buffer.data(), size.assume_value());
        if (text.ends_with('\n')) text.remove_suffix(1);
        return text;
    }

  private:
    result<void> configure(abi::FsconfigCommand what, PathView option, const char* value, int number) const noexcept {
        return option.with_c_str([&](const char* key) noexcept {
            return to_result<void>(Call::fsconfig, sys::fsconfig(fd().raw(), abi::bits(what), key, value, number));
        });
    }
    result<void> command(abi::FsconfigCommand what) const noexcept {
        return to_result<void>(Call::fsconfig, sys::fsconfig(fd().raw(), abi::bits(what), nullptr, nullptr, 0));
    }
};

}  // namespace wali
