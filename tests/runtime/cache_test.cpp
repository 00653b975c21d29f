// SPDX-License-Identifier: BSL-1.0
// The cache of compiled modules: used, shared, never left half-written.
#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "fixture.h"

using namespace wali::test;

namespace {

std::string hello() {
    return assemble(module_text("(drop (call $write (i32.const 1) (i32.const 16) (i32.const 3)))",
                                "(data (i32.const 16) \"hi\\n\")"));
}

}  // namespace

TEST_CASE("the second run needs no compiler") {
    Runtime runtime;
    Options no_path;
    no_path.environment = {{"PATH", "/nowhere"}};
    CHECK(runtime.run(hello(), {}, no_path).exit_code == 2);
    CHECK(runtime.run(hello()).out == "hi\n");
    CHECK(runtime.left_behind().size() == 1);
    CHECK(runtime.run(hello(), {}, no_path).out == "hi\n");
    // Another module is another entry.
    CHECK(runtime.run(assemble(module_text(""))).exit_code == 0);
    CHECK(runtime.left_behind().size() == 2);
}

TEST_CASE("an entry that others could write is not used") {
    Runtime runtime;
    CHECK(runtime.run(hello()).out == "hi\n");
    const std::string entry = runtime.cache().file(runtime.cache().contents()[0]);
    write_file(entry, "#!/bin/sh\necho wrong\n");
    chmod(entry.c_str(), 0777);
    CHECK(runtime.run(hello()).out == "hi\n");
}

TEST_CASE("many first runs at once") {
    Runtime runtime;
    write_file(runtime.file("test.wasm"), hello());
    std::vector<pid_t> running;
    for (int i = 0; i < 8; ++i)
        running.push_back(start({Runtime::program("walirun"), runtime.file("test.wasm")}, runtime.with_folders({})));
    for (const pid_t pid : running) CHECK(wait_for(pid).exit_code == 0);
    CHECK(runtime.left_behind().size() == 1);
}

TEST_CASE("an interrupted compilation leaves nothing") {
    for (const int signal : {SIGINT, SIGTERM}) {
        Runtime runtime;
        Folder compiler;
        const std::string fifo = compiler.file("started");
        REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
        write_file(compiler.file("cc"), "#!/bin/sh\necho $$ >" + fifo + "\nexec sleep 1000\n");
        chmod(compiler.file("cc").c_str(), 0755);
        write_file(runtime.file("test.wasm"), hello());
        Options options;
        options.environment = {{"WALI_CC", compiler.file("cc")}};
        const pid_t pid =
            start({Runtime::program("walirun"), runtime.file("test.wasm")}, runtime.with_folders(options));
        const pid_t sleeper = std::stoi(read_file(fifo));  // blocks until the compiler runs
        kill(pid, signal);
        CHECK(wait_for(pid).signal == signal);
        CHECK(runtime.left_behind().empty());
        CHECK(kill(sleeper, 0) != 0);
    }
}

TEST_CASE("an ignored signal does not interrupt a compilation") {
    Runtime runtime;
    Folder compiler;
    write_file(compiler.file("cc"), "#!/bin/sh\nkill -HUP $PPID\nexec cc \"$@\"\n");
    chmod(compiler.file("cc").c_str(), 0755);
    write_file(runtime.file("test.wasm"), hello());
    Options options;
    options.environment = {{"WALI_CC", compiler.file("cc")}};
    const std::vector<std::string> command = {
        "/bin/sh", "-c", "trap '' HUP; exec \"$@\"", "sh", Runtime::program("walirun"), runtime.file("test.wasm")};
    CHECK(run(command, runtime.with_folders(options)).out == "hi\n");
}

TEST_CASE("a program that becomes one that is compiled first keeps its children") {
    // A child has ended with 7, and SIGCHLD (bit 16) is blocked and pending. What the second module finds is 107.
    Runtime runtime;
    const std::string imports = R"((module
        (import "wali" "SYS_fork" (func $fork (result i64)))
        (import "wali" "SYS_exit_group" (func $exit (param i32) (result i64)))
        (import "wali" "SYS_rt_sigprocmask" (func $sigprocmask (param i32 i32 i32 i32) (result i64)))
        (import "wali" "SYS_rt_sigpending" (func $sigpending (param i32 i32) (result i64)))
        (import "wali" "SYS_waitid" (func $waitid (param i32 i32 i32 i32 i32) (result i64)))
        (import "wali" "SYS_wait4" (func $wait4 (param i32 i32 i32 i32) (result i64)))
        (import "wali" "SYS_execve" (func $execve (param i32 i32 i32) (result i64)))
        (memory (export "memory") 1) (func (export "_start") )";
    const std::string second = assemble(imports + R"(
        (drop (call $wait4 (i32.const -1) (i32.const 64) (i32.const 0) (i32.const 0)))
        (drop (call $sigpending (i32.const 72) (i32.const 8)))
        (drop (call $exit (i32.add (i32.load8_u (i32.const 65)) (i32.mul (i32.const 100)
            (i32.and (i32.const 1) (i32.shr_u (i32.load (i32.const 72)) (i32.const 16))))))))))");
    const std::string first = assemble(imports + R"(
        (drop (call $sigprocmask (i32.const 0) (i32.const 8) (i32.const 0) (i32.const 8)))
        (if (i64.eqz (call $fork)) (then (drop (call $exit (i32.const 7)))))
        (drop (call $waitid (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0x1000004) (i32.const 0)))
        (drop (call $execve (i32.const 128) (i32.const 16) (i32.const 24))))
        (data (i32.const 8) "\00\00\01") (data (i32.const 16) "\80"))" +
                                       ("(data (i32.const 128) \"" + runtime.file("second.wasm") + "\"))"));
    write_file(runtime.file("second.wasm"), second);
    chmod(runtime.file("second.wasm").c_str(), 0755);
    CHECK(runtime.run(first).exit_code == 107);
}

TEST_CASE("wali-aot writes an executable") {
    Runtime runtime;
    write_file(runtime.file("test.wasm"), hello());
    CHECK(runtime.wali_aot({runtime.file("test.wasm"), "-o", runtime.file("out")}).exit_code == 0);
    CHECK(run({runtime.file("out")}).out == "hi\n");
    // A failure keeps the old one.
    write_file(runtime.file("test.wasm"), "broken");
    CHECK(runtime.wali_aot({runtime.file("test.wasm"), "-o", runtime.file("out")}).exit_code == 2);
    CHECK(run({runtime.file("out")}).out == "hi\n");
}
