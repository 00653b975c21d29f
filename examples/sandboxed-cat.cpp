// SPDX-License-Identifier: BSL-1.0
// sandboxed-cat FILE... [-- FILE...]: files to standard output, by a process that can do nothing else.
//
// Before it reads the first byte it gives up everything but reading the files in front of "--" and writing to standard
// output and error: what is wrong in the code that handles the bytes is then no danger. Files behind "--" show that:
// they are tried, too, and refused. What this kernel cannot do of it is reported, and the rest is done. A file that
// cannot be read is reported, the others are still written, and the exit code is 1.
#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include <wali/try.hpp>

import wali;

namespace {

void report(std::string_view what, std::string_view why) {
    (void)wali::write_all(wali::standard_error(),
                          "sandboxed-cat: " + std::string(what) + ": " + std::string(why) + "\n");
}

void report(std::string_view what, wali::Error error) {
    wali::Error::Text text;
    report(what, error.format(text));
}

/// What is left to do, call by call. All else is an error that the program would see.
constexpr std::array calls = [] {
    using enum wali::Call;
    using wali::SeccompRule;
    using wali::security::int_argument;
    using wali::OpenFlags;
    // Opening for reading alone can make a file and cut one off, too.
    constexpr auto changes = OpenFlags::WRONLY | OpenFlags::RDWR | OpenFlags::CREAT | OpenFlags::TRUNC;
    return std::array{
        SeccompRule::allow(openat, (int_argument(2) & wali::abi::bits(changes)) == 0),
        SeccompRule::allow(read),
        SeccompRule::allow(write, int_argument(0) <= 2),
        SeccompRule::allow(close),
        // What the C library does on its own: memory, the end, and the way back from a handler.
        SeccompRule::allow(brk),
        SeccompRule::allow(mmap, (int_argument(2) & wali::abi::bits(wali::Protection::EXEC)) == 0),
        SeccompRule::allow(munmap),
        SeccompRule::allow(futex),
        SeccompRule::allow(exit_group),
        SeccompRule::allow(rt_sigreturn),
    };
}();

wali::result<void> confine(std::span<const char* const> names) {
    std::vector<wali::AllowedPath> paths;
    for (const char* name : names) paths.push_back({name, wali::LandlockAccessFs::READ_FILE});
    WALI_TRY(
        const auto gaps,
        wali::security::confine(
            {.paths = paths,
             .calls = wali::SeccompPolicy{.rules = calls, .otherwise = wali::SeccompAction::fail(wali::Errno::PERM)},
             .best_effort = true}));
    if (!gaps.landlock.empty()) report("not confined as wanted", "this kernel's Landlock lacks something");
    return wali::success();
}

wali::result<void> copy(const char* name) {
    static std::array<std::byte, 64 << 10> buffer;
    WALI_TRY(const wali::File file, wali::File::open(name));
    for (;;) {
        WALI_TRY(const auto count, wali::retry_interrupted([&] { return wali::read(file, buffer); }));
        if (count == 0) return wali::success();
        WALI_TRY(wali::write_all(wali::standard_output(), std::span(buffer).first(count)));
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::span<const char* const> names(argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0));
    const auto bar = std::find_if(names.begin(), names.end(), [](std::string_view name) { return name == "--"; });
    const auto allowed = names.first(static_cast<std::size_t>(bar - names.begin()));
    if (allowed.empty()) {
        report("usage", "sandboxed-cat FILE... [-- FILE...]");
        return 2;
    }
    if (const auto confined = confine(allowed); !confined) {
        report("cannot be confined", confined.error());
        return 2;
    }
    int exit_code = 0;
    for (const char* name : names) {
        if (std::string_view(name) == "--") continue;
        if (const auto copied = copy(name); !copied) {
            report(name, copied.error());
            exit_code = 1;
        }
    }
    return exit_code;
}
