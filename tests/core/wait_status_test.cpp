// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <wali/core/wait_status.hpp>

using wali::WaitStatus;
using wali::abi::ChildCode;
using wali::abi::Signal;

namespace {

WaitStatus from_info(ChildCode code, int status) {
    wali::abi::siginfo_chld info{};
    info.code = wali::abi::bits(code);
    info.status = status;
    return WaitStatus::from_info(info);
}

}  // namespace

TEST_CASE("a wait status is one of exited, ended by a signal, stopped and continued") {
    const WaitStatus exited = WaitStatus::from_raw(7 << 8);
    CHECK(exited.exit_code() == 7);
    CHECK_FALSE(exited.success());
    CHECK_FALSE(exited.termination_signal());
    CHECK_FALSE(exited.stop_signal());
    CHECK(WaitStatus::from_raw(0).success());

    const WaitStatus dumped = WaitStatus::from_raw(11 | 0x80);
    CHECK(dumped.termination_signal() == Signal::SEGV);
    CHECK(dumped.core_dumped());
    CHECK_FALSE(dumped.exit_code());
    CHECK_FALSE(WaitStatus::from_raw(9).core_dumped());

    const WaitStatus stopped = WaitStatus::from_raw(19 << 8 | 0x7f);
    CHECK(stopped.stop_signal() == Signal::STOP);
    CHECK_FALSE(stopped.exit_code());
    CHECK_FALSE(stopped.termination_signal());
    CHECK_FALSE(stopped.continued());
    CHECK_FALSE(stopped.core_dumped());

    const WaitStatus continued = WaitStatus::from_raw(0xffff);
    CHECK(continued.continued());
    CHECK_FALSE(continued.exit_code());
    CHECK_FALSE(continued.stop_signal());
    CHECK_FALSE(continued.termination_signal());
}

TEST_CASE("waitid and wait4 say the same") {
    CHECK(from_info(ChildCode::EXITED, 7) == WaitStatus::from_raw(7 << 8));
    CHECK(from_info(ChildCode::KILLED, 9) == WaitStatus::from_raw(9));
    CHECK(from_info(ChildCode::DUMPED, 11) == WaitStatus::from_raw(11 | 0x80));
    CHECK(from_info(ChildCode::STOPPED, 19) == WaitStatus::from_raw(19 << 8 | 0x7f));
    CHECK(from_info(ChildCode::TRAPPED, 5) == WaitStatus::from_raw(5 << 8 | 0x7f));
    CHECK(from_info(ChildCode::CONTINUED, 18) == WaitStatus::from_raw(0xffff));
}
