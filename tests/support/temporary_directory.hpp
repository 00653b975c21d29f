// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <wali/fs/entry.hpp>
#include <wali/process/process.hpp>

namespace test {

/// A fresh folder in the current one, removed with all that is in it.
class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        static int count = 0;
        name_ = "tmp." + std::to_string(wali::process::id().raw()) + "." + std::to_string(count++);
        REQUIRE(wali::fs::make_directory(name_));
    }
    ~TemporaryDirectory() {
        std::error_code error;
        std::filesystem::remove_all(name_, error);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    std::string path(const std::string& entry) const { return name_ + "/" + entry; }

  private:
    std::string name_;
};

}  // namespace test
