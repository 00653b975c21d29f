// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <string_view>

#include <examples/httpd/request_parser.hpp>
#include <examples/httpd/request_path.hpp>

/// What holds for any bytes whatever that a client may send, told by a second, slower way. Used by the tests with
/// random mutations and by the fuzzer.
namespace request_checks {

using httpd::RequestParser;
using Progress = RequestParser::Progress;

struct Outcome {
    Progress progress = Progress::incomplete;
    httpd::Request request;
    std::size_t size = 0;
    httpd::Status refusal = httpd::Status::ok;
};

/// Parses `bytes` as if they arrived `step` at a time.
inline Outcome parse_in_steps(std::string_view bytes, std::size_t step) {
    RequestParser parser;
    Outcome outcome;
    for (std::size_t end = 0; outcome.progress == Progress::incomplete && end < bytes.size();) {
        end = bytes.size() - end < step ? bytes.size() : end + step;
        outcome.progress = parser.parse(bytes.substr(0, end));
    }
    outcome.request = parser.request();
    outcome.size = parser.size();
    outcome.refusal = parser.refusal();
    return outcome;
}

inline bool same(const Outcome& a, const Outcome& b) {
    if (a.progress != b.progress) return false;
    if (a.progress == Progress::incomplete) return true;
    if (a.progress == Progress::refused) return a.refusal == b.refusal;
    return a.size == b.size && a.request.method == b.request.method && a.request.target == b.request.target &&
           a.request.keep_alive == b.request.keep_alive && a.request.has_body == b.request.has_body;
}

/// Whether a decoded path stays below its root: names between single slashes, none of them special.
inline bool stays_inside(std::string_view path) {
    if (path.empty() || path[0] != '/' || path.find('\0') != path.npos) return false;
    // With a slash at both ends a special name shows as a piece of the text, wherever it stands.
    std::array<char, RequestParser::longest_request_line + 2> buffer{};
    path.copy(buffer.data(), path.size());
    buffer[path.size()] = '/';
    const bool names_directory = path.back() == '/';
    const std::string_view text(buffer.data(), path.size() + (names_directory ? 0 : 1));
    return text.find("//") == text.npos && text.find("/./") == text.npos && text.find("/../") == text.npos;
}

/// The first rule that `bytes` break, or null.
inline const char* broken_rule(std::string_view bytes) {
    const Outcome outcome = parse_in_steps(bytes, bytes.size());
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
        if (!same(outcome, parse_in_steps(bytes, step))) return "the outcome depends on how the bytes arrive";
    }
    if (outcome.progress == Progress::incomplete)
        return bytes.size() >= RequestParser::longest_head ? "the longest head did not end" : nullptr;
    if (outcome.progress == Progress::refused) return outcome.refusal == httpd::Status::ok ? "refused as ok" : nullptr;

    const std::string_view head = bytes.substr(0, outcome.size);
    const std::string_view target = outcome.request.target;
    if (head.size() > RequestParser::longest_head) return "a head is longer than the longest";
    if (!head.ends_with("\r\n\r\n")) return "a head does not end with an empty line";
    // Not through find(): an empty first line is allowed.
    if (head.substr(2).find("\r\n\r\n") != head.size() - 6) return "a head goes on after an empty line";
    if (head.find('\0') != head.npos) return "a head holds a NUL";
    if (target.empty() || head.find(target) == head.npos) return "the target is not in the head";
    for (const char c : target) {
        if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return "the target holds a space or control character";
    }
    std::array<char, RequestParser::longest_request_line> buffer;
    const auto path = httpd::decode_path(httpd::split_target(target).path, buffer);
    if (path.status == httpd::Status::ok && !stays_inside(path.text)) return "a path leaves the folder";
    return nullptr;
}

}  // namespace request_checks
