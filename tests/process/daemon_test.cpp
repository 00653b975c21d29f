// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <span>
#include <string>

#include <doctest/doctest.h>

#include <wali/fs/file.hpp>
#include <wali/ipc/pipe.hpp>
#include <wali/net/socket.hpp>
#include <wali/process/daemon.hpp>
#include <wali/process/environment.hpp>
#include <wali/process/notify.hpp>
#include <wali/process/prctl.hpp>
#include <wali/process/process.hpp>
#include <wali/process/session.hpp>
#include <wali/process/wait.hpp>
#include <wali/sys/fs.hpp>

#include "support/leaves_nothing.hpp"
#include "support/temporary_directory.hpp"

using wali::Errno;
using wali::Pid;

namespace {

/// What is sent to the manager by `say`, which is given the name of its socket in the environment.
template <class Say>
std::string heard(const wali::SocketAddress& address, const std::string& name, Say say) {
    const wali::Socket manager =
        wali::Socket::create(wali::AddressFamily::UNIX, wali::SocketType::DGRAM, wali::SocketFlags::NONBLOCK).value();
    REQUIRE(manager.bind(address));
    REQUIRE(wali::process::set_variable("NOTIFY_SOCKET", name.c_str()));
    CHECK(say().value());
    REQUIRE(wali::process::remove_variable("NOTIFY_SOCKET"));
    std::array<char, 64> text;
    return {text.data(), manager.receive(text).value()};
}

}  // namespace

TEST_CASE("a service tells its manager how it is") {
    const test::LeavesNothing leaves_nothing;
    const test::TemporaryDirectory folder;
    CHECK_FALSE(wali::process::notify_ready().value());
    std::array<char, 4096> absolute;
    const std::string here = wali::sys::getcwd(absolute.data(), absolute.size()) > 0 ? absolute.data() : "";
    const std::string path = here + "/" + folder.path("notify");
    if (path.size() < 108)
        CHECK(heard(wali::SocketAddress::unix_path(path).value(), path, wali::process::notify_ready) == "READY=1");
    const std::string name = "wali-notify-" + std::to_string(wali::process::id().raw());
    const auto address = wali::SocketAddress::unix_abstract(name).value();
    CHECK(heard(address, "@" + name, wali::process::notify_stopping) == "STOPPING=1");
    CHECK(heard(address, "@" + name, wali::process::notify_watchdog) == "WATCHDOG=1");
    CHECK(heard(address, "@" + name, [] { return wali::process::notify("STATUS=a\nX=b"); }) == "STATUS=a\nX=b");

    CHECK(wali::process::set_variable("NOTIFY_SOCKET", "vsock:2:1234"));
    CHECK(wali::process::notify_ready().error() == Errno::INVAL);
    CHECK(wali::process::set_variable("NOTIFY_SOCKET", ("@" + name).c_str()));
    CHECK(wali::process::notify_ready().error() == wali::Error(Errno::CONNREFUSED, wali::Call::connect));
    CHECK(wali::process::remove_variable("NOTIFY_SOCKET"));
}

TEST_CASE("a service knows how often its manager wants to hear of it") {
    CHECK_FALSE(wali::process::watchdog_interval());
    CHECK(wali::process::set_variable("WATCHDOG_USEC", "2500000"));
    CHECK(wali::process::watchdog_interval() == std::chrono::milliseconds(2500));
    CHECK(wali::process::set_variable("WATCHDOG_PID", "1"));
    CHECK_FALSE(wali::process::watchdog_interval());
    CHECK(wali::process::set_variable("WATCHDOG_PID", std::to_string(wali::process::id().raw()).c_str()));
    CHECK(wali::process::watchdog_interval());
    for (const char* wrong : {"", "0", "-1", "1s", "99999999999999999999", "9223372036854775807"}) {
        CHECK(wali::process::set_variable("WATCHDOG_USEC", wrong));
        CHECK_FALSE(wali::process::watchdog_interval());
    }
    CHECK(wali::process::remove_variable("WATCHDOG_USEC"));
    CHECK(wali::process::remove_variable("WATCHDOG_PID"));
}

TEST_CASE("who starts a daemon waits until it is ready, or has failed") {
    const test::LeavesNothing leaves_nothing;
    CHECK(wali::process::set_child_subreaper(true));
    for (const bool succeeds : {true, false}) {
        wali::Pipe pipe = wali::Pipe::create().value();
        const Pid starter = wali::process::fork().value();
        if (starter == Pid(0)) {
            (void)pipe.reader.close();
            wali::result<wali::Daemon> daemon =
                wali::daemonise({.directory = "/proc", .umask = wali::Permissions{0077}});
            if (daemon.has_error()) wali::process::exit(2);
            const bool right = wali::File::open("self/stat") && wali::process::session() != wali::process::id() &&
                               wali::sys::umask(0) == 0077 && wali::read(wali::standard_input(), {}).has_value();
            (void)pipe.writer.write_all(right ? "right" : "wrong");
            if (succeeds) (void)daemon.value().ready();
            wali::process::exit(0);
        }
        CHECK(pipe.writer.close());
        CHECK(wali::process::wait(starter).value().status.exit_code() == (succeeds ? 0 : 1));
        std::array<char, 8> text{};
        CHECK(pipe.reader.read_all(text).value() == 5);
        CHECK(std::string(text.data(), 5) == "right");
        // The process between, if it was still there, and the daemon.
        while (wali::process::wait(wali::WaitTarget::any())) {
        }
    }
    CHECK(wali::process::set_child_subreaper(false));
}

TEST_CASE("a daemon starts where the standard streams are closed") {
    const test::LeavesNothing leaves_nothing;
    CHECK(wali::process::set_child_subreaper(true));
    for (const int last : {0, 1, 2}) {
        wali::Pipe pipe = wali::Pipe::create().value();
        const Pid starter = wali::process::fork().value();
        if (starter == Pid(0)) {
            for (int stream = 0; stream <= last; ++stream) wali::sys::close(stream);
            bool right = true;
            {
                auto daemon = wali::daemonise();
                right = daemon.has_value() && daemon.value().ready().has_value();
            }
            for (const int stream : {0, 1, 2})
                right = right && wali::write(wali::BorrowedFd::from_raw(stream), "x").has_value();
            (void)pipe.writer.write_all(right ? "right" : "wrong");
            wali::process::exit(0);
        }
        CHECK(pipe.writer.close());
        CHECK(wali::process::wait(starter).value().status.exit_code() == 0);
        std::array<char, 8> text{};
        CHECK(pipe.reader.read_all(text).value() == 5);
        CHECK(std::string(text.data(), 5) == "right");
        while (wali::process::wait(wali::WaitTarget::any())) {
        }
    }
    CHECK(wali::process::set_child_subreaper(false));
}

TEST_CASE("a daemon outlives who has started it, and is told") {
    const test::LeavesNothing leaves_nothing;
    CHECK(wali::process::set_child_subreaper(true));
    wali::Pipe killed = wali::Pipe::create().value();
    wali::Pipe answer = wali::Pipe::create().value();
    const Pid starter = wali::process::fork().value();
    if (starter == Pid(0)) {
        auto daemon = wali::daemonise();
        if (daemon.has_error()) wali::process::exit(2);
        (void)answer.writer.write_all("d");
        std::array<char, 1> word;
        (void)killed.reader.read_all(word);
        const auto ready = daemon.value().ready();
        (void)answer.writer.write_all(ready.has_error() && ready.error() == Errno::PIPE ? "told" : "not told");
        wali::process::exit(0);
    }
    CHECK(answer.writer.close());
    std::array<char, 16> text{};
    CHECK(answer.reader.read_all(std::span(text).first(1)).value() == 1);
    CHECK(wali::process::send_signal(starter, wali::Signal::KILL));
    CHECK(wali::process::wait(starter).value().status.termination_signal() == wali::Signal::KILL);
    CHECK(killed.writer.write_all("k"));
    CHECK(answer.reader.read_all(text).value() == 4);
    CHECK(std::string(text.data()) == "told");
    while (wali::process::wait(wali::WaitTarget::any())) {
    }
    CHECK(wali::process::set_child_subreaper(false));
}
