// SPDX-License-Identifier: BSL-1.0
#include "policy_file.h"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <sys/stat.h>
#include <toml++/toml.h>

#include "rules.h"

namespace wali::policy {
namespace {

[[noreturn]] void fail(const std::string& path, const toml::source_region& where, const std::string& reason) {
    throw PolicyError(path + ":" + std::to_string(where.begin.line) + ": " + reason);
}

/// A limit as it stands on a command line: text or a number.
std::string value_text(const std::string& path, const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    std::ostringstream text;
    if (const auto* integer = node.as_integer())
        text << integer->get();
    else if (const auto* number = node.as_floating_point())
        text << number->get();
    else
        fail(path, node.source(), "must be a number, or a text");
    return text.str();
}

void add_rules(Policy& policy, const std::string& path, const toml::node& node) {
    const toml::array* rules = node.as_array();
    if (!rules || rules->empty()) fail(path, node.source(), "allow must be a list of rules: [\"none\"]");
    for (const toml::node& rule : *rules) {
        const auto* text = rule.as_string();
        if (!text) fail(path, rule.source(), "a rule is a text");
        try {
            add_rule(policy, text->get());
        } catch (const PolicyError& error) {
            fail(path, rule.source(), error.what());
        }
    }
}

void add_entry(Policy& policy, const std::string& path, const std::string& key, const toml::node& node) {
    if (key == "allow") {
        add_rules(policy, path, node);
    } else if (key == "best-effort") {
        const auto* value = node.as_boolean();
        if (!value) fail(path, node.source(), "best-effort must be true or false");
        policy.best_effort = value->get();
    } else if (!set_limit(policy.limits, key, value_text(path, node))) {
        fail(path, node.source(),
             "unknown key '" + key +
                 "'; keys are allow, best-effort, max-memory, max-cpu, max-files, max-processes, timeout");
    }
}

}  // namespace

void read_policy_file(Policy& policy, const std::string& path) {
    struct stat status;
    if (stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) throw PolicyError(path + ": a folder, no policy");
    const toml::parse_result parsed = toml::parse_file(path);
    if (!parsed) {
        const toml::parse_error& error = parsed.error();
        fail(path, error.source(), std::string(error.description()));
    }
    for (const auto& [key, node] : parsed.table()) add_entry(policy, path, std::string(key.str()), node);
    if (!policy.given) throw PolicyError(path + ": no rules; allow = [\"none\"] allows nothing");
}

}  // namespace wali::policy
