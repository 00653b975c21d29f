// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policy.h"

namespace wali::policy {

/// The version of Landlock that this kernel has; 0 without.
int landlock_version();

/// What of a policy a version of Landlock cannot enforce, each in a few words.
std::vector<std::string> landlock_gaps(const Policy& policy, int version);

/// A set of rules that waits to be enforced: files, ports, and how far signals reach.
class Landlock {
  public:
    /// Throws PolicyError, if a path is not there, too.
    explicit Landlock(const Policy& policy);
    ~Landlock();
    Landlock(const Landlock&) = delete;
    Landlock& operator=(const Landlock&) = delete;

    /// Allows reading and executing one open file.
    void allow_program(int fd) const;

    /// From now on, for this thread and all that it starts.
    void enforce() const;

  private:
    void allow_path(const PathRule& rule) const;
    void allow_port(std::uint64_t access, std::uint16_t port) const;

    int version_ = landlock_version();
    int rules_ = -1;  // -1: this kernel has no Landlock
};

}  // namespace wali::policy
