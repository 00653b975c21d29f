// SPDX-License-Identifier: BSL-1.0
// Every raw call of the native tree is really made, and answers as the C library's does: see native_calls/run.hpp.
#include <doctest/doctest.h>

#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "native_calls/run.hpp"
#include "support/temporary_directory.hpp"

namespace {

using namespace native_calls;

/// Calls that this test does not make, and why.
constexpr std::array<std::array<const char*, 2>, 2> left_out = {{
    {"rt_sigreturn", "pops a signal frame off the stack, where a C++ function has none"},
    {"vfork", "the child would return from an inline function into the stack frame that the parent goes on with"},
}};

/// What a container, a kernel's configuration or a processor answers to a good call that it does not have.
constexpr std::array refusals = {EPERM, EACCES, ENOSYS, EOPNOTSUPP};

struct Outcome {
    std::vector<Answer> answers;
    int status;
};

Outcome run(const Scenario& scenario, Side side) {
    const test::TemporaryDirectory folder;
    void* const memory = mmap(nullptr, sizeof(Answers), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    Answers& answers = *static_cast<Answers*>(memory);
    const int status = child_status([&] {
        prctl(PR_SET_PDEATHSIG, SIGKILL);  // One that waits forever ends with the test.
        if (chdir(folder.path("").c_str()) != 0) return;
        Run child(side, answers);
        scenario.run(child);
        _exit(0);
    });
    Outcome outcome{{answers.all, answers.all + answers.count}, status};
    munmap(memory, sizeof(Answers));
    return outcome;
}

/// Names of calls.
struct Calls {
    std::set<std::string> made;
    std::set<std::string> succeeded;
    std::set<std::string> refused;
};

void compare(const Scenario& scenario, Calls& calls) {
    const Outcome ours = run(scenario, Side::wali);
    const Outcome theirs = run(scenario, Side::libc);
    const std::string name = scenario.name;
    CAPTURE(name);
    CHECK(ours.status == 0);
    CHECK(theirs.status == 0);
    CHECK(ours.answers.size() == theirs.answers.size());
    bool refused = false;  // What follows a refusal may fail because of it; alike on both sides still.
    for (std::size_t i = 0; i < std::min(ours.answers.size(), theirs.answers.size()); ++i) {
        const auto& [call_name, kind, value] = ours.answers[i];
        const std::string call = call_name;
        CAPTURE(call);
        CAPTURE(i);
        CHECK(kind != Kind::touched);
        CHECK(call == theirs.answers[i].call);
        CHECK(kind == theirs.answers[i].kind);
        CHECK(value == theirs.answers[i].value);
        if (kind == Kind::good || kind == Kind::error || kind == Kind::either) {
            calls.made.insert(call);
            if (value >= 0) calls.succeeded.insert(call);
        }
        if (kind == Kind::error) CHECK(value < 0);
        if (kind == Kind::good && value < 0) {
            refused = refused || std::ranges::find(refusals, -value) != refusals.end();
            CHECK(refused);
            calls.refused.insert(call);
        }
        if (kind == Kind::fact && !refused) CHECK(value == 1);
    }
}

}  // namespace

TEST_CASE("each native call is made once and answers as the C library's does") {
    Calls calls;
    for (const auto* scenarios :
         {&event_scenarios, &file_scenarios, &ipc_scenarios, &memory_scenarios, &net_scenarios, &path_scenarios,
          &process_scenarios, &signal_scenarios, &system_scenarios, &time_scenarios})
        for (const Scenario& scenario : *scenarios) compare(scenario, calls);

    std::string refused;
    for (const std::string& call : calls.refused) refused += " " + call;
    MESSAGE(calls.made.size(), " calls made, ", calls.succeeded.size(), " with success; this system refuses:", refused);

    std::set<std::string> known = calls.made;
    for (const auto& [name, reason] : left_out) {
        const std::string call = name;
        CAPTURE(call);
        CHECK(known.insert(call).second);
    }
    for (const std::string call : {
#define WALI_CALL(name) #name,
#define WALI_OTHER_IMPORT(name)
#include "every_call.inc"
#undef WALI_CALL
#undef WALI_OTHER_IMPORT
         }) {
        CAPTURE(call);
        CHECK(known.erase(call) == 1);
    }
    CHECK(known.empty());
}
