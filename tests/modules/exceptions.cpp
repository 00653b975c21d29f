// SPDX-License-Identifier: BSL-1.0
// A program that throws and catches, on a framework that was built with exceptions too.
import wali;

#include <cstdio>
#include <mutex>
#include <string>
#include <system_error>

namespace {

wali::u64 size_of(const std::string& path) {
    const auto file = wali::File::open(path);
    if (!file) throw std::system_error(wali::to_error_code(file.error()), path);
    return file.value().size().value();
}

// Whether guards end with the frames that an exception leaves.
bool unwinds() {
    wali::FutexMutex mutex;
    wali::RobustMutex robust;
    if (!robust.initialize()) return false;
    try {
        const std::lock_guard lock(mutex);
        const wali::RobustLock held = robust.lock().value();
        const wali::TimerFd timer = wali::TimerFd::create().value();
        const wali::RingBuffer ring = wali::RingBuffer::create(4096).value();
        size_of("/nowhere/at/all");
    } catch (const std::system_error&) {
        return mutex.try_lock() && robust.try_lock().has_value();
    }
    return false;
}

}  // namespace

int main() {
    if (size_of("/dev/null") != 0 || !unwinds()) return 1;
    try {
        size_of("/nowhere/at/all");
    } catch (const std::system_error& error) {
        if (error.code() == std::errc::no_such_file_or_directory) return std::puts("caught") < 0;
    }
    return 1;
}
