// SPDX-License-Identifier: BSL-1.0
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include <support/in_child.hpp>
#include <wali/fs/read_file.hpp>
#include <wali/process/cpu_set.hpp>
#include <wali/system/current_processor.hpp>
#include <wali/system/namespace.hpp>
#include <wali/system/system_info.hpp>
#include <wali/system/system_name.hpp>

using namespace std::chrono_literals;
using wali::Call;
using wali::Errno;

TEST_CASE("the system's names are those that the C library gives") {
    utsname expected;
    REQUIRE(::uname(&expected) == 0);
    const wali::SystemName name = wali::system::name().value();
    CHECK(name.kernel() == "Linux");
    CHECK(name.host() == expected.nodename);
    CHECK(name.release() == expected.release);
    CHECK(name.version() == expected.version);
    CHECK(name.machine() == expected.machine);
    const std::string domain = wali::fs::read_file<std::string>("/proc/sys/kernel/domainname", 100).value();
    CHECK(std::string(name.domain()) + "\n" == domain);
}

TEST_CASE("host and domain get a name, in a UTS namespace of one's own") {
    const std::string before(wali::system::name().value().host());
    const std::string longest(64, 'x');
    test::in_own_namespaces(wali::Namespaces::UTS, [&]() -> wali::result<bool> {
        WALI_TRY(wali::system::set_host_name("another"));
        WALI_TRY(wali::system::set_domain_name(longest));
        WALI_TRY(const wali::SystemName name, wali::system::name());
        return name.host() == "another" && name.domain() == longest;
    });
    CHECK(wali::system::name().value().host() == before);
    const std::string too_long(65, 'x');
    CHECK(wali::system::set_host_name(too_long).error() == wali::Error(Errno::INVAL, Call::sethostname));
    CHECK(wali::system::set_domain_name(too_long).error() == wali::Error(Errno::INVAL, Call::setdomainname));
}

TEST_CASE("the system's memory and load are what /proc says") {
    const wali::SystemInfo info = wali::system::info().value();
    const std::string meminfo = wali::fs::read_file<std::string>("/proc/meminfo", 1 << 16).value();
    const auto kilobytes = [&](const std::string& name) {
        return 1024 * std::stoull(meminfo.substr(meminfo.find(name + ":") + name.size() + 1));
    };
    CHECK(info.total_memory() == kilobytes("MemTotal"));
    CHECK(info.free_memory() > 0);
    CHECK(info.free_memory() < info.total_memory());
    CHECK(info.buffer_memory() < info.total_memory());
    CHECK(info.shared_memory() < info.total_memory());
    CHECK(info.total_swap() == kilobytes("SwapTotal"));
    CHECK(info.free_swap() <= info.total_swap());
    CHECK(info.threads() > 0);

    // The two clocks are read one after the other.
    const auto uptime = [] { return std::stod(wali::fs::read_file<std::string>("/proc/uptime", 100).value()); };
    const double before = uptime();
    const double seconds = std::chrono::duration<double>(wali::system::info().value().uptime()).count();
    CHECK(seconds >= before - 1);
    CHECK(seconds <= uptime() + 1);

    // In /proc with two digits, and they change every five seconds.
    const wali::LoadAverage load = info.load();
    for (const double each : {load.one_minute, load.five_minutes, load.fifteen_minutes}) {
        CHECK(each >= 0);
        CHECK(each < 1e5);
    }
}

TEST_CASE("a thread that is bound to one processor runs there") {
    const wali::CpuSet before = wali::process::affinity().value();
    const wali::u32 here = wali::system::current_processor().value().processor;
    CHECK(before.contains(here));
    wali::CpuSet one;
    one.add(here);
    REQUIRE(wali::process::set_affinity(one));
    CHECK(wali::system::current_processor().value().processor == here);
    CHECK(wali::system::current_processor().value().node < 1024);
    CHECK(wali::process::set_affinity(before));
}
