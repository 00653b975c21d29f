// SPDX-License-Identifier: BSL-1.0
#include "explain.h"

#include <cstdio>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine.h"
#include "module.h"
#include "refusal.h"

namespace wali::aot {
namespace {

struct Group {
    std::string_view name;
    std::string_view rule;
    std::string_view brief;
};

constexpr Group groups[] = {
#define WALI_POLICY_GROUP(name, rule, brief) {#name, rule, brief},
#define WALI_POLICY_CALL(number, group, error)
#define WALI_POLICY_CONDITION(number, argument, mask, inverted, ...)
#include "../generated/policy_calls.inc"
#undef WALI_POLICY_GROUP
#undef WALI_POLICY_CALL
};

struct Call {
    std::string_view number;  // NR_ and the name of the handler
    std::string_view group;
};

constexpr Call calls[] = {
#define WALI_POLICY_GROUP(name, rule, brief)
#define WALI_POLICY_CALL(number, group, error) {#number, #group},
#include "../generated/policy_calls.inc"
#undef WALI_POLICY_CONDITION
};

struct Import {
    std::string_view name;
    std::string_view handler;
};

constexpr Import imports[] = {
#define WALI_SYSCALL(name, handler, params) {name, handler},
#define WALI_IMPORT(name, handler, params, result)
#include "../generated/import_table.inc"
#undef WALI_IMPORT
#undef WALI_SYSCALL
};

/// The group of a call by its name as it is imported; nothing if this host has no such call.
std::string_view group_of(std::string_view name) {
    for (const Import& import : imports) {
        if (import.name != name) continue;
        for (const Call& call : calls)
            if (call.number.substr(3) == import.handler) return call.group;
    }
    return {};
}

void print(const std::string& head, const std::set<std::string>& names) {
    constexpr std::size_t columns = 100;
    if (names.empty()) return;
    std::printf("%s\n", head.c_str());
    std::string line;
    for (const std::string& name : names) {
        if (line.size() + name.size() > columns) {
            std::printf("   %s\n", line.c_str());
            line.clear();
        }
        line += " " + printable(name);
    }
    std::printf("   %s\n", line.c_str());
}

void print_imports(const wabt::Module& module) {
    static constexpr std::string_view prefix = "SYS_";
    std::set<std::string> unknown;
    std::vector<std::set<std::string>> names(std::size(groups));
    for (const wabt::Import* import : module.imports) {
        if (import->module_name != "wali" || import->field_name.rfind(prefix, 0) != 0) continue;
        const std::string name = import->field_name.substr(prefix.size());
        const std::string_view group = group_of(name);
        if (group.empty()) unknown.insert(name);
        for (std::size_t i = 0; i < names.size(); ++i)
            if (groups[i].name == group) names[i].insert(name);
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
        const Group& group = groups[i];
        const std::string rule = !group.rule.empty()      ? std::string(group.rule)
                                 : group.name == "always" ? "no rule"
                                                          : "refused under any policy";
        print(rule + ": " + std::string(group.brief), names[i]);
    }
    print("no such call of this host", unknown);
}

}  // namespace

void explain(const ModuleFile& input) {
    const auto bytes = read_module_file(input);
    run_engine({}, [&] {
        auto module = read_module(input.name, bytes);
        print_imports(*module);
        std::fflush(stdout);
        static_cast<void>(module.release());  // its destructor recurses per block
    });
}

}  // namespace wali::aot
