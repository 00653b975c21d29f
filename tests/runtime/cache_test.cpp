// SPDX-License-Identifier: BSL-1.0
// The cache of compiled modules: used, shared, never left half-written.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "fixture.h"

using namespace wali::test;

namespace {

std::string hello() {
    return assemble(module_text("(drop (call $write (i32.const 1) (i32.const 16) (i32.const 3)))",
                                "(data (i32.const 16) \"hi\\n\")"));
}

pid_t parent_of(pid_t pid) {
    const std::string status = read_file("/proc/" + std::to_string(pid) + "/status");
    const std::size_t at = status.find("\nPPid:");
    REQUIRE(at != std::string::npos);
    return std::stoi(status.substr(at + 6));
}

/// A compiler that does `command` before it optimizes. It may read what is in its folder, as any may.
class Compiler {
  public:
    explicit Compiler(const std::string& command) {
        REQUIRE(mkdir(folder_.file("bin").c_str(), 0755) == 0);
        write_file(path(),
                   "#!/bin/sh\nfolder=${0%/*}\ncase \"$*\" in *-O1*) " + command + " ;; esac\nexec cc \"$@\"\n");
        chmod(path().c_str(), 0755);
        REQUIRE(mkfifo(fifo().c_str(), 0600) == 0);
    }

    Options options(const std::string& tier) const {
        Options result;
        result.environment = {{"WALI_TIER", tier}, {"WALI_CC", path()}};
        return result;
    }

    std::string path() const { return folder_.file("bin/cc"); }
    std::string fifo() const { return folder_.file("bin/fifo"); }

  private:
    Folder folder_;
};

/// Tells its process id and waits for ever.
constexpr char blocks[] = "echo $$ >\"$TMPDIR/pid\"; read line <\"$folder/fifo\"";

/// A compiler that `blocks`, and does so as long as this lives.
class Blocked {
  public:
    Blocked(const Runtime& runtime, const Compiler& compiler)
        : fifo_(open(compiler.fifo().c_str(), O_WRONLY | O_CLOEXEC)) {  // returns when it opens the other end
        for (const std::string& name : runtime.cache().contents())
            if (name.find("/pid") != std::string::npos) process_ = std::stoi(read_file(runtime.cache().file(name)));
        REQUIRE(process_ > 0);
    }
    ~Blocked() { close(fifo_); }
    Blocked(const Blocked&) = delete;
    Blocked& operator=(const Blocked&) = delete;
    pid_t process() const { return process_; }

  private:
    int fifo_;
    pid_t process_ = 0;
};

Options without_compiler() {
    Options options;
    options.environment = {{"PATH", "/nowhere"}};
    return options;
}

}  // namespace

TEST_CASE("the second run needs no compiler") {
    Runtime runtime;
    const Options no_path = without_compiler();
    CHECK(runtime.run(hello(), {}, no_path).exit_code == 2);
    CHECK(runtime.run(hello()).out == "hi\n");
    CHECK(runtime.left_behind().size() == 1);
    CHECK(runtime.run(hello(), {}, no_path).out == "hi\n");
    // Another module is another entry.
    CHECK(runtime.run(assemble(module_text(""))).exit_code == 0);
    CHECK(runtime.left_behind().size() == 2);
}

TEST_CASE("an empty environment is enough to find the cache") {
    Runtime runtime;
    Options options;
    options.clear_environment = true;
    options.environment = {{"WALI_CACHE_DIR", ""}, {"WALI_TIER", "none, so that nothing is made in the user's cache"}};
    const Result result = runtime.run(hello(), {}, options);
    CHECK(result.exit_code == 2);
    CHECK(result.err.find("WALI_TIER must be") != std::string::npos);
}

TEST_CASE("an entry that others could write is not used") {
    Runtime runtime;
    CHECK(runtime.run(hello()).out == "hi\n");
    const std::string entry = runtime.cache().file(runtime.programs()[0]);
    write_file(entry, "#!/bin/sh\necho wrong\n");
    chmod(entry.c_str(), 0777);
    CHECK(runtime.run(hello()).out == "hi\n");
}

TEST_CASE("an entry that was damaged is made again") {
    Runtime runtime;
    CHECK(runtime.run(hello()).out == "hi\n");
    const std::string entry = runtime.cache().file(runtime.programs()[0]);
    std::string bytes = read_file(entry);
    bytes[bytes.size() / 2] ^= 1;
    write_file(entry, bytes);
    CHECK(runtime.run(hello(), {}, without_compiler()).exit_code == 2);
    CHECK(runtime.run(hello()).out == "hi\n");
    CHECK(runtime.run(hello(), {}, without_compiler()).out == "hi\n");
    truncate(entry.c_str(), 0);
    CHECK(runtime.run(hello()).out == "hi\n");
    // Without a record nobody knows whether all of it was written.
    REQUIRE(unlink((entry + ".sum").c_str()) == 0);
    CHECK(runtime.run(hello(), {}, without_compiler()).exit_code == 2);
    CHECK(runtime.run(hello()).out == "hi\n");
    CHECK(runtime.left_behind().size() == 1);
}

TEST_CASE("an entry that was copied is used, and recorded anew") {
    Runtime runtime;
    CHECK(runtime.run(hello()).out == "hi\n");
    const std::string entry = runtime.cache().file(runtime.programs()[0]);
    const std::string record = read_file(entry + ".sum");
    REQUIRE(run({"/bin/cp", entry, runtime.file("copy")}).exit_code == 0);
    REQUIRE(rename(runtime.file("copy").c_str(), entry.c_str()) == 0);
    CHECK(runtime.run(hello(), {}, without_compiler()).out == "hi\n");
    CHECK(read_file(entry + ".sum") != record);
    CHECK(read_file(entry + ".sum").substr(0, 64) == record.substr(0, 64));
}

TEST_CASE("a link in the place of an entry is not followed") {
    Runtime runtime;
    CHECK(runtime.run(hello()).out == "hi\n");
    const std::string entry = runtime.cache().file(runtime.programs()[0]);
    for (const std::string& file : {entry, entry + ".sum"}) {
        REQUIRE(rename(file.c_str(), runtime.file("moved").c_str()) == 0);
        REQUIRE(symlink(runtime.file("moved").c_str(), file.c_str()) == 0);
        CHECK(runtime.run(hello(), {}, without_compiler()).exit_code == 2);
        CHECK(runtime.run(hello()).out == "hi\n");
    }
}

TEST_CASE("a cache into which others can put programs is refused") {
    Runtime runtime;
    CHECK(runtime.run(hello()).out == "hi\n");
    const std::string folder = runtime.cache().file("aot");
    const auto refused = [&](const std::string& because) {
        const Result result = runtime.run(hello());
        return result.exit_code == 2 && result.out.empty() && result.err.find(because) != std::string::npos &&
               std::count(result.err.begin(), result.err.end(), '\n') == 1;
    };
    REQUIRE(chmod(folder.c_str(), 0775) == 0);
    CHECK(refused("can be written by others"));
    REQUIRE(chmod(folder.c_str(), 0755) == 0);
    if (geteuid() == 0) {
        REQUIRE(chown(folder.c_str(), 12345, 12345) == 0);
        CHECK(refused("belongs to user 12345"));
        REQUIRE(chown(folder.c_str(), 0, 0) == 0);
    }
    REQUIRE(rename(folder.c_str(), runtime.file("moved").c_str()) == 0);
    REQUIRE(symlink(runtime.file("moved").c_str(), folder.c_str()) == 0);
    CHECK(refused("is a symbolic link"));
    REQUIRE(unlink(folder.c_str()) == 0);
    CHECK(runtime.run(hello()).out == "hi\n");
}

TEST_CASE("the cache is closed for others whatever the umask is") {
    Runtime runtime;
    Options options;
    options.environment = {{"WALI_CACHE_DIR", runtime.file("caches/wali")}};
    const mode_t before = umask(0002);
    const Result first = runtime.run(hello(), {}, options);
    umask(before);
    CHECK(first.out == "hi\n");
    for (const char* folder : {"caches", "caches/wali", "caches/wali/aot"}) {
        struct stat status;
        REQUIRE(stat(runtime.file(folder).c_str(), &status) == 0);
        CHECK((status.st_mode & 07777) == 0755);
    }
    options.environment.emplace_back("PATH", "/nowhere");
    CHECK(runtime.run(hello(), {}, options).out == "hi\n");
}

TEST_CASE("the cache is bounded") {
    Runtime runtime;
    const auto run_small = [&](int number) {
        write_file(runtime.file("test.wasm"),
                   assemble(module_text("(drop (i32.const " + std::to_string(number) + "))")));
        CHECK(runtime.walirun({"--cache-size", "1K", runtime.file("test.wasm")}).exit_code == 0);
    };
    run_small(1);
    const std::vector<std::string> first = runtime.programs();
    run_small(2);
    CHECK(runtime.programs().size() == 1);
    CHECK(runtime.programs() != first);
    CHECK(runtime.left_behind().size() == 1);
    Options limited;
    limited.environment = {{"WALI_CACHE_SIZE", "2M"}};
    for (int number = 3; number < 8; ++number)
        CHECK(runtime.run(assemble(module_text("(drop (i32.const " + std::to_string(number) + "))")), {}, limited)
                  .exit_code == 0);
    CHECK(runtime.programs().size() > 1);
    CHECK(runtime.programs().size() < 5);
}

TEST_CASE("a clean cache keeps what is being made") {
    Runtime runtime;
    CHECK(runtime.run(hello()).out == "hi\n");
    CHECK(runtime.run(assemble(module_text(""))).exit_code == 0);
    const std::string entry = runtime.cache().file(runtime.programs()[0]);
    const int lock = open((entry + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    REQUIRE(flock(lock, LOCK_EX) == 0);
    CHECK(runtime.walirun({"--cache-clean"}).out.find("removed 1 programs") == 0);
    CHECK(access(entry.c_str(), F_OK) == 0);
    close(lock);
    CHECK(runtime.walirun({"--cache-clean"}).out.find("removed 1 programs") == 0);
    CHECK(runtime.left_behind().empty());
}

TEST_CASE("what killed processes have left is removed") {
    Runtime runtime;
    CHECK(runtime.run(hello()).out == "hi\n");
    const std::string entry = runtime.cache().file(runtime.programs()[0]);
    write_file(entry + ".lock", "");
    write_file(entry + ".quick.tmp123", "half");
    write_file(runtime.cache().file("aot/notes"), "not ours");
    const std::string old = runtime.cache().file("aot/wali-aot.old");
    const std::string fresh = runtime.cache().file("aot/wali-aot.new");
    for (const std::string& folder : {old, fresh}) {
        REQUIRE(mkdir(folder.c_str(), 0700) == 0);
        write_file(folder + "/part0.c", "");
    }
    const timespec times[] = {{1000000000, 0}, {1000000000, 0}};
    REQUIRE(utimensat(AT_FDCWD, old.c_str(), times, 0) == 0);
    CHECK(runtime.run(assemble(module_text(""))).exit_code == 0);
    std::vector<std::string> left = runtime.programs();
    CHECK(left.size() == 4);
    CHECK(std::count(left.begin(), left.end(), "aot/wali-aot.new/part0.c") == 1);
}

TEST_CASE("nothing is kept without a cache") {
    Runtime runtime;
    write_file(runtime.file("test.wasm"), hello());
    CHECK(runtime.walirun({"--no-cache", runtime.file("test.wasm")}).out == "hi\n");
    CHECK(runtime.left_behind().empty());
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
        const Compiler compiler(blocks);
        write_file(runtime.file("test.wasm"), hello());
        const pid_t pid = start({Runtime::program("walirun"), runtime.file("test.wasm")},
                                runtime.with_folders(compiler.options("full")));
        const Blocked blocked(runtime, compiler);
        kill(pid, signal);
        CHECK(wait_for(pid).signal == signal);
        CHECK(runtime.left_behind().empty());
        CHECK(kill(blocked.process(), 0) != 0);
    }
}

TEST_CASE("an ignored signal does not interrupt a compilation") {
    Runtime runtime;
    const Compiler compiler(blocks);
    write_file(runtime.file("test.wasm"), hello());
    const pid_t pid = start(
        {"/bin/sh", "-c", "trap '' HUP; exec \"$@\"", "sh", Runtime::program("walirun"), runtime.file("test.wasm")},
        runtime.with_folders(compiler.options("full")));
    {
        const Blocked blocked(runtime, compiler);
        for (const pid_t process : {pid, parent_of(blocked.process())}) kill(process, SIGHUP);
    }
    CHECK(wait_for(pid).exit_code == 0);
    CHECK(runtime.left_behind().size() == 1);
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

TEST_CASE("wali-aot writes into what is no file, and through links") {
    Runtime runtime;
    const std::string module = runtime.file("test.wasm");
    write_file(module, hello());
    // As /dev/null is. Whoever holds it open for reading lets the writer begin.
    const std::string fifo = runtime.file("fifo");
    REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
    const int reader = open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    const pid_t writer = start({Runtime::program("wali-aot"), module, "-o", fifo}, runtime.with_folders({}));
    std::string program;
    for (bool ended = false; !ended;) {
        pollfd data = {reader, POLLIN, 0};
        poll(&data, 1, 10);
        ended = waitpid(writer, nullptr, WNOHANG) != 0;
        char buffer[4096];
        for (ssize_t size = 0; (size = read(reader, buffer, sizeof buffer)) > 0;)
            program.append(buffer, static_cast<std::size_t>(size));
    }
    close(reader);
    struct stat status;
    CHECK((lstat(fifo.c_str(), &status) == 0 && S_ISFIFO(status.st_mode)));
    CHECK(program.rfind("\177ELF", 0) == 0);

    write_file(runtime.file("out"), "old");
    REQUIRE(symlink("out", runtime.file("link").c_str()) == 0);
    CHECK(runtime.wali_aot({module, "-o", runtime.file("link")}).exit_code == 0);
    CHECK((lstat(runtime.file("link").c_str(), &status) == 0 && S_ISLNK(status.st_mode)));
    CHECK(run({runtime.file("out")}).out == "hi\n");
    CHECK(runtime.left_behind().empty());
}

// --- tiers ---

namespace {

/// Larger than what is translated fully at once.
std::string large_hello() {
    return assemble(
        module_text("(drop (call $write (i32.const 1) (i32.const 16) (i32.const 3)))",
                    "(data (i32.const 16) \"hi\\n\") (data (i32.const 1024) \"" + std::string(20000, 'x') + "\")"));
}

Options with_tier(const std::string& tier) {
    Options options;
    options.environment = {{"WALI_TIER", tier}};
    return options;
}

/// Waits until nobody translates any more.
void wait_for_background(const Runtime& runtime) {
    for (const std::string& name : runtime.cache().contents()) {
        if (name.find(".lock") == std::string::npos) continue;
        const int fd = open(runtime.cache().file(name).c_str(), O_RDWR);
        if (fd >= 0) flock(fd, LOCK_EX);
        close(fd);
    }
}

std::size_t count(const std::vector<std::string>& names, const std::string& ending) {
    return static_cast<std::size_t>(std::count_if(names.begin(), names.end(), [&](const std::string& name) {
        return name.size() >= ending.size() && name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
    }));
}

}  // namespace

TEST_CASE("the full translation takes the place of the quick one") {
    Runtime runtime;
    CHECK(runtime.run(large_hello(), {}, with_tier("auto")).out == "hi\n");
    wait_for_background(runtime);
    REQUIRE(runtime.left_behind().size() == 1);
    CHECK(count(runtime.left_behind(), ".quick") == 0);
    Options no_path = with_tier("auto");
    no_path.environment.emplace_back("PATH", "/nowhere");
    CHECK(runtime.run(large_hello(), {}, no_path).out == "hi\n");
}

TEST_CASE("WALI_TIER chooses a translation") {
    Runtime runtime;
    CHECK(runtime.run(large_hello(), {}, with_tier("quick")).out == "hi\n");
    CHECK(count(runtime.left_behind(), ".quick") == 1);
    CHECK(runtime.left_behind().size() == 1);
    CHECK(runtime.run(large_hello(), {}, with_tier("full")).out == "hi\n");
    CHECK(runtime.left_behind().size() == 2);
    const Result result = runtime.run(large_hello(), {}, with_tier("best"));
    CHECK(result.exit_code == 2);
    CHECK(result.err.find("WALI_TIER") != std::string::npos);
}

TEST_CASE("a small module is translated fully at once") {
    Runtime runtime;
    CHECK(runtime.run(hello(), {}, with_tier("auto")).out == "hi\n");
    REQUIRE(runtime.left_behind().size() == 1);
    CHECK(count(runtime.left_behind(), ".quick") == 0);
}

TEST_CASE("the background has nothing of the user's, and leaves nothing when it is ended") {
    enum class Whom { Supervisor, Builder };
    struct Case {
        Whom whom;
        int signal;
    };
    for (const Case& one : {Case{Whom::Supervisor, SIGTERM}, Case{Whom::Supervisor, SIGKILL},
                            Case{Whom::Builder, SIGKILL}, Case{Whom::Builder, SIGTERM}}) {
        Runtime runtime;
        const Compiler compiler(blocks);
        // This reads to the end of both pipes while the compiler waits: nobody else has them.
        CHECK(runtime.run(large_hello(), {}, compiler.options("auto")).out == "hi\n");
        const Blocked blocked(runtime, compiler);
        const pid_t process = blocked.process();
        CHECK(getsid(process) != getsid(0));
        CHECK(getpriority(PRIO_PROCESS, static_cast<id_t>(process)) == 19);
        CHECK(sched_getscheduler(process) == SCHED_IDLE);
        // Meanwhile the quick one serves, without a second background.
        CHECK(runtime.run(large_hello(), {}, compiler.options("auto")).out == "hi\n");
        CHECK(count(runtime.left_behind(), ".lock") == 1);

        const int descriptor = static_cast<int>(syscall(SYS_pidfd_open, process, 0));
        const pid_t builder = parent_of(process);
        const pid_t supervisor = parent_of(builder);
        CHECK(getsid(process) == getsid(supervisor));
        kill(one.whom == Whom::Builder ? builder : supervisor, one.signal);
        wait_for_background(runtime);
        pollfd end = {descriptor, POLLIN, 0};
        CHECK(poll(&end, 1, 60000) == 1);  // the compiler's
        close(descriptor);
        CHECK(runtime.left_behind().size() == 1);
        CHECK(count(runtime.left_behind(), ".quick") == 1);
    }
}

TEST_CASE("a full translation that reaches a limit leaves the quick one in its place") {
    Runtime runtime;
    const Compiler compiler("echo 'cc1: out of memory' >&2; exit 1");
    CHECK(runtime.run(large_hello(), {}, compiler.options("auto")).out == "hi\n");
    wait_for_background(runtime);
    REQUIRE(runtime.left_behind().size() == 1);
    CHECK(count(runtime.left_behind(), ".quick") == 0);
    CHECK(runtime.run(large_hello(), {}, compiler.options("auto")).out == "hi\n");
}

TEST_CASE("a compiler that reaches a limit is named with it") {
    for (const auto& [command, limit] : {std::pair("kill -XCPU $$", "5 minutes"),
                                         std::pair("echo 'cc: CPU time limit exceeded' >&2; exit 1", "5 minutes"),
                                         std::pair("echo 'cc1: out of memory' >&2; exit 1", "2 GiB")}) {
        Runtime runtime;
        const Compiler compiler(command);
        const Result result = runtime.run(hello(), {}, compiler.options("full"));
        CHECK(result.exit_code == 2);
        CHECK(result.err.find(limit) != std::string::npos);
        CHECK(runtime.left_behind().empty());
    }
}

TEST_CASE("a terminal shows that a module is compiled") {
    Runtime runtime;
    const Compiler compiler(blocks);
    write_file(runtime.file("test.wasm"), hello());
    int terminal = -1;
    const pid_t pid = forkpty(&terminal, nullptr, nullptr, nullptr);
    if (pid == 0) {
        for (const auto& [name, value] : runtime.with_folders(compiler.options("full")).environment)
            setenv(name.c_str(), value.c_str(), 1);
        execl(Runtime::program("walirun").c_str(), "walirun", runtime.file("test.wasm").c_str(), nullptr);
        _exit(127);
    }
    std::string shown;
    const auto read_until = [&](const std::string& text) {
        char buffer[256];
        while (shown.find(text) == std::string::npos) {
            const ssize_t length = read(terminal, buffer, sizeof buffer);
            if (length <= 0) return false;
            shown.append(buffer, static_cast<std::size_t>(length));
        }
        return true;
    };
    CHECK(read_until("compiling test.wasm (1 s)"));
    // Every compilation waits for a line.
    const int fifo = open(compiler.fifo().c_str(), O_RDWR | O_CLOEXEC);
    const std::string lines(100, '\n');
    CHECK(write(fifo, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()));
    CHECK(read_until("\r\033[K"));
    CHECK(read_until("hi\r\n"));
    CHECK(wait_for(pid).exit_code == 0);
    close(fifo);
    close(terminal);
}
