// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/constants/mem.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/path.hpp>
#include <wali/fs/file.hpp>
#include <wali/sys/fs.hpp>
#include <wali/sys/mem.hpp>

WALI_EXPORT namespace wali {
using abi::MemfdFlags;
using abi::Seals;
}  // namespace wali

/// Files in memory, which no path leads to and which end with their last descriptor and mapping; and the seals that
/// make one safe to share with who is not trusted:
///
///     WALI_TRY(const auto table, wali::fs::create_memory_file("table"));
///     WALI_TRY(table.write_all(bytes));
///     WALI_TRY(wali::fs::add_seals(table, wali::Seals::WRITE | wali::Seals::SHRINK | wali::Seals::GROW));
WALI_EXPORT namespace wali::fs {
/// memfd_create(2), tier named: an empty file, open for reading and writing, which can be sealed. `name` is for people,
/// in /proc/PID/fd, and need not be unique; INVAL from 250 bytes on.
inline result<File> create_memory_file(PathView name, MemfdFlags flags) noexcept {
    return name.with_c_str([&](const char* text) noexcept {
        return to_descriptor<File>(Call::memfd_create, sys::memfd_create(text, abi::bits(flags | MemfdFlags::CLOEXEC)));
    });
}
inline result<File> create_memory_file(PathView name) noexcept {
    return create_memory_file(name, MemfdFlags::ALLOW_SEALING);
}

/// fcntl(2) F_ADD_SEALS, tier spec: what nobody can do to the file any more. Errors: PERM (no seals allowed, or
/// sealed with SEAL), BUSY (WRITE while a shared writable mapping exists), INVAL (no file in memory).
inline result<void> add_seals(BorrowedFd file, Seals seals) noexcept {
    return to_result<void>(Call::fcntl,
                           sys::fcntl(file.raw(), abi::bits(abi::FcntlCommand::ADD_SEALS), abi::bits(seals)));
}
/// fcntl(2) F_GET_SEALS, tier spec.
inline result<Seals> seals(BorrowedFd file) noexcept {
    return to_result<Seals>(Call::fcntl, sys::fcntl(file.raw(), abi::bits(abi::FcntlCommand::GET_SEALS), 0));
}

}  // namespace wali::fs
