// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <support/in_child.hpp>
#include <wali/core/clock.hpp>
#include <wali/ipc/pipe.hpp>
#include <wali/process/process.hpp>
#include <wali/system/kernel_log.hpp>
#include <wali/system/kernel_parameter.hpp>
#include <wali/system/system_name.hpp>

using namespace std::chrono_literals;
using wali::Call;
using wali::Errno;
using wali::KernelLog;
using wali::SyslogFacility;
using wali::SyslogPriority;

namespace {

bool is_refused(wali::Error error) {
    const bool refused = error == Errno::NOENT || error == Errno::PERM || error == Errno::ACCES;
    if (refused) MESSAGE("the kernel's log is not for this user: the case was not run");
    return refused;
}

}  // namespace

TEST_CASE("what is written to the kernel's log is read as a record") {
    const auto opened = KernelLog::open();
    if (opened.has_error() && is_refused(opened.error())) return;
    const KernelLog& log = opened.value();
    REQUIRE(log.seek_end());
    REQUIRE(log.set_non_blocking(true));
    const std::string text = "wali test " + std::to_string(wali::process::id().raw());
    const auto written =
        wali::system::write_kernel_log(SyslogPriority::INFO, SyslogFacility::DAEMON, text + " \\ \x01");
    if (written.has_error() && is_refused(written.error())) return;
    REQUIRE(written);

    std::array<char, KernelLog::record_size_max> room;
    wali::KernelLogRecord record;
    do record = log.read(room).value();  // AGAIN if it were not there
    while (!record.text.starts_with(text));
    CHECK(record.text == text + " \\x5c \\x01");
    CHECK(record.priority == SyslogPriority::INFO);
    CHECK(record.facility == SyslogFacility::DAEMON);
    CHECK(record.fields == "");
    const wali::Duration now = wali::MonotonicClock::now().time_since_epoch();
    CHECK((record.time > now - 10min && record.time < now + 10min));

    REQUIRE(log.seek_end());
    auto next = log.read(room);
    while (next.has_value()) next = log.read(room);  // the kernel has more to say at any time
    CHECK(next.error() == wali::Error(Errno::AGAIN, Call::read));
    REQUIRE(log.seek_cleared());
    REQUIRE(log.seek_begin());
    const wali::KernelLogRecord first = log.read(room).value();
    CHECK(first.sequence < record.sequence);
    CHECK(log.read(room).value().sequence > first.sequence);
    CHECK(log.read(std::span(room).first(8)).error() == wali::Error(Errno::INVAL, Call::read));
    CHECK(wali::system::write_kernel_log(SyslogPriority::INFO, SyslogFacility::USER, std::string(5000, 'x')).error() ==
          wali::Error(Errno::INVAL, Call::writev));
}

TEST_CASE("records of the kernel's log have their parts, and what is none is refused") {
    wali::Pipe pipe = wali::Pipe::create().value();
    const KernelLog log = KernelLog::from_fd(std::move(pipe.reader).into_fd());
    std::array<char, 128> room;
    CHECK(pipe.writer.write_all("30,18446744073709551615,1500000,-,caller=T1;a;b,c\n SUBSYSTEM=pci\n DEVICE=x\n"));
    const wali::KernelLogRecord record = log.read(room).value();
    CHECK(record.priority == SyslogPriority::INFO);
    CHECK(record.facility == SyslogFacility::DAEMON);
    CHECK(record.sequence == ~wali::u64{0});
    CHECK(record.time == 1500ms);
    CHECK(record.text == "a;b,c");
    CHECK(record.fields == " SUBSYSTEM=pci\n DEVICE=x\n");
    for (const char* const none : {"6,1,2,-", "6,1,2,-;no end", "6,1,;x\n", "6,1\n", "x,1,2,-;x\n", "6"}) {
        CAPTURE(none);
        CHECK(pipe.writer.write_all(none));
        CHECK(log.read(room).error() == wali::Error(Errno::BADMSG, Call::read));
    }
}

TEST_CASE("the end of the kernel's log is read at once") {
    const auto size = wali::system::kernel_log_size();
    if (size.has_error() && is_refused(size.error())) return;
    CHECK(size.value() >= 4096);
    std::vector<char> room(size.value());
    const std::string_view text = wali::system::read_kernel_log(room).value();
    CHECK(text.starts_with('<'));
    CHECK(text.ends_with('\n'));
    CHECK(wali::system::read_kernel_log(std::span(room).first(text.size() / 2)).value().size() <= text.size() / 2);
}

TEST_CASE("kernel parameters are read by name, and none leads out of their folder") {
    std::array<char, 128> room;
    CHECK(wali::system::kernel_parameter("kernel.hostname", room).value() == wali::system::name().value().host());
    CHECK(wali::system::kernel_parameter("kernel/ostype", room).value() == "Linux");
    CHECK(wali::system::kernel_parameter("kernel.ostype", std::span(room).first(7)).value() == "Linux");
    CHECK(wali::system::kernel_parameter("kernel.ostype", std::span(room).first(6)).error() == Errno::RANGE);
    CHECK(wali::system::kernel_number("kernel.pid_max").value() > 100);
    CHECK(wali::system::kernel_number("kernel.ostype").error() == Errno::BADMSG);
    CHECK(wali::system::kernel_number("kernel.version").error() == Errno::BADMSG);
    CHECK(wali::system::kernel_parameter("kernel.no_such", room).error() == Errno::NOENT);
    CHECK(wali::system::kernel_parameter("", room).error() == Errno::NOENT);
    CHECK(wali::system::kernel_parameter(std::string(300, 'x'), room).error() == Errno::NAMETOOLONG);
    CHECK(wali::system::kernel_parameter("../version", room).error() == Errno::XDEV);
    CHECK(wali::system::kernel_parameter("net/../../version", room).error() == Errno::XDEV);
}

TEST_CASE("kernel parameters are set, in a network namespace of one's own") {
    test::in_own_namespaces(wali::Namespaces::NET, []() -> wali::result<bool> {
        // A slash where dots separate is the dot of an interface's name.
        WALI_TRY(wali::system::kernel_number("net.ipv4.conf.lo.forwarding"));
        WALI_TRY(wali::system::set_kernel_parameter("net.ipv4.ip_default_ttl", 77));
        WALI_TRY(wali::system::set_kernel_parameter("net/ipv4/ip_local_port_range", "20000 30000"));
        WALI_TRY(const wali::i64 ttl, wali::system::kernel_number("net.ipv4.ip_default_ttl"));
        std::array<char, 64> room;
        WALI_TRY(const std::string_view range, wali::system::kernel_parameter("net.ipv4.ip_local_port_range", room));
        const auto refused = wali::system::set_kernel_parameter("net.ipv4.ip_default_ttl", 1000);
        return ttl == 77 && range == "20000\t30000" && refused.has_error() &&
               refused.error() == wali::Error(Errno::INVAL, Call::write);
    });
    CHECK(wali::system::kernel_number("net.ipv4.ip_default_ttl").value() != 77);
}
