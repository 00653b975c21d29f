// SPDX-License-Identifier: BSL-1.0
// A consumer that imports and includes nothing of the framework but the macro.
#include <doctest/doctest.h>

#include "modules/size_of.hpp"

import wali; // as the header does

TEST_CASE("import wali gives types, errors, flags and operators") {
    CHECK(size_of("/dev/null").value() == 0);
    CHECK(size_of("/nowhere/at/all").error() == wali::Errno::NOENT);
    constexpr auto flags = wali::OpenFlags::CREAT | wali::OpenFlags::EXCL;
    static_assert(contains(flags, wali::OpenFlags::EXCL));
    CHECK(wali::Socket::listen_on(wali::SocketAddress::ipv4_loopback(0)).value().local_address().value().port() != 0);
    CHECK(wali::sys::getpid() == wali::process::id().raw());
}
