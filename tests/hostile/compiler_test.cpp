// SPDX-License-Identifier: BSL-1.0
// The engine, which reads a module, and the C compilers, which read what it has become, can do no more than that.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>

#include "aot/engine.h"
#include "aot/interrupt.h"
#include "listener.h"
#include "policy/landlock.h"
#include "probe.h"

using namespace wali::test;

namespace {

// A compiler that tries what every compiler needs, and then what none does, and says what it could do.
constexpr char curious[] = R"(#!/bin/bash
can=
try() { if { "$@"; } 2>/dev/null; then can+=" $1"; fi; }
read_header() { read -r line </usr/include/stdio.h; }
write_work() { echo x >"$TMPDIR/new" && mv "$TMPDIR/new" "$TMPDIR/newer" && rm "$TMPDIR/newer"; }
read_home() { read -r line <"$HOME/read"; }
list_home() { local all=("$HOME"/*); [[ -e ${all[0]} ]]; }
write_home() { echo x >"$HOME/new"; }
change_home() { echo x >>"$HOME/read"; }
remove_home() { rm "$HOME/removed"; }
move_home() { mv "$HOME/moved" "$TMPDIR"; }
mode_home() { chmod 777 "$HOME/read"; }
run_home() { "$HOME/program"; }
read_neighbour() { read -r line <"${0%/*}/neighbour"; }
write_cache() { echo x >"$WALI_CACHE_DIR/new"; }
connect() { : 3<>"/dev/tcp/127.0.0.1/$PORT"; }
inherit() { : <&7; }
signal() { kill -0 "$OTHER"; }
for what in read_header write_work read_home list_home write_home change_home remove_home move_home mode_home run_home \
  read_neighbour write_cache connect inherit signal; do try "$what"; done
echo "error: can$can" >&2
exit 1
)";
const std::string needed = "error: can read_header write_work";
const std::string refused =
    " read_home list_home write_home change_home remove_home move_home mode_home run_home read_neighbour write_cache "
    "connect inherit";
const std::string refused_with_scopes = " signal";

void write_program(const std::string& path, const std::string& text) {
    write_file(path, text);
    REQUIRE(chmod(path.c_str(), 0755) == 0);
}

/// A process that waits.
class Other {
  public:
    explicit Other(const Options& options) : pid_(start({"/bin/sleep", "1000"}, options)) {}
    ~Other() {
        kill(pid_, SIGKILL);
        wait_for(pid_);
    }
    Other(const Other&) = delete;
    Other& operator=(const Other&) = delete;
    std::string pid() const { return std::to_string(pid_); }

  private:
    pid_t pid_;
};

bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

TEST_CASE("a C compiler reads the system's files and writes to its own folder, and can do nothing else") {
    for_users([](const Options& user) {
        const SharedFolder home;
        for (const char* name : {"read", "removed", "moved"}) write_file(home.file(name), "x\n");
        write_program(home.file("program"), "#!/bin/sh\n");
        write_file(home.file("test.wasm"), assemble(module_text("")));
        const SharedFolder installed;
        write_program(installed.file("cc"), curious);
        write_file(installed.file("neighbour"), "x\n");
        const SharedFolder caches;
        const std::string cache = caches.file("cache");
        REQUIRE(mkdir(cache.c_str(), 0700) == 0);
        for (const std::string& path : {cache, home.file("read")})
            REQUIRE(chown(path.c_str(), user.user, user.user) == 0);
        const Other other(user);
        const Listener listener;

        Options options = user;
        options.kept = {7};
        options.environment = {{"HOME", home.path()},     {"PORT", std::to_string(listener.port())},
                               {"OTHER", other.pid()},    {"TMPDIR", caches.path()},
                               {"WALI_CACHE_DIR", cache}, {"WALI_CC", installed.file("cc")}};
        REQUIRE(dup2(STDERR_FILENO, 7) == 7);
        const Result result = run({Runtime::program("walirun"), home.file("test.wasm")}, options);
        CAPTURE(result.err);
        CHECK(result.exit_code == 2);
        const bool scopes = wali::policy::landlock_version() >= 6;
        CHECK(ends_with(result.err, needed + (scopes ? "" : refused_with_scopes) + "\n"));
        // Started by hand it can do all that: nothing failed for another reason.
        CHECK(run({installed.file("cc")}, options).err == needed + refused + refused_with_scopes + "\n");
        close(7);
    });
}

TEST_CASE("what reads a module has no descriptor of the user's, not even the standard input and output") {
    const Folder folder;
    struct stat input;
    const int held = open("/dev/zero", O_RDWR | O_CLOEXEC);
    REQUIRE(dup2(held, 100) == 100);
    const int old_input = dup(STDIN_FILENO);
    const int old_output = dup(STDOUT_FILENO);
    REQUIRE(dup2(held, STDIN_FILENO) == STDIN_FILENO);
    REQUIRE(fstat(STDIN_FILENO, &input) == 0);
    REQUIRE(dup2(held, STDOUT_FILENO) == STDOUT_FILENO);
    std::string found = "nothing";
    const wali::aot::Interrupts interrupts;
    try {
        wali::aot::run_engine(folder.path(), [&] {
            std::string open_here;
            for (int fd = 0; fd < 200; ++fd) {
                struct stat status;
                if (fstat(fd, &status) == 0 && status.st_rdev == input.st_rdev) open_here += ' ' + std::to_string(fd);
            }
            if (!open_here.empty()) throw std::runtime_error("open:" + open_here);
        });
    } catch (const std::exception& problem) {
        found = problem.what();
    }
    dup2(old_input, STDIN_FILENO);
    dup2(old_output, STDOUT_FILENO);
    for (const int fd : {held, 100, old_input, old_output}) close(fd);
    CHECK(found == "nothing");
}

TEST_CASE("a compiler that is installed elsewhere is read with what belongs to it") {
    Runtime runtime;
    const Folder prefix;
    for (const char* folder : {"bin", "lib", "other"}) REQUIRE(mkdir(prefix.file(folder).c_str(), 0755) == 0);
    write_file(prefix.file("lib/settings"), "x\n");
    write_file(prefix.file("other/settings"), "x\n");
    write_program(prefix.file("bin/helper"), "#!/bin/sh\nexec cc \"$@\"\n");
    write_program(prefix.file("bin/cc"),
                  "#!/bin/sh\nself=$(readlink -f \"$0\")\nprefix=${self%/bin/cc}\nread line <$prefix/lib/settings && "
                  "! read line <$prefix/other/settings && exec $prefix/bin/helper \"$@\"\n");
    const Folder alternatives;
    REQUIRE(symlink(prefix.file("bin/cc").c_str(), alternatives.file("cc").c_str()) == 0);
    for (const std::string& path : {prefix.file("bin/cc"), alternatives.file("cc")}) {
        const Result result = runtime.run(assemble(module_text("")), {}, {{{"WALI_CC", path}}});
        CAPTURE(result.err);
        CHECK(result.exit_code == 0);
    }
}

namespace {

/// The line that refuses a module whose compiler is this shell script.
std::string refusal_of(const std::string& script) {
    Runtime runtime;
    const Folder folder;
    write_program(folder.file("cc"), script);
    const Result result = runtime.run(assemble(module_text("")), {}, {{{"WALI_CC", folder.file("cc")}}});
    CHECK(result.exit_code == 2);
    CHECK(runtime.left_behind().empty());
    return result.err;
}

}  // namespace

TEST_CASE("a compiler cannot choose what is read as its messages") {
    const Folder others;
    write_file(others.file("secret"), "error: a secret\n");
    for (const std::string& plant :
         {"ln -sf " + others.file("secret") + " \"$log\"", std::string("rm -f \"$log\"; mkfifo \"$log\"")}) {
        const std::string line = refusal_of(
            "#!/bin/sh\necho 'the message' >&2\ncd \"$TMPDIR\"\n"
            "for log in log log0 log1 log2 log3 *; do\n  case $log in *.c | *.h) ;; *) " +
            plant + " ;; esac\ndone\nexit 1\n");
        CAPTURE(line);
        CHECK(ends_with(line, "failed: the message\n"));
    }
}

TEST_CASE("what a compiler has started ends with it, also where it asks for a session of its own") {
    Runtime runtime;
    const Folder folder;
    REQUIRE(mkdir(folder.file("bin").c_str(), 0755) == 0);
    REQUIRE(mkfifo(folder.file("bin/fifo").c_str(), 0600) == 0);
    // Both have an end of the FIFO. The shell goes on when the second has closed the pipe of the substitution.
    write_program(folder.file("bin/cc"),
                  "#!/bin/sh\nexec 3<\"${0%/*}/fifo\"\n"
                  ": $(setsid sh -c 'exec sleep 100 >/dev/null 2>&1' &)\n"
                  ": $(sh -c 'trap \"\" TERM; exec sleep 100 >/dev/null 2>&1' &)\n"
                  "echo 'it fails' >&2\nexit 1\n");
    write_file(runtime.file("test.wasm"), assemble(module_text("")));
    Options options;
    options.environment = {{"WALI_CC", folder.file("bin/cc")}};
    const pid_t pid = start({Runtime::program("walirun"), runtime.file("test.wasm")}, runtime.with_folders(options));
    const int fifo = open(folder.file("bin/fifo").c_str(), O_WRONLY | O_CLOEXEC);  // waits for the compiler
    CHECK(wait_for(pid).exit_code == 2);
    pollfd readers = {fifo, 0, 0};
    CHECK(poll(&readers, 1, 20000) == 1);  // POLLERR: there are none any more
    close(fifo);
}

TEST_CASE("a compiler whose parts are out of its reach is refused with what it may read") {
    const Folder elsewhere;
    write_program(elsewhere.file("cc1"), "#!/bin/sh\nexit 0\n");
    const std::string line = refusal_of("#!/bin/sh\nexec " + elsewhere.file("cc1") + "\n");
    CHECK(line.find("Permission denied; it may read the system's folders") != std::string::npos);
}

TEST_CASE("a compiler that cannot be executed, or is killed, is refused with the reason") {
    CHECK(ends_with(refusal_of("#!/nowhere/sh\n"), "cannot execute it: No such file or directory\n"));
    CHECK(ends_with(refusal_of("#!/bin/sh\nkill -KILL $$\n"), "ended by a signal: Killed\n"));
    CHECK(ends_with(refusal_of("#!/bin/sh\nexit 1\n"), "it gave no message\n"));
}

TEST_CASE("a compiler cache that stands in the compiler's place is switched off") {
    Runtime runtime;
    const Folder folder;
    write_program(folder.file("cc"),
                  "#!/bin/sh\n[ \"$CCACHE_DISABLE\" ] || mkdir \"$HOME/ccache\" || exit 1\nexec cc \"$@\"\n");
    const Result result = runtime.run(assemble(module_text("")), {}, {{{"WALI_CC", folder.file("cc")}}});
    CAPTURE(result.err);
    CHECK(result.exit_code == 0);
}
