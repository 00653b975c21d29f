// SPDX-License-Identifier: BSL-1.0
//
// The compiler: after the head, which loads the number of the call, there is a block for each call that has rules,
// in the order of their first ones. A block compares the number with its own, jumps behind itself or ends with an
// answer. Linux (5.11) finds out by itself for which calls the answer is always to allow, and runs nothing for those.
#include <wali/security/seccomp_filter.hpp>

#include <cstddef>

#include <wali/abi/structs/security.hpp>

namespace wali::security {
namespace {

using abi::BpfCode;
using Comparison = SeccompCondition::Comparison;

constexpr u16 load = abi::bits(BpfCode::LD | BpfCode::W | BpfCode::ABS);
constexpr u16 mask_by = abi::bits(BpfCode::ALU | BpfCode::AND | BpfCode::K);
constexpr u16 jump = abi::bits(BpfCode::JMP | BpfCode::JA | BpfCode::K);
constexpr u16 jump_if_equal = abi::bits(BpfCode::JMP | BpfCode::JEQ | BpfCode::K);
constexpr u16 jump_if_greater = abi::bits(BpfCode::JMP | BpfCode::JGT | BpfCode::K);
constexpr u16 jump_if_not_less = abi::bits(BpfCode::JMP | BpfCode::JGE | BpfCode::K);
constexpr u16 answer = abi::bits(BpfCode::RET | BpfCode::K);

/// What a compare does where its jumps are not known yet: on to what follows, or to the place that is marked so until
/// it is reached. Jumps are never that long: a rule has 55 instructions at most.
constexpr u8 on = 0;
constexpr u8 to_next_condition = 0xfe;
constexpr u8 to_next_rule = 0xff;

/// The numbers of the x32 architecture, which calls itself x86-64, begin here.
constexpr u32 x32_numbers = 0x40000000;

class Program {
  public:
    explicit Program(std::span<abi::sock_filter> room) noexcept : room_(room) {}

    usize size() const noexcept { return size_; }
    bool has_room() const noexcept { return size_ <= room_.size(); }

    void put(u16 code, u32 k, u8 if_true = on, u8 if_false = on) noexcept {
        if (size_ < room_.size()) room_[size_] = {code, if_true, if_false, k};
        ++size_;
    }

    /// Jumps from `start` on that are marked with `target` lead to what comes next.
    void land(usize start, u8 target) noexcept {
        for (usize i = start; i < size_ && i < room_.size(); ++i) {
            const u8 distance = static_cast<u8>(size_ - i - 1);
            if (room_[i].jt == target) room_[i].jt = distance;
            if (room_[i].jf == target) room_[i].jf = distance;
        }
    }

    /// The jump at `at` leads to what comes next.
    void land_jump(usize at) noexcept {
        if (at < room_.size()) room_[at].k = static_cast<u32>(size_ - at - 1);
    }

  private:
    std::span<abi::sock_filter> room_;
    usize size_ = 0;
};

void put_load(Program& program, usize offset, u32 mask) noexcept {
    program.put(load, static_cast<u32>(offset));
    if (mask != 0xffffffff) program.put(mask_by, mask);
}

/// Goes on where the condition can still hold by the low half, which is compared next.
void put_high_half(Program& program, const SeccompCondition& condition, usize offset) noexcept {
    const u32 value = static_cast<u32>(condition.value >> 32);
    put_load(program, offset + sizeof(u32), static_cast<u32>(condition.mask >> 32));
    switch (condition.comparison) {
        case Comparison::EQUAL: return program.put(jump_if_equal, value, on, to_next_rule);
        case Comparison::NOT_EQUAL: return program.put(jump_if_equal, value, on, to_next_condition);
        case Comparison::GREATER:
        case Comparison::GREATER_OR_EQUAL:
            program.put(jump_if_greater, value, to_next_condition, on);
            return program.put(jump_if_equal, value, on, to_next_rule);
        case Comparison::LESS:
        case Comparison::LESS_OR_EQUAL:
            program.put(jump_if_greater, value, to_next_rule, on);
            return program.put(jump_if_equal, value, on, to_next_condition);
    }
}

void put_low_half(Program& program, const SeccompCondition& condition, usize offset) noexcept {
    const u32 value = static_cast<u32>(condition.value);
    put_load(program, offset, static_cast<u32>(condition.mask));
    switch (condition.comparison) {
        case Comparison::EQUAL: return program.put(jump_if_equal, value, on, to_next_rule);
        case Comparison::NOT_EQUAL: return program.put(jump_if_equal, value, to_next_rule, on);
        case Comparison::GREATER: return program.put(jump_if_greater, value, on, to_next_rule);
        case Comparison::GREATER_OR_EQUAL: return program.put(jump_if_not_less, value, on, to_next_rule);
        case Comparison::LESS: return program.put(jump_if_not_less, value, to_next_rule, on);
        case Comparison::LESS_OR_EQUAL: return program.put(jump_if_greater, value, to_next_rule, on);
    }
}

void put_rule(Program& program, const SeccompRule& rule) noexcept {
    const usize start = program.size();
    for (const SeccompCondition& condition : rule.conditions()) {
        const usize begin = program.size();
        const usize offset = offsetof(abi::seccomp_data, args) + condition.index * sizeof(u64);
        if (condition.whole) put_high_half(program, condition, offset);
        put_low_half(program, condition, offset);
        program.land(begin, to_next_condition);
    }
    program.put(answer, rule.action().value());
    program.land(start, to_next_rule);
}

/// The rules for one call, of which `rules` has the first at its begin.
void put_block(Program& program, std::span<const SeccompRule> rules, SeccompAction otherwise) noexcept {
    const Call call = rules.front().call();
    program.put(jump_if_equal, static_cast<u32>(call) - 1, 1, 0);
    const usize over = program.size();
    program.put(jump, 0);
    bool decided = false;
    for (const SeccompRule& rule : rules) {
        if (decided || rule.call() != call) continue;
        put_rule(program, rule);
        decided = rule.conditions().empty();
    }
    if (!decided) program.put(answer, otherwise.value());
    program.land_jump(over);
}

bool is_valid(const SeccompRule& rule) noexcept {
    for (const SeccompCondition& condition : rule.conditions())
        if (condition.index >= SeccompRule::capacity) return false;
    return rule.call() != Call::none;
}

bool has_block(std::span<const SeccompRule> before, Call call) noexcept {
    for (const SeccompRule& rule : before)
        if (rule.call() == call) return true;
    return false;
}

}  // namespace

result<std::span<const abi::sock_filter>> compile_seccomp(const SeccompPolicy& policy,
                                                          std::span<abi::sock_filter> room) noexcept {
    const std::span<const SeccompRule> rules = policy.rules.elements();
    Program program(room);
    program.put(load, offsetof(abi::seccomp_data, arch));
    program.put(jump_if_equal, abi::bits(abi::AuditArch::X86_64), 1, 0);
    program.put(answer, policy.foreign.value());
    program.put(load, offsetof(abi::seccomp_data, nr));
    program.put(jump_if_not_less, x32_numbers, 0, 1);
    program.put(answer, policy.foreign.value());
    for (usize i = 0; i < rules.size(); ++i) {
        if (!is_valid(rules[i])) return Errno::INVAL;
        if (!has_block(rules.first(i), rules[i].call())) put_block(program, rules.subspan(i), policy.otherwise);
    }
    program.put(answer, policy.otherwise.value());
    if (!program.has_room()) return Errno::NOBUFS;
    return std::span<const abi::sock_filter>(room.first(program.size()));
}

}  // namespace wali::security
