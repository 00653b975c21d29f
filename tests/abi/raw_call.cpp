// SPDX-License-Identifier: BSL-1.0
// What one raw call compiles to: see raw_call_test.py. WALI_ONLY selects a single one.
#include <wali/sys/syscalls.hpp>

extern "C" {
#if !defined(WALI_ONLY) || WALI_ONLY == 1
long call_getppid();
long call_getppid() { return wali::sys::getppid(); }
#endif
#if !defined(WALI_ONLY) || WALI_ONLY == 2
long call_read(int fd, void* buffer, wali::usize size);
long call_read(int fd, void* buffer, wali::usize size) { return wali::sys::read(fd, buffer, size); }
#endif
}
