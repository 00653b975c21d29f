// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/result.hpp>

WALI_EXPORT namespace wali::process {
/// fcntl(2), and openat(2) of /dev/null for each that is missing, tier spec: puts something in the place of descriptors
/// 0, 1 and 2 that are closed, so that no file which is opened later is written to as if it were standard output. As
/// before, what is read from there or written to there fails with Errno::BADF; programs that are executed find the
/// same. The first thing in main() of a program that opens files. Errors: MFILE, NOENT (no /dev/null).
result<void> occupy_standard_streams() noexcept;

}  // namespace wali::process
