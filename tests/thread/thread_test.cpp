// SPDX-License-Identifier: BSL-1.0
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include <wali/process/process.hpp>
#include <wali/sys/process.hpp>
#include <wali/thread/credentials.hpp>
#include <wali/thread/name.hpp>

using wali::Errno;

TEST_CASE("a thread has a name of its own, at first its maker's") {
    wali::thread::Name buffer;
    const std::string before(wali::thread::name(buffer).value());
    std::jthread([&] {
        wali::thread::Name own;
        CHECK(wali::thread::name(own).value() == before);
        CHECK(wali::thread::set_name("fifteen bytes ."));
        CHECK(wali::thread::name(own).value() == "fifteen bytes .");
        CHECK(wali::thread::set_name(""));
        CHECK(wali::thread::name(own).value().empty());
    }).join();
    CHECK(wali::thread::name(buffer).value() == before);
    CHECK(wali::thread::set_name("sixteen bytes ..").error() == wali::Error(Errno::RANGE, wali::Call::prctl));
    CHECK(wali::thread::set_name(std::string_view("a\0b", 3)).error() == Errno::INVAL);
}

TEST_CASE("credentials are the calling thread's alone") {
    // To the kernel these mean no change.
    CHECK(wali::thread::set_effective_user(wali::Uid(~0U)).error() == Errno::INVAL);
    CHECK(wali::thread::set_effective_group(wali::Gid(~0U)).error() == Errno::INVAL);
    CHECK(wali::thread::set_filesystem_user(wali::Uid(~0U)).error() == Errno::PERM);
    if (wali::sys::geteuid() != 0) {
        MESSAGE("only root may change its user");
        CHECK(wali::thread::set_filesystem_user(wali::Uid(0)).error() == Errno::PERM);
        return;
    }
    std::jthread([] {
        CHECK(wali::thread::set_filesystem_user(wali::Uid(65534)));
        CHECK(wali::thread::set_filesystem_user(wali::Uid(0)));
        CHECK(wali::thread::set_filesystem_group(wali::Gid(65534)));
        CHECK(wali::thread::set_effective_group(wali::Gid(65534)));
        CHECK(wali::thread::set_effective_user(wali::Uid(65534)));
        CHECK(wali::sys::geteuid() == 65534);
        CHECK(wali::sys::getegid() == 65534);
        CHECK(wali::thread::set_filesystem_user(wali::Uid(12345)).error() ==
              wali::Error(Errno::PERM, wali::Call::setfsuid));
        CHECK(wali::thread::set_filesystem_group(wali::Gid(12345)).error() == Errno::PERM);
        CHECK(wali::thread::set_effective_group(wali::Gid(12345)).error() == Errno::PERM);
        CHECK(wali::thread::set_effective_user(wali::Uid(12345)).error() == Errno::PERM);
        CHECK(wali::thread::set_effective_user(wali::Uid(0)));  // real and saved stayed
    }).join();
    CHECK(wali::sys::geteuid() == 0);
}
