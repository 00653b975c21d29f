// SPDX-License-Identifier: BSL-1.0
// What a module does when it runs: exit codes, traps, atomics, exceptions, features of the format.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "fixture.h"

using namespace wali::test;

namespace {

int exit_code_of(const std::string& text) {
    Runtime runtime;
    const Result result = runtime.run_text(text);
    CAPTURE(result.err);
    CHECK(result.err.empty());
    return result.exit_code;
}

/// A body that exits with the value of an i32 expression.
std::string exit_with(const std::string& expression) { return "(drop (call $exit " + expression + "))"; }

void check_trap(const std::string& text, const std::string& reason, int signal) {
    Runtime runtime;
    const Result result = runtime.run_text(text);
    CHECK(result.signal == signal);
    CHECK(result.err == "walirun: trap: " + reason + "\n");
}

}  // namespace

TEST_CASE("exit codes") {
    CHECK(exit_code_of(module_text("")) == 0);
    CHECK(exit_code_of(module_text(exit_with("(i32.const 42)"))) == 42);
    CHECK(exit_code_of("(module (import \"wali\" \"__proc_exit\" (func $end (param i32))) (func (export \"_start\") "
                       "(call $end (i32.const 257))))") == 1);
}

TEST_CASE("traps are named, with the function") {
    check_trap(module_text("unreachable"), "unreachable executed in function _start", SIGILL);
    check_trap(module_text("(drop (i32.load (i32.const 65536)))"),
               "out of bounds memory or table access in function _start", SIGSEGV);
    check_trap(module_text("(drop (i32.load offset=0xfffffff0 (i32.const -1)))"),
               "out of bounds memory or table access in function _start", SIGSEGV);
    check_trap(module_text("(memory.fill (i32.const 0) (i32.const 0) (i32.const -1))"),
               "out of bounds memory or table access in function _start", SIGSEGV);
    check_trap(module_text("(drop (i32.div_s (i32.const 1) (i32.load (i32.const 0))))"),
               "integer divide by zero in function _start", SIGFPE);
    check_trap(
        module_text("(drop (i32.div_s (i32.const 0x80000000) (i32.sub (i32.load (i32.const 0)) (i32.const 1))))"),
        "integer overflow in function _start", SIGFPE);
    check_trap(module_text("(drop (i32.trunc_f32_s (f32.const nan)))"),
               "invalid conversion to integer in function _start", SIGFPE);
    check_trap(module_text("(call_indirect (i32.const 5))", "(table 2 funcref)"),
               "indirect call of an undefined element in function _start", SIGSEGV);
    check_trap(module_text("(drop (i32.atomic.load (i32.const 1)))"), "unaligned atomic access in function _start",
               SIGBUS);
    check_trap(module_text("(throw $e)", "(tag $e)"), "uncaught exception in function _start", SIGABRT);
    check_trap(module_text("(call $deeper)", "(func $deeper (call $deeper) (drop (i32.load (i32.const 0))))"),
               "call stack exhausted in function deeper, ...", SIGSEGV);
}

TEST_CASE("traps name the callers, also through signals") {
    const auto module = [](const std::string& body) {
        return R"((module
            (import "wali" "SYS_rt_sigaction" (func $sigaction (param i32 i32 i32 i32) (result i64)))
            (import "wali" "SYS_kill" (func $kill (param i32 i32) (result i64)))
            (import "wali" "SYS_getpid" (func $getpid (result i64)))
            (memory 1) (table 5 funcref) (elem (i32.const 4) $handler) (data (i32.const 64) "\04")
            (; they call themselves, so that the compiler keeps them apart ;)
            (func $inner (drop (i32.load (i32.const 65536))) (call $inner))
            (func $outer (call $inner) (call $outer))
            (func $handler (param i32) (call $outer))
            (func $_start (export "_start") )" +
               body + "))";
    };
    check_trap(module("(call $outer)"),
               "out of bounds memory or table access in function inner, called by outer, _start", SIGSEGV);
    for (const std::string signal : {"(i32.const 10)", "(i32.const 11)"})
        check_trap(module("(drop (call $sigaction " + signal + "(i32.const 64) (i32.const 0) (i32.const 8)))" +
                          "(drop (call $kill (i32.wrap_i64 (call $getpid)) " + signal + "))"),
                   "out of bounds memory or table access in function inner, called by outer, handler, _start", SIGSEGV);
}

TEST_CASE("a module without memory and one with a start function") {
    CHECK(exit_code_of("(module (func (export \"_start\")))") == 0);
    CHECK(exit_code_of(module_text(exit_with("(i32.load (i32.const 8))"),
                                   "(func $first (i32.store (i32.const 8) (i32.const 9))) (start $first)")) == 9);
    CHECK(exit_code_of(
              "(module (import \"wali\" \"SYS_exit\" (func $exit (param i32))) (memory 1)"
              "(func (export \"_start\") (call $exit (i32.add (memory.grow (i32.const 3)) (memory.size)))))") == 5);
}

TEST_CASE("a bulk instruction does all or nothing, also where it has nothing to do") {
    const std::string one_page = "(module (memory 1) (data \"a\") (func $_start (export \"_start\") ";
    for (const std::string instruction : {"(memory.fill (i32.const 65537) (i32.const 0) (i32.const 0))",
                                          "(memory.copy (i32.const 0) (i32.const 65537) (i32.const 0))",
                                          "(memory.init 0 (i32.const 65537) (i32.const 0) (i32.const 0))"})
        check_trap(one_page + instruction + "))", "out of bounds memory or table access in function _start", SIGSEGV);
    // Short ones are found by their first or last byte, others by the map of pages.
    for (const std::string instruction : {"(memory.fill (i32.const 65535) (i32.const 7) (i32.const 2))",
                                          "(memory.fill (i32.const 65536) (i32.const 7) (i32.const 1))",
                                          "(memory.fill (i32.const -8) (i32.const 7) (i32.const 8))",
                                          "(memory.fill (i32.const 61441) (i32.const 7) (i32.const 4096))",
                                          "(memory.fill (i32.const 61440) (i32.const 7) (i32.const 4097))",
                                          "(memory.copy (i32.const 65530) (i32.const 0) (i32.const 8))",
                                          "(memory.copy (i32.const 0) (i32.const 65530) (i32.const 8))"})
        check_trap(one_page + instruction + "))", "out of bounds memory or table access in function _start", SIGSEGV);
    CHECK(exit_code_of(one_page + "(memory.fill (i32.const 65536) (i32.const 0) (i32.const 0))))") == 0);
    CHECK(exit_code_of("(module (data \"a\") (func (export \"_start\") (data.drop 0)))") == 0);
}

TEST_CASE("atomic wait, notify and fence") {
    CHECK(exit_code_of(module_text(
              "(atomic.fence)" + exit_with("(memory.atomic.wait32 (i32.const 8) (i32.const 1) (i64.const -1))"))) == 1);
    CHECK(exit_code_of(module_text(
              exit_with("(memory.atomic.wait32 offset=8 (i32.const 0) (i32.const 0) (i64.const 1000000))"))) == 2);
    CHECK(exit_code_of(
              module_text(exit_with("(memory.atomic.wait64 (i32.const 8) (i64.const 0) (i64.const 1000000))"))) == 2);
    CHECK(exit_code_of(module_text(exit_with("(memory.atomic.wait64 (i32.const 8) (i64.const 7) (i64.const -1))"))) ==
          1);
    CHECK(exit_code_of(module_text(exit_with("(memory.atomic.notify (i32.const 8) (i32.const -1))"))) == 0);
    check_trap(module_text("(drop (memory.atomic.wait32 (i32.const 2) (i32.const 0) (i64.const 0)))"),
               "unaligned atomic access in function _start", SIGBUS);
    check_trap(module_text("(drop (memory.atomic.notify (i32.const 0x100000) (i32.const 0)))"),
               "out of bounds memory or table access in function _start", SIGSEGV);
}

TEST_CASE("atomics on unshared memory") {
    const std::string head =
        "(module (import \"wali\" \"SYS_exit\" (func $exit (param i32))) (memory 1) (func (export \"_start\") ";
    CHECK(exit_code_of(head + "(i32.store (i32.const 0) (i32.const 5)) (call $exit (i32.atomic.rmw.add (i32.const 0) "
                              "(i32.const 2)))))") == 5);
    CHECK(exit_code_of(head + "(i32.store (i32.const 0) (i32.const 5)) (call $exit (i32.atomic.rmw.cmpxchg (i32.const "
                              "0) (i32.const 1) (i32.const 2)))))") == 5);
    check_trap(head + "(call $exit (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0)))))",
               "atomic wait on unshared memory in function _start", SIGABRT);
}

TEST_CASE("exceptions restore what locals held when they were thrown") {
    // Both the local and the parameter change inside the try block; the catch block must see the changes.
    const std::string more = R"((tag $e (param i32))
        (func $thrower (param i32) (throw $e (local.get 0)))
        (func $f (param $p i32) (result i32) (local $l i32)
          (local.set $l (i32.const 1))
          (try (do
              (local.set $l (i32.const 30))
              (local.set $p (i32.const 4))
              (call $thrower (i32.const 8)))
            (catch $e (local.set $l (i32.add (local.get $l)))))
          (i32.add (local.get $l) (local.get $p))))";
    CHECK(exit_code_of(module_text(exit_with("(call $f (i32.const 1))"), more)) == 42);
    const std::string nested = R"((tag $a) (tag $b)
        (func $f (result i32)
          (try (result i32) (do
              (try (result i32) (do (throw $b)) (catch $a (i32.const 1))))
            (catch_all (i32.const 2)))))";
    CHECK(exit_code_of(module_text(exit_with("(call $f)"), nested)) == 2);
}

TEST_CASE("tail calls do not use up the stack") {
    const std::string more = R"((func $count (param i32) (result i32)
        (if (i32.eqz (local.get 0)) (then (return (i32.const 7))))
        (return_call $count (i32.sub (local.get 0) (i32.const 1)))))";
    CHECK(exit_code_of(module_text(exit_with("(call $count (i32.const 3000000))"), more)) == 7);
    // The first one uses memory, beside a try that it leaves.
    const std::string leaving = R"((tag $e)
        (func $load (param i32) (result i32) (i32.load (local.get 0)))
        (func $f (param $p i32) (result i32)
          (try (result i32) (do
              (local.set $p (i32.const 8))
              (return_call $load (local.get $p)))
            (catch_all (i32.const 1))))
        (func $g (result i32)
          (try (result i32) (do (drop (call $f (i32.const 0))) (throw $e))
            (catch $e (i32.add (call $f (i32.const 0)) (i32.const 30))))))";
    CHECK(exit_code_of(module_text("(i32.store (i32.const 8) (i32.const 12))" + exit_with("(call $g)"), leaving)) ==
          42);
}

TEST_CASE("tail calls take hundreds of arguments") {
    std::string types;
    std::string moved;  // all but the first, and the first
    std::string numbers;
    for (int i = 0; i < 300; ++i) {
        types += " i64";
        moved += "(local.get " + std::to_string((i + 1) % 300 + 1) + ")";
        numbers += "(i64.const " + std::to_string(i) + ")";
    }
    const std::string more = "(func $turn (param i32" + types + R"() (result i32)
        (if (i32.eqz (local.get 0)) (then (return (i32.wrap_i64 (local.get 300)))))
        (return_call $turn (i32.sub (local.get 0) (i32.const 1)) )" +
                             moved + "))";
    CHECK(exit_code_of(module_text(exit_with("(call $turn (i32.const 701) " + numbers + ")"), more)) == 100);
}

TEST_CASE("tail calls that come to an end, and those through a table that instructions fill") {
    const std::string ending = R"(
        (func $add (param i32 i64) (result i32) (i32.add (local.get 0) (i32.wrap_i64 (local.get 1))))
        (func $twice (param i32 i64) (result i32)
          (return_call $add (i32.mul (local.get 0) (i32.const 2)) (local.get 1))))";
    CHECK(exit_code_of(module_text(exit_with("(call $twice (i32.const 10) (i64.const 3))"), ending)) == 23);
    const std::string filled = R"((type $t (func (param i32 i32) (result i32))) (table 1 funcref)
        (global $f funcref (ref.func $count))
        (func $count (type $t)
          (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
          (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (local.get 1) (i32.const 0))))";
    const std::string fill = "(table.set (i32.const 0) (global.get $f))";
    CHECK(exit_code_of(module_text(fill + exit_with("(call $count (i32.const 3000000) (i32.const 7))"), filled)) == 7);
}

TEST_CASE("indirect calls, in tables that never change and in others") {
    const std::string module_parts = R"(
        (type $number (func (result i32))) (type $the_same (func (result i32))) (type $other (func (param i32)))
        (table 8 funcref)
        (elem (i32.const 1) func $one $two $three) (elem (i32.const 3) func $four $takes)
        (elem (i32.const 5) func $getpid) (elem (i32.const 6) funcref (ref.null func) (ref.func $one))
        (elem declare func $two) (elem func $three)
        (func $one (type $number) (i32.const 1)) (func $two (type $the_same) (i32.const 2))
        (func $three (type $number) (i32.const 3)) (func $four (type $the_same) (i32.const 4))
        (func $takes (param i32)))";
    const auto call = [](const std::string& index) {
        return "(call_indirect (type $number) (i32.const " + index + "))";
    };
    for (const std::string more : {"", "(func $changes (table.set (i32.const 0) (table.get (i32.const 1))))",
                                   "(func $asks (drop (table.size)))"}) {
        CAPTURE(more);
        const auto module = [&](const std::string& body) {
            std::string text = module_text(body, module_parts + more);
            // Imports come before everything else.
            return text.insert(text.find("(import"), R"((import "wali" "SYS_getpid" (func $getpid (result i64)))
                (import "wali" "__cl_get_argc" (func $argc (result i32))))");
        };
        CHECK(exit_code_of(module(exit_with("(i32.add (i32.add " + call("1") + "(i32.shl " + call("2") +
                                            "(i32.const 2))) (i32.add (i32.shl " + call("3") +
                                            "(i32.const 2)) (i32.shl " + call("7") + "(i32.const 5))))"))) ==
              1 + (2 << 2) + (4 << 2) + (1 << 5));
        CHECK(exit_code_of(module(exit_with("(i64.eq (call_indirect (result i64) (i32.const 5)) (call $getpid))"))) ==
              1);
        Runtime runtime;
        const auto trap_of = [&](int index) {
            const Result result =
                runtime.run_text(module("(drop (call_indirect (type $number) (i32.sub (call $argc) (i32.const 2))))"),
                                 std::vector<std::string>(static_cast<std::size_t>(index + 1), "argument"));
            CHECK(result.signal == SIGSEGV);
            return result.err;
        };
        const std::string undefined = "walirun: trap: indirect call of an undefined element in function _start\n";
        const std::string wrong = "walirun: trap: indirect call of another type: ";
        CHECK(trap_of(-1) == undefined);
        CHECK(trap_of(0) == undefined);
        CHECK(trap_of(4) == wrong + "takes is (i32) -> (), called as () -> (i32) in function _start\n");
        CHECK(trap_of(5) == wrong + "an import is () -> (i64), called as () -> (i32) in function _start\n");
        CHECK(trap_of(8) == undefined);
    }
    check_trap(module_text("", "(table 1 funcref) (elem (i32.const 1) func $_start)"),
               "out of bounds memory or table access", SIGSEGV);
    CHECK(exit_code_of(module_text(exit_with("(i32.const 3)"), "(table 0 funcref)")) == 3);
}

// The array that is being copied stays where it is. What fits, after a handler has grown the table, is there.
TEST_CASE("a table grows in a handler while an instruction copies it") {
    CHECK(exit_code_of(R"((module
        (import "wali" "SYS_rt_sigaction" (func $sigaction (param i32 i32 i32 i32) (result i64)))
        (import "wali" "SYS_setitimer" (func $setitimer (param i32 i32 i32) (result i64)))
        (import "wali" "SYS_exit_group" (func $exit (param i32) (result i64)))
        (memory 1 16)
        (table $t 20000 1000000 funcref)
        (func $grown (result i32) (i32.load (i32.const 256)))
        (func $handler (param i32)
            (if (i32.ge_s (table.grow $t (table.get $t (i32.const 2)) (i32.const 5000)) (i32.const 0))
                (then (i32.store (i32.const 256) (i32.add (call $grown) (i32.const 5000))))))
        (func $seven (result i32) (i32.const 7))
        (elem (i32.const 1) $handler $seven $seven)
        (func (export "_start") (local $i i32)
            (i32.store (i32.const 64) (i32.const 1))
            (drop (call $sigaction (i32.const 14) (i32.const 64) (i32.const 0) (i32.const 8)))
            (i64.store (i32.const 136) (i64.const 200))
            (i64.store (i32.const 152) (i64.const 200))
            (drop (call $setitimer (i32.const 0) (i32.const 128) (i32.const 0)))
            (loop $again
                (table.copy $t $t (i32.const 4) (i32.const 3) (i32.const 19000))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $again (i32.or (i32.lt_u (local.get $i) (i32.const 300))
                                      (i32.eqz (call $grown)))))
            (i64.store (i32.const 136) (i64.const 0))
            (i64.store (i32.const 152) (i64.const 0))
            (drop (call $setitimer (i32.const 0) (i32.const 128) (i32.const 0)))
            (drop (call $exit (i32.sub
                (call_indirect (result i32) (i32.sub (table.size $t) (i32.const 1)))
                (i32.add (call_indirect (result i32) (i32.const 200))
                         (i32.sub (i32.sub (table.size $t) (i32.const 20000)) (call $grown))))))))
    )") == 0);
}

// As much as one may have for the asking; the rest is refused as the instruction refuses.
TEST_CASE("function pointers lead to the first table of functions, which need not be the first table") {
    CHECK(exit_code_of(R"((module
        (import "wali" "SYS_rt_sigaction" (func $sigaction (param i32 i32 i32 i32) (result i64)))
        (import "wali" "SYS_getpid" (func $getpid (result i64)))
        (import "wali" "SYS_kill" (func $kill (param i32 i32) (result i64)))
        (import "wali" "SYS_exit_group" (func $exit (param i32) (result i64)))
        (memory (export "memory") 1)
        (table 3 externref)
        (table $functions 2 funcref)
        (elem (table $functions) (i32.const 1) func $handler)
        (data (i32.const 64) "\01")
        (func $handler (param i32) (drop (call $exit (i32.const 7))))
        (func (export "_start")
            (drop (call $sigaction (i32.const 10) (i32.const 64) (i32.const 0) (i32.const 8)))
            (drop (call $kill (i32.wrap_i64 (call $getpid)) (i32.const 10))))))") == 7);
}

TEST_CASE("a table without a maximum grows to ten million elements") {
    CHECK(exit_code_of(
              "(module (import \"wali\" \"SYS_exit_group\" (func $exit (param i32) (result i64)))"
              "(table $t 1 funcref) (func (export \"_start\")"
              "(if (i32.ne (table.grow $t (ref.null func) (i32.const 10000000)) (i32.const -1)) "
              "(then (unreachable)))"
              "(drop (call $exit (i32.ne (table.grow $t (ref.null func) (i32.const 1000)) (i32.const 1))))))") == 0);
}

TEST_CASE("handlers whose arguments or results would be host memory are refused") {
    static const std::pair<std::string, std::string> types[] = {{"(param i32 funcref)", "(i32, funcref) -> ()"},
                                                                {"(param v128)", "(v128) -> ()"},
                                                                {"(result funcref)", "() -> (funcref)"},
                                                                {"(result i32 i64 i64)", "() -> (i32, i64, i64)"}};
    for (const auto& [type, shown] : types)
        check_trap(R"((module
            (import "wali" "SYS_rt_sigaction" (func $sigaction (param i32 i32 i32 i32) (result i64)))
            (import "wali" "SYS_kill" (func $kill (param i32 i32) (result i64)))
            (import "wali" "SYS_getpid" (func $getpid (result i64)))
            (memory 1) (table 5 funcref) (elem (i32.const 4) $handler) (data (i32.const 64) "\04")
            (func $handler )" +
                       type + R"( unreachable)
            (func $_start (export "_start")
              (drop (call $sigaction (i32.const 10) (i32.const 64) (i32.const 0) (i32.const 8)))
              (drop (call $kill (i32.wrap_i64 (call $getpid)) (i32.const 10))))))",
                   "indirect call of another type: handler is " + shown +
                       ", called as (i32, i32, i32) -> () in function _start",
                   SIGSEGV);
}

TEST_CASE("names cannot clash with the host") {
    CHECK(exit_code_of(module_text("(call $main) (call $memory_reserve)" + exit_with("(i32.const 3)"),
                                   "(func $memory_reserve) (func $main) (func $printf) (func $w2c_wali_SYS_read)")) ==
          3);
}

TEST_CASE("one call imported twice with different types") {
    CHECK(exit_code_of("(module (import \"wali\" \"SYS_exit\" (func $a (param i32))) (import \"wali\" \"SYS_exit\" "
                       "(func $b (param i32) (result i64)))"
                       "(import \"wali\" \"SYS_exit\" (func $c (param i32) (result i64)))"
                       "(func (export \"_start\") (drop (call $c (i32.const 4))) (drop (call $b (i32.const 5))) (call "
                       "$a (i32.const 6))))") == 4);
}

namespace {

/// A module that can jump; `functions` begin with those that are no imports.
std::string jumping(const std::string& functions) {
    return R"((module
        (import "wali" "setjmp" (func $setjmp (param i32) (result i32)))
        (import "wali" "longjmp" (func $longjmp (param i32 i32)))
        (import "wali" "SYS_exit_group" (func $exit (param i32) (result i64)))
        (memory (export "memory") 1 16 shared)
        (func $same (param i32) (result i32) (local.get 0))
        )" +
           functions + ")";
}

/// `count` times the text, with each % replaced by 0, 1, ...
std::string repeated(int count, const std::string& text) {
    std::string result;
    for (int i = 0; i < count; ++i)
        for (const char c : text) c == '%' ? result += std::to_string(i) : result += c;
    return result;
}

/// A function of ten parameters and ten locals, which the C writer declares on several lines; `body` begins when each
/// is its index, and may raise all by 10. The function returns their sum, 190 or 390.
std::string wide_function(const std::string& body, const std::string& raise) {
    const std::string type = "(param" + repeated(10, " i64") + ") (result i64)";
    const std::string add = repeated(20, "(local.set % (i64.add (local.get %) (call $constant (i64.const 10))))");
    return "(func $constant (param i64) (result i64) (local.get 0)) (func $wide " + type + " (local" +
           repeated(10, " i64") + ")" +
           repeated(20, "(local.set % (i64.add (local.get %) (call $constant (i64.const %))))") +
           std::string(body).replace(body.find(raise), raise.size(), add) + "(i64.const 0)" +
           repeated(20, "(i64.add (local.get %))") + ")";
}

std::string call_wide(const std::string& function) { return "(call " + function + repeated(10, "(i64.const 0)") + ")"; }

}  // namespace

TEST_CASE("a jump restores all variables of a function with many") {
    const std::string function = wide_function(
        "(if (i32.eqz (call $setjmp (i32.const 64))) (then RAISE (call $longjmp (i32.const 64) (i32.const 1))))",
        "RAISE");
    CHECK(exit_code_of(jumping(function + "(func (export \"_start\")" +
                               exit_with("(i32.wrap_i64 " + call_wide("$wide") + ")") + ")")) == 190);
}

TEST_CASE("a catch sees all variables of a function with many, also where tail calls are") {
    const std::string function = "(tag $e)" + wide_function("(try (do RAISE (throw $e)) (catch $e))", "RAISE") +
                                 "(table 2 funcref) (elem (i32.const 0) $wide $tail) (func $tail (param" +
                                 repeated(10, " i64") + ") (result i64)" + repeated(10, "(local.get %)") +
                                 "(i32.const 0) (return_call_indirect (param" + repeated(10, " i64") +
                                 ") (result i64)))";
    for (const std::string called : {"$wide", "$tail"})
        CHECK(exit_code_of(module_text(exit_with("(i32.sub (i32.wrap_i64 " + call_wide(called) + ") (i32.const 200))"),
                                       function)) == 190);
}

TEST_CASE("a jump restores the operand stack and locals of the call of setjmp") {
    CHECK(exit_code_of(jumping(R"(
        (func $jump (local $value i32) (local $kept i64)
            (local.set $kept (i64.const 100))
            (local.set $value (i32.add (call $same (i32.const 40)) (call $setjmp (i32.const 64))))
            (if (i32.eq (local.get $value) (i32.const 40)) (then
                (local.set $kept (i64.const 0))
                (call $longjmp (call $same (i32.const 64)) (i32.const 2))))
            (drop (call $exit (i32.add (local.get $value) (i32.wrap_i64 (local.get $kept))))))
        (func (export "_start") (call $jump)))")) == 142);
}

TEST_CASE("a jump to a function that has returned is a trap, whatever the buffer holds") {
    const std::string returned = "(func $place (drop (call $setjmp (i32.const 64))))";
    const std::string reason = "longjmp to a function that has returned in function ";
    check_trap(jumping(returned +
                       "(func $_start (export \"_start\") (call $place) (call $longjmp (i32.const 64) (i32.const 1)))"),
               reason + "_start", SIGABRT);
    // The buffer names a function that runs, but a call of setjmp that it has not made.
    check_trap(jumping(R"((func $jump (if (i32.eqz (call $setjmp (i32.const 64))) (then
                   (i32.store (i32.const 80) (i32.add (i32.load (i32.const 80)) (i32.const 1)))
                   (call $longjmp (i32.const 64) (i32.const 1))
                   (drop (call $setjmp (i32.const 512))))))
                   (func $_start (export "_start") (call $jump)))"),
               reason + "jump, called by _start", SIGABRT);
    check_trap(jumping("(func $_start (export \"_start\") (call $longjmp (i32.const 64) (i32.const 1)))"),
               reason + "_start", SIGABRT);
    check_trap(jumping("(func $_start (export \"_start\") (drop (call $setjmp (i32.const 65530))))"),
               "out of bounds memory or table access in function _start", SIGSEGV);
}

TEST_CASE("arguments and environment") {
    Runtime runtime;
    const std::string module = read_file(std::string(WALI_PROGRAMS) + "/echo.wasm");
    Options options;
    options.clear_environment = true;
    options.environment = {{"ONE", "1"}, {"EMPTY", ""}, {"LINES", "a\nFAKE=b"}, {"PATH", "/usr/bin:/bin"}};
    const std::string long_argument(60000, 'x');
    const Result result = runtime.run(module, {"", "two words", "-x", "--help", long_argument}, options);
    CAPTURE(result.err);
    CHECK(result.exit_code == 6);
    CHECK(result.out.rfind(runtime.file("test.wasm") + "\n\ntwo words\n-x\n--help\n" + long_argument + "\n", 0) == 0);
    CHECK(result.out.find("\nONE=1\n") != std::string::npos);
    CHECK(result.out.find("\nEMPTY=\n") != std::string::npos);
    // No line of its own, but behind a NUL for the C library that looks there.
    CHECK(result.out.find("\nFAKE") == std::string::npos);
    const std::string escaped("\n\0LINES=a\\nFAKE=b\0", 18);
    CHECK(result.out.find(escaped) != std::string::npos);
}

TEST_CASE("the environment needs neither /proc nor files that may grow") {
    Runtime runtime;
    const std::string program = runtime.file("echo");
    REQUIRE(runtime.wali_aot({std::string(WALI_PROGRAMS) + "/echo.wasm", "-o", program}).exit_code == 0);
    Options options;
    options.clear_environment = true;
    options.environment = {{"ONE", "1"}, {"PATH", "/usr/bin:/bin"}};
    const auto check = [](const Result& result, bool whole) {
        CAPTURE(result.err);
        CHECK(result.signal == 0);
        CHECK(result.exit_code == 1);
        CHECK((result.out.find("ONE=1\n") != std::string::npos) == whole);
    };
    SUBCASE("no /proc") {
        const std::string folder = program.substr(0, program.rfind('/'));
        if (run({"/usr/bin/unshare", "-Ur", "/bin/true"}).exit_code != 0) return;  // no user namespaces
        check(run({"/usr/bin/unshare", "-Ur", "/usr/sbin/chroot", folder, "/echo"}, options), true);
    }
    SUBCASE("a limit that the program may raise") {
        check(run({"/bin/sh", "-c", "ulimit -S -f 0; exec \"$0\"", program}, options), true);
    }
    SUBCASE("one that it may not: no environment") {
        if (getuid() == 0) {
            chmod(program.substr(0, program.rfind('/')).c_str(), 0755);
            options.user = 65534;
        }
        check(run({"/bin/sh", "-c", "ulimit -f 0; exec \"$0\"", program}, options), false);
    }
}

TEST_CASE("data segments, also empty and passive ones, are where they shall be") {
    Runtime runtime;
    const std::string data = R"((data (i32.const 16) "\05") (data (i32.const 20) "") (data $later "\01\02\03")
        (data (i32.const 24) "\40"))";
    const std::string body = R"((memory.init $later (i32.const 100) (i32.const 1) (i32.const 2))
        (drop (call $exit (i32.add (i32.load (i32.const 16))
            (i32.add (i32.load (i32.const 24)) (i32.load8_u (i32.const 101)))))))";
    CHECK(runtime.run_text(module_text(body, data)).exit_code == 5 + 64 + 3);
}

TEST_CASE("a catch sees what its try block has changed") {
    Runtime runtime;
    const std::string more = R"((tag $e) (func $throw_if_odd (param i32)
        (if (i32.and (local.get 0) (i32.const 1)) (then (throw $e)))))";
    // In a loop, so that also what is read only in the next turn counts: 2, 4 are added in the second turn, 4, 8 in the
    // fourth.
    const std::string loop = R"((local $turn i32) (local $wide i64) (local $a i32) (local $b i32) (local $sum i32)
        (loop $again
            (try (do
                (local.set $a (i32.add (local.get $a) (i32.const 1)))
                (local.set $b (i32.mul (local.get $a) (i32.const 2)))
                (local.set $wide (i64.add (local.get $wide) (i64.const 1)))
                (call $throw_if_odd (local.get $turn)))
            (catch $e
                (local.set $sum
                    (i32.add (local.get $sum) (i32.add (local.get $a) (i32.mul (local.get $b) (i32.const 10)))))))
            (try (do (nop)))
            (local.set $turn (i32.add (local.get $turn) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $turn) (i32.const 4))))
        (drop (call $exit (i32.add (local.get $sum) (i32.wrap_i64 (local.get $wide))))))";
    CHECK(runtime.run_text(module_text(loop, more)).exit_code == 130);
    const std::string delegated = R"((local $a i32)
        (try $outer (do
            (try (do (local.set $a (i32.const 7)) (call $throw_if_odd (i32.const 1))) (delegate $outer)))
        (catch_all (drop (call $exit (local.get $a))))))";
    CHECK(runtime.run_text(module_text(delegated, more)).exit_code == 7);
    const std::string only_then = R"((local $a i32) (local $b i32)
        (block $end (loop $again
            (try (do
                (br_if $end (i32.eq (local.get $a) (i32.const 3)))
                (local.set $a (i32.add (local.get $a) (i32.const 1)))
                (call $throw_if_odd (i32.const 1)))
            (catch_all (local.set $b (i32.add (local.get $b) (i32.const 2)))))
            (br $again)))
        (drop (call $exit (i32.add (local.get $a) (local.get $b)))))";
    CHECK(runtime.run_text(module_text(only_then, more)).exit_code == 9);
}

TEST_CASE("the time and the processor are read without a system call") {
    // Those that Linux itself can read so; on other machines it makes the calls.
    const std::string source = read_file("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    const std::vector<std::string> readable = {"tsc\n", "kvm-clock\n", "hyperv_clocksource_tsc_page\n"};
    if (std::find(readable.begin(), readable.end(), source) == readable.end()) {
        MESSAGE("not run: programs cannot read the clock source ", source);
        return;
    }
    Runtime runtime;
    Options options;
    options.refused_calls = {SYS_clock_gettime, SYS_gettimeofday, SYS_time, SYS_getcpu};
    const Result result = runtime.run(assemble(R"((module
        (import "wali" "SYS_clock_gettime" (func $clock_gettime (param i32 i32) (result i64)))
        (import "wali" "SYS_gettimeofday" (func $gettimeofday (param i32 i32) (result i64)))
        (import "wali" "SYS_time" (func $time (param i32) (result i64)))
        (import "wali" "SYS_getcpu" (func $getcpu (param i32 i32 i32) (result i64)))
        (import "wali" "SYS_exit_group" (func $exit (param i32) (result i64)))
        (memory 1)
        (func $check (param $number i32) (param $result i64)
            (if (i64.lt_s (local.get $result) (i64.const 0)) (then (drop (call $exit (local.get $number))))))
        (func (export "_start")
            (call $check (i32.const 1) (call $clock_gettime (i32.const 1) (i32.const 64)))
            (call $check (i32.const 2) (call $gettimeofday (i32.const 64) (i32.const 0)))
            (call $check (i32.const 3) (call $time (i32.const 64)))
            (call $check (i32.const 4) (call $getcpu (i32.const 64) (i32.const 68) (i32.const 0)))
            ;; what the kernel alone knows is asked as before, here in vain
            (call $check (i32.const 5) (i64.sub (i64.const -1) (call $clock_gettime (i32.const 2) (i32.const 64))))))
        )"),
                                      {}, options);
    CAPTURE(result.err);
    CHECK(result.exit_code == 0);
}

TEST_CASE("a constant NaN is neither greater than nor equal to a number") {
    Runtime runtime;
    // A switch of three targets behind a join: there GCC decides the comparison itself.
    const std::string body = R"((local $zero f64)
        (if (i32.load (i32.const 64)) (then (call $nothing)) (else (call $nothing) (call $nothing)))
        (block $many (block $one (block $none
            (br_table $none $one $many (f64.ge (f64.const nan:0x4000000000000) (local.get $zero))))
            (drop (call $exit (i32.const 3))))
            (drop (call $exit (i32.const 4))))
        (drop (call $exit (i32.const 5))))";
    const std::string more = "(func $nothing (i32.atomic.store (i32.const 64) (i32.const 1)))";
    CHECK(runtime.run_text(module_text(body, more)).exit_code == 3);
}

TEST_CASE("a NaN is neither greater than, less than nor equal to itself") {
    Runtime runtime;
    for (const std::string comparison : {"f64.ge", "f64.le", "f64.eq"}) {
        CAPTURE(comparison);
        // The same shape, with one number of which GCC knows nothing.
        const std::string body = R"((local $number f64)
            (local.set $number (f64.load (i32.const 72)))
            (if (i32.load (i32.const 64)) (then (call $nothing)) (else (call $nothing) (call $nothing)))
            (block $many (block $one (block $none
                (br_table $none $one $many ()" +
                                 comparison + R"( (local.get $number) (local.get $number))))
                (drop (call $exit (i32.const 3))))
                (drop (call $exit (i32.const 4))))
            (drop (call $exit (i32.const 5))))";
        const std::string more = R"((func $nothing (i32.atomic.store (i32.const 64) (i32.const 1)))
            (data (i32.const 72) "\00\00\00\00\00\00\f8\7f"))";
        CHECK(runtime.run_text(module_text(body, more)).exit_code == 3);
    }
}

TEST_CASE("a load traps where its value is dropped or not chosen") {
    Runtime runtime;
    for (const char* body : {"(drop (i32.load (i32.const -4))) (drop (i32.const 1))",
                             "(drop (i32.add (i32.const 1) (i32.load8_s (i32.const -4)))) (drop (i32.const 1))",
                             "(drop (select (i64.load (i32.const -9)) (i64.const 1) (i32.const 0)))",
                             "(local f64) (local.set 0 (f64.load (i32.const -9)))",
                             "(local i32) (drop (local.tee 0 (i32.load (i32.const -4))))"}) {
        CAPTURE(body);
        const Result result = runtime.run_text(module_text(body));
        CHECK(result.signal == SIGSEGV);
    }
}
