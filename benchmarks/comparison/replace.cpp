// SPDX-License-Identifier: BSL-1.0
// replace FILE: puts its input in the place of what FILE holds, as one step that a crash does not undo.
#include <array>
#include <cstdio>
#include <span>

#include <wali/try.hpp>

import wali;

namespace {

wali::result<void> replace(const char* path) {
    WALI_TRY(auto file, wali::AtomicFile::create(path));
    std::array<std::byte, 32768> buffer;
    for (;;) {
        WALI_TRY(const wali::usize count,
                 wali::retry_interrupted([&] { return wali::read(wali::standard_input(), buffer); }));
        if (count == 0) return file.commit();
        WALI_TRY(file.write_all(std::span(buffer).first(count)));
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: replace FILE\n", stderr);
        return 2;
    }
    return wali::exit_status("replace", replace(argv[1]));
}
