// SPDX-License-Identifier: BSL-1.0
// accept MILLISECONDS: listens on a port that the kernel chooses and prints it, and greets the first visitor if one
// comes in time.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <wali/try.hpp>

import wali;

namespace {

wali::result<wali::Socket> accept_until(const wali::Socket& listener, wali::Deadline deadline) {
    for (;;) {
        wali::PollItem item(listener, wali::PollEvents::IN);
        WALI_TRY(const wali::usize ready,
                 wali::retry_interrupted([&] { return wali::event::poll_until({&item, 1}, deadline); }));
        if (ready == 0) return wali::Errno::TIMEDOUT;
        // A visitor that has gone again must not make us wait here.
        auto visitor = listener.accept();
        if (visitor || (visitor.error() != wali::Errno::AGAIN && visitor.error() != wali::Errno::CONNABORTED))
            return visitor;
    }
}

wali::result<void> greet(wali::Timeout timeout) {
    WALI_TRY(const auto listener,
             wali::Socket::listen_on(wali::SocketAddress::ipv4_loopback(0), {.flags = wali::SocketFlags::NONBLOCK}));
    WALI_TRY(const auto address, listener.local_address());
    std::printf("%u\n", unsigned{address.port()});
    std::fflush(stdout);
    WALI_TRY(const auto visitor, accept_until(listener, wali::Deadline::after(timeout)));
    return visitor.send_all("hello\n");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: accept MILLISECONDS\n", stderr);
        return 2;
    }
    return wali::exit_status("accept", greet(std::chrono::milliseconds(std::atoi(argv[1]))));
}
