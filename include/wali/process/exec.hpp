// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/path.hpp>
#include <wali/core/result.hpp>
#include <wali/process/c_strings.hpp>
#include <wali/process/environment.hpp>
#include <wali/sys/process.hpp>

/// Becoming another program. Descriptors that are close-on-exec, as all of ours, are closed; handlers are gone, blocked
/// and ignored signals stay. Returns only with an error: NOENT, ACCES, NOEXEC, TOOBIG (arguments and environment),
/// INVAL (a NUL inside of a text). To start a child, use Command. Async-signal-safe, with lists that are made before.
WALI_EXPORT namespace wali::process {
/// execve(2), tier spec. Does not look into PATH.
inline Error exec(PathView program, const CStrings& arguments, const Environment& environment) noexcept {
    if (const auto given = arguments.error(); given.has_error()) return given.assume_error();
    if (const auto given = environment.error(); given.has_error()) return given.assume_error();
    return program
        .with_c_str([&](const char* text) noexcept {
            return to_result<void>(Call::execve, sys::execve(text, arguments.c_strs(), environment.strings().c_strs()));
        })
        .error();
}

/// execveat(2) with AT_EMPTY_PATH, tier named: the program that an open file is. A script needs a descriptor that is
/// not close-on-exec.
inline Error exec(BorrowedFd program, const CStrings& arguments, const Environment& environment) noexcept {
    if (const auto given = arguments.error(); given.has_error()) return given.assume_error();
    if (const auto given = environment.error(); given.has_error()) return given.assume_error();
    return Error::of_raw(Call::execveat,
                         sys::execveat(program.raw(), "", arguments.c_strs(), environment.strings().c_strs(),
                                       abi::bits(abi::AtFlags::EMPTY_PATH)));
}

}  // namespace wali::process
