// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "request_parser.hpp"
#include "served_file.hpp"
#include "service.hpp"

import wali;

namespace httpd {

/// One client: its requests, answered one after the other, each completely before the next is looked at.
///
/// It never waits. It is told when its socket is ready and says what it waits for next. It takes a fixed amount of
/// memory, whatever the client does: an unread request stays in the kernel until the response before it is sent.
class Connection {
  public:
    enum class Next { receive, send, close };

    Connection(wali::EpollRegistration<wali::Socket> socket, const Service& service) noexcept
        : socket_(std::move(socket)), deadline_(service.deadline()) {}
    // Views of its own buffers are kept: it stays where it is.
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    const wali::EpollRegistration<wali::Socket>& socket() const noexcept { return socket_; }

    /// The socket is ready for what the last answer asked for, or broken.
    Next on_ready(Service& service) noexcept;

    /// The deadline has passed: ends the connection, after telling a client that is in the middle of a request.
    Next on_deadline(Service& service) noexcept;

    /// The server ends: what has arrived is still answered, what is under way goes on, an idle connection ends.
    Next on_end(Service& service) noexcept;

    /// Each complete request, each response and all progress in sending move it; bytes of an unfinished request do not.
    Service::Time deadline() const noexcept { return deadline_; }

  private:
    enum class Stage { receiving, sending, draining };
    enum class Sent { all, part, failed };

    static constexpr wali::usize input_size = 2 * RequestParser::longest_head;
    /// The longest head of a response: a redirection, which repeats the path and query of the request.
    static constexpr wali::usize head_size = RequestParser::longest_request_line + 512;

    Next receive(Service& service) noexcept;
    Next serve_received(Service& service) noexcept;
    Next finish_response(Service& service) noexcept;
    Next drain() noexcept;
    Next begin_draining(Service& service) noexcept;
    void make_room() noexcept;
    std::string_view received() const noexcept { return {input_.data() + begin_, end_ - begin_}; }

    void answer(const Request& request, Service& service) noexcept;
    void answer_file(const Request& request, std::shared_ptr<const ServedFile> file, Service& service) noexcept;
    void answer_status(Status status, const Request& request, std::string_view extra_fields, Service& service) noexcept;
    void refuse(Status status, Service& service) noexcept;

    std::string_view connection_field(const Request& request) const noexcept;

    Sent send(Service& service) noexcept;
    wali::result<wali::ConstBytes> body_piece() noexcept;

    wali::EpollRegistration<wali::Socket> socket_;
    Service::Time deadline_;
    Stage stage_ = Stage::receiving;

    RequestParser parser_;
    wali::usize begin_ = 0;     // of the first request in input_ that is not answered
    wali::usize end_ = 0;       // of what has been received
    bool close_after_ = false;  // the connection ends with the response
    bool input_left_ = false;   // and bytes may follow that will not be read

    wali::usize head_sent_ = 0;
    wali::usize head_end_ = 0;
    std::shared_ptr<const ServedFile> body_;
    wali::u64 body_sent_ = 0;
    wali::MemoryMap window_;  // the part of a large body that is being sent
    wali::u64 drained_ = 0;

    std::array<char, head_size> head_;
    std::array<char, input_size> input_;
};

}  // namespace httpd
