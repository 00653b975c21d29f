// SPDX-License-Identifier: BSL-1.0
#include <array>

#include <doctest/doctest.h>

#include <wali/core/io.hpp>
#include <wali/fs/file.hpp>
#include <wali/process/process.hpp>
#include <wali/process/standard_streams.hpp>
#include <wali/sys/fs.hpp>
#include <wali/sys/process.hpp>

using wali::Errno;

namespace {

/// What a program finds that was started with closed streams: 0, or the number of the first thing that is wrong.
int program_without_streams() {
    for (const int stream : {0, 1, 2}) wali::sys::close(stream);
    if (!wali::process::occupy_standard_streams()) return 1;
    if (!wali::process::occupy_standard_streams()) return 2;  // they are open now
    const auto file = wali::File::open("/dev/null");
    if (!file || file.value().fd().raw() < 3) return 3;
    std::array<std::byte, 1> byte{};
    if (wali::read(wali::standard_input(), byte).error() != Errno::BADF) return 4;
    if (wali::write(wali::standard_output(), byte).error() != Errno::BADF) return 5;
    if (wali::write(wali::standard_error(), byte).error() != Errno::BADF) return 6;
    return 0;
}

}  // namespace

TEST_CASE("no file takes the place of a standard stream that is closed") {
    const auto child = wali::process::fork().value();
    if (child == wali::Pid(0)) wali::process::exit(program_without_streams());
    int status = -1;
    CHECK(wali::sys::wait4(child.raw(), &status, 0, nullptr) == child.raw());
    CHECK(status == 0);
}
