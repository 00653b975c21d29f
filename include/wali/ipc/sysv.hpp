// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/ipc.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/path.hpp>
#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
/// By what processes find a SysvMessageQueue, SysvSemaphores or SysvSharedMemory: any number but 0, which they agree
/// on. IpcKey::PRIVATE is one that nobody finds: others are told the object's id.
using abi::IpcKey;
}  // namespace wali

/// What System V's IPC has in common: see sysvipc(7).
WALI_EXPORT namespace wali::ipc {
/// fstatat(2), tier spec: the key that ftok(3) makes of a file and a number of 8 bits, which is not 0. Other files may
/// have the same; the file must stay where it is. Errors: those of fs::status.
result<IpcKey> key_of_file(PathView path, u8 project) noexcept;
}  // namespace wali::ipc
