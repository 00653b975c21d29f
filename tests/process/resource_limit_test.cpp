// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <wali/process/cpu_set.hpp>
#include <wali/process/process.hpp>
#include <wali/process/resource_limit.hpp>

using wali::CpuSet;
using wali::Errno;
using wali::ResourceLimit;
using wali::RlimitResource;

TEST_CASE("a soft limit is lowered and raised again, by oneself and by number") {
    const wali::Pid self = wali::process::id();
    const ResourceLimit before = wali::process::resource_limit(RlimitResource::CORE).value();
    CHECK(wali::process::set_resource_limit(RlimitResource::CORE, {0, before.hard}));
    CHECK(wali::process::resource_limit(self, RlimitResource::CORE).value() == ResourceLimit{0, before.hard});
    CHECK(wali::process::set_resource_limit(self, RlimitResource::CORE, before));
    CHECK(wali::process::resource_limit(RlimitResource::CORE).value() == before);
    CHECK(wali::process::set_resource_limit(RlimitResource::CORE, {2, 1}).error() == Errno::INVAL);
    CHECK(wali::process::resource_limit(static_cast<RlimitResource>(99)).error() == Errno::INVAL);
    CHECK(wali::process::resource_limit(wali::Pid(0x7fffffff), RlimitResource::CORE).error() == Errno::SRCH);
}

TEST_CASE("a set of processors has those that were added") {
    CpuSet set{0, 63, 64, 1023};
    CHECK(set.count() == 4);
    CHECK(set.contains(64));
    CHECK_FALSE(set.contains(65));
    CHECK_FALSE(set.contains(CpuSet::capacity()));
    CHECK(set.add(CpuSet::capacity()) == CpuSet{0, 63, 64, 1023});
    CHECK(set.remove(64).remove(5000) == CpuSet{0, 63, 1023});
}

TEST_CASE("a thread runs on the processors that it is given") {
    const CpuSet before = wali::process::affinity().value();
    REQUIRE(before.count() > 0);
    wali::u32 first = 0;
    while (!before.contains(first)) ++first;
    CHECK(wali::process::set_affinity({first}));
    CHECK(wali::process::affinity(wali::process::thread_id()).value() == CpuSet{first});
    CHECK(wali::process::set_affinity(wali::process::thread_id(), before));
    CHECK(wali::process::affinity().value() == before);
    CHECK(wali::process::set_affinity({}).error() == Errno::INVAL);
}
