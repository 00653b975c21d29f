// %NAME% [ADDRESS:PORT]: answers whoever connects; 127.0.0.1:0, the default, takes a port that is free. Where systemd
// has opened a socket for it (systemd.socket(5)), it takes that one.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <semaphore>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <wali/try.hpp>

#include "service.hpp"

import wali;

namespace {

constexpr int first_passed_descriptor = 3;  // sd_listen_fds(3)

std::counting_semaphore<> places(32);  // of clients at once, each with its thread: a slow one keeps nobody waiting

wali::result<wali::Socket> listen(std::string_view text) {
    const char* const passed_to = std::getenv("LISTEN_PID");
    if (passed_to != nullptr && std::atoi(passed_to) == getpid())
        return wali::Socket::from_fd(wali::Fd::from_raw(first_passed_descriptor));
    WALI_TRY(const auto address, wali::SocketAddress::parse(text));
    return wali::Socket::listen_on(address);
}

/// Whether there may be a connection later: when a client has ended, if there were too many.
bool passes(wali::Error error) {
    return error != wali::Errno::BADF && error != wali::Errno::INVAL && error != wali::Errno::NOTSOCK;
}

void serve_alone(wali::Socket client) {
    if (!serve(client)) std::fputs("a client went away\n", stderr);  // no reason to end
    places.release();
}

wali::result<void> run(std::string_view text) {
    WALI_TRY(const auto listener, listen(text));
    WALI_TRY(const auto address, listener.local_address());
    wali::SocketAddress::Text buffer;
    std::printf("listening on %s\n", std::string(address.format(buffer)).c_str());
    std::fflush(stdout);
    for (;;) {
        places.acquire();
        auto client = listener.accept();
        if (client) {
            std::thread(serve_alone, std::move(client).value()).detach();
        } else {
            places.release();
            if (!passes(client.error())) return client.error();
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 2) {
        std::fputs("usage: %NAME% [ADDRESS:PORT]\n", stderr);
        return 2;
    }
    return wali::exit_status("%NAME%", run(argc == 2 ? argv[1] : "127.0.0.1:0"));
}
