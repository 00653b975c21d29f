// SPDX-License-Identifier: BSL-1.0
#include "options.h"

#include <sstream>

#include "policy_file.h"
#include "rules.h"

namespace wali::policy {
namespace {

void add_rules(Policy& policy, const std::string& list) {
    std::istringstream rules(list + ",");
    for (std::string rule; std::getline(rules, rule, ',');) add_rule(policy, rule);
}

bool any(const Limits& limits) {
    return limits.memory || limits.cpu || limits.files || limits.processes || limits.timeout;
}

bool is_limit(const std::string& option) {
    Limits unused;
    return option.rfind("--", 0) == 0 && set_limit(unused, option.substr(2), "1");
}

}  // namespace

bool read_option(Policy& policy, int argc, char** argv, int& at) {
    const std::string option = argv[at];
    const auto value = [&] {
        if (at + 1 == argc) throw PolicyError(option + " needs a value");
        return std::string(argv[++at]);
    };
    if (option == "--allow")
        add_rules(policy, value());
    else if (option == "--policy")
        read_policy_file(policy, value());
    else if (option == "--best-effort")
        policy.best_effort = true;
    else if (is_limit(option))
        set_limit(policy.limits, option.substr(2), value());
    else
        return false;
    return true;
}

void check_complete(const Policy& policy) {
    if (!policy.given && (policy.best_effort || any(policy.limits)))
        throw PolicyError("limits belong to a policy; add --allow, with the rule none if nothing is to be allowed");
}

}  // namespace wali::policy
