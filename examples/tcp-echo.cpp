// SPDX-License-Identifier: BSL-1.0
// tcp-echo [ADDRESS:PORT]: sends back what it receives, to any number of connections at once, until a signal ends it.
//
// One thread and an epoll instance. A connection has one buffer: while a slow reader leaves bytes in it, nothing more
// is received from that connection, so a peer that only writes fills its own buffers and not this program's memory.
#include <array>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <unordered_map>

#include <wali/try.hpp>

import wali;

namespace {

/// One peer, and its bytes that were not sent back yet.
class Connection {
  public:
    explicit Connection(wali::EpollRegistration<wali::TcpStream> stream) : stream_(std::move(stream)) {}

    /// Moves bytes until a call would wait. False when the connection is over.
    wali::result<bool> move_bytes() noexcept {
        for (;;) {
            if (begin_ == end_) {
                const auto received = wali::retry_interrupted([&] { return stream_->receive(buffer_); });
                if (!received) return would_wait(received.error(), wali::EpollEvents::IN);
                if (received.value() == 0) return false;
                begin_ = 0;
                end_ = received.value();
            }
            const auto rest = std::span(buffer_).subspan(begin_, end_ - begin_);
            const auto sent = wali::retry_interrupted([&] { return stream_->send(rest); });
            if (!sent) return would_wait(sent.error(), wali::EpollEvents::OUT);
            begin_ += sent.value();
        }
    }

  private:
    /// Waits for `events` if the error only says so.
    wali::result<bool> would_wait(wali::Error error, wali::EpollEvents events) noexcept {
        if (error != wali::Errno::AGAIN) return error;
        WALI_TRY(stream_.modify(events));
        return true;
    }

    wali::EpollRegistration<wali::TcpStream> stream_;
    std::array<std::byte, 16384> buffer_;
    wali::usize begin_ = 0;
    wali::usize end_ = 0;
};

/// Whether a connection could not be accepted for want of descriptors or memory, which others have to give back first.
bool has_too_many(wali::Error error) noexcept {
    return error == wali::Errno::MFILE || error == wali::Errno::NFILE || error == wali::Errno::NOBUFS ||
           error == wali::Errno::NOMEM;
}

wali::result<void> serve(const wali::Endpoint& address) {
    WALI_TRY(wali::TcpListener listener, wali::TcpListener::listen_on(address, {.flags = wali::SocketFlags::NONBLOCK}));
    WALI_TRY(const wali::Endpoint local, listener.local_address());
    wali::Endpoint::Text text;
    std::printf("listening on %s\n", std::string(local.format(text)).c_str());
    std::fflush(stdout);

    WALI_TRY(const wali::Epoll epoll, wali::Epoll::create());
    WALI_TRY(const auto listening, epoll.add(std::move(listener), wali::EpollEvents::IN));  // its index is 0
    std::unordered_map<wali::u32, Connection> connections;
    wali::u32 last_index = 0;
    bool accepts = true;
    for (;;) {
        std::array<wali::EpollEvent, 64> room;
        const auto longest = accepts ? std::chrono::milliseconds::max() : std::chrono::seconds(1);
        WALI_TRY(const auto events, wali::retry_interrupted([&] { return epoll.wait(room, longest); }));
        if (!accepts) WALI_TRY(listening.modify(wali::EpollEvents::IN));
        accepts = true;
        for (const wali::EpollEvent& event : events) {
            if (event.is_for(listening)) {
                auto stream = listening->accept(wali::SocketFlags::NONBLOCK);
                if (!stream && has_too_many(stream.error())) {
                    // The connection stays where it is and the listener ready: do not look at it for a while.
                    WALI_TRY(listening.modify(wali::EpollEvents{}));
                    accepts = false;
                }
                if (!stream) continue;  // such as a peer that has given up
                while (++last_index == 0 || connections.contains(last_index)) continue;
                auto added = epoll.add(std::move(stream).value(), wali::EpollEvents::IN, last_index);
                if (added) connections.try_emplace(last_index, std::move(added).value());
                continue;
            }
            const auto found = connections.find(event.index());
            if (found == connections.end()) continue;
            const auto goes_on = found->second.move_bytes();
            if (goes_on.has_error() || !goes_on.value()) connections.erase(found);
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view text = argc > 1 ? argv[1] : "127.0.0.1:7777";
    const auto address = wali::Endpoint::parse(text);
    if (argc > 2 || !address) {
        if (argc > 2)
            std::fputs("usage: tcp-echo [ADDRESS:PORT]\n", stderr);
        else
            std::fprintf(stderr, "tcp-echo: %s: at byte %zu should be %s\n", argv[1], address.position(),
                         address.expected());
        return 2;
    }
    return wali::exit_status("tcp-echo", serve(address.value()));
}
