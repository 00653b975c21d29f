// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/fs/file.hpp>

/// How many bytes a file's first read gives, of four.
wali::result<wali::usize> first_bytes(const wali::File& file);
