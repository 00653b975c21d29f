// SPDX-License-Identifier: BSL-1.0
//
// Policies (../policy) for what reads a module, whose bytes may be hostile.
#pragma once

#include <linux/filter.h>

#include <string>
#include <vector>

#include "../policy/landlock.h"
#include "../policy/policy.h"

namespace wali::aot {

/// A policy that waits to be enforced, as far as this kernel can.
class Confinement {
  public:
    /// Throws PolicyError.
    explicit Confinement(const policy::Policy& policy);

    /// From now on, for this process and all that it starts. Throws PolicyError.
    void enforce() const;

  private:
    policy::Landlock landlock_;
    std::vector<sock_filter> filter_;
};

/// The engine changes nothing but files in `folder` (empty: none). What has either of these policies, and what it
/// starts, stays in its process group, which ends with it (child.h).
Confinement engine_confinement(const std::string& folder);

/// C compilers read and execute what the system has for them and their own installations, read what is in `support`,
/// and change nothing but files in `folder`. `programs` are their paths.
Confinement compiler_confinement(const std::vector<std::string>& programs, const std::string& support,
                                 const std::string& folder);

}  // namespace wali::aot
