// SPDX-License-Identifier: BSL-1.0
// Random programs of classic BPF: the host takes those that the kernel takes, and answers what the kernel answers.
#include <doctest/doctest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <vector>

extern "C" {
#include "host/filters/bpf.h"
}

namespace {

using Code = std::vector<sock_filter>;

/// A number that no call has: only it reaches the random part.
constexpr unsigned no_call = 4000;
constexpr unsigned architecture = 0xc000003e;

class RandomCode {
  public:
    explicit RandomCode(unsigned seed) : random_(seed) {}

    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() >> 8) % limit; }
    unsigned number() {
        static constexpr unsigned interesting[] = {0, 1, 2, 15, 16, 31, 32, 60, 63, 64, 0x7fffffff, 0x80000000, ~0U};
        return below(2) ? interesting[below(std::size(interesting))] : static_cast<unsigned>(random_());
    }

    /// All but the number of the call allowed, then up to `length` random instructions, then their A as an errno.
    Code make(unsigned length) {
        Code code = {{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
                     {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, no_call},
                     {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
        const unsigned body = below(length);
        for (unsigned left = body; left > 0; --left) code.push_back(instruction(left));
        code.push_back({BPF_ALU | BPF_AND | BPF_K, 0, 0, 0xfff});
        code.push_back({BPF_ALU | BPF_OR | BPF_K, 0, 0, SECCOMP_RET_ERRNO});
        code.push_back({BPF_RET | BPF_A, 0, 0, 0});
        return code;
    }

  private:
    /// Mostly one that may be valid, of which `left` follow.
    sock_filter instruction(unsigned left) {
        static constexpr unsigned short calculations[] = {BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_AND,
                                                          BPF_OR,  BPF_XOR, BPF_LSH, BPF_RSH, BPF_NEG};
        static constexpr unsigned short conditions[] = {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET, BPF_JA};
        const auto source = static_cast<unsigned short>(below(2) ? BPF_X : BPF_K);
        const auto jump = [&] { return static_cast<unsigned char>(below(4) ? below(left + 1) : below(256)); };
        switch (below(12)) {
            case 0: return {BPF_LD | BPF_W | BPF_ABS, 0, 0, below(8) ? word() : number()};
            case 1: return {static_cast<unsigned short>(below(2) ? BPF_ST : BPF_STX), 0, 0, below(17)};
            case 2: return {static_cast<unsigned short>(BPF_MEM | (below(2) ? BPF_LD : BPF_LDX)), 0, 0, below(3)};
            case 3: return {static_cast<unsigned short>(BPF_IMM | (below(2) ? BPF_LD : BPF_LDX)), 0, 0, number()};
            case 4:
                return {static_cast<unsigned short>(BPF_W | BPF_LEN | (below(2) ? BPF_LD : BPF_LDX)), 0, 0, number()};
            case 5: return {static_cast<unsigned short>(BPF_MISC | (below(2) ? BPF_TAX : BPF_TXA)), 0, 0, 0};
            case 6:
            case 7:
            case 8:
                return {static_cast<unsigned short>(BPF_ALU | calculations[below(std::size(calculations))] | source), 0,
                        0, below(2) ? number() : below(40)};
            case 9:
            case 10: {
                const unsigned short condition = conditions[below(std::size(conditions))];
                if (condition == BPF_JA) return {BPF_JMP | BPF_JA, 0, 0, below(left + 1)};
                return {static_cast<unsigned short>(BPF_JMP | condition | source), jump(), jump(), number()};
            }
            default:
                if (below(6)) return {BPF_ALU | BPF_ADD | BPF_K, 0, 0, number()};
                return {static_cast<unsigned short>(random_()), jump(), jump(), number()};
        }
    }

    /// Not of the instruction pointer, which guests have none of.
    unsigned word() {
        const unsigned offset = 4 * below(16);
        return offset / 8 == offsetof(seccomp_data, instruction_pointer) / 8 ? 0 : offset;
    }

    std::minstd_rand random_;
};

/// What the kernel says of a program.
struct Verdict {
    long installed;
    long answer;
};

void ask_kernel(const Code& code, const std::uint64_t (&arguments)[6], Verdict& verdict) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const sock_fprog program = {static_cast<unsigned short>(code.size()), const_cast<sock_filter*>(code.data())};
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        verdict.installed = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 ? 0 : errno;
        if (verdict.installed == 0) {
            // What the C library passes on is a register each.
            verdict.answer = syscall(no_call, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
                                     arguments[5]) == 0
                                 ? 0
                                 : errno;
        }
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status)) verdict.answer = -WTERMSIG(status);
}

long setting(const char* name, long otherwise) {
    const char* value = std::getenv(name);
    return value != nullptr ? std::atol(value) : otherwise;
}

/// What the host's answer is to the program that makes the call.
long outcome_of(unsigned answer) {
    if ((answer & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO) {
        const long error = answer & SECCOMP_RET_DATA;
        return error < 4095 ? error : 4095;
    }
    if (answer >= SECCOMP_RET_TRACE && answer <= 0x7fffffff) return ENOSYS;  // TRACE, LOG, ALLOW: no such call
    return -SIGSYS;
}

}  // namespace

TEST_CASE("random filters are valid for the host if they are for the kernel, and answer the same") {
    auto* const verdict = static_cast<Verdict*>(
        mmap(nullptr, sizeof(Verdict), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    REQUIRE(verdict != MAP_FAILED);
    RandomCode random(static_cast<unsigned>(setting("WALI_FILTER_SEED", 1)));
    int valid = 0;
    int errors = 0;
    const long count = setting("WALI_FILTER_COUNT", 1500);
    for (long i = 0; i < count; ++i) {
        CAPTURE(i);
        const Code code = random.make(i % 2 ? 6 : 30);
        const std::uint64_t arguments[6] = {random.number(), random.number(), random.number(),
                                            random.number(), random.number(), random.number()};
        *verdict = {-1, 0};
        ask_kernel(code, arguments, *verdict);
        const bool is_valid = bpf_is_valid(code.data(), static_cast<std::uint32_t>(code.size()));
        REQUIRE(verdict->installed == (is_valid ? 0 : EINVAL));
        if (!is_valid) continue;
        ++valid;
        seccomp_data data = {static_cast<int>(no_call), architecture, 0, {}};
        for (int index = 0; index < 6; ++index) data.args[index] = arguments[index];
        const long outcome = outcome_of(bpf_run(code.data(), &data));
        if (outcome > 0) ++errors;
        REQUIRE(outcome == verdict->answer);
    }
    munmap(verdict, sizeof(Verdict));
    // Neither verdict is the only one.
    CHECK(valid > count / 4);
    CHECK(valid < count);
    CHECK(errors > valid / 2);
}

TEST_CASE("the kernel's limit of all filters together is known to the instruction") {
    // Of each kind of instruction that the kernel writes in another length, as many as make one too many.
    constexpr unsigned limit = 32768;
    for (const Code& repeated :
         {Code{{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}}, Code{{BPF_ALU | BPF_DIV | BPF_X, 0, 0, 0}},
          Code{{BPF_JMP | BPF_JSET | BPF_K, 0, 1, ~0U}}, Code{{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 5}},
          Code{{BPF_LD | BPF_W | BPF_ABS, 0, 0, 0}}}) {
        Code code;
        while (code.size() < 2000) code.insert(code.end(), repeated.begin(), repeated.end());
        code.insert(code.begin(), {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW});
        code.push_back({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW});
        code.push_back({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW});
        const auto size = static_cast<std::uint32_t>(code.size());
        REQUIRE(bpf_is_valid(code.data(), size));
        const unsigned each = bpf_kernel_length(code.data(), size);
        unsigned expected = 0;
        for (unsigned together = each; together <= limit; together += each + 4) ++expected;
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            const sock_fprog program = {static_cast<unsigned short>(size), code.data()};
            prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
            unsigned installed = 0;
            while (installed < 100 && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0) ++installed;
            _exit(static_cast<int>(installed));
        }
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        CHECK(WEXITSTATUS(status) == static_cast<int>(expected));
    }
}
