// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>

#include <wali/abi/export.hpp>

/// Scalars by width, the same for both targets. `long` is 64 bits wide and a pointer 32 (wasm32) or 64 (native).
WALI_EXPORT namespace wali {
using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i16 = std::int16_t;
using i32 = std::int32_t;
using i64 = std::int64_t;
using usize = std::size_t;
static_assert(sizeof(long) == 8, "WALI and x86-64 Linux have a 64-bit long");

}  // namespace wali
