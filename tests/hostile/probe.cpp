// SPDX-License-Identifier: BSL-1.0
#include "probe.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

namespace wali::test {
namespace {

constexpr unsigned nobody = 65534;

std::string text_of(const Attempt& attempt) {
    std::string text;
    for (const std::string& word : attempt.call) text += (text.empty() ? "" : " ") + word;
    return text;
}

bool can_be_run_by(const Options& options) {
    return run({"/usr/bin/test", "-r", program("probe"), "-a", "-x", Runtime::program("walirun")}, options).exit_code ==
           0;
}

}  // namespace

PolicyOptions allow(const std::string& rules) { return {"--allow", rules}; }

Runtime& shared_runtime() {
    static Runtime runtime;
    return runtime;
}

std::string program(const std::string& name) { return std::string(WALI_PROGRAMS) + "/" + name + ".wasm"; }

Result run_probe(const PolicyOptions& policy, const std::vector<Attempt>& attempts, const std::string& where,
                 const Options& options) {
    std::vector<std::string> command = policy;
    command.push_back(program("probe"));
    if (!where.empty()) command.push_back(where);
    for (const Attempt& attempt : attempts) {
        command.insert(command.end(), attempt.call.begin(), attempt.call.end());
        command.emplace_back("/");
    }
    return shared_runtime().walirun(command, options);
}

void check_probe(const PolicyOptions& policy, const std::vector<Attempt>& attempts, const std::string& where,
                 const Options& options) {
    const Result result = run_probe(policy, attempts, where, options);
    CAPTURE(where);
    CAPTURE(options.user);
    CAPTURE(policy.back());
    CHECK(result.err.empty());
    CHECK(result.exit_code == 0);
    CAPTURE(result.err);
    std::istringstream lines(result.out);
    for (const Attempt& attempt : attempts) {
        long value = 0;
        const std::string call = text_of(attempt);
        CAPTURE(call);
        lines >> value;
        REQUIRE(!lines.fail());
        if (attempt.expected == succeeds)
            CHECK(value >= 0);
        else if (attempt.expected == fails)
            CHECK(value < 0);
        else if (attempt.expected != any)
            CHECK(value == attempt.expected);
    }
}

void for_users(const std::function<void(const Options& options)>& check) {
    check({});
    Options user;
    user.user = nobody;
    if (geteuid() != 0) return;
    run_probe({}, {});  // what it is compiled to is root's, which all may execute
    if (chmod(shared_runtime().cache().path().c_str(), 0755) != 0 || !can_be_run_by(user)) {
        MESSAGE("not as a user without privileges: it cannot reach " << program("probe"));
        return;
    }
    check(user);
}

SharedFolder::SharedFolder() { chmod(path().c_str(), 0777); }

}  // namespace wali::test
