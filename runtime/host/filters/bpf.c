// SPDX-License-Identifier: BSL-1.0
#include "bpf.h"

#include <string.h>

// --- which programs are valid: as bpf_check_classic() and seccomp_check_filter() of the kernel say ---

// An instruction by itself. Jumps are looked at by where they lead.
static bool is_known(const struct sock_filter* at) {
    switch (at->code) {
        case BPF_LD | BPF_W | BPF_ABS: return at->k < sizeof(struct seccomp_data) && at->k % sizeof(uint32_t) == 0;
        case BPF_LD | BPF_W | BPF_LEN:
        case BPF_LDX | BPF_W | BPF_LEN:
        case BPF_LD | BPF_IMM:
        case BPF_LDX | BPF_IMM: return true;
        case BPF_LD | BPF_MEM:
        case BPF_LDX | BPF_MEM:
        case BPF_ST:
        case BPF_STX: return at->k < BPF_MEMWORDS;
        case BPF_ALU | BPF_DIV | BPF_K: return at->k != 0;
        case BPF_ALU | BPF_LSH | BPF_K:
        case BPF_ALU | BPF_RSH | BPF_K: return at->k < 32;
        case BPF_ALU | BPF_ADD | BPF_K:
        case BPF_ALU | BPF_ADD | BPF_X:
        case BPF_ALU | BPF_SUB | BPF_K:
        case BPF_ALU | BPF_SUB | BPF_X:
        case BPF_ALU | BPF_MUL | BPF_K:
        case BPF_ALU | BPF_MUL | BPF_X:
        case BPF_ALU | BPF_DIV | BPF_X:
        case BPF_ALU | BPF_AND | BPF_K:
        case BPF_ALU | BPF_AND | BPF_X:
        case BPF_ALU | BPF_OR | BPF_K:
        case BPF_ALU | BPF_OR | BPF_X:
        case BPF_ALU | BPF_XOR | BPF_K:
        case BPF_ALU | BPF_XOR | BPF_X:
        case BPF_ALU | BPF_LSH | BPF_X:
        case BPF_ALU | BPF_RSH | BPF_X:
        case BPF_ALU | BPF_NEG:
        case BPF_MISC | BPF_TAX:
        case BPF_MISC | BPF_TXA:
        case BPF_RET | BPF_K:
        case BPF_RET | BPF_A: return true;
        default: return false;
    }
}

static bool is_condition(uint16_t code) {
    switch (code) {
        case BPF_JMP | BPF_JEQ | BPF_K:
        case BPF_JMP | BPF_JEQ | BPF_X:
        case BPF_JMP | BPF_JGT | BPF_K:
        case BPF_JMP | BPF_JGT | BPF_X:
        case BPF_JMP | BPF_JGE | BPF_K:
        case BPF_JMP | BPF_JGE | BPF_X:
        case BPF_JMP | BPF_JSET | BPF_K:
        case BPF_JMP | BPF_JSET | BPF_X: return true;
        default: return false;
    }
}

// Words of memory that are stored on every way to an instruction, a bit each.
struct ways {
    uint16_t stored[BPF_MAXINSNS];
};

static bool lead_to(struct ways* ways, uint32_t length, uint64_t target, uint16_t stored) {
    if (target >= length) return false;
    ways->stored[target] &= stored;
    return true;
}

// What may run after `at`, which is number `i`, is inside of the program. `stored` is what is stored before it.
static bool check_ways(struct ways* ways, const struct sock_filter* at, uint32_t i, uint32_t length, uint16_t stored) {
    const uint64_t next = (uint64_t)i + 1;
    if (at->code == (BPF_JMP | BPF_JA)) return lead_to(ways, length, next + at->k, stored);
    if (is_condition(at->code))
        return lead_to(ways, length, next + at->jt, stored) && lead_to(ways, length, next + at->jf, stored);
    if (!is_known(at)) return false;
    switch (at->code) {
        case BPF_LD | BPF_MEM:
        case BPF_LDX | BPF_MEM:
            if (!(stored >> at->k & 1)) return false;
            break;
        case BPF_ST:
        case BPF_STX: stored |= (uint16_t)(1 << at->k); break;
        case BPF_RET | BPF_K:
        case BPF_RET | BPF_A:
            // For the kernel, what was stored is what the next instruction in the text finds, too.
            if (next == length) return true;
            break;
        default: break;
    }
    return lead_to(ways, length, next, stored);
}

bool bpf_is_valid(const struct sock_filter* code, uint32_t length) {
    struct ways ways;
    memset(&ways, 0xff, sizeof ways);
    ways.stored[0] = 0;
    for (uint32_t i = 0; i < length; ++i)
        if (!check_ways(&ways, &code[i], i, length, ways.stored[i])) return false;
    return true;
}

// --- the kernel's own form: as bpf_convert_filter() makes it ---

static uint32_t kernel_length_of(const struct sock_filter* at) {
    if (is_condition(at->code)) {
        const bool inverts = BPF_OP(at->code) != BPF_JSET;
        const bool is_one = at->jf == 0 || (at->jt == 0 && inverts);
        const bool needs_register = BPF_SRC(at->code) == BPF_K && at->k > INT32_MAX;
        return (is_one ? 1U : 2U) + (needs_register ? 1U : 0U);
    }
    switch (at->code) {
        case BPF_ALU | BPF_DIV | BPF_X: return 5;
        case BPF_RET | BPF_K: return 2;
        default: return 1;
    }
}

uint32_t bpf_kernel_length(const struct sock_filter* code, uint32_t length) {
    uint32_t sum = 3;
    for (uint32_t i = 0; i < length; ++i) sum += kernel_length_of(&code[i]);
    return sum;
}

// --- running one: a program only goes forwards, so it ends ---

static bool holds(uint16_t operation, uint32_t a, uint32_t operand) {
    switch (operation) {
        case BPF_JEQ: return a == operand;
        case BPF_JGT: return a > operand;
        case BPF_JGE: return a >= operand;
        default: return (a & operand) != 0;
    }
}

static uint32_t calculate(uint16_t operation, uint32_t a, uint32_t operand) {
    switch (operation) {
        case BPF_ADD: return a + operand;
        case BPF_SUB: return a - operand;
        case BPF_MUL: return a * operand;
        case BPF_DIV: return a / operand;
        case BPF_AND: return a & operand;
        case BPF_OR: return a | operand;
        case BPF_XOR: return a ^ operand;
        case BPF_LSH: return a << (operand & 31);
        case BPF_RSH: return a >> (operand & 31);
        default: return -a;
    }
}

uint32_t bpf_run(const struct sock_filter* code, const struct seccomp_data* data) {
    uint32_t words[sizeof *data / sizeof(uint32_t)];
    uint32_t memory[BPF_MEMWORDS];
    uint32_t a = 0;
    uint32_t x = 0;
    memcpy(words, data, sizeof words);
    for (const struct sock_filter* at = code;; ++at) {
        const uint32_t operand = BPF_SRC(at->code) == BPF_X ? x : at->k;
        switch (BPF_CLASS(at->code)) {
            case BPF_LD:
            case BPF_LDX: {
                uint32_t value = at->k;  // BPF_IMM
                if (BPF_MODE(at->code) == BPF_ABS) value = words[at->k / sizeof(uint32_t)];
                if (BPF_MODE(at->code) == BPF_MEM) value = memory[at->k];
                if (BPF_MODE(at->code) == BPF_LEN) value = sizeof *data;
                *(BPF_CLASS(at->code) == BPF_LD ? &a : &x) = value;
                break;
            }
            case BPF_ST: memory[at->k] = a; break;
            case BPF_STX: memory[at->k] = x; break;
            case BPF_ALU:
                if (BPF_OP(at->code) == BPF_DIV && operand == 0) return 0;  // as classic BPF defines it
                a = calculate(BPF_OP(at->code), a, operand);
                break;
            case BPF_JMP:
                if (BPF_OP(at->code) == BPF_JA)
                    at += at->k;
                else
                    at += holds(BPF_OP(at->code), a, operand) ? at->jt : at->jf;
                break;
            case BPF_RET: return BPF_RVAL(at->code) == BPF_A ? a : at->k;
            default:
                if (BPF_MISCOP(at->code) == BPF_TAX)
                    x = a;
                else
                    a = x;
        }
    }
}
