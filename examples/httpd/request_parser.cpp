// SPDX-License-Identifier: BSL-1.0
#include "request_parser.hpp"

#include <algorithm>

namespace httpd {

namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// RFC 9110, section 5.6.2: what method and field names are made of.
constexpr bool is_token(char c) noexcept {
    return is_digit(c) || is_alpha(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

/// Printable ASCII without the space, or a byte above ASCII, which clients send unencoded in paths.
constexpr bool is_visible(char c) noexcept { return static_cast<unsigned char>(c) > ' ' && c != '\x7f'; }

constexpr bool is_field_content(char c) noexcept { return is_visible(c) || c == ' ' || c == '\t'; }

/// A host name or address with an optional port; anything that could end the authority part of a URI is not in it.
constexpr bool is_host(char c) noexcept {
    return is_digit(c) || is_alpha(c) || std::string_view("-._~!$&'()*+,;=:[]%").find(c) != std::string_view::npos;
}

bool is_name(std::string_view text, std::string_view lower_case_name) noexcept {
    return std::ranges::equal(text, lower_case_name, {}, to_lower);
}

constexpr std::string_view trim(std::string_view text) noexcept {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

Method method_named(std::string_view name) noexcept {
    if (name == "GET") return Method::get;
    if (name == "HEAD") return Method::head;
    return Method::other;
}

}  // namespace

RequestParser::Progress RequestParser::parse(std::string_view received) noexcept {
    while (stage_ != Stage::end) {
        const std::size_t newline = received.find('\n', position_ + line_scanned_);
        if (newline == std::string_view::npos) {
            line_scanned_ = received.size() - position_;
            const bool half_end = line_scanned_ > 0 && received.back() == '\r';
            return over_limit(line_scanned_ - half_end) ? Progress::refused : Progress::incomplete;
        }
        const std::string_view line = received.substr(position_, newline - position_);
        line_scanned_ = 0;
        if (line.empty() || line.back() != '\r') {
            refuse(over_limit(line.size()) ? refusal_ : Status::bad_request);
            return Progress::refused;
        }
        if (over_limit(line.size() - 1) || !take_line(line.substr(0, line.size() - 1))) return Progress::refused;
        position_ = newline + 1;
        if (stage_ == Stage::header_fields && header_begin_ == 0) header_begin_ = position_;
    }
    return Progress::complete;
}

bool RequestParser::take_line(std::string_view line) noexcept {
    switch (stage_) {
        case Stage::before_request_line:
            stage_ = Stage::request_line;
            // RFC 9112, section 2.2: an empty line before the request line is forgiven; once.
            return line.empty() || take_request_line(line);
        case Stage::request_line: return take_request_line(line);
        case Stage::header_fields: return line.empty() ? finish() : take_header_field(line);
        case Stage::end: break;
    }
    return refuse(Status::internal_server_error);
}

bool RequestParser::take_request_line(std::string_view line) noexcept {
    const std::size_t after_method = line.find(' ');
    if (after_method == std::string_view::npos) return refuse(Status::bad_request);
    const std::size_t after_target = line.find(' ', after_method + 1);
    if (after_target == std::string_view::npos) return refuse(Status::bad_request);
    const std::string_view method = line.substr(0, after_method);
    const std::string_view target = line.substr(after_method + 1, after_target - after_method - 1);
    const std::string_view version = line.substr(after_target + 1);

    if (method.empty() || !std::ranges::all_of(method, is_token)) return refuse(Status::bad_request);
    if (target.empty() || !std::ranges::all_of(target, is_visible)) return refuse(Status::bad_request);
    if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) || version[6] != '.' ||
        !is_digit(version[7]))
        return refuse(Status::bad_request);
    if (version[5] != '1') return refuse(Status::version_not_supported);

    http_1_0_ = version[7] == '0';
    request_.method = method_named(method);
    request_.target = target;
    stage_ = Stage::header_fields;
    return true;
}

bool RequestParser::take_header_field(std::string_view line) noexcept {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return refuse(Status::bad_request);
    // A space or tab in the name also stands for a folded line, or for a space before the colon.
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    if (!std::ranges::all_of(name, is_token) || !std::ranges::all_of(value, is_field_content))
        return refuse(Status::bad_request);
    if (is_name(name, "host")) return take_host(value);
    if (is_name(name, "connection")) return take_connection(value);
    if (is_name(name, "content-length")) return take_content_length(value);
    if (is_name(name, "transfer-encoding")) has_transfer_encoding_ = true;
    return true;
}

bool RequestParser::take_host(std::string_view value) noexcept {
    if (has_host_ || !std::ranges::all_of(value, is_host)) return refuse(Status::bad_request);
    has_host_ = true;
    return true;
}

bool RequestParser::take_content_length(std::string_view value) noexcept {
    if (has_content_length_ || value.empty() || !std::ranges::all_of(value, is_digit))
        return refuse(Status::bad_request);
    has_content_length_ = true;
    request_.has_body = request_.has_body || value.find_first_not_of('0') != std::string_view::npos;
    return true;
}

bool RequestParser::take_connection(std::string_view value) noexcept {
    for (;;) {
        const std::size_t comma = value.find(',');
        const std::string_view option = trim(value.substr(0, comma));
        if (is_name(option, "close")) says_close_ = true;
        if (is_name(option, "keep-alive")) says_keep_alive_ = true;
        if (comma == std::string_view::npos) return true;
        value.remove_prefix(comma + 1);
    }
}

bool RequestParser::finish() noexcept {
    if (!http_1_0_ && !has_host_) return refuse(Status::bad_request);
    // RFC 9112, section 6.1: both together, or a coding in HTTP/1.0, is how requests are smuggled.
    if (has_transfer_encoding_ && (has_content_length_ || http_1_0_)) return refuse(Status::bad_request);
    request_.has_body = request_.has_body || has_transfer_encoding_;
    request_.keep_alive = !says_close_ && (!http_1_0_ || says_keep_alive_);
    request_.announce_reuse = http_1_0_ && request_.keep_alive;
    stage_ = Stage::end;
    return true;
}

/// Whether the line being read is too long already, with `unfinished` bytes of it seen; refuses if so.
bool RequestParser::over_limit(std::size_t unfinished) noexcept {
    if (stage_ == Stage::header_fields) {
        if (position_ - header_begin_ + unfinished <= longest_header_fields) return false;
        return !refuse(Status::header_fields_too_large);
    }
    if (unfinished <= longest_request_line) return false;
    return !refuse(Status::uri_too_long);
}

bool RequestParser::refuse(Status status) noexcept {
    refusal_ = status;
    return false;
}

}  // namespace httpd
