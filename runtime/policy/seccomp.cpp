// SPDX-License-Identifier: BSL-1.0
//
// The filter is a search tree over the numbers of calls. Which calls it lets through whatever their arguments are the
// kernel finds out when the filter is installed; for those it does not run it. So only calls with conditions cost.
#include "seccomp.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>

#include "call_numbers.h"
#include "constants.h"

namespace wali::policy {
namespace {

enum class Group {
#define WALI_POLICY_GROUP(name, rule, brief) name,
#define WALI_POLICY_CALL(number, group, error)
#define WALI_POLICY_CONDITION(number, argument, mask, inverted, ...)
#include "policy_calls.inc"
#undef WALI_POLICY_GROUP
#undef WALI_POLICY_CALL
};

struct Call {
    unsigned number;
    Group group;
    unsigned error;
};

constexpr Call calls[] = {
#define WALI_POLICY_GROUP(name, rule, brief)
#define WALI_POLICY_CALL(number, group, error) {number, Group::group, error},
#include "policy_calls.inc"
#undef WALI_POLICY_CALL
#undef WALI_POLICY_CONDITION
};

struct Condition {
    unsigned number;
    unsigned argument;
    unsigned mask;
    bool inverted;
    std::initializer_list<unsigned> values;
};

constexpr Condition conditions[] = {
#define WALI_POLICY_CALL(number, group, error)
#define WALI_POLICY_CONDITION(number, argument, mask, inverted, ...) {number, argument, mask, inverted, {__VA_ARGS__}},
#include "policy_calls.inc"
};

using Code = std::vector<sock_filter>;

void put(Code& code, unsigned operation, unsigned value, std::size_t jump_true = 0, std::size_t jump_false = 0) {
    code.push_back({static_cast<unsigned short>(operation), static_cast<unsigned char>(jump_true),
                    static_cast<unsigned char>(jump_false), value});
}

void put(Code& code, const Code& more) { code.insert(code.end(), more.begin(), more.end()); }

void answer(Code& code, unsigned error) {
    put(code, BPF_RET | BPF_K, error == 0 ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | error);
}

bool allows(const Policy& policy, Group group) {
    switch (group) {
        case Group::always:
        case Group::open:
        case Group::change:
        case Group::execute: return true;
        case Group::socket: return !policy.listen.empty() || !policy.connect.empty();
        case Group::listen: return !policy.listen.empty();
        case Group::connect: return !policy.connect.empty();
        case Group::signal: return policy.signal_children;
        case Group::time: return policy.set_time;
        case Group::older:
        case Group::never: break;
    }
    return false;
}

bool leaves_its_group(unsigned number) { return number == NR_setpgid || number == NR_setsid; }

/// Goes on behind the code if the condition holds, else answers with the error.
void check(Code& code, const Condition& condition, unsigned error) {
    put(code, BPF_LD | BPF_W | BPF_ABS,
        static_cast<unsigned>(offsetof(seccomp_data, args) + condition.argument * sizeof(std::uint64_t)));
    if (condition.mask != ~0U) put(code, BPF_ALU | BPF_AND | BPF_K, condition.mask);
    std::size_t left = condition.values.size();
    for (const unsigned value : condition.values) {
        --left;
        const std::size_t no_value = left == 0 ? 1 : 0;  // over the error
        if (condition.inverted)
            put(code, BPF_JMP | BPF_JEQ | BPF_K, value, left, no_value);
        else
            put(code, BPF_JMP | BPF_JEQ | BPF_K, value, left + 1, 0);
    }
    answer(code, error);
}

/// What happens to the numbers from `first` to the next leaf's.
struct Leaf {
    unsigned first;
    Code code;
};

bool same(const Code& a, const Code& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(sock_filter)) == 0;
}

void add_leaf(std::vector<Leaf>& leaves, unsigned first, Code code) {
    if (leaves.empty() || !same(leaves.back().code, code)) leaves.push_back({first, std::move(code)});
}

std::vector<Leaf> leaves_of(const Policy& policy) {
    Code unknown;  // a call that is newer than our table: programs then use an older one
    answer(unknown, ENOSYS);
    std::vector<Leaf> leaves;
    unsigned next = 0;
    for (const Call& call : calls) {
        if (call.number > next) add_leaf(leaves, next, unknown);
        Code code;
        const bool allowed = allows(policy, call.group) && !(policy.stays_in_group && leaves_its_group(call.number));
        for (const Condition& condition : conditions)
            if (allowed && condition.number == call.number) check(code, condition, call.error);
        answer(code, allowed ? 0 : call.error);
        add_leaf(leaves, call.number, std::move(code));
        next = call.number + 1;
    }
    add_leaf(leaves, next, unknown);
    return leaves;
}

Code tree(const Leaf* first, const Leaf* last) {
    if (last - first == 1) return first->code;
    const Leaf* middle = first + (last - first) / 2;
    const Code below = tree(first, middle);
    Code code;
    put(code, BPF_JMP | BPF_JGE | BPF_K, middle->first, 0, 1);
    put(code, BPF_JMP | BPF_JA, static_cast<unsigned>(below.size()));
    put(code, below);
    put(code, tree(middle, last));
    return code;
}

}  // namespace

Code seccomp_filter(const Policy& policy) {
    const std::vector<Leaf> leaves = leaves_of(policy);
    Code code;
    put(code, BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch));
    put(code, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
    answer(code, ENOSYS);
    put(code, BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
    put(code, tree(leaves.data(), leaves.data() + leaves.size()));
    return code;
}

void enforce(const Code& filter) {
    const sock_fprog program = {static_cast<unsigned short>(filter.size()), const_cast<sock_filter*>(filter.data())};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) throw failure("seccomp");
}

}  // namespace wali::policy
