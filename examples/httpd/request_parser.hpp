// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include "status.hpp"

namespace httpd {

enum class Method { get, head, other };

/// The head of one request. The texts view the bytes that the parser was given.
struct Request {
    Method method = Method::other;
    std::string_view target;      ///< as sent: a path with an optional query, or a URI with scheme and host
    bool keep_alive = false;      ///< the client wants to send more requests on the connection
    bool announce_reuse = false;  ///< HTTP/1.0: a kept connection has to be announced in the response
    bool has_body = false;        ///< a body follows, whose length this server does not care to know
};

/// Reads the head of an HTTP/1.1 or HTTP/1.0 request (RFC 9112) from bytes as they arrive, line by line.
///
/// It is strict where leniency lets two readers of the same bytes see different requests: lines end in CR LF and
/// nothing else, no folded header lines, no space before a colon, one Host, one decimal Content-Length, and not
/// together with Transfer-Encoding. It allocates nothing, makes no system call and looks at each byte once.
class RequestParser {
  public:
    /// A longer request line (without its end) is refused with 414, longer header fields (with their ends) with 431.
    static constexpr std::size_t longest_request_line = 4 << 10;
    static constexpr std::size_t longest_header_fields = 8 << 10;
    /// However a client behaves, parse() has ended when it has been given so many bytes.
    static constexpr std::size_t longest_head = longest_request_line + longest_header_fields + 8;

    enum class Progress { incomplete, complete, refused };

    /// Goes on reading. `received` is everything from the first byte of this request on: its beginning must be the same
    /// memory with the same content in every call. After `complete` or `refused` call restart().
    Progress parse(std::string_view received) noexcept;

    void restart() noexcept { *this = RequestParser(); }

    /// After `complete`: the head, and how many bytes it took.
    const Request& request() const noexcept { return request_; }
    std::size_t size() const noexcept { return position_; }
    /// After `refused`: what to answer. The connection cannot be used for more requests.
    Status refusal() const noexcept { return refusal_; }

  private:
    enum class Stage { before_request_line, request_line, header_fields, end };

    bool take_line(std::string_view line) noexcept;
    bool take_request_line(std::string_view line) noexcept;
    bool take_header_field(std::string_view line) noexcept;
    bool take_host(std::string_view value) noexcept;
    bool take_content_length(std::string_view value) noexcept;
    bool take_connection(std::string_view value) noexcept;
    bool finish() noexcept;
    bool over_limit(std::size_t unfinished) noexcept;
    bool refuse(Status status) noexcept;

    Request request_;
    Stage stage_ = Stage::before_request_line;
    Status refusal_ = Status::bad_request;
    std::size_t position_ = 0;      // where the line being read begins
    std::size_t line_scanned_ = 0;  // how much of it is known to hold no line end
    std::size_t header_begin_ = 0;
    bool http_1_0_ = false;
    bool has_host_ = false;
    bool has_content_length_ = false;
    bool has_transfer_encoding_ = false;
    bool says_close_ = false;
    bool says_keep_alive_ = false;
};

}  // namespace httpd
