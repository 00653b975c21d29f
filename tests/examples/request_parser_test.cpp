// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include <examples/httpd/request_parser.hpp>

#include "request_checks.hpp"

using httpd::Method;
using httpd::RequestParser;
using httpd::Status;
using request_checks::parse_in_steps;
using Progress = RequestParser::Progress;

namespace {

request_checks::Outcome parse(std::string_view bytes) { return parse_in_steps(bytes, bytes.size()); }

/// The status a request line or head is refused with; ok if it is not.
Status refusal(std::string_view bytes) {
    const auto outcome = parse(bytes);
    return outcome.progress == Progress::refused ? outcome.refusal : Status::ok;
}

/// A complete HTTP/1.1 head with one more header line.
std::string with_field(std::string_view field) {
    return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(field) + "\r\n\r\n";
}

}  // namespace

TEST_CASE("a complete head is taken apart") {
    const std::string_view head = "GET /a/b?c=d HTTP/1.1\r\nHost: localhost:80\r\nUser-Agent: x y\tz\r\n\r\n";
    const auto outcome = parse(std::string(head) + "GET /next");
    REQUIRE(outcome.progress == Progress::complete);
    CHECK(outcome.size == head.size());
    CHECK(outcome.request.method == Method::get);
    CHECK(outcome.request.keep_alive);
    CHECK_FALSE(outcome.request.announce_reuse);
    CHECK_FALSE(outcome.request.has_body);
}

TEST_CASE("the target is what stands between the spaces") {
    const std::string bytes = "HEAD http://h/p?q HTTP/1.1\r\nHost: h\r\n\r\n";
    const auto outcome = parse(bytes);
    REQUIRE(outcome.progress == Progress::complete);
    CHECK(outcome.request.method == Method::head);
    CHECK(outcome.request.target == "http://h/p?q");
}

TEST_CASE("a head is incomplete until its last byte") {
    const std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    for (std::size_t size = 1; size < bytes.size(); ++size) {
        RequestParser parser;
        CHECK(parser.parse(std::string_view(bytes).substr(0, size)) == Progress::incomplete);
    }
    RequestParser parser;
    CHECK(parser.parse({}) == Progress::incomplete);
    CHECK(parser.parse(bytes) == Progress::complete);
}

TEST_CASE("methods are case-sensitive names") {
    CHECK(parse("get / HTTP/1.1\r\nHost: a\r\n\r\n").request.method == Method::other);
    CHECK(parse("PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n").request.method == Method::other);
    CHECK(refusal("G(T / HTTP/1.1\r\n") == Status::bad_request);
    CHECK(refusal(" / HTTP/1.1\r\n") == Status::bad_request);
}

TEST_CASE("malformed request lines are refused at once") {
    for (const char* line :
         {"GET", "GET /", "GET / ", "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1.1 ", "GET / HTTP",
          "GET / http/1.1", "GET / HTTP/11", "GET / HTTP/1.10", "GET / HTTP/1.", "GET /\t HTTP/1.1",
          "GET /a b HTTP/1.1", "GET /\x01 HTTP/1.1", "GET /\x7f HTTP/1.1", "\tGET / HTTP/1.1"}) {
        CAPTURE(line);
        CHECK(refusal(std::string(line) + "\r\n") == Status::bad_request);
    }
    CHECK(refusal(std::string_view("GET /\0 HTTP/1.1\r\n", 18)) == Status::bad_request);
}

TEST_CASE("versions other than HTTP/1 are not supported") {
    CHECK(refusal("GET / HTTP/2.0\r\n") == Status::version_not_supported);
    CHECK(refusal("GET / HTTP/0.9\r\n") == Status::version_not_supported);
    CHECK(parse("GET / HTTP/1.9\r\nHost: a\r\n\r\n").progress == Progress::complete);
}

TEST_CASE("lines end in CR LF and nothing else") {
    CHECK(refusal("GET / HTTP/1.1\n") == Status::bad_request);
    CHECK(refusal("GET / HTTP/1.1\r\nHost: a\n") == Status::bad_request);
    CHECK(refusal("GET / HTTP/1.1\r\nHost: a\r\n\n") == Status::bad_request);
    CHECK(refusal("GET / HTTP/1.1\r\nHost: a\rb\r\n") == Status::bad_request);
    CHECK(refusal("GET / HTTP/1.1\r\r\n") == Status::bad_request);
}

TEST_CASE("one empty line before the request is forgiven") {
    CHECK(parse("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").progress == Progress::complete);
    CHECK(refusal("\r\n\r\nGET / HTTP/1.1\r\n") == Status::bad_request);
}

TEST_CASE("header fields that readers could understand differently are refused") {
    for (const char* field :
         {"Name : x", " folded", "\tfolded", "no colon", ": no name", "Na me: x", "Name\t: x", "X: a\x01", "X: a\x7f",
          "Content-Length: -1", "Content-Length: +1", "Content-Length: 1, 1", "Content-Length:", "Content-Length: 0x1",
          "Content-Length: 0\r\nContent-Length: 0", "Transfer-Encoding: chunked\r\nContent-Length: 0"}) {
        CAPTURE(field);
        CHECK(refusal(with_field(field)) == Status::bad_request);
    }
    CHECK(refusal(with_field(std::string_view("X: a\0b", 6))) == Status::bad_request);
    CHECK(refusal("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == Status::bad_request);
}

TEST_CASE("HTTP/1.1 needs exactly one Host, HTTP/1.0 none") {
    CHECK(refusal("GET / HTTP/1.1\r\n\r\n") == Status::bad_request);
    CHECK(refusal(with_field("Host: b")) == Status::bad_request);
    CHECK(refusal("GET / HTTP/1.1\r\nHost: a b\r\n\r\n") == Status::bad_request);
    CHECK(refusal("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n") == Status::bad_request);
    CHECK(refusal("GET / HTTP/1.1\r\nhOST:\r\n\r\n") == Status::ok);
    CHECK(refusal("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n") == Status::ok);
    CHECK(refusal("GET / HTTP/1.0\r\n\r\n") == Status::ok);
}

TEST_CASE("bodies are noticed") {
    CHECK_FALSE(parse(with_field("Content-Length: 0")).request.has_body);
    CHECK_FALSE(parse(with_field("Content-Length: 000")).request.has_body);
    CHECK(parse(with_field("Content-Length: 5")).request.has_body);
    CHECK(parse(with_field("content-LENGTH: 99999999999999999999999999")).request.has_body);
    CHECK(parse(with_field("Transfer-Encoding: chunked")).request.has_body);
    CHECK(parse(with_field("Transfer-Encoding: identity")).request.has_body);
}

TEST_CASE("a connection is kept as its version and options say") {
    CHECK(parse(with_field("Connection: keep-alive")).request.keep_alive);
    CHECK_FALSE(parse(with_field("Connection: close")).request.keep_alive);
    CHECK_FALSE(parse(with_field("Connection: Upgrade , CLOSE")).request.keep_alive);
    CHECK_FALSE(parse(with_field("Connection: keep-alive\r\nConnection: close")).request.keep_alive);
    CHECK(parse(with_field("Connection: closed")).request.keep_alive);
    CHECK_FALSE(parse("GET / HTTP/1.0\r\n\r\n").request.keep_alive);
    CHECK(parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").request.keep_alive);
    CHECK(parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").request.announce_reuse);
}

TEST_CASE("request lines up to the limit are read, longer ones refused before they end") {
    const std::size_t fixed = std::string_view("GET / HTTP/1.1").size();
    const std::string most(RequestParser::longest_request_line - fixed, 'a');
    CHECK(parse("GET /" + most + " HTTP/1.1\r\nHost: a\r\n\r\n").progress == Progress::complete);
    CHECK(refusal("GET /" + most + "a HTTP/1.1\r\nHost: a\r\n\r\n") == Status::uri_too_long);
    CHECK(refusal(std::string(RequestParser::longest_request_line + 1, 'a')) == Status::uri_too_long);
    CHECK(refusal(std::string(RequestParser::longest_request_line + 1, 'a') + "\n") == Status::uri_too_long);
}

TEST_CASE("header fields up to the limit are read, longer ones refused before they end") {
    const std::string line = "GET / HTTP/1.0\r\n";
    const std::string most = "X: " + std::string(RequestParser::longest_header_fields - 5, 'a');
    CHECK(parse(line + most + "\r\n\r\n").progress == Progress::complete);
    CHECK(refusal(line + most + "a\r\n\r\n") == Status::header_fields_too_large);
    CHECK(refusal(line + most + "aaa") == Status::header_fields_too_large);
    std::string many = line;
    while (many.size() < line.size() + RequestParser::longest_header_fields + 1) many += "a:b\r\n";
    CHECK(refusal(many) == Status::header_fields_too_large);
}
