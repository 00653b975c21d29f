// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <wali/abi/constants.hpp>
#include <wali/abi/flags.hpp>

using wali::abi::OpenFlags;
namespace abi = wali::abi;

TEST_CASE("flags combine, test and keep unknown bits") {
    OpenFlags flags = OpenFlags::CREAT | OpenFlags::CLOEXEC;
    CHECK(abi::bits(flags) == (0100 | 02000000));
    CHECK(contains(flags, OpenFlags::CREAT));
    CHECK_FALSE(contains(flags, OpenFlags::CREAT | OpenFlags::EXCL));
    CHECK(intersects(flags, OpenFlags::CREAT | OpenFlags::EXCL));
    flags &= ~OpenFlags::CREAT;
    CHECK(flags == OpenFlags::CLOEXEC);
    flags |= static_cast<OpenFlags>(0x40000000);
    CHECK(abi::bits(flags) == (02000000 | 0x40000000));
}

TEST_CASE("enumerations that are no masks have no operators") {
    static_assert(abi::Flags<OpenFlags>);
    static_assert(!abi::Flags<abi::Errno>);
    static_assert(!abi::Flags<abi::Whence>);
}
