// SPDX-License-Identifier: BSL-1.0
// Policies: one step outside of each rule is refused, with an error that a program can handle, and inside all works.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "listener.h"
#include "policy/landlock.h"
#include "probe.h"

using namespace wali::test;

namespace {

constexpr char read_only[] = "0";
constexpr char write_only[] = "1";
const std::string create = std::to_string(O_WRONLY | O_CREAT);
const std::string folder_flag = std::to_string(O_RDONLY | O_DIRECTORY);
const std::string path_only = std::to_string(O_PATH);
constexpr char here[] = "-100";

std::string number(long value) { return std::to_string(value); }

/// A folder with the file "f", for all users.
struct Tree : SharedFolder {
    Tree() {
        write_file(file("f"), "text");
        chmod(file("f").c_str(), 0666);
    }
};

/// In the first thread, in another and in a child.
void check_everywhere(const PolicyOptions& policy, const std::vector<Attempt>& attempts, const Options& options = {}) {
    for (const char* where : {"", "in-thread", "in-child"}) check_probe(policy, attempts, where, options);
}

/// What runs without a policy is refused under one: a mistake in the attempt itself would not show otherwise.
void check_refused_by_policy(const std::vector<std::string>& call, long error, const PolicyOptions& policy) {
    check_probe({}, {{call, succeeds}});
    check_probe(policy, {{call, -error}});
}

void check_line(const Result& result, const std::string& reason) {
    CAPTURE(result.err);
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    CHECK(result.err.rfind("walirun: ", 0) == 0);
    CHECK(result.err.find(reason) != std::string::npos);
}

}  // namespace

TEST_CASE("without a rule no file can be opened, made or removed") {
    const Tree tree;
    for_users([&](const Options& user) {
        check_everywhere(allow("none"),
                         {{{"open", "/etc/passwd", read_only, "0"}, -EACCES},
                          {{"open", tree.file("f"), read_only, "0"}, -EACCES},
                          {{"open", tree.path(), folder_flag, "0"}, -EACCES},
                          {{"open", tree.path(), number(O_TMPFILE | O_RDWR), "0600"}, -EACCES},
                          {{"open", tree.file("new"), create, "0600"}, -EACCES},
                          {{"creat", tree.file("new"), "0600"}, -EACCES},
                          {{"mkdir", tree.file("new"), "0700"}, -EACCES},
                          {{"symlink", "target", tree.file("new")}, -EACCES},
                          {{"mknod", tree.file("new"), number(S_IFIFO | 0600), "0"}, -EACCES},
                          {{"truncate", tree.file("f"), "0"}, -EACCES},
                          {{"rename", tree.file("f"), tree.file("g")}, -EACCES},
                          {{"link", tree.file("f"), tree.file("g")}, -EACCES},
                          {{"unlink", tree.file("f")}, -EACCES},
                          {{"stat", tree.file("f"), "&"}, 0},  // names and status are not hidden
                          {{"write", "1", "@", "0"}, 0}},
                         user);
    });
    CHECK(read_file(tree.file("f")) == "text");
}

TEST_CASE("fs:ro reads below its path and nothing else") {
    const Tree inside;
    const Tree outside;
    REQUIRE(symlink(outside.file("f").c_str(), inside.file("link").c_str()) == 0);
    REQUIRE(symlink(inside.file("f").c_str(), outside.file("link").c_str()) == 0);
    const std::string name = outside.path().substr(outside.path().rfind('/'));
    for_users([&](const Options& user) {
        check_everywhere(allow("fs:ro:" + inside.path()),
                         {{{"open", inside.file("f"), read_only, "0"}, succeeds},
                          {{"open", inside.path(), folder_flag, "0"}, succeeds},
                          {{"getdents64", "%1", "&", "4096"}, succeeds},
                          {{"openat", "%1", "f", read_only, "0"}, succeeds},
                          {{"open", outside.file("link"), read_only, "0"}, succeeds},
                          {{"open", inside.file("f"), write_only, "0"}, -EACCES},
                          {{"open", inside.file("f"), number(O_RDONLY | O_TRUNC), "0"}, -EACCES},
                          {{"truncate", inside.file("f"), "0"}, -EACCES},
                          {{"open", inside.file("new"), create, "0600"}, -EACCES},
                          {{"unlink", inside.file("f")}, -EACCES},
                          {{"open", outside.file("f"), read_only, "0"}, -EACCES},
                          {{"open", inside.file("link"), read_only, "0"}, -EACCES},
                          {{"open", inside.path() + "/.." + name + "/f", read_only, "0"}, -EACCES},
                          {{"openat", "%1", ".." + name + "/f", read_only, "0"}, -EACCES},
                          {{"open", "/proc/self/root" + outside.file("f"), read_only, "0"}, -EACCES},
                          {{"chdir", outside.path()}, 0},
                          {{"open", "f", read_only, "0"}, -EACCES},
                          {{"open", "/proc/self/cwd/f", read_only, "0"}, -EACCES}},
                         user);
    });
    CHECK(read_file(inside.file("f")) == "text");
}

TEST_CASE("a descriptor that only names a file opens nothing") {
    const Tree outside;
    Options options;
    const int folder = open(outside.path().c_str(), O_PATH);
    const int file = open(outside.file("f").c_str(), O_PATH);
    options.kept = {folder, file};
    check_everywhere(allow("none"),
                     {{{"openat", number(folder), "f", read_only, "0"}, -EACCES},
                      {{"openat", number(folder), ".", folder_flag, "0"}, -EACCES},
                      {{"open", "/proc/self/fd/" + number(file), read_only, "0"}, -EACCES},
                      {{"open", "/proc/self/fd/" + number(file), write_only, "0"}, -EACCES},
                      {{"open", outside.file("f"), path_only, "0"}, succeeds},
                      {{"openat", "%4", "@", read_only, "0"}, -ENOENT},
                      {{"linkat", number(file), "@", here, outside.file("new"), number(AT_EMPTY_PATH)}, fails}},
                     options);
    close(folder);
    close(file);
}

TEST_CASE("fs:rw changes what is below its path and nothing else") {
    const Tree inside;
    const Tree readable;
    const Tree outside;
    const std::string rules = "fs:rw:" + inside.path() + ",fs:ro:" + readable.path();
    for_users([&](const Options& user) {
        check_everywhere(allow(rules),
                         {{{"open", inside.file("new"), create, "0600"}, succeeds},
                          {{"write", "%0", "text", "4"}, 4},
                          {{"rename", inside.file("new"), inside.file("other")}, 0},
                          {{"link", inside.file("other"), inside.file("hard")}, 0},
                          {{"mkdir", inside.file("d"), "0700"}, 0},
                          {{"rename", inside.file("hard"), inside.file("d/hard")}, 0},
                          {{"unlink", inside.file("d/hard")}, 0},
                          {{"rmdir", inside.file("d")}, 0},
                          {{"symlink", outside.file("f"), inside.file("way out")}, 0},
                          {{"open", inside.file("way out"), read_only, "0"}, -EACCES},
                          {{"open", inside.file("way out"), write_only, "0"}, -EACCES},
                          {{"unlink", inside.file("way out")}, 0},
                          {{"rename", inside.file("other"), outside.file("new")}, -EACCES},
                          {{"rename", outside.file("f"), inside.file("f2")}, -EACCES},
                          {{"rename", readable.file("f"), inside.file("f2")}, -EACCES},
                          {{"renameat2", here, inside.file("f"), here, readable.file("f"), "2"}, -EACCES},
                          {{"link", inside.file("other"), outside.file("new")}, -EACCES},
                          {{"link", outside.file("f"), inside.file("f2")}, -EXDEV},
                          {{"link", readable.file("f"), inside.file("f2")}, -EXDEV},
                          {{"open", readable.file("f"), write_only, "0"}, -EACCES},
                          {{"open", outside.file("f"), write_only, "0"}, -EACCES},
                          {{"truncate", inside.file("other"), "1"}, 0},
                          {{"unlink", inside.file("other")}, 0}},
                         user);
    });
    CHECK(read_file(outside.file("f")) == "text");
    CHECK(read_file(readable.file("f")) == "text");
}

TEST_CASE("a rule for a file says nothing about its neighbours") {
    const Tree tree;
    write_file(tree.file("g"), "text");
    check_everywhere(allow("fs:rw:" + tree.file("f")), {{{"open", tree.file("f"), number(O_RDWR), "0"}, succeeds},
                                                        {{"ftruncate", "%0", "2"}, 0},
                                                        {{"open", tree.file("g"), read_only, "0"}, -EACCES},
                                                        {{"open", tree.path(), folder_flag, "0"}, -EACCES},
                                                        {{"unlink", tree.file("f")}, -EACCES}});
}

// Landlock does not see these.
TEST_CASE("owner, mode, times and attributes stay, of files that may be written, too") {
    const Tree tree;
    const PolicyOptions policy = allow("fs:rw:" + tree.path());
    check_refused_by_policy({"chmod", tree.file("f"), "0666"}, EPERM, policy);
    check_refused_by_policy({"chown", tree.file("f"), "-1", "-1"}, EPERM, policy);
    check_refused_by_policy({"utimensat", here, tree.file("f"), "0", "0"}, EPERM, policy);
    check_probe(policy, {{{"open", tree.file("f"), read_only, "0"}, succeeds},
                         {{"fchmod", "%0", "0600"}, -EPERM},
                         {{"utimensat", "%0", "0", "0", "0"}, -EPERM},
                         {{"setxattr", tree.file("f"), "user.x", "y", "1", "0"}, -EPERM},
                         {{"getxattr", tree.file("f"), "user.x", "0", "0"}, -EPERM},
                         {{"listxattr", tree.file("f"), "0", "0"}, -EPERM},
                         {{"ioctl", "%0", "0x40086602", "&"}, -EPERM},
                         {{"inotify_init1", "0"}, -EPERM},
                         {{"name_to_handle_at", here, tree.file("f"), "&", "&", "0"}, -EPERM}});
}

TEST_CASE("no rule reaches the memory of a process, not even root's over all files") {
    const Tree tree;  // the host has an eye on the name, which is not what is tested here
    REQUIRE(symlink("/proc/self/mem", tree.file("self").c_str()) == 0);
    REQUIRE(symlink("/proc/self", tree.file("process").c_str()) == 0);
    REQUIRE(symlink("/proc/1/mem", tree.file("first").c_str()) == 0);
    for_users([&](const Options& user) {
        check_everywhere(allow("fs:ro:/"),
                         {{{"open", "/etc/passwd", read_only, "0"}, succeeds},
                          {{"open", "@/", folder_flag, "0"}, succeeds},
                          {{"open", "/proc/self/mem", read_only, "0"}, -EACCES},
                          {{"open", "/proc/self/mem", write_only, "0"}, -EACCES},
                          {{"open", "/proc/thread-self/mem", write_only, "0"}, -EACCES},
                          {{"open", "/proc/1/mem", write_only, "0"}, -EACCES},
                          {{"chdir", "/proc/self"}, 0},
                          {{"openat", here, "./mem", write_only, "0"}, -EACCES},
                          {{"open", tree.file("self"), read_only, "0"}, -EACCES},
                          {{"open", tree.file("self"), write_only, "0"}, -EACCES},
                          {{"open", tree.file("first"), write_only, "0"}, -EACCES},
                          {{"open", tree.file("self"), path_only, "0"}, 5},
                          {{"open", "/proc/self/fd/5", write_only, "0"}, -EACCES},
                          {{"open", tree.file("process") + "/fd/5", number(O_RDWR), "0"}, -EACCES},
                          {{"openat2", here, "/proc/self/maps", "=0,0,0,0,0,0", "24"}, -EACCES}},
                         user);
    });
    Runtime& runtime = shared_runtime();
    for (const char* path : {"/proc", "/proc/self", "/proc/self/mem", "/proc/self/task"})
        check_line(runtime.walirun({"--allow", std::string("fs:ro:") + path, program("probe")}),
                   "no memory of a process");
    check_probe(allow("fs:ro:/proc/meminfo"), {{{"open", "/proc/meminfo", read_only, "0"}, succeeds},
                                               {{"open", "/proc/stat", read_only, "0"}, -EACCES}});
}

TEST_CASE("a rule for a folder leaves out all mounts of /proc below it") {
    const Tree tree;
    for (const char* folder : {"sub", "sub/proc", "other"}) REQUIRE(mkdir(tree.file(folder).c_str(), 0777) == 0);
    write_file(tree.file("sub/f"), "text");
    write_file(tree.file("other/f"), "text");
    const std::string probe = Runtime::program("walirun") + " --allow fs:rw:" + tree.path() + " " + program("probe");
    const std::string script = "mount -t proc proc " + tree.file("sub/proc") + " && mount --bind /proc/1/mem " +
                               tree.file("f") + " || exit 77; exec " + probe + " open " + tree.file("other/f") +
                               " 2 0 / open " + tree.file("sub/f") + " 2 0 / open " + tree.file("sub/proc/self/mem") +
                               " 2 0 / open " + tree.file("sub/proc/meminfo") + " 0 0 / open " + tree.file("f") +
                               " 0 0";
    run_probe({}, {});
    const Result result = run({"/usr/bin/unshare", "-m", "/bin/sh", "-c", script}, shared_runtime().with_folders({}));
    const bool refused =
        result.err.find("mount") != std::string::npos || result.err.find("unshare") != std::string::npos;
    if (result.exit_code != 0 && (geteuid() != 0 || refused)) {
        MESSAGE("mounts are not for this user: " << result.err);
        return;
    }
    CHECK(result.out == "3\n4\n-13\n-13\n-13\n");
}

// Other programs of the user come from there.
TEST_CASE("no rule lets a program write to the cache or to the runtime") {
    Runtime& runtime = shared_runtime();
    for (const std::string& path : {std::string("/"), runtime.cache().path(), runtime.cache().file("aot"),
                                    std::string(WALI_RUNTIME_FOLDER), std::string(WALI_RUNTIME_FOLDER) + "/support"})
        check_line(runtime.walirun({"--allow", "fs:rw:" + path, program("probe")}), "where programs come from");
}

TEST_CASE("a cache that is not there yet, and is named by a link, is kept from programs, too") {
    Runtime runtime;
    const std::string real = runtime.file("real");
    REQUIRE(mkdir(real.c_str(), 0700) == 0);
    REQUIRE(symlink(real.c_str(), runtime.file("link").c_str()) == 0);
    Options options;
    options.environment = {{"WALI_CACHE_DIR", runtime.file("link/new")}};
    check_line(runtime.walirun({"--allow", "fs:rw:" + real, "/bin/true"}, options), "where programs come from");
}

TEST_CASE("nothing is compiled where a module under a policy may write") {
    write_file(shared_runtime().file("probe.wasm"), read_file(program("probe")));
    const std::string module = shared_runtime().file("probe.wasm");
    for (const std::vector<std::string>& options :
         std::vector<std::vector<std::string>>{{"--allow", "none"}, {"--cache-size", "1G"}, {"--no-cache"}}) {
        Runtime runtime;
        Options compiled;
        const Folder compiler;
        write_file(compiler.file("cc"), "#!/bin/sh\necho error: $TMPDIR >&2\nexit 1\n");
        chmod(compiler.file("cc").c_str(), 0755);
        compiled.environment = {{"WALI_CC", compiler.file("cc")}, {"WALI_TIER", "quick"}};
        std::vector<std::string> command = options;
        command.insert(command.end(), {module, "geteuid"});
        check_line(runtime.walirun(command, compiled), "error: " + runtime.cache().file("aot/"));
    }
}

TEST_CASE("calls that reach beyond any rule are refused") {
    const std::vector<Attempt> attempts = {{{"ptrace", "16", "ppid", "0", "0"}, -EPERM},
                                           {{"process_vm_readv", "pid", "&", "1", "&", "1", "0"}, -EPERM},
                                           {{"process_vm_writev", "pid", "&", "1", "&", "1", "0"}, -EPERM},
                                           {{"kcmp", "pid", "ppid", "0", "0", "0"}, fails},
                                           {{"userfaultfd", "0"}, -EPERM},
                                           {{"perf_event_open", "&", "0", "-1", "-1", "0"}, -EPERM},
                                           {{"bpf", "0", "&", "64"}, -EPERM},
                                           {{"pidfd_open", "ppid", "0"}, succeeds},
                                           {{"pidfd_getfd", "%7", "0", "0"}, -EPERM},
                                           {{"io_uring_setup", "4", "&"}, fails},
                                           {{"unshare", "0x10000000"}, -EPERM},
                                           {{"clone", "0x10000011", "0", "0", "0", "0"}, -EPERM},
                                           {{"clone3", "=0,0,0,0,0,0,0,0,17,0,0,0,0,0,0,0", "64"}, -ENOSYS},
                                           {{"setns", "%7", "0"}, -EPERM},
                                           {{"mount", "none", "/tmp", "tmpfs", "0", "0"}, -EPERM},
                                           {{"chroot", "/tmp"}, -EPERM},
                                           {{"keyctl", "0", "-3", "0", "0", "0"}, -EPERM},
                                           {{"shmget", "0", "4096", "0x3b6"}, -EPERM},
                                           {{"mq_open", "q", "0x42", "0x180", "0"}, -EPERM},
                                           {{"ioctl", "0", "0x5412", "&"}, -EPERM},    // TIOCSTI
                                           {{"ioctl", "0", "0x5401", "&"}, -ENOTTY}};  // TCGETS
    for_users([&](const Options& user) {
        check_everywhere(allow("none"), attempts, user);
        check_everywhere(allow("signal:children,time,net:connect:1,net:listen:0"), attempts, user);
    });
}

TEST_CASE("limits and priorities of other processes stay") {
    check_everywhere(allow("none"), {{{"prlimit64", "0", "7", "0", "&"}, 0},
                                     {{"prlimit64", "pid", "7", "0", "&"}, 0},
                                     {{"prlimit64", "ppid", "7", "0", "&"}, -EPERM},
                                     {{"setpriority", "0", "0", "19"}, 0},
                                     {{"setpriority", "0", "ppid", "19"}, -EPERM},
                                     {{"setpriority", "2", "0", "19"}, -EPERM},
                                     {{"sched_setaffinity", "ppid", "4", "=1"}, -EPERM},
                                     {{"ioprio_set", "1", "0", "0"}, 0},
                                     {{"ioprio_set", "1", "ppid", "0"}, -EPERM}});
}

TEST_CASE("sockets need a rule, and those that no rule is for are never made") {
    const std::vector<Attempt> never = {{{"socket", "1", "1", "0"}, -EACCES},    // Unix
                                        {{"socket", "2", "2", "0"}, -EACCES},    // UDP
                                        {{"socket", "2", "3", "1"}, -EACCES},    // raw
                                        {{"socket", "2", "1", "262"}, -EACCES},  // MPTCP
                                        {{"socket", "16", "3", "0"}, -EACCES},   // netlink
                                        {{"socket", "17", "3", "0"}, -EACCES},   // packets
                                        {{"socketpair", "1", "2", "0", "&"}, -EPERM},
                                        {{"socketpair", "1", "1", "0", "&"}, 0}};
    for_users([&](const Options& user) {
        check_everywhere(allow("none"), never, user);
        check_everywhere(allow("none"), {{{"socket", "2", "1", "0"}, -EACCES}, {{"socket", "10", "1", "0"}, -EACCES}},
                         user);
        check_everywhere(allow("net:listen:0,net:connect:0"), never, user);
    });
}

TEST_CASE("net:connect reaches its port alone") {
    const Listener allowed;
    const Listener other;
    for_users([&](const Options& user) {
        check_everywhere(
            allow("net:connect:" + number(allowed.port())),
            {{{"socket", "2", "1", "0"}, 3},
             {{"connect", "3", "in:" + number(other.port()), "16"}, -EACCES},
             {{"sendto", "3", "x", "1", number(MSG_FASTOPEN), "in:" + number(other.port()), "16"}, -EPERM},
             {{"sendto", "3", "x", "1", number(MSG_FASTOPEN), "in:" + number(allowed.port()), "16"}, -EPERM},
             {{"setsockopt", "3", "6", "31", "tls", "3"}, -EPERM},
             {{"setsockopt", "3", "6", "1", "=1", "4"}, 0},
             {{"bind", "3", "in:0", "16"}, -EACCES},
             {{"listen", "3", "1"}, -EACCES},
             {{"connect", "3", "in:" + number(allowed.port()), "16"}, 0},
             {{"write", "3", "x", "1"}, 1}},
            user);
    });
}

TEST_CASE("net:listen binds to its port alone") {
    const Listener other;
    for_users([&](const Options& user) {
        check_everywhere(allow("net:listen:0"),
                         {{{"socket", "2", "0x80001", "6"}, 3},
                          {{"bind", "3", "in:" + number(other.port() ^ 1), "16"}, -EACCES},
                          {{"bind", "3", "in:0", "16"}, 0},
                          {{"listen", "3", "1"}, 0},
                          {{"socket", "2", "1", "0"}, 4},
                          {{"connect", "4", "in:" + number(other.port()), "16"}, -EACCES}},
                         user);
    });
}

TEST_CASE("a socket that was handed over cannot be turned to others") {
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0);
    Options options;
    options.kept = {ends[0]};
    check_probe(
        allow("none"),
        {{{"connect", number(ends[0]), "un:+somebody", "11"}, -EACCES}, {{"write", number(ends[0]), "x", "1"}, 1}}, "",
        options);
    close(ends[0]);
    close(ends[1]);
}

TEST_CASE("without a rule no program is executed but the own one") {
    const Tree tree;
    const std::string copy = tree.file("native");
    write_file(copy, read_file(WALI_NATIVE_PROGRAM));
    chmod(copy.c_str(), 0777);
    write_file(tree.file("script"), "#!" + copy + "\n");
    chmod(tree.file("script").c_str(), 0755);
    for_users([&](const Options& user) {
        check_everywhere(allow("fs:rw:" + tree.path()),
                         {{{"execve", copy, "args", "0"}, -EACCES},
                          {{"execve", tree.file("script"), "args", "0"}, -EACCES},
                          {{"execve", program("probe"), "args", "0"}, -EACCES},
                          {{"execve", "/bin/sh", "args", "0"}, -EACCES},
                          {{"execve", "/proc/self/root" + copy, "args", "0"}, -EACCES},
                          {{"open", copy, path_only, "0"}, 3},
                          {{"execveat", "3", "@", "args", "0", number(AT_EMPTY_PATH)}, -EACCES},
                          {{"execve", "/proc/self/fd/3", "args", "0"}, -EACCES},
                          {{"link", copy, tree.file("hard")}, 0},
                          {{"execve", tree.file("hard"), "args", "0"}, -EACCES},
                          {{"unlink", tree.file("hard")}, 0}},
                         user);
        const std::vector<Attempt> itself = {{{"execve", "/proc/self/exe", "args:geteuid", "0"}, any}};
        CHECK(run_probe(allow("none"), itself, "", user).out == std::to_string(user.user) + "\n");
    });
}

// No rule can name them.
TEST_CASE("programs in memory are not executed") {
    const Options options;
    const PolicyOptions policy = allow("fs:ro:" + std::string(WALI_NATIVE_PROGRAM));
    const std::string executable = "0x10";
    check_everywhere(policy, {{{"memfd_create", "x", "0"}, 3},
                              {{"write", "3",
                                "\x7f"
                                "ELF",
                                "4"},
                               4},
                              {{"execveat", "3", "@", "args", "0", number(AT_EMPTY_PATH)}, -EACCES},
                              {{"memfd_create", "x", executable}, -EPERM}});
}

TEST_CASE("exec executes its program, which keeps the policy") {
    const Tree tree;
    const std::string native = WALI_NATIVE_PROGRAM;
    for_users([&](const Options& user) {
        const std::vector<Attempt> attempt = {{{"execve", native, "args:" + tree.file("f"), "0"}, any}};
        CHECK(run_probe(allow("exec:" + native), attempt, "", user).exit_code == EACCES);
        CHECK(run_probe(allow("exec:" + native + ",fs:ro:" + tree.path()), attempt, "", user).exit_code == 0);
        CHECK(shared_runtime().walirun({"--allow", "none", native, tree.file("f")}, user).exit_code == EACCES);
        CHECK(shared_runtime().walirun({"--allow", "fs:ro:" + tree.path(), native, tree.file("f")}, user).exit_code ==
              0);
    });
}

TEST_CASE("a setuid program is executed as the user") {
    if (geteuid() != 0) return;
    const Tree tree;
    const std::string copy = tree.file("setuid");
    write_file(copy, read_file(WALI_NATIVE_PROGRAM));
    REQUIRE(chmod(copy.c_str(), 04755) == 0);
    for_users([&](const Options& user) {
        if (user.user == 0) return;
        CHECK(run_probe({}, {{{"execve", copy, "args", "0"}, 0}}, "", user).exit_code == 0);
        CHECK(run_probe(allow("exec:" + copy), {{{"execve", copy, "args", "0"}, 0}}, "", user).exit_code ==
              static_cast<int>(user.user & 255));
    });
}

TEST_CASE("a module executes the modules that a rule names, and they keep the policy") {
    const Tree tree;
    for (const char* name : {"child.wasm", "other.wasm"}) {
        const std::string text = std::string("\"") + name + "\\n\"";
        write_file(tree.file(name),
                   assemble(module_text("(drop (call $write (i32.const 1) (i32.const 16) (i32.const 11)))",
                                        "(data (i32.const 16) " + text + ")")));
        chmod(tree.file(name).c_str(), 0755);
    }
    const std::vector<Attempt> child = {{{"execve", tree.file("child.wasm"), "args", "0"}, 0}};
    const std::vector<Attempt> other = {{{"execve", tree.file("other.wasm"), "args", "0"}, -EACCES}};
    const PolicyOptions policy = allow("exec:" + tree.file("child.wasm") + ",fs:ro:" + tree.path());
    CHECK(run_probe(policy, child).out == "child.wasm\n");  // not in the cache before
    check_everywhere(policy, other);
    CHECK(run_probe({}, {{{"execve", tree.file("other.wasm"), "args", "0"}, 0}}).out == "other.wasm\n");
    check_everywhere(policy, other);  // in the cache now
    CHECK(run_probe(policy, child, "in-thread").out == "child.wasm\n");

    // What wali-ld makes: the kernel executes walirun, as the first line says.
    const std::string walirun = Runtime::program("walirun");
    write_file(tree.file("program"), "#!" + walirun + "\n" + read_file(tree.file("child.wasm")));
    chmod(tree.file("program").c_str(), 0755);
    const std::string variables = "args:WALI_CACHE_DIR=" + shared_runtime().cache().path();
    const std::vector<Attempt> program_attempt = {{{"execve", tree.file("program"), "args", variables}, 0}};
    CHECK(run_probe(allow("fs:ro:" + tree.path()), program_attempt).out == "-13\n");
    CHECK(run_probe(allow("exec:" + tree.file("program")), program_attempt).out == "child.wasm\n");
    Options quick;
    quick.environment = {{"WALI_TIER", "quick"}};
    CHECK(run_probe(allow("exec:" + tree.file("child.wasm")), child, "", quick).out == "child.wasm\n");

    const std::vector<Attempt> nested = {{{"execve", program("probe"), "args:open:/etc/passwd:0:0", "0"}, 0}};
    CHECK(run_probe(allow("exec:" + program("probe")), nested).out == "-13\n");
}

TEST_CASE("signals stay in the program, and reach its children with a rule") {
    const std::vector<Attempt> never = {{{"kill", "ppid", "0"}, -EPERM},
                                        {{"kill", "1", "0"}, -EPERM},
                                        {{"tgkill", "ppid", "ppid", "0"}, -EPERM},
                                        {{"tkill", "ppid", "0"}, -EPERM},
                                        {{"rt_sigqueueinfo", "ppid", "0", "=0,0,-1,0"}, -EPERM},
                                        {{"pidfd_open", "ppid", "0"}, succeeds},
                                        {{"pidfd_send_signal", "%5", "0", "0", "0"}, -EPERM}};
    const std::vector<Attempt> own = {
        {{"kill", "pid", "0"}, 0}, {{"tkill", "tid", "0"}, 0}, {{"tgkill", "pid", "tid", "0"}, 0}};
    const auto to_child = [&](long expected) {
        return std::vector<Attempt>{{{"fork"}, succeeds},
                                    {{"kill", "%0", "0"}, expected},
                                    {{"tkill", "%0", "0"}, expected},
                                    {{"tgkill", "%0", "%0", "0"}, expected},
                                    {{"pidfd_open", "%0", "0"}, succeeds},
                                    {{"pidfd_send_signal", "%4", "0", "0", "0"}, expected}};
    };
    for_users([&](const Options& user) {
        check_probe(allow("none"), never, "", user);
        check_probe(allow("none"), never, "in-thread", user);
        check_probe(allow("signal:children"), never, "", user);
        check_probe(allow("signal:children"), never, "in-thread", user);
        for (const char* rules : {"none", "signal:children"}) check_everywhere(allow(rules), own, user);
        check_everywhere(allow("none"), to_child(-EPERM), user);
        check_everywhere(allow("none"),
                         {{{"fcntl", "0", "8", "ppid"}, -EPERM}, {{"ioctl", "0", "0x8901", "=1"}, -EPERM}}, user);
        check_everywhere(allow("signal:children"), to_child(0), user);
    });
}

TEST_CASE("privileges are gone") {
    const std::string get = number(PR_GET_NO_NEW_PRIVS);
    for_users([&](const Options& user) {
        check_everywhere(allow("none"),
                         {{{"prctl", get, "0", "0", "0", "0"}, 1},
                          {{"prctl", number(PR_CAP_AMBIENT), number(PR_CAP_AMBIENT_IS_SET), "21", "0", "0"}, 0}},
                         user);
    });
    if (geteuid() == 0)
        check_everywhere(allow("none"), {{{"prctl", number(PR_CAPBSET_READ), number(CAP_SYS_ADMIN), "0", "0", "0"}, 0},
                                         {{"prctl", number(PR_CAPBSET_READ), number(CAP_SYS_TIME), "0", "0", "0"}, 0}});
}

// With a time that there is not: the clock stays as it is.
TEST_CASE("time lets root set the clock") {
    const std::vector<Attempt> attempt = {{{"clock_settime", "0", "=0,0,-1,-1"}, -EPERM}};
    check_everywhere(allow("none"), attempt);
    check_everywhere(allow("signal:children"), attempt);
    check_everywhere(allow("time"), {{{"clock_settime", "0", "=0,0,-1,-1"}, -EINVAL}});
}

TEST_CASE("limits hold") {
    const std::string private_memory = number(0x22);
    const std::string size = number(48 << 20);
    PolicyOptions memory = allow("none");
    memory.insert(memory.end(), {"--max-memory", "32M"});
    const std::vector<std::string> map = {"mmap", "0", size, "3", private_memory, "-1", "0"};
    for_users([&](const Options& user) {
        check_everywhere(allow("none"), {{map, succeeds}}, user);
        check_probe(memory, {{map, -ENOMEM}}, "", user);
        check_probe(memory, {{map, -ENOMEM}}, "in-child", user);
        check_everywhere({"--allow", "none", "--max-files", "5"},
                         {{{"dup", "0"}, 3}, {{"dup", "0"}, 4}, {{"dup", "0"}, -EMFILE}}, user);
    });
    write_file(shared_runtime().file("spin.wasm"), assemble(module_text("(loop $l (br $l))")));
    const Result spinning =
        shared_runtime().walirun({"--allow", "none", "--max-cpu", "1", shared_runtime().file("spin.wasm")});
    CHECK(spinning.signal == SIGXCPU);
}

TEST_CASE("a number of processes limits users, and root cannot be limited so") {
    for_users([&](const Options& user) {
        if (geteuid() == 0 && user.user == 0) {
            const std::vector<std::string> command = {"--allow", "none", "--max-processes", "1", program("probe")};
            check_line(shared_runtime().walirun(command), "the number of root's processes");
        } else {
            check_probe({"--max-processes", "1", "--allow", "none"}, {{{"fork"}, -EAGAIN}}, "", user);
        }
    });
    const Result result = run_probe({"--best-effort", "--max-processes", "1000000", "--allow", "none"}, {});
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty() == (geteuid() != 0));
}

// What it leaves behind would keep the pipe open that this reads.
TEST_CASE("a timeout ends the program and all that it has started") {
    const std::vector<Attempt> forever = {{{"clone", "17", "0", "0", "0", "0"}, any},
                                          {{"clone", "17", "0", "0", "0", "0"}, any},
                                          {{"setsid"}, any},
                                          {{"pause"}, any}};
    for_users([&](const Options& user) {
        const Result over = run_probe({"--allow", "none", "--timeout", "0.3"}, forever, "", user);
        CHECK(over.exit_code == 124);
        CHECK(over.err.find("its time is over") != std::string::npos);
        const std::vector<Attempt> stopping = {{{"kill", "pid", "19"}, any}, {{"pause"}, any}};  // SIGSTOP
        CHECK(run_probe({"--allow", "none", "--timeout", "0.3"}, stopping, "", user).exit_code == 124);
        const PolicyOptions long_enough = {"--allow", "none", "--timeout", "1000"};
        check_everywhere(long_enough, {{{"geteuid"}, user.user != 0 ? static_cast<long>(user.user) : any}}, user);
        CHECK(run_probe(long_enough, {{{"exit_group", "7"}, any}}, "", user).exit_code == 7);
        CHECK(run_probe(long_enough, {{{"kill", "pid", "9"}, any}}, "", user).signal == SIGKILL);
        // The child waits, and is ended with its parent.
        CHECK(run_probe(long_enough, {{{"fork"}, any}}, "", user).exit_code == 0);
    });
}

TEST_CASE("the end of a program is seen where the ends of children are ignored") {
    for (const char* option : {"--timeout 1000", "--stats", "--trace-file /dev/null"}) {
        const std::string policy = std::string(option).find("timeout") != std::string::npos ? "--allow none " : "";
        const std::string command = "trap '' CHLD; exec " + Runtime::program("walirun") + " " + policy + option + " " +
                                    program("probe") + " geteuid 2>/dev/null";
        CHECK(run({"/bin/sh", "-c", command}, shared_runtime().with_folders({})).exit_code == 0);
    }
}

TEST_CASE("a signal of the kernel for walirun reaches the program whose time it keeps") {
    // alarm(2) outlives execve.
    Runtime runtime;
    const std::vector<std::string> command = {"/usr/bin/perl",
                                              "-e",
                                              "alarm 1; exec @ARGV",
                                              Runtime::program("walirun"),
                                              "--allow",
                                              "none",
                                              "--timeout",
                                              "250",
                                              WALI_PROGRAMS "/probe.wasm",
                                              "pause"};
    CHECK(run(command, runtime.with_folders({})).signal == SIGALRM);
}

TEST_CASE("mistakes in a policy get one line") {
    Runtime& runtime = shared_runtime();
    const std::string module = program("probe");
    const auto refused = [&](std::vector<std::string> options, const std::string& reason) {
        options.push_back(module);
        check_line(runtime.walirun(options), reason);
    };
    refused({"--allow", ""}, "unknown rule ''");
    refused({"--allow", "everything"}, "unknown rule 'everything'; rules are fs:ro:PATH");
    refused({"--allow", "none,time"}, "none allows nothing");
    refused({"--allow", "fs:ro:"}, "something must follow");
    refused({"--allow", "fs:ro:/nowhere"}, "/nowhere: No such file");
    refused({"--allow", "fs:ro:/no\nwhere"}, "/no?where: No such file");
    refused({"--allow", "net:listen:http"}, "a number from 0 to 65535");
    refused({"--allow", "net:listen:65536"}, "a number from 0 to 65535");
    refused({"--allow", "net:connect:127.0.0.1:80"}, "ports, not addresses");
    refused({"--max-memory", "1M"}, "limits belong to a policy");
    refused({"--best-effort"}, "limits belong to a policy");
    refused({"--allow", "none", "--max-memory", "1X"}, "must be a size");
    refused({"--allow", "none", "--max-cpu", "0"}, "a whole number above 0");
    refused({"--allow", "none", "--timeout", "soon"}, "a number of seconds");
    refused({"--allow", "none", "--max-love", "1"}, "unknown option --max-love");
    refused({"--allow", "exec:/nowhere"}, "/nowhere: No such file");
    check_line(runtime.walirun({"--allow"}), "--allow needs a value");
    check_line(runtime.walirun({"--allow", "none"}), "no module given");
    check_line(runtime.walirun({"--allow", "none", "/nowhere.wasm"}), "/nowhere.wasm: cannot open it");
}

TEST_CASE("a file holds a policy with the same words") {
    const Tree tree;
    const std::string policy = tree.file("policy.toml");
    const auto refused = [&](const std::string& text, const std::string& reason) {
        write_file(policy, text);
        check_line(shared_runtime().walirun({"--policy", policy, program("probe")}), reason);
    };
    write_file(policy,
               "# What it reads\nallow = [\n  \"fs:ro:" + tree.path() +
                   "\", # its data\n  'signal:children'\n]\nmax-files = 5\nmax-memory = \"128M\"\ntimeout = 100.5\n");
    check_everywhere({"--policy", policy}, {{{"open", tree.file("f"), read_only, "0"}, 3},
                                            {{"open", "/etc/passwd", read_only, "0"}, -EACCES},
                                            {{"dup", "0"}, 4},
                                            {{"dup", "0"}, -EMFILE}});
    refused("allow = [", "policy.toml:1: ");
    refused("\nallow = \"none\"", "policy.toml:2: allow must be a list");
    refused("allow = [\"none\", 1]", "a rule is a text");
    refused("allow = [\n\"fs:xx:/\"]", "policy.toml:2: unknown rule 'fs:xx:/'");
    refused("max-files = 5", "no rules");
    refused("allow = [\"none\"]\nmax-files = true", "policy.toml:2: must be a number");
    refused("allow = [\"none\"]\nmax-file = 5", "unknown key 'max-file'");
    refused("allow = [\"none\"]\nbest-effort = 1", "must be true or false");
    check_line(shared_runtime().walirun({"--policy", tree.file("absent"), program("probe")}), "absent");
}

TEST_CASE("what a module imports is explained by the rules that it needs") {
    Runtime& runtime = shared_runtime();
    const Result result = runtime.walirun({"--explain", program("probe")});
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    std::map<std::string, std::set<std::string>> calls;  // by rule
    std::istringstream lines(result.out);
    std::string rule;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream names(line);
        if (line[0] != ' ') rule = line.substr(0, line.find(": "));
        if (line[0] == ' ') calls[rule].insert(std::istream_iterator<std::string>(names), {});
    }
    const auto has = [&](const std::string& needed, const std::string& call) {
        CAPTURE(needed);
        CHECK(calls[needed].count(call) == 1);
    };
    has("no rule", "read");
    has("fs:ro:PATH, or fs:rw:PATH to write", "openat");
    has("fs:rw:PATH", "mkdir");
    has("exec:PATH", "execve");
    has("net:listen:PORT", "bind");
    has("net:connect:PORT", "connect");
    has("signal:children", "kill");
    has("time", "clock_settime");
    check_line(runtime.walirun({"--explain"}), "no module given");
    write_file(runtime.file("text"), "no module");
    check_line(runtime.walirun({"--explain", runtime.file("text")}), "not a WebAssembly module");
}

TEST_CASE("an executable of wali-aot runs under a policy") {
    const Tree tree;
    const std::string executable = shared_runtime().file("probe");
    REQUIRE(shared_runtime().wali_aot({program("probe"), "-o", executable}).exit_code == 0);
    const std::vector<std::string> call = {"open", tree.file("f"), read_only, "0"};
    const auto run_it = [&](const std::string& rules) {
        std::vector<std::string> command = {"--allow", rules, executable};
        command.insert(command.end(), call.begin(), call.end());
        return shared_runtime().walirun(command).out;
    };
    CHECK(run_it("none") == "-13\n");
    CHECK(run_it("fs:ro:" + tree.path()) == "3\n");
}

TEST_CASE("what the kernel cannot enforce is an error, or named") {
    Options no_landlock;
    no_landlock.refused_calls = {SYS_landlock_create_ruleset};
    const std::vector<std::string> command = {"--allow", "none", program("probe")};
    check_line(shared_runtime().walirun(command, no_landlock), "this kernel cannot limit files");
    const Result result =
        run_probe({"--best-effort", "--allow", "none"},
                  {{{"socket", "2", "1", "0"}, -EACCES}, {{"open", "@/", read_only, "0"}, 3}}, "", no_landlock);
    CHECK(result.out == "-13\n3\n");
    CHECK(result.err.find("this kernel does not limit files") != std::string::npos);

    using wali::policy::landlock_gaps;
    wali::policy::Policy policy;
    CHECK(landlock_gaps(policy, 1).size() == 3);
    CHECK(landlock_gaps(policy, 2) == landlock_gaps(policy, 1));
    CHECK(landlock_gaps(policy, 3).size() == 2);
    CHECK(landlock_gaps(policy, 5).size() == 1);
    CHECK(landlock_gaps(policy, 6).empty());
    policy.connect.push_back(80);
    CHECK(landlock_gaps(policy, 3).size() == 3);
    CHECK(landlock_gaps(policy, 4).size() == 2);
}
