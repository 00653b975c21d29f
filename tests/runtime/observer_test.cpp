// SPDX-License-Identifier: BSL-1.0
// walirun --trace and --stats.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <regex>

#include "fixture.h"

using namespace wali::test;

namespace {

/// One for most tests, so that the program is translated once.
Runtime& shared() {
    static Runtime runtime;
    return runtime;
}

std::string program() { return std::string(WALI_PROGRAMS) + "/observed.wasm"; }

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
        lines.push_back(text.substr(begin, end - begin));
    return lines;
}

/// Without the number of the thread and the time.
std::vector<std::string> calls_in(const std::string& text) {
    std::vector<std::string> calls;
    for (const std::string& line : lines_of(text))
        calls.push_back(std::regex_replace(line, std::regex("^[0-9]+ | <[0-9.]+ us>$"), ""));
    return calls;
}

std::size_t thread_of(const std::string& line) { return std::stoul(line); }

std::vector<std::string> lines_with(const std::string& text, const std::string& part) {
    std::vector<std::string> found;
    for (const std::string& line : lines_of(text))
        if (line.find(part) != std::string::npos) found.push_back(line);
    return found;
}

}  // namespace

TEST_CASE("a trace has a line per call, with its arguments, result and time") {
    Runtime& runtime = shared();
    const Result result = runtime.walirun({"--trace", program(), "arguments"});
    CHECK(result.exit_code == 0);
    const std::vector<std::string> expected = {
        "openat(AT_FDCWD, \"/\", O_RDONLY|O_DIRECTORY|O_CLOEXEC, 0) = 3",
        "openat(AT_FDCWD, \"no\\n\\033\\\"file\", O_WRONLY, 0640) = -1 ENOENT",
        "openat(AT_FDCWD, 0xfffffff0, O_RDONLY, 0) = -1 EFAULT",
        "pipe2([4, 5], O_NONBLOCK) = 0",
        "write(5, \"forty characters are too many fo\"..., 41) = 41",
        "read(4, \"forty characters are too many fo\"..., 100) = 41",
        "read(4, BUFFER, 100) = -1 EAGAIN",
        "write(5, 0xfffffff0, 32) = -1 EFAULT",
        "lseek(4, -5, SEEK_CUR) = -1 ESPIPE",
        "mmap(0, 65536, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x3ff0000",
        "munmap(0x3ff0000, 65536) = 0",
        "clock_nanosleep(CLOCK_MONOTONIC, 0, {tv_sec=0, tv_nsec=7}, NULL) = 0",
        "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0) = 6",
        "bind(6, {AF_INET, 127.0.0.99:80}, 8) = -1 EINVAL",
        "close_range(0, 4294967295, 0) = 0",
        "getppid() = PID",
        "exit_group(0) = ?",
        "+++ exited with 0 +++",
    };
    CAPTURE(result.err);
    std::vector<std::string> calls = calls_in(result.err);
    for (std::string& call : calls) {
        call = std::regex_replace(call, std::regex("getppid\\(\\) = [0-9]+"), "getppid() = PID");
        call = std::regex_replace(call, std::regex("read\\(4, 0x[0-9a-f]+"), "read(4, BUFFER");
    }
    CHECK(calls == expected);
    for (const std::string& line : lines_of(result.err))
        if (line.find(") = ") != std::string::npos && line.find("= ?") == std::string::npos)
            CHECK(std::regex_search(line, std::regex("^[0-9]+ .* <([0-9]\\.[0-9]|[0-9]{2,}) us>$")));
}

TEST_CASE("a trace goes to a file, and of some calls only") {
    Runtime& runtime = shared();
    const std::string file = runtime.file("trace");
    const Result result = runtime.walirun({"--trace=net,lseek,time", "--trace-file", file, program(), "arguments"});
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    std::vector<std::string> names;
    for (const std::string& call : calls_in(read_file(file))) names.push_back(call.substr(0, call.find('(')));
    CHECK(names == std::vector<std::string>{"lseek", "clock_nanosleep", "socket", "bind", "+++ exited with 0 +++"});
}

TEST_CASE("threads, and children that execute modules, are traced") {
    Runtime& runtime = shared();
    // The guest gives the shell no environment of ours.
    std::string script;
    for (const auto& [name, value] : runtime.with_folders({}).environment)
        script.append("export ").append(name).append("='").append(value).append("'\n");
    for (const char* name : {"WALI_CC", "WALI_TIER"})
        if (const char* value = std::getenv(name))
            script.append("export ").append(name).append("='").append(value).append("'\n");
    write_file(runtime.file("script"), script + Runtime::program("walirun") + " " + program() + " executed; exit 5\n");
    const std::string file = runtime.file("trace");
    const Result result = runtime.walirun(
        {"--trace-file", file, "--stats-file", runtime.file("stats"), program(), "children", runtime.file("script")});
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    const std::string trace = read_file(file);
    CAPTURE(trace);
    const auto in_thread = lines_with(trace, "getuid()");
    REQUIRE(in_thread.size() == 1);
    const auto forks = lines_with(trace, "fork()");
    REQUIRE(forks.size() == 2);
    CHECK(thread_of(in_thread[0]) != thread_of(forks[0]));
    const auto executed = lines_with(trace, "getgid()");
    REQUIRE(executed.size() == 2);
    // By the module itself, and by a native shell.
    CHECK(forks[0].find(" = " + std::to_string(thread_of(executed[0])) + " <") != std::string::npos);
    CHECK(lines_with(trace,
                     std::to_string(thread_of(executed[0])) + " execve(\"/proc/self/exe\", [\"again\", \"executed\"], ")
              .at(0)
              .find(") = 0") != std::string::npos);
    CHECK(thread_of(executed[1]) != thread_of(executed[0]));
    CHECK(std::regex_search(read_file(runtime.file("stats")), std::regex("\ngetgid +2 +0 ")));
}

TEST_CASE("a call that a handler interrupts is traced in two parts") {
    Runtime& runtime = shared();
    const Result result = runtime.walirun({"--trace=getppid,rt_sigsuspend", program(), "handler"});
    const std::vector<std::string> calls = calls_in(result.err);
    REQUIRE(calls.size() == 4);
    CHECK(calls[0] == "rt_sigsuspend({bits=0}, 8 <unfinished ...>");
    CHECK(calls[1].rfind("getppid() = ", 0) == 0);
    CHECK(calls[2] == "<... rt_sigsuspend resumed>) = -1 EINTR");
}

TEST_CASE("what a signal has ended is shown to its end") {
    Runtime& runtime = shared();
    const Result result =
        runtime.walirun({"--trace", "--stats-file", runtime.file("stats"), "--json", program(), "killed"});
    CHECK(result.signal == SIGKILL);
    const std::vector<std::string> calls = calls_in(result.err);
    REQUIRE(calls.size() == 3);
    CHECK(std::regex_match(calls[1], std::regex("kill\\([0-9]+, SIGKILL <unfinished ...>")));
    CHECK(calls[2] == "+++ killed by signal 9 +++");
    const std::string stats = read_file(runtime.file("stats"));
    CHECK(stats.find("{\"name\": \"kill\", \"family\": \"signal\", \"count\": 1, \"errors\": 0, \"unfinished\": 1, ") !=
          std::string::npos);
}

TEST_CASE("a call that lasts is shown while it does") {
    Runtime& runtime = shared();
    const std::string trace = runtime.file("traced");
    const std::string opened = runtime.file("opened");
    REQUIRE(mkfifo(trace.c_str(), 0600) == 0);
    REQUIRE(mkfifo(opened.c_str(), 0600) == 0);
    const pid_t pid = start({Runtime::program("walirun"), "--trace-file", trace, program(), "opening", opened},
                            runtime.with_folders({}));
    std::ifstream reader(trace);
    std::string line;
    CHECK(std::getline(reader, line));
    CHECK(calls_in(line + "\n").at(0) == "openat(AT_FDCWD, \"" + opened + "\", O_RDONLY, 0 <unfinished ...>");
    close(open(opened.c_str(), O_WRONLY));
    CHECK(std::getline(reader, line));
    CHECK(calls_in(line + "\n").at(0) == "<... openat resumed>) = 3");
    while (std::getline(reader, line)) continue;
    CHECK(wait_for(pid).exit_code == 0);
}

TEST_CASE("the end of the first thread by SYS_exit is traced") {
    Runtime& runtime = shared();
    const Result result = runtime.walirun({"--trace", program(), "thread_exit"});
    CHECK(result.exit_code == 3);
    CHECK(calls_in(result.err) == std::vector<std::string>{"exit(3) = ?", "+++ exited with 3 +++"});
}

TEST_CASE("signals for walirun reach the program that it observes") {
    for (const char* option : {"--trace-file", "--stats-file"}) {
        Runtime& runtime = shared();
        const std::string fifo = runtime.file(std::string("fifo") + option);
        REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
        const pid_t pid = start({Runtime::program("walirun"), option, runtime.file("out"), program(), "waiting", fifo},
                                runtime.with_folders({}));
        read_file(fifo);  // until the program has opened it, and closed it
        kill(pid, SIGTERM);
        CHECK(wait_for(pid).signal == SIGTERM);
        CHECK(read_file(runtime.file("out")).find("openat") != std::string::npos);
    }
}

TEST_CASE("signals of the kernel for walirun reach the program that it observes, too") {
    // alarm(2) outlives execve.
    Runtime& runtime = shared();
    for (const char* option : {"--trace-file", "--stats-file"}) {
        const std::vector<std::string> command = {
            "/usr/bin/perl", "-e",     "alarm 1; exec @ARGV", Runtime::program("walirun"), option, runtime.file("out"),
            program(),       "pausing"};
        CHECK(run(command, runtime.with_folders({})).signal == SIGALRM);
    }
}

TEST_CASE("a signal ends walirun when the program has ended and only what it has left behind runs") {
    Runtime& runtime = shared();
    const std::string fifo = runtime.file("left behind");
    REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
    const pid_t pid =
        start({Runtime::program("walirun"), "--stats-file", runtime.file("out"), program(), "leaving", fifo},
              runtime.with_folders({}));
    const std::string number = read_file(fifo);
    kill(pid, SIGTERM);
    CHECK(wait_for(pid).exit_code == 0);
    kill(std::stoi(number), SIGKILL);
    CHECK(read_file(runtime.file("out")).find("fork") != std::string::npos);
}

TEST_CASE("what cannot be written of a trace or of statistics is said") {
    Runtime& runtime = shared();
    Result result = runtime.walirun({"--trace-file", "/dev/full", program(), "executed"});
    CHECK(result.exit_code == 0);
    CHECK(result.err == "walirun: cannot write the trace: No space left on device\n");
    result = runtime.walirun({"--stats-file", "/dev/full", program(), "executed"});
    CHECK(result.err == "walirun: cannot write the statistics: No space left on device\n");
}

TEST_CASE("statistics count calls, errors and times") {
    Runtime& runtime = shared();
    const Result result = runtime.walirun({"--stats", program(), "arguments"});
    CHECK(result.exit_code == 0);
    const std::vector<std::string> lines = lines_of(result.err);
    CHECK(lines.size() == 1 + 13 + 1);
    CHECK(lines[0].find("count    errors      total       mean        p50        p99  kernel  crossing") !=
          std::string::npos);
    const auto line = [&](const std::string& name) { return lines_with(result.err, name + " ").at(0); };
    CHECK(std::regex_search(line("openat"), std::regex("^openat +3 +2 ")));
    CHECK(std::regex_search(line("pipe2"), std::regex("^pipe2 +1 +0 .* 100 % +0 %$")));
    CHECK(std::regex_search(lines.back(), std::regex("^all +17 +6 ")));
}

TEST_CASE("an unobserved program has nothing of the observer, and an observed one is another entry of the cache") {
    Runtime runtime;
    CHECK(runtime.walirun({program(), "executed"}).exit_code == 0);
    const std::vector<std::string> plain = runtime.cache().contents();
    for (const std::string& file : plain)
        CHECK(read_file(runtime.cache().file(file)).find("WALI_OBSERVE") == std::string::npos);
    CHECK(runtime.walirun({"--stats", program(), "executed"}).exit_code == 0);
    CHECK(runtime.cache().contents().size() == 2 * plain.size());
}

TEST_CASE("wrong options for observing are refused in one line") {
    Runtime runtime;
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
        {{"--trace=fs,nothing"}, "no call and no family of the name nothing"},
        {{"--trace="}, "no call and no family of the name ;"},
        {{"--json"}, "--json needs --stats"},
        {{"--trace-file"}, "--trace-file needs the name of a file"},
        {{"--trace-file", "/nowhere/file"}, "cannot write /nowhere/file: No such file"},
        {{"--traces"}, "unknown option --traces"},
        {{"--no-cache", "--stats"}, "--stats must stand in front of the other options"},
        {{"--cache-size", "1G", "--trace=fs"}, "--trace=fs must stand in front of the other options"},
    };
    for (auto [arguments, reason] : cases) {
        if (arguments[0] != "--trace-file" || arguments.size() > 1) {
            arguments.push_back(program());
            arguments.push_back("executed");
        }
        const Result result = runtime.walirun(arguments);
        CAPTURE(result.err);
        CHECK(result.exit_code == 2);
        CHECK(lines_of(result.err).size() == 1);
        CHECK(result.err.find(reason) != std::string::npos);
    }
    // What goes wrong later is said once, too.
    const Result result = runtime.walirun({"--trace", "--stats", "/nowhere/x.wasm"});
    CHECK(result.exit_code == 2);
    CHECK(result.err == "walirun: /nowhere/x.wasm: cannot open it: No such file or directory\n");
    CHECK(runtime.left_behind().empty());
}
