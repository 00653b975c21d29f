// SPDX-License-Identifier: BSL-1.0
// socket-activated: a service that a manager starts when somebody connects: it takes the manager's listening sockets
// and tells each peer who it is and by which socket it came, until SIGTERM ends it.
//
//     systemd-socket-activate -l /run/whoami.sock --fdname=whoami socket-activated
//
// The socket is there before the service, and stays when it ends: no connection is refused meanwhile.
#include <array>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include <wali/try.hpp>

import wali;

namespace {

struct Listener {
    wali::EpollRegistration<wali::UnixListener> socket;
    std::string name;
};

/// Takes the sockets that are Unix listeners; any other one is a mistake of the configuration.
wali::result<std::vector<Listener>> take_listeners(const wali::Epoll& epoll) {
    WALI_TRY(auto sockets, wali::SocketActivation::from_environment());
    std::vector<Listener> listeners;
    while (auto passed = sockets.take()) {
        auto listener = wali::UnixListener::from_fd(std::move(passed->socket));
        WALI_TRY(const bool listens, listener.get(wali::option::listening));
        WALI_TRY(listener.local_address());  // AFNOSUPPORT for another family
        if (!listens) return wali::Errno::INVAL;
        // The manager, and whoever has the same socket, may have taken the connection before us.
        WALI_TRY(listener.set_non_blocking(true));
        const auto index = static_cast<wali::u32>(listeners.size());
        WALI_TRY(auto watch, epoll.add(std::move(listener), wali::EpollEvents::IN, index));
        listeners.push_back({std::move(watch), std::string(passed->name)});
    }
    return listeners;
}

wali::result<void> answer(const Listener& listener) {
    WALI_TRY(const auto peer, listener.socket->accept());
    WALI_TRY(const auto who, peer.get(wali::option::peer_credentials));
    const std::string text = "user " + std::to_string(who.user.raw()) + ", process " +
                             std::to_string(who.process.raw()) + ", by way of " + listener.name + "\n";
    (void)peer.send(text);  // a new connection has room for a line
    return wali::success();
}

wali::result<void> serve() {
    WALI_TRY(const wali::Termination termination, wali::signal::on_termination());
    WALI_TRY(const wali::Epoll epoll, wali::Epoll::create());
    WALI_TRY(const auto listeners, take_listeners(epoll));
    if (listeners.empty()) {
        std::fputs("socket-activated: no sockets: start it by a manager, such as systemd-socket-activate\n", stderr);
        return wali::Errno::NOTCONN;
    }
    WALI_TRY(const auto end, epoll.add(termination.fd(), wali::EpollEvents::IN));
    for (;;) {
        std::array<wali::EpollEvent, 16> room;
        WALI_TRY(const auto events, wali::retry_interrupted([&] { return epoll.wait(room); }));
        for (const wali::EpollEvent& event : events) {
            if (event.is_for(end)) return wali::success();
            const auto answered = answer(listeners[event.index()]);
            if (answered || answered.error() == wali::Errno::AGAIN) continue;
            // Without descriptors or memory the connection stays, and is there at once again: look later.
            if (termination.wait(std::chrono::seconds(1))) return wali::success();
        }
    }
}

}  // namespace

int main(int argc, char**) {
    if (argc > 1) {
        std::fputs("usage: systemd-socket-activate -l SOCKET socket-activated\n", stderr);
        return 2;
    }
    return wali::exit_status("socket-activated", serve());
}
