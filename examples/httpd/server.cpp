// SPDX-License-Identifier: BSL-1.0
#include "server.hpp"

#include <algorithm>
#include <utility>
#include <wali/try.hpp>

namespace httpd {

namespace {

using wali::EpollEvents;
using wali::Errno;

/// How many connections are taken before those that are there have their turn.
constexpr int longest_accept_run = 64;

/// How long to leave connections waiting when there is no descriptor or memory for them.
constexpr auto shortage_pause = std::chrono::seconds(1);

EpollEvents events_for(Connection::Next next) noexcept {
    return next == Connection::Next::send ? EpollEvents::OUT : EpollEvents::IN;
}

}  // namespace

wali::result<Server> Server::listen_on(const wali::SocketAddress& address, FileTree tree,
                                       std::chrono::seconds timeout) noexcept {
    WALI_TRY(auto listener, wali::Socket::listen_on(address, {.flags = wali::SocketFlags::NONBLOCK}));
    // Connections inherit it. Responses are sent in one piece, so nothing is gained by holding back their ends.
    if (address.family() != wali::AddressFamily::UNIX) WALI_TRY(listener.set(wali::option::tcp::no_delay(true)));
    WALI_TRY(auto epoll, wali::Epoll::create());
    WALI_TRY(auto watched, epoll.add(std::move(listener), EpollEvents::IN));
    return Server(std::move(epoll), std::move(watched), std::move(tree), timeout);
}

Server::Server(wali::Epoll epoll, wali::EpollRegistration<wali::Socket> listener, FileTree tree,
               std::chrono::seconds timeout) noexcept
    : epoll_(std::move(epoll)), listener_(std::move(listener)), service_(std::move(tree), timeout) {}

wali::result<void> Server::run(const std::atomic<bool>& stop, const wali::SignalSet& wait_mask) noexcept {
    while (!stop) WALI_TRY(serve_ready(wait_mask));
    return wali::success();
}

wali::result<void> Server::finish(std::chrono::seconds longest, const wali::SignalSet& wait_mask) noexcept {
    // Who is in the listener's queue would see a connection that was reset.
    if (accepting_) accept_waiting();
    listener_ = {};
    accepting_ = true;  // nothing is to be resumed
    accept_again_.reset();
    service_.end();
    finish_by_ = service_.now() + longest;
    auto next = peers_.begin();
    for (auto left = peers_.size(); left > 0; --left) {
        Peer& peer = *next++;
        update(peer, peer.connection.on_end(service_));
    }
    while (!peers_.empty() && service_.now() < *finish_by_) WALI_TRY(serve_ready(wait_mask));
    return wali::success();
}

/// Waits, and does what there is to do then.
wali::result<void> Server::serve_ready(const wali::SignalSet& wait_mask) noexcept {
    const auto ready = epoll_.wait(events_, time_to_wait(), &wait_mask);
    if (!ready && ready.error() != Errno::INTR) return ready.error();
    service_.tick();
    bool listener_ready = false;
    for (const auto& event : ready ? ready.value() : std::span<wali::EpollEvent>()) {
        if (event.is_for(listener_)) {
            listener_ready = true;
            continue;
        }
        Peer* const peer = peer_at_[event.index()];
        if (peer == nullptr || !event.is_for(peer->connection.socket())) continue;
        update(*peer, peer->connection.on_ready(service_));
    }
    end_overdue();
    if (accept_again_ && service_.now() >= *accept_again_) resume_accepting();
    // Last, so that no new connection takes the place of one that has an event left in this round.
    if (listener_ready && accepting_) accept_waiting();
    return wali::success();
}

std::chrono::milliseconds Server::time_to_wait() const noexcept {
    std::optional<Time> next = accept_again_ ? accept_again_ : finish_by_;
    if (!peers_.empty()) next = std::min(next.value_or(Time::max()), peers_.front().deadline);
    if (!next) return std::chrono::milliseconds::max();
    return std::chrono::ceil<std::chrono::milliseconds>(*next - service_.now());
}

void Server::accept_waiting() noexcept {
    for (int i = 0; i < longest_accept_run; ++i) {
        if (peers_.size() >= max_connections) return pause_accepting({});
        auto socket = listener_->accept(wali::SocketFlags::NONBLOCK);
        if (socket) {
            start(std::move(socket).value());
            continue;
        }
        switch (socket.error().code()) {
            case Errno::AGAIN: return;
            case Errno::INTR:
            case Errno::CONNABORTED: break;
            // Out of descriptors or memory, or a network error that accept(2) passes on: the connection stays in the
            // queue and the listener stays ready, so without a pause this would spin.
            default: return pause_accepting(service_.now() + shortage_pause);
        }
    }
}

void Server::start(wali::Socket socket) noexcept {
    const auto free = std::ranges::find(peer_at_.begin() + 1, peer_at_.end(), nullptr);
    auto watched = epoll_.add(std::move(socket), EpollEvents::IN, static_cast<wali::u32>(free - peer_at_.begin()));
    if (!watched) return;
    Peer& peer = peers_.emplace_back(std::move(watched).value(), service_);
    peer.self = std::prev(peers_.end());
    *free = &peer;
}

void Server::pause_accepting(std::optional<Time> until) noexcept {
    accepting_ = !listener_.modify(EpollEvents{});
    accept_again_ = until;
}

void Server::resume_accepting() noexcept {
    accepting_ = static_cast<bool>(listener_.modify(EpollEvents::IN));
    accept_again_.reset();
}

/// Does what a connection has answered.
void Server::update(Peer& peer, Next next) noexcept {
    if (next == Next::close) return end(peer);
    if (next != peer.waits_for) {
        if (!peer.connection.socket().modify(events_for(next))) return end(peer);
        peer.waits_for = next;
    }
    if (peer.deadline == peer.connection.deadline()) return;
    peer.deadline = peer.connection.deadline();
    peers_.splice(peers_.end(), peers_, peer.self);
}

void Server::end(Peer& peer) noexcept {
    peer_at_[peer.index()] = nullptr;
    peers_.erase(peer.self);
    if (!accepting_) resume_accepting();
}

void Server::end_overdue() noexcept {
    while (!peers_.empty() && peers_.front().deadline <= service_.now()) {
        Peer& peer = peers_.front();
        update(peer, peer.connection.on_deadline(service_));
    }
}

}  // namespace httpd
