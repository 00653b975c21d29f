// SPDX-License-Identifier: BSL-1.0
#pragma once

// Everything, by textual include. `import wali;` gives the same names in a fraction of the compile time.
#include <wali/core/bytes.hpp>
#include <wali/core/clock.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/duration.hpp>
#include <wali/core/error.hpp>
#include <wali/core/error_code.hpp>
#include <wali/core/exit_status.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/id.hpp>
#include <wali/core/io.hpp>
#include <wali/core/path.hpp>
#include <wali/core/result.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/core/transfer.hpp>
#include <wali/event/epoll.hpp>
#include <wali/fs/entry.hpp>
#include <wali/fs/file.hpp>
#include <wali/fs/file_lock.hpp>
#include <wali/fs/file_status.hpp>
#include <wali/mem/memory_map.hpp>
#include <wali/net/socket.hpp>
#include <wali/net/socket_address.hpp>
#include <wali/net/socket_option.hpp>
#include <wali/process/process.hpp>
#include <wali/signal/signal_action.hpp>
#include <wali/signal/signal_mask.hpp>
#include <wali/sys/syscalls.hpp>
#include <wali/time/clock.hpp>
#include <wali/try.hpp>
