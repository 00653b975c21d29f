// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <doctest/doctest.h>

#include <wali/net/socket_activation.hpp>
#include <wali/net/tcp.hpp>
#include <wali/net/unix_socket.hpp>
#include <wali/process/process.hpp>
#include <wali/sys/fs.hpp>
#include <wali/sys/process.hpp>

using wali::Errno;
using wali::Pid;
using wali::SocketActivation;

namespace {

/// What a program that was started with two sockets finds: 0, or the number of the first thing that is wrong.
int activated_program() {
    const auto listener = wali::TcpListener::listen_on({wali::IpAddress::v4_loopback(), 0}).value();
    const auto datagram = wali::UnixDatagram::create().value();
    // As a service manager does: first out of the way of 3 and 4, which they may have got.
    const auto duplicate = [](wali::BorrowedFd fd) {
        return static_cast<int>(wali::sys::fcntl(fd.raw(), wali::abi::bits(wali::abi::FcntlCommand::DUPFD), 100));
    };
    const int listening = duplicate(listener);
    const int receiving = duplicate(datagram);
    wali::sys::dup3(listening, 3, 0);
    wali::sys::dup3(receiving, 4, 0);

    const std::string self = std::to_string(wali::process::id().raw());
    auto sockets = SocketActivation::from_values(self.c_str(), "2", "web:log", wali::process::id());
    if (!sockets || sockets.value().size() != 2) return 1;
    const auto web = sockets.value().take();
    if (!web || web->name != "web" || web->socket.raw() != 3) return 2;
    if ((wali::sys::fcntl(3, wali::abi::bits(wali::abi::FcntlCommand::GETFD), 0) & 1) == 0) return 3;
    {
        const SocketActivation rest = std::move(sockets).value();
        if (rest.size() != 1) return 4;
    }
    // Nobody took the second one, so it is closed.
    if (wali::sys::fcntl(4, wali::abi::bits(wali::abi::FcntlCommand::GETFD), 0) >= 0) return 5;
    return 0;
}

}  // namespace

TEST_CASE("a program takes the sockets that a service manager has opened for it") {
    const auto child = wali::process::fork().value();
    if (child == Pid(0)) wali::process::exit(activated_program());
    int status = -1;
    CHECK(wali::sys::wait4(child.raw(), &status, 0, nullptr) == child.raw());
    CHECK(status == 0);
}

TEST_CASE("sockets that are meant for another process, or none, are not taken") {
    const auto passed = [](const char* pid, const char* count) {
        return SocketActivation::from_values(pid, count, nullptr, Pid(77));
    };
    CHECK(passed(nullptr, nullptr).value().size() == 0);
    CHECK(passed(nullptr, "1").value().size() == 0);
    CHECK(passed("76", "1").value().size() == 0);
    CHECK(passed("77", "0").value().size() == 0);
    CHECK_FALSE(passed("77", "0").value().take());
    CHECK(SocketActivation::from_environment().value().size() == 0);
    for (const char* bad : {"", "-1", "x", "1x", "70000"}) CHECK(passed("77", bad).error() == Errno::INVAL);
    for (const char* bad : {"me", "-77", ""}) CHECK(passed(bad, "1").error() == Errno::INVAL);
    CHECK(passed("77", "60000").error() == wali::Error(Errno::BADF, wali::Call::fcntl));
}
