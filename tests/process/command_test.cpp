// SPDX-License-Identifier: BSL-1.0
#include <sys/prctl.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <wali/fs/file.hpp>
#include <wali/ipc/pipe.hpp>
#include <wali/process/command.hpp>
#include <wali/process/process.hpp>
#include <wali/signal/signal_action.hpp>
#include <wali/signal/signal_mask.hpp>
#include <wali/sys/fs.hpp>
#include <wali/system/namespace.hpp>

#if !defined(__wasm32__)
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#endif

#include "support/leaves_nothing.hpp"
#include "support/temporary_directory.hpp"

using namespace std::chrono_literals;
using wali::Call;
using wali::ChildStream;
using wali::Command;
using wali::Errno;
using wali::Signal;

namespace {

struct Outcome {
    wali::WaitStatus status;
    std::string output;
    std::string error;
};

Outcome run(const Command& command, wali::ConstBytes input = {}) {
    std::string output(1 << 16, '\0');
    std::string error(1 << 16, '\0');
    const wali::Captured captured = command.capture(output, error, {.input = input}).value();
    CHECK_FALSE(captured.output_truncated);
    CHECK_FALSE(captured.error_truncated);
    return {captured.status, std::string(wali::as_text(captured.output)), std::string(wali::as_text(captured.error))};
}

Command shell(std::string_view script) { return {.arguments = {"sh", "-c", script}}; }

/// The line of /proc/self/status of a child that begins with `name`, without that.
std::string status_line(Command command, const std::string& name) {
    command.arguments = {"cat", "/proc/self/status"};
    const std::string text = run(command).output;
    const std::size_t begin = text.find("\n" + name + ":\t") + name.size() + 3;
    return text.substr(begin, text.find('\n', begin) - begin);
}

std::string read_to_end(const wali::File& file) {
    std::string text;
    std::array<char, 256> buffer;
    for (;;) {
        const auto count = file.read(buffer);
        if (count.has_error() || count.value() == 0) return text;
        text.append(buffer.data(), count.value());
    }
}

void do_nothing(int) noexcept {}

bool is_root() { return geteuid() == 0; }

}  // namespace

TEST_CASE("arguments, environment and folder of a command are the child's") {
    const test::LeavesNothing leaves_nothing;
    Command command = shell(R"--(printf '%s|%s|%s|%s' "$1" "$2" "$VARIABLE" "$(pwd)")--");
    command.arguments.add("sh").add("with space").add("");
    command.environment = wali::Environment::current();
    command.environment->set("VARIABLE", "value");
    command.directory = "/proc";
    CHECK(run(command).output == "with space||value|/proc");
}

TEST_CASE("a child without an environment has none, and is found in the default folders") {
    const test::LeavesNothing leaves_nothing;
    Command command{.arguments = {"env"}, .environment = wali::Environment()};
    CHECK(run(command).output.empty());
    command.environment->set("PATH", "/nowhere:/bin:/usr/bin");
    CHECK(run(command).output == "PATH=/nowhere:/bin:/usr/bin\n");
    command.environment->set("PATH", "/nowhere");
    CHECK(command.start().error() == wali::Error(Errno::NOENT, Call::execve));
}

TEST_CASE("the program may be another than the first argument says") {
    const test::LeavesNothing leaves_nothing;
    CHECK(run({.arguments = {"name", "-c", "echo $0"}, .program = "/bin/sh"}).output == "name\n");
}

TEST_CASE("how a child ends is told") {
    const test::LeavesNothing leaves_nothing;
    CHECK(run(shell("exit 0")).status.success());
    CHECK(run(shell("exit 7")).status.exit_code() == 7);
    CHECK(run(shell("kill -TERM $$")).status.termination_signal() == Signal::TERM);
    wali::Child child = shell("exit 3").start().value();
    CHECK(child.wait().value().exit_code() == 3);
    CHECK(child.wait().value().exit_code() == 3);
    CHECK(child.try_wait().value()->exit_code() == 3);
    CHECK(child.send_signal(Signal::TERM).error() == Errno::SRCH);
    CHECK(wali::Child().wait().error() == Errno::CHILD);
    CHECK(wali::Child().stop(1s).error() == Errno::CHILD);
}

TEST_CASE("streams of a child are pipes, files and nothing") {
    const test::LeavesNothing leaves_nothing;
    wali::Child child =
        Command{.arguments = {"cat"}, .input = ChildStream::pipe(), .output = ChildStream::pipe()}.start().value();
    CHECK(child.input().write_all("through the child"));
    CHECK(child.input().close());
    CHECK(read_to_end(child.output()) == "through the child");
    CHECK(child.wait().value().success());

    CHECK(run({.arguments = {"cat"}, .input = ChildStream::null()}).output.empty());
    const wali::File version = wali::File::open("/proc/version").value();
    CHECK(run({.arguments = {"cat"}, .input = ChildStream::of(version)}).output.starts_with("Linux version"));
}

TEST_CASE("a child on a pseudo-terminal has it as its controlling terminal") {
    const test::LeavesNothing leaves_nothing;
    Command command = shell("test -t 0 && test -t 1 && test ! -t 2 && echo yes >/dev/tty");
    command.input = ChildStream::terminal();
    command.output = ChildStream::terminal();
    command.error = ChildStream::null();
    wali::Child child = command.start().value();
    CHECK(read_to_end(child.terminal()) == "yes\r\n");
    CHECK(child.wait().value().success());
}

TEST_CASE("descriptors get the numbers that they are given, also each other's") {
    const test::LeavesNothing leaves_nothing;
    wali::Pipe first = wali::Pipe::create().value();
    wali::Pipe second = wali::Pipe::create().value();
    CHECK(first.writer.write_all("first"));
    CHECK(second.writer.write_all("second"));
    CHECK(first.writer.close());
    CHECK(second.writer.close());
    const wali::ChildDescriptor swapped[] = {{first.reader, 4}, {second.reader, 5}, {first.reader, 6}};
    Command command = shell("cat <&4; cat <&5; cat <&6; echo /proc/self/fd/*");
    command.descriptors = swapped;
    // 3 is the folder that the shell lists.
    const std::string folder = "/proc/self/fd/";
    CHECK(run(command).output == "firstsecond" + folder + "0 " + folder + "1 " + folder + "2 " + folder + "3 " +
                                     folder + "4 " + folder + "5 " + folder + "6\n");

    wali::Pipe crossed = wali::Pipe::create().value();
    const wali::ChildDescriptor exchange[] = {{crossed.reader, crossed.writer.fd().raw()},
                                              {crossed.writer, crossed.reader.fd().raw()}};
    Command writer = shell("echo crossed >/proc/self/fd/" + std::to_string(crossed.reader.fd().raw()));
    writer.descriptors = exchange;
    CHECK(run(writer).status.success());
    CHECK(crossed.writer.close());
    CHECK(read_to_end(crossed.reader) == "crossed\n");

    const wali::ChildDescriptor negative[] = {{crossed.reader, -1}};
    writer.descriptors = negative;
    CHECK(writer.start().error() == wali::Error(Errno::BADF, Call::dup3));
}

TEST_CASE("a command that cannot be started names the call that failed") {
    const test::LeavesNothing leaves_nothing;
    CHECK(Command{}.start().error() == Errno::INVAL);
    CHECK(Command{.arguments = {std::string_view("a\0b", 3)}}.start().error() == Errno::INVAL);
    CHECK(Command{.arguments = {"no such program"}}.start().error() == wali::Error(Errno::NOENT, Call::execve));
    CHECK(Command{.arguments = {""}}.start().error() == wali::Error(Errno::NOENT, Call::execve));
    CHECK(Command{.arguments = {"/etc/passwd"}}.start().error() == wali::Error(Errno::ACCES, Call::execve));
    const std::string long_argument(1 << 20, 'x');
    CHECK(Command{.arguments = {"true", long_argument}}.start().error() == wali::Error(Errno::TOOBIG, Call::execve));
    CHECK(Command{.arguments = {"true"}, .directory = "/no/such/folder"}.start().error() ==
          wali::Error(Errno::NOENT, Call::chdir));
    CHECK(Command{.arguments = {"true"}, .input = ChildStream::of(wali::File())}.start().error() ==
          wali::Error(Errno::BADF, Call::fcntl));
    const wali::Error bad_user =
        is_root() ? wali::Error(Errno::INVAL, Call::setresuid) : wali::Error(Errno::PERM, Call::setresuid);
    CHECK(Command{.arguments = {"true"}, .user = wali::Uid(is_root() ? ~0U : 0)}.start().error() == bad_user);
    const wali::ChildLimit limits[] = {{wali::RlimitResource::NOFILE_, {2, 1}}};
    CHECK(Command{.arguments = {"true"}, .limits = limits}.start().error() ==
          wali::Error(Errno::INVAL, Call::prlimit64));
    CHECK(Command{.arguments = {"true"}, .process_group = wali::Pid(-5)}.start().error() ==
          wali::Error(Errno::INVAL, Call::setpgid));
}

TEST_CASE("an unreadable folder of PATH is told, and does not hide a program behind it") {
    const test::LeavesNothing leaves_nothing;
    const test::TemporaryDirectory folder;
    CHECK(wali::File::create(folder.path("true")));
    Command command{.arguments = {"true"}, .environment = wali::Environment()};
    command.environment->set("PATH", folder.path(""));
    CHECK(command.start().error() == wali::Error(Errno::ACCES, Call::execve));
    command.environment->set("PATH", folder.path("") + ":/bin:/usr/bin");
    CHECK(run(command).status.success());
}

TEST_CASE("user and groups of a child are those of the command and no others") {
    const test::LeavesNothing leaves_nothing;
    if (!is_root()) return;
    // A child that shared our memory would take this away from us.
    const int dumpable = prctl(PR_GET_DUMPABLE);
    Command command{.arguments = {"true"}, .user = wali::Uid(65534), .group = wali::Gid(65533)};
    CHECK(status_line({.user = wali::Uid(65534), .group = wali::Gid(65533)}, "Uid") == "65534\t65534\t65534\t65534");
    CHECK(status_line({.user = wali::Uid(65534), .group = wali::Gid(65533)}, "Gid") == "65533\t65533\t65533\t65533");
    CHECK(status_line({.user = wali::Uid(65534)}, "Groups") == " ");
    const wali::Gid groups[] = {wali::Gid(7), wali::Gid(8)};
    CHECK(status_line({.user = wali::Uid(65534), .groups = groups}, "Groups") == "7 8 ");
    CHECK(run(command).status.success());
    CHECK(prctl(PR_GET_DUMPABLE) == dumpable);
}

TEST_CASE("a child starts with no signal blocked or handled") {
    const test::LeavesNothing leaves_nothing;
    const wali::SignalSet before = wali::signal::block({Signal::TERM, Signal::USR1}).value();
    CHECK(wali::signal::ignore(Signal::PIPE));
    CHECK(wali::signal::ignore(Signal::USR2));
    CHECK(wali::signal::set_handler(Signal::HUP, do_nothing));
    CHECK(status_line({}, "SigBlk") == "0000000000000000");
    CHECK(status_line({}, "SigCgt") == "0000000000000000");
    CHECK(status_line({.signal_mask = {Signal::TERM}}, "SigBlk") == "0000000000004000");
    CHECK((std::stoull(status_line({}, "SigIgn"), nullptr, 16) & 0xfff) == 0x800);
    CHECK((std::stoull(status_line({.default_signals = {Signal::USR2}}, "SigIgn"), nullptr, 16) & 0x1fff) == 0x1000);
    CHECK(wali::signal::reset(Signal::PIPE));
    CHECK(wali::signal::reset(Signal::USR2));
    CHECK(wali::signal::reset(Signal::HUP));
    CHECK(wali::signal::set_mask(before).value().contains(Signal::USR1));
}

TEST_CASE("limits, niceness, processors and umask of a child are the command's") {
    const test::LeavesNothing leaves_nothing;
    Command command = shell("ulimit -n; nice; umask");
    const wali::ChildLimit limits[] = {{wali::RlimitResource::NOFILE_, {33, 33}}};
    command.limits = limits;
    command.nice = 7;
    command.umask = wali::Permissions{0027};
    CHECK(run(command).output == "33\n7\n0027\n");
    CHECK(status_line({.affinity = wali::process::affinity().value()}, "Cpus_allowed") ==
          status_line({}, "Cpus_allowed"));
    CHECK(Command{.arguments = {"true"}, .affinity = wali::CpuSet()}.start().error() ==
          wali::Error(Errno::INVAL, Call::sched_setaffinity));
}

TEST_CASE("a child leads the group or session that the command asks for") {
    const test::LeavesNothing leaves_nothing;
    const std::string script = "set -- $(cat /proc/$$/stat); test $5 = $$ && echo group; test $6 = $$ && echo session";
    Command command = shell(script);
    CHECK(run(command).output.empty());
    command.process_group = wali::Pid(0);
    CHECK(run(command).output == "group\n");
    command.process_group.reset();
    command.new_session = true;
    CHECK(run(command).output == "group\nsession\n");
}

TEST_CASE("a child ends when its parent has ended, if the command says so") {
    const test::LeavesNothing leaves_nothing;
    wali::Pipe pipe = wali::Pipe::create().value();
    const wali::Pid parent = wali::process::fork().value();
    if (parent == wali::Pid(0)) {
        const wali::Pipe never = wali::Pipe::create().value();
        const auto started = Command{.arguments = {"cat"},
                                     .input = ChildStream::of(never.reader),
                                     .output = ChildStream::of(pipe.writer),
                                     .parent_death_signal = Signal::KILL}
                                 .start();
        wali::process::exit(started ? 0 : 1);
    }
    CHECK(pipe.writer.close());
    CHECK(read_to_end(pipe.reader).empty());
    int status = -1;
    CHECK(wali::sys::wait4(parent.raw(), &status, 0, nullptr) == parent.raw());
    CHECK(status == 0);
}

TEST_CASE("a child in another PID namespace ends with its parent, which it cannot see") {
    const test::LeavesNothing leaves_nothing;
    constexpr int not_allowed = 77;
    const wali::Pid parent = wali::process::fork().value();
    if (parent == wali::Pid(0)) {
        if (!wali::system::unshare(wali::Namespaces::USER | wali::Namespaces::PID)) wali::process::exit(not_allowed);
        auto child = Command{.arguments = {"true"}, .parent_death_signal = Signal::KILL}.start();
        wali::process::exit(child && child.value().wait().value().success() ? 0 : 1);
    }
    int status = -1;
    CHECK(wali::sys::wait4(parent.raw(), &status, 0, nullptr) == parent.raw());
    if (status == not_allowed << 8)
        MESSAGE("no PID namespaces are allowed here: the case was not run");
    else
        CHECK(status == 0);
}

TEST_CASE("a child is waited for until a deadline, and ended") {
    const test::LeavesNothing leaves_nothing;
    const Command command{.arguments = {"cat"}, .input = ChildStream::pipe(), .output = ChildStream::null()};
    wali::Child child = command.start().value();
    // Waiting closes the input, so another writer keeps the child alive.
    const wali::File writer = child.input().duplicate().value();
    CHECK_FALSE(child.try_wait().value());
    CHECK(child.wait(1ms).error() == Errno::TIMEDOUT);
    CHECK(child.wait_until(wali::MonotonicClock::now()).error() == Errno::TIMEDOUT);
    CHECK(child.kill());
    CHECK(child.wait(wali::forever()).value().termination_signal() == Signal::KILL);

    wali::Child polite = command.start().value();
    const wali::File polite_writer = polite.input().duplicate().value();
    CHECK(polite.stop(10s).value().termination_signal() == Signal::TERM);

    Command stubborn_command = shell("trap '' TERM; echo ready; while :; do read line; done");
    stubborn_command.input = ChildStream::null();
    stubborn_command.output = ChildStream::pipe();
    wali::Child stubborn = stubborn_command.start().value();
    std::array<char, 8> buffer;
    CHECK(stubborn.output().read(buffer).value() == 6);
    CHECK(stubborn.stop(5ms).value().termination_signal() == Signal::KILL);
}

TEST_CASE("a command that takes too long is killed") {
    const test::LeavesNothing leaves_nothing;
    std::array<char, 64> output;
    std::array<char, 64> error;
    CHECK(shell("echo begun; exec cat /dev/zero >/dev/null").capture(output, error, {.timeout = 20ms}).error() ==
          Errno::TIMEDOUT);
}

TEST_CASE("a child whose output never ends is given up when its time has passed") {
    const test::LeavesNothing leaves_nothing;
    wali::Child child =
        Command{.arguments = {"cat"}, .input = ChildStream::pipe(), .output = ChildStream::null()}.start().value();
    const wali::File writer = child.input().duplicate().value();
    child.output() = wali::File::open("/dev/zero").value();  // where there is always more to read
    std::array<char, 8> output;
    CHECK(child.capture(output, {}, {.timeout = 1ms}).error() == Errno::TIMEDOUT);
    CHECK(child.stop(wali::forever()).value().termination_signal() == Signal::TERM);
}

TEST_CASE("a child whose handle is gone goes on, and leaves no zombie") {
    const test::LeavesNothing leaves_nothing;
    wali::Pipe release = wali::Pipe::create().value();
    wali::Pipe answer = wali::Pipe::create().value();
    {
        const wali::Child child = Command{.arguments = {"cat"},
                                          .input = ChildStream::of(release.reader),
                                          .output = ChildStream::of(answer.writer)}
                                      .start()
                                      .value();
    }
    CHECK(wali::process::reap_detached_children() == 1);
    CHECK(answer.writer.close());
    CHECK(release.writer.write_all("alive"));
    CHECK(release.writer.close());
    CHECK(read_to_end(answer.reader) == "alive");
    while (wali::process::reap_detached_children() != 0) std::this_thread::yield();
}

TEST_CASE("a forked copy leaves its parent's children alone") {
    const test::LeavesNothing leaves_nothing;
    wali::Child child = Command{.arguments = {"cat"}, .input = ChildStream::pipe()}.start().value();
    const wali::Pid copy = wali::process::fork().value();
    if (copy == wali::Pid(0)) {
        const bool refused = child.try_wait().error() == Errno::CHILD;
        child = wali::Child();
        wali::process::exit(refused && wali::process::reap_detached_children() == 0 ? 0 : 1);
    }
    int status = -1;
    CHECK(wali::sys::wait4(copy.raw(), &status, 0, nullptr) == copy.raw());
    CHECK(status == 0);
    CHECK(child.wait().value().success());
}

TEST_CASE("a mebibyte on each stream is captured without a deadlock") {
    const test::LeavesNothing leaves_nothing;
    const std::string input(1 << 20, 'x');
    std::string output(1 << 20, '\0');
    std::string error(1 << 20, '\0');
    const auto both = Command{.arguments = {"tee", "/proc/self/fd/2"}}.capture(output, error, {.input = input});
    CHECK(both.value().output.size() == input.size());
    CHECK(output == input);
    CHECK(error == input);
    CHECK_FALSE(both.value().output_truncated);
    // One after the other, in both orders: whoever reads them in the other order waits for ever.
    for (const char* script : {"head -c 1048576 /dev/zero; head -c 1048576 /dev/zero >&2",
                               "head -c 1048576 /dev/zero >&2; head -c 1048576 /dev/zero"}) {
        const auto captured = shell(script).capture(output, error);
        CHECK(captured.value().output.size() == 1 << 20);
        CHECK(captured.value().error.size() == 1 << 20);
        CHECK(captured.value().status.success());
    }
}

TEST_CASE("output beyond the limit is dropped, and the child does not notice") {
    const test::LeavesNothing leaves_nothing;
    std::array<char, 5> output;
    const auto captured = shell("head -c 1000000 /dev/zero && echo x >&2").capture(output, {});
    CHECK(captured.value().output.size() == 5);
    CHECK(captured.value().output_truncated);
    CHECK(captured.value().error_truncated);
    CHECK(captured.value().status.success());
}

TEST_CASE("a child that does not read its input ends nobody, and one that leaves others behind is not waited for") {
    const test::LeavesNothing leaves_nothing;
    const std::string input(1 << 20, 'x');
    CHECK(run(shell("exit 4"), input).status.exit_code() == 4);
    // Whoever inherits the streams keeps them open: here for as long as our descriptor is.
    wali::Pipe keep = wali::Pipe::create().value();
    Command command = shell("cat <&4 & echo done");
    const wali::ChildDescriptor descriptors[] = {{keep.reader, 4}};
    command.descriptors = descriptors;
    CHECK(run(command).output == "done\n");
}

TEST_CASE("a pipeline connects its commands") {
    const test::LeavesNothing leaves_nothing;
    const Command commands[] = {{.arguments = {"printf", "b\\na\\nb\\n"}},
                                {.arguments = {"sort"}},
                                {.arguments = {"uniq", "-c"}, .output = ChildStream::pipe()}};
    std::array<wali::Child, 3> children;
    CHECK(Command::start_pipeline(commands, children));
    CHECK(read_to_end(children[2].output()) == "      1 a\n      2 b\n");
    for (wali::Child& child : children) CHECK(child.wait().value().success());

    const Command broken[] = {{.arguments = {"cat", "/dev/zero"}}, {.arguments = {"no such program"}}};
    CHECK(Command::start_pipeline(broken, children).error() == wali::Error(Errno::NOENT, Call::execve));
    CHECK_FALSE(children[0]);
    CHECK(Command::start_pipeline(commands, std::span(children).first(2)).error() == Errno::INVAL);
}

TEST_CASE("no descriptor leaks into children of 16 threads, with opens, signals and forks meanwhile") {
    const test::LeavesNothing leaves_nothing;
    const wali::File inheritable = wali::File::from_fd(
        wali::Fd::from_raw(static_cast<int>(wali::sys::openat(-100, "/dev/null", 0, 0))));  // without O_CLOEXEC
    CHECK(wali::signal::set_handler(Signal::ALRM, do_nothing, {.flags = wali::SigactionFlags::RESTART}));
    const itimerval every{{0, 1000}, {0, 1000}};
    const itimerval never{};
    std::atomic<bool> over = false;
    std::atomic<int> wrong = 0;
    std::thread opener([&] {
        while (!over) {
            const auto fd = static_cast<int>(wali::sys::openat(-100, "/dev/null", 0, 0));
            wali::sys::close(fd);
        }
    });
    std::thread forker([&] {
        while (!over) {
            const wali::Pid child = wali::process::fork().value();
            if (child == wali::Pid(0)) wali::process::exit(0);
            if (wali::sys::wait4(child.raw(), nullptr, 0, nullptr) != child.raw()) ++wrong;
        }
    });
    setitimer(ITIMER_REAL, &every, nullptr);
    std::vector<std::thread> starters;
    for (int i = 0; i < 16; ++i)
        starters.emplace_back([&] {
            for (int round = 0; round < 6; ++round) {
                std::array<char, 256> output;
                std::array<char, 256> error;
                const auto captured = shell("echo /proc/self/fd/*").capture(output, error);
                if (captured.has_error() || wali::as_text(captured.value().output) !=
                                                "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3\n")
                    ++wrong;
            }
        });
    for (std::thread& each : starters) each.join();
    setitimer(ITIMER_REAL, &never, nullptr);
    over = true;
    opener.join();
    forker.join();
    CHECK(wrong == 0);
    CHECK(wali::signal::reset(Signal::ALRM));
}

#if !defined(__wasm32__)
TEST_CASE("without close_range no descriptor leaks either") {
    const test::LeavesNothing leaves_nothing;
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) {
        sock_filter filter[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
        const sock_fprog program{4, filter};
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
            wali::process::exit(2);
        for (int i = 0; i < 100; ++i)
            if (wali::sys::openat(-100, "/dev/null", 0, 0) < 0) wali::process::exit(3);
        std::array<char, 256> output;
        const auto captured = shell("echo /proc/self/fd/*").capture(output, {});
        const bool right = captured && wali::as_text(captured.value().output) ==
                                           "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3\n";
        wali::process::exit(right ? 0 : 1);
    }
    int status = -1;
    CHECK(wali::sys::wait4(child.raw(), &status, 0, nullptr) == child.raw());
    CHECK(status == 0);
}
#endif
