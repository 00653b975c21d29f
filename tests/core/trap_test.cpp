// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <string>

#include <doctest/doctest.h>

#include <wali/core/exit_status.hpp>
#include <wali/fs/file.hpp>
#include <wali/ipc/pipe.hpp>
#include <wali/process/process.hpp>
#include <wali/sys/process.hpp>

namespace {

struct End {
    std::string text;  // what the child wrote to standard error
    int status = 0;    // as wait(2) has it
};

/// Runs `function` in a child process.
template <class Function>
End in_child(Function function) {
    wali::Pipe pipe = wali::Pipe::create().value();
    const long child = wali::sys::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        wali::sys::dup3(pipe.writer.fd().raw(), 2, 0);
        wali::process::exit(function());
    }
    CHECK(pipe.writer.close());
    std::array<char, 1024> buffer{};
    const wali::usize size = pipe.reader.read_all(buffer).value();
    End end;
    end.text.assign(buffer.data(), size);
    REQUIRE(wali::sys::wait4(static_cast<int>(child), &end.status, 0, nullptr) == child);
    return end;
}

bool was_signalled(const End& end) { return (end.status & 0x7f) != 0; }

}  // namespace

TEST_CASE("who asks an error for its value is told so before the trap") {
    const End end = in_child([] { return static_cast<int>(wali::File::open("/nowhere/at/all").value().fd().raw()); });
    CHECK(was_signalled(end));
    CHECK(
        end.text.starts_with("wali: the value of a result was asked for, but it holds an error: "
                             "openat: ENOENT (no such file or directory)\n"));
}

TEST_CASE("who asks a value for its error is told so before the trap") {
    const End end = in_child([] { return static_cast<int>(wali::File::open("/dev/null").error().code()); });
    CHECK(was_signalled(end));
    CHECK(end.text.starts_with("wali: the error of a result was asked for, but it holds a value\n"));
}

TEST_CASE("main ends with 0 for a success, with a line and 1 for an error") {
    const End good = in_child([] { return wali::exit_status("greet", wali::success()); });
    CHECK(good.status == 0);
    CHECK(good.text.empty());
    const End bad =
        in_child([] { return wali::exit_status("greet", wali::Error(wali::Errno::ADDRINUSE, wali::Call::bind)); });
    CHECK(bad.status == 1 << 8);
    CHECK(bad.text == "greet: bind: EADDRINUSE (address already in use)\n");
}
