// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <atomic>
#include <list>
#include <optional>

#include "connection.hpp"
#include "service.hpp"

import wali;

namespace httpd {

/// The event loop: one listener, up to max_connections connections, one thread.
class Server {
  public:
    /// Leaves room for the kept files below the usual limit of 1024 descriptors.
    static constexpr wali::usize max_connections = 900;

    /// Listens on `address` from now on; connections are served in run(). `timeout` is how long a connection may be
    /// idle, a request may take to arrive, and a response may make no progress. Errors: those of Socket::listen_on().
    static wali::result<Server> listen_on(const wali::SocketAddress& address, FileTree tree,
                                          std::chrono::seconds timeout) noexcept;

    /// Where it listens: with the port that was picked, if the address had port 0.
    wali::result<wali::SocketAddress> address() const noexcept { return listener_->local_address(); }

    /// Serves until `stop` is true. It is looked at after each wait, during which the thread's signal mask is
    /// `wait_mask`: a handler that sets it ends the loop, if its signal is blocked at all other times.
    wali::result<void> run(const std::atomic<bool>& stop, const wali::SignalSet& wait_mask) noexcept;

    /// After run(): stops listening, ends idle connections, and goes on until the others have their answers, or for
    /// `longest` at most.
    wali::result<void> finish(std::chrono::seconds longest, const wali::SignalSet& wait_mask) noexcept;

  private:
    using Time = Service::Time;
    using Next = Connection::Next;

    /// A connection and what is known about it here.
    struct Peer {
        Peer(wali::EpollRegistration<wali::Socket> socket, const Service& service) noexcept
            : connection(std::move(socket), service), deadline(connection.deadline()) {}

        wali::u32 index() const noexcept { return connection.socket().key().index(); }

        Connection connection;
        Time deadline;
        Next waits_for = Next::receive;
        std::list<Peer>::iterator self;
    };

    Server(wali::Epoll epoll, wali::EpollRegistration<wali::Socket> listener, FileTree tree,
           std::chrono::seconds timeout) noexcept;

    wali::result<void> serve_ready(const wali::SignalSet& wait_mask) noexcept;
    std::chrono::milliseconds time_to_wait() const noexcept;
    void accept_waiting() noexcept;
    void start(wali::Socket socket) noexcept;
    void pause_accepting(std::optional<Time> until) noexcept;
    void resume_accepting() noexcept;
    void update(Peer& peer, Next next) noexcept;
    void end(Peer& peer) noexcept;
    void end_overdue() noexcept;

    wali::Epoll epoll_;
    wali::EpollRegistration<wali::Socket> listener_;
    Service service_;
    // Whose an event is: by the index of its registration, while its key is the registration's. Index 0 is the
    // listener.
    std::array<Peer*, max_connections + 1> peer_at_{};
    std::list<Peer> peers_;  // the nearest deadline first: all are equally far when they are set
    bool accepting_ = true;
    std::optional<Time> accept_again_;
    std::optional<Time> finish_by_;
    std::array<wali::EpollEvent, 256> events_;
};

}  // namespace httpd
