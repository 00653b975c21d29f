// SPDX-License-Identifier: BSL-1.0
module;

#include <wali/core/bytes.hpp>
#include <wali/core/clock.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/error_code.hpp>
#include <wali/core/id.hpp>
#include <wali/core/io.hpp>
#include <wali/core/path.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/core/transfer.hpp>
#include <wali/try.hpp>

export module wali.fs;

export import wali.core;

#undef WALI_EXPORT
#define WALI_EXPORT export

extern "C++" {
#include <wali/fs/entry.hpp>
#include <wali/fs/file.hpp>
#include <wali/fs/file_lock.hpp>
#include <wali/fs/file_status.hpp>
}
