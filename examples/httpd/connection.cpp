// SPDX-License-Identifier: BSL-1.0
#include "connection.hpp"

#include <algorithm>
#include <cstring>
#include <wali/try.hpp>

#include "request_path.hpp"
#include "text_writer.hpp"

namespace httpd {

namespace {

/// What a client may still send after a response that ends the connection, before it is cut off.
constexpr wali::u64 longest_drain = 1 << 20;

/// How much one connection sends before the others have their turn.
constexpr wali::u64 longest_turn = ServedFile::window_size;

bool is_transient(wali::Error error) noexcept { return error == wali::Errno::AGAIN || error == wali::Errno::INTR; }

Status status_of(wali::Error error) noexcept {
    switch (error.code()) {
        case wali::Errno::NOENT:
        case wali::Errno::NOTDIR:
        case wali::Errno::LOOP:
        case wali::Errno::ACCES:
        case wali::Errno::NAMETOOLONG: return Status::not_found;
        case wali::Errno::MFILE:
        case wali::Errno::NFILE:
        case wali::Errno::NOMEM: return Status::service_unavailable;
        default: return Status::internal_server_error;
    }
}

}  // namespace

Connection::Next Connection::on_ready(Service& service) noexcept {
    switch (stage_) {
        case Stage::receiving: return receive(service);
        case Stage::sending: return finish_response(service);
        case Stage::draining: return drain();
    }
    return Next::close;
}

Connection::Next Connection::on_deadline(Service& service) noexcept {
    if (stage_ != Stage::receiving || received().empty()) return Next::close;
    refuse(Status::request_timeout, service);
    deadline_ = service.deadline();
    return finish_response(service);
}

Connection::Next Connection::on_end(Service& service) noexcept {
    if (stage_ == Stage::sending) return Next::send;
    const Next next = on_ready(service);
    return next == Next::receive && stage_ == Stage::receiving && received().empty() ? Next::close : next;
}

Connection::Next Connection::receive(Service& service) noexcept {
    const auto size = socket_->receive(std::span(input_).subspan(end_));
    if (!size) return is_transient(size.error()) ? Next::receive : Next::close;
    if (size.value() == 0) return Next::close;
    // A request has the whole timeout from its first byte on.
    if (begin_ == end_) deadline_ = service.deadline();
    end_ += size.value();
    return serve_received(service);
}

/// Answers the complete requests that have been received, until one response does not fit into the socket.
Connection::Next Connection::serve_received(Service& service) noexcept {
    for (;;) {
        switch (parser_.parse(received())) {
            case RequestParser::Progress::incomplete:
                make_room();
                if (!service.ending() || !received().empty()) return Next::receive;
                input_left_ = true;  // its last response told the client that it may go on
                return begin_draining(service);
            case RequestParser::Progress::refused: refuse(parser_.refusal(), service); break;
            case RequestParser::Progress::complete: answer(parser_.request(), service); break;
        }
        begin_ += parser_.size();
        parser_.restart();
        deadline_ = service.deadline();
        stage_ = Stage::sending;
        switch (send(service)) {
            case Sent::part: return Next::send;
            case Sent::failed: return Next::close;
            case Sent::all: break;
        }
        if (close_after_) return begin_draining(service);
        stage_ = Stage::receiving;
    }
}

/// Goes on with a response that did not fit into the socket before.
Connection::Next Connection::finish_response(Service& service) noexcept {
    stage_ = Stage::sending;
    switch (send(service)) {
        case Sent::part: return Next::send;
        case Sent::failed: return Next::close;
        case Sent::all: break;
    }
    if (close_after_) return begin_draining(service);
    stage_ = Stage::receiving;
    return serve_received(service);
}

/// Closing a socket with unread input resets the connection, and the client may lose the response. So where input may
/// be left, it is read until the client has closed its side.
Connection::Next Connection::begin_draining(Service& service) noexcept {
    if (!input_left_ && received().empty()) return Next::close;
    if (!socket_->shutdown(wali::ShutdownHow::WR)) return Next::close;
    stage_ = Stage::draining;
    deadline_ = service.deadline();
    return Next::receive;
}

Connection::Next Connection::drain() noexcept {
    const auto size = socket_->receive(input_);
    if (!size) return is_transient(size.error()) ? Next::receive : Next::close;
    drained_ += size.value();
    return size.value() == 0 || drained_ > longest_drain ? Next::close : Next::receive;
}

/// Makes sure that the rest of the request that has begun fits into the input, however long it gets.
void Connection::make_room() noexcept {
    if (begin_ == end_) {
        begin_ = end_ = 0;
        return;
    }
    if (input_size - begin_ >= RequestParser::longest_head) return;
    std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    // The parser remembers texts at their old place: let it begin anew.
    parser_.restart();
}

void Connection::answer(const Request& request, Service& service) noexcept {
    // Nobody reads a body here: where it ends is not known, so the connection ends with the response.
    input_left_ = request.has_body;
    close_after_ = request.has_body || !request.keep_alive || service.ending();
    if (request.method == Method::other)
        return answer_status(Status::method_not_allowed, request, "Allow: GET, HEAD\r\n", service);
    if (request.has_body) return answer_status(Status::bad_request, request, {}, service);

    const Target target = split_target(request.target);
    std::array<char, RequestParser::longest_request_line> buffer;
    const RequestPath path = decode_path(target.path, buffer);
    if (path.status != Status::ok) return answer_status(path.status, request, {}, service);

    auto file = service.files.find(path.text, service.now());
    if (!file) return answer_status(status_of(file.error()), request, {}, service);
    if (file.value()) return answer_file(request, std::move(file).value(), service);

    std::array<char, head_size> location;
    TextWriter out(location);
    out << "Location: " << target.path << "/" << target.query << "\r\n";
    answer_status(Status::moved_permanently, request, out.text(), service);
}

void Connection::answer_file(const Request& request, std::shared_ptr<const ServedFile> file,
                             Service& service) noexcept {
    TextWriter out(head_);
    out << "HTTP/1.1 " << status_text(Status::ok) << "\r\nDate: " << service.date() << "\r\n"
        << file->header_fields() << connection_field(request) << "\r\n";
    head_sent_ = 0;
    head_end_ = out.text().size();
    body_sent_ = 0;
    if (request.method == Method::get && file->size() > 0) body_ = std::move(file);
}

/// A response that is not a file, with its status as a line of text. `extra_fields` are whole header lines.
void Connection::answer_status(Status status, const Request& request, std::string_view extra_fields,
                               Service& service) noexcept {
    const std::string_view text = status_text(status);
    TextWriter out(head_);
    out << "HTTP/1.1 " << text << "\r\nDate: " << service.date() << "\r\n"
        << "Content-Type: text/plain; charset=utf-8\r\nContent-Length: " << text.size() + 1 << "\r\n"
        << extra_fields << connection_field(request) << "\r\n";
    if (request.method != Method::head) out << text << "\n";
    head_sent_ = 0;
    head_end_ = out.text().size();
}

/// Answers bytes that are no request, after which nobody knows where the next one would begin.
void Connection::refuse(Status status, Service& service) noexcept {
    input_left_ = true;
    close_after_ = true;
    answer_status(status, Request(), {}, service);
}

std::string_view Connection::connection_field(const Request& request) const noexcept {
    if (close_after_) return "Connection: close\r\n";
    return request.announce_reuse ? "Connection: keep-alive\r\n" : "";
}

/// Sends what is left of the response, as far as the socket takes it and for one turn.
Connection::Sent Connection::send(Service& service) noexcept {
    for (wali::u64 turn = 0; head_sent_ < head_end_ || body_;) {
        const auto head = std::span(head_).first(head_end_).subspan(head_sent_);
        const auto body = body_piece();
        if (!body) return Sent::failed;
        if (turn >= longest_turn) return Sent::part;

        const wali::ConstBuffer parts[] = {head, body.value()};
        const auto size = socket_->send_vectored(parts);
        if (!size) return is_transient(size.error()) ? Sent::part : Sent::failed;
        deadline_ = service.deadline();
        turn += size.value();

        const wali::usize head_part = std::min(size.value(), head.size());
        head_sent_ += head_part;
        body_sent_ += size.value() - head_part;
        if (body_ && body_sent_ == body_->size()) {
            body_.reset();
            window_ = {};
        }
    }
    return Sent::all;
}

/// The bytes of the body to send next, up to the end of the window that is mapped; empty without a body.
wali::result<wali::ConstBytes> Connection::body_piece() noexcept {
    if (!body_) return wali::ConstBytes();
    if (const auto contents = body_->contents(); !contents.empty())
        return contents.subspan(static_cast<wali::usize>(body_sent_));
    const auto skip = static_cast<wali::usize>(body_sent_ % ServedFile::window_size);
    if (skip == 0 || !window_) {
        WALI_TRY(window_, body_->map_window(body_sent_ - skip));
    }
    return window_.bytes().subspan(skip);
}

}  // namespace httpd
