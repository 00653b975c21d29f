// SPDX-License-Identifier: BSL-1.0
// What cannot be run is refused with one line that names the reason, exit code 2, and leaves nothing.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <sstream>

#include "fixture.h"

using namespace wali::test;

namespace {

/// Passes if `result` is a clean refusal whose line holds `reason`.
void check_refused(const Result& result, const std::string& reason) {
    CAPTURE(result.err);
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    CHECK(result.err.find(reason) != std::string::npos);
}

void check_module_refused(const std::string& module, const std::string& reason) {
    Runtime runtime;
    const Result result = runtime.run(module);
    check_refused(result, reason);
    CHECK(result.err.rfind("walirun: " + runtime.file("test.wasm") + ": ", 0) == 0);
    CHECK(runtime.left_behind().empty());
}

void check_text_refused(const std::string& text, const std::string& reason) {
    check_module_refused(assemble(text), reason);
}

}  // namespace

TEST_CASE("files that are no modules") {
    Runtime runtime;
    check_refused(runtime.walirun({"/nowhere/x.wasm"}), "/nowhere/x.wasm: cannot open it: No such file");
    check_refused(runtime.walirun({"/tmp"}), "a folder");
    check_refused(runtime.walirun({"/dev/null"}), "no regular file");
    check_refused(runtime.walirun({}), "no module given");
    check_refused(runtime.walirun({"--wrong"}), "unknown option --wrong");
    check_refused(runtime.wali_aot({"x.wasm"}), "no output given");
    check_refused(runtime.wali_aot({"x.wasm", "-o"}), "-o needs");
    CHECK(runtime.left_behind().empty());
    check_module_refused("", "empty");
    check_module_refused("#!/bin/sh\n", "not a WebAssembly module");
    check_module_refused(std::string("\0as", 3), "cut off");
    check_module_refused(std::string("\0asm\2\0\0\0", 8), "unknown version");
    check_module_refused(std::string("\0asm\x0d\0\1\0", 8), "component");
}

TEST_CASE("a FIFO is no module, and nobody waits for one") {
    Runtime runtime;
    const std::string fifo = runtime.file("fifo");
    REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
    check_refused(runtime.walirun({fifo}), "no regular file");
    check_refused(runtime.walirun({"--allow", "none", fifo}), "no regular file");
}

TEST_CASE("a module is not replaced by its executable") {
    Runtime runtime;
    const std::string module = runtime.file("module.wasm");
    const std::string link = runtime.file("link");
    write_file(module, assemble(module_text("")));
    REQUIRE(symlink(module.c_str(), link.c_str()) == 0);
    const std::string before = read_file(module);
    check_refused(runtime.wali_aot({module, "-o", module}), "the output would replace it");
    check_refused(runtime.wali_aot({module, "-o", link}), "the output would replace it");
    CHECK(read_file(module) == before);
}

TEST_CASE("limits beyond all limits are none, and a folder is no policy") {
    Runtime runtime;
    const std::string module = runtime.file("module.wasm");
    write_file(module, assemble(module_text("")));
    for (const char* option : {"--max-cpu", "--max-files"})
        CHECK(runtime.walirun({"--allow", "none", option, "18446744073709551615", module}).exit_code == 0);
    check_refused(runtime.walirun({"--policy", "/", module}), "a folder, no policy");
}

TEST_CASE("help and version") {
    Runtime runtime;
    for (const char* option : {"--help", "--version"}) {
        const Result run = runtime.walirun({option});
        const Result aot = runtime.wali_aot({option});
        CHECK(run.exit_code == 0);
        CHECK(aot.exit_code == 0);
        CHECK(run.out.rfind("walirun", 0) == 0);
        CHECK(aot.out.rfind("wali-aot", 0) == 0);
    }
}

TEST_CASE("modules that do not validate or do not fit") {
    check_module_refused(assemble(module_text("(i32.const 1)"), false), "at offset 0x");
    check_text_refused("(module)", "_start");
    check_text_refused("(module (func (export \"_start\") (param i32)))", "() -> ()");
    check_text_refused("(module (memory i64 1) (func (export \"_start\")))", "offset");
    check_text_refused("(module (memory 1) (memory 1) (func (export \"_start\")))", "offset");
    check_text_refused("(module (table 1 externref) (func (export \"_start\") (call_indirect (i32.const 0))))",
                       "a table that holds no functions");
    check_module_refused(assemble(module_text("")) + std::string("\0\0", 2), "a custom section without a name");
    check_module_refused(assemble(module_text("")) + std::string("\0\3\2\xc0\x80", 5), "without a name in UTF-8");
}

TEST_CASE("imports that are not WALI's are named") {
    const std::string start = " (func (export \"_start\")))";
    check_text_refused("(module (import \"env\" \"puts\" (func (param i32)))" + start, "imports env.puts");
    check_text_refused("(module (import \"wasi_snapshot_preview1\" \"fd_write\" (func))" + start,
                       "wasi_snapshot_preview1.fd_write");
    check_text_refused("(module (import \"wali\" \"memory\" (memory 1))" + start, "wali.memory");
    check_text_refused("(module (import \"wali\" \"__other\" (func))" + start, "wali.__other");
    check_text_refused("(module (import \"wali\" \"__init\" (func (param i32)))" + start, "wali.__init as (i32)->()");
    check_text_refused("(module (import \"wali\" \"SYS_read\" (func (param f64) (result i64)))" + start,
                       "wali.SYS_read as (f64)->(i64)");
    check_text_refused("(module (import \"wali\" \"SYS_read\" (func (result i32)))" + start, "wali.SYS_read");
    check_text_refused("(module (import \"wali\" \"a\\0ab\" (func))" + start, "wali.a?b");
}

namespace {

/// A module whose _start has `depth` times `begin` within one another. In the binary format, because the text parser
/// recurses: type, function, export and code section.
std::string nested(const std::string& begin, std::size_t depth) {
    const auto leb = [](std::size_t value) {
        std::string bytes;
        for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7f) | 0x80);
        return bytes + static_cast<char>(value);
    };
    std::string body(1, '\0');
    for (std::size_t i = 0; i < depth; ++i) body += begin;
    body += std::string(depth + 1, '\x0b');
    const std::string code = "\x01" + leb(body.size()) + body;
    const std::string head("\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0\7\x0a\1\6_start\0\0", 30);
    return head + "\x0a" + leb(code.size()) + code;
}

}  // namespace

TEST_CASE("blocks nested too deep") {
    check_module_refused(nested("\x02\x40", 12000), "nests blocks");
    check_module_refused(nested("\x02\x40", 3000000), "");
}

TEST_CASE("conditions nested deeper than compilers like") {
    for (const char* tier : {"quick", "full"}) {
        Runtime runtime;
        Options options;
        options.environment = {{"WALI_TIER", tier}};
        CHECK(runtime.run(nested("\x41\x01\x04\x40", 1000), {}, options).exit_code == 0);  // i32.const 1, if
    }
}

namespace {

/// Whether a process below this one can change nothing and reach nobody: it has a filter over system calls, no
/// capability, and will not get any.
bool has_restricted_child(pid_t pid) {
    const std::string process = "/proc/" + std::to_string(pid);
    std::istringstream children(read_file(process + "/task/" + std::to_string(pid) + "/children"));
    for (pid_t child = 0; children >> child;) {
        const std::string status = read_file("/proc/" + std::to_string(child) + "/status");
        const auto says = [&](const std::string& line) { return status.find("\n" + line + "\n") != std::string::npos; };
        if (says("Seccomp:\t2") && says("NoNewPrivs:\t1") && says("CapEff:\t0000000000000000")) return true;
        if (has_restricted_child(child)) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("what reads a module has no rights") {
    Runtime runtime;
    write_file(runtime.file("test.wasm"), nested("\x41\x01\x04\x40", 6000));  // takes its time
    const Options options = runtime.with_folders({});
    const pid_t pid =
        start({Runtime::program("wali-aot"), runtime.file("test.wasm"), "-o", runtime.file("out")}, options);
    bool seen = false;
    while (!seen && access(("/proc/" + std::to_string(pid) + "/exe").c_str(), F_OK) == 0)
        seen = has_restricted_child(pid);
    CHECK(seen);
    kill(pid, SIGTERM);
    CHECK(wait_for(pid).signal == SIGTERM);
}

TEST_CASE("no compiler, no cache, no disk") {
    Runtime runtime;
    const std::string module = assemble(module_text(""));
    check_refused(runtime.run(module, {}, {{{"WALI_CC", "no-such-compiler"}}}), "no C compiler no-such-compiler");
    check_refused(runtime.run(module, {}, {{{"WALI_CC", "/usr"}}}), "no C compiler /usr");
    check_refused(runtime.run(module, {}, {{{"WALI_CC", "/bin/false"}}}), "/bin/false failed");
    check_refused(runtime.run(module, {}, {{{"WALI_CACHE_DIR", "/dev/null/cache"}}}), "/dev/null/cache");
    check_refused(runtime.run(module, {}, {{{"WALI_CACHE_DIR", "/proc/cache"}}}), "set WALI_CACHE_DIR");
    check_refused(runtime.wali_aot({runtime.file("test.wasm"), "-o", runtime.file("out")},
                                   {{{"WALI_CACHE_DIR", "/proc/cache"}, {"TMPDIR", "/nowhere"}}}),
                  "set TMPDIR");
    Options full;
    full.file_size_limit = 10000;
    check_refused(runtime.run(module, {}, full), "cannot write");
    Options nearly_full;
    nearly_full.file_size_limit = 300000;
    check_refused(runtime.run(module, {}, nearly_full), "failed");
    check_refused(runtime.wali_aot({runtime.file("test.wasm"), "-o", "/nowhere/out"}), "cannot write /nowhere/out");
    CHECK(runtime.left_behind().empty());
}

TEST_CASE("a folder of the compiler's name is passed over") {
    Runtime runtime;
    REQUIRE(mkdir(runtime.file("cc").c_str(), 0755) == 0);
    const std::string path = runtime.file(".") + ":" + std::getenv("PATH");
    CHECK(runtime.run(assemble(module_text("")), {}, {{{"PATH", path}}}).exit_code == 0);
}

TEST_CASE("a kernel or container without close_range compiles") {
    Runtime runtime;
    Options options;
    options.refused_calls = {SYS_close_range};
    const Result result = runtime.run(assemble(module_text("")), {}, options);
    CAPTURE(result.err);
    CHECK(result.exit_code == 0);
}

TEST_CASE("where /proc does not say where walirun is, it says so") {
    Runtime runtime;
    Options options;
    options.refused_calls = {SYS_readlink};
    check_refused(runtime.run(assemble(module_text("")), {}, options), "cannot find this program's folder");
}

// Damaged modules never crash walirun. The compiler is replaced by one that fails, so that those mutants that are still
// valid cost nothing; a few run for real.
TEST_CASE("truncated and corrupted modules") {
    Runtime runtime;
    const std::string whole = read_file(std::string(WALI_PROGRAMS) + "/memory_map.wasm");
    REQUIRE(whole.size() > 1000);
    Options no_compiler;
    no_compiler.environment = {{"WALI_CC", "/bin/false"}};
    std::mt19937 random(4711);
    for (int round = 0; round < 400; ++round) {
        std::string mutant = whole;
        if (round % 4 == 0) {
            mutant.resize(random() % whole.size());
        } else {
            for (int flips = 1 + round % 5; flips > 0; --flips)
                mutant[random() % mutant.size()] ^= static_cast<char>(1 << random() % 8);
        }
        const Result result = runtime.run(mutant, {}, no_compiler);
        CAPTURE(round);
        CAPTURE(result.err);
        REQUIRE(result.signal == 0);
        REQUIRE(result.exit_code == 2);
        REQUIRE(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    }
    CHECK(runtime.left_behind().empty());
}
