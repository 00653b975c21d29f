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
