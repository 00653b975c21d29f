// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "fixture.h"

namespace wali::test {

/// A system call as programs/probe.c reads it, and what it must give.
struct Attempt {
    std::vector<std::string> call;
    long expected;
};

constexpr long succeeds = 1L << 62;  // any result that is no error
constexpr long fails = succeeds + 1;
constexpr long any = succeeds + 2;

/// Options of walirun that are a policy.
using PolicyOptions = std::vector<std::string>;
PolicyOptions allow(const std::string& rules);

/// One runtime for all tests of a process: a module is translated once.
Runtime& shared_runtime();

std::string program(const std::string& name);  // the path of a module

/// Runs the module probe; `where` is empty, "in-thread" or "in-child".
Result run_probe(const PolicyOptions& policy, const std::vector<Attempt>& attempts, const std::string& where = "",
                 const Options& options = {});

/// Runs it and checks each result.
void check_probe(const PolicyOptions& policy, const std::vector<Attempt>& attempts, const std::string& where = "",
                 const Options& options = {});

/// For this user, and if that is root for one without privileges, too.
void for_users(const std::function<void(const Options& options)>& check);

/// A folder that all users can write.
class SharedFolder : public Folder {
  public:
    SharedFolder();
};

}  // namespace wali::test
