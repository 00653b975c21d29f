// SPDX-License-Identifier: BSL-1.0
// follow FILE BYTES: prints what FILE holds, then what is appended to it, until that is BYTES or more.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <span>

#include <wali/try.hpp>

import wali;

namespace {

wali::result<void> follow(const char* path, wali::u64 bytes) {
    WALI_TRY(const wali::File file, wali::File::open(path));
    WALI_TRY(const wali::Inotify inotify, wali::Inotify::create());
    WALI_TRY(inotify.watch(path, wali::InotifyEvents::MODIFY));
    std::array<std::byte, 16384> buffer;
    std::array<std::byte, 4096> events;
    for (wali::u64 printed = 0;;) {
        for (;;) {
            WALI_TRY(const wali::usize count, wali::retry_interrupted([&] { return file.read(buffer); }));
            if (count == 0) break;
            WALI_TRY(wali::write_all(wali::standard_output(), std::span(buffer).first(count)));
            printed += count;
        }
        if (printed >= bytes) return wali::success();
        WALI_TRY(wali::retry_interrupted([&] { return inotify.read(events); }));
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: follow FILE BYTES\n", stderr);
        return 2;
    }
    return wali::exit_status("follow", follow(argv[1], std::strtoull(argv[2], nullptr, 10)));
}
