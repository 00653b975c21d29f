// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <dirent.h>

#include <doctest/doctest.h>

#include <wali/abi/constants/process.hpp>
#include <wali/abi/flags.hpp>
#include <wali/sys/process.hpp>

namespace test {

/// How many descriptors this process has open.
inline int open_descriptors() {
    DIR* const folder = opendir("/proc/self/fd");
    REQUIRE(folder != nullptr);
    int count = 0;
    while (readdir(folder) != nullptr) ++count;
    closedir(folder);
    return count;
}

/// Whether this process has children, ended ones too.
inline bool has_children() {
    const auto options =
        wali::abi::WaitOptions::EXITED | wali::abi::WaitOptions::NOHANG | wali::abi::WaitOptions::NOWAIT;
    return wali::sys::waitid(wali::abi::bits(wali::abi::WaitIdType::ALL), 0, nullptr,
                             static_cast<int>(wali::abi::bits(options)), nullptr) == 0;
}

/// The first object of a test that shall leave no descriptor and no child behind.
class LeavesNothing {
  public:
    LeavesNothing() : before_(open_descriptors()) { CHECK_FALSE(has_children()); }
    LeavesNothing(const LeavesNothing&) = delete;
    LeavesNothing& operator=(const LeavesNothing&) = delete;
    ~LeavesNothing() {
        CHECK(open_descriptors() == before_);
        CHECK_FALSE(has_children());
    }

  private:
    int before_;
};

}  // namespace test
