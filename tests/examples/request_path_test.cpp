// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>

#include <examples/httpd/content_type.hpp>
#include <examples/httpd/request_path.hpp>

using httpd::split_target;
using httpd::Status;

namespace {

/// The decoded path, or the status it is refused with.
std::string decode(std::string_view path) {
    std::array<char, 256> buffer;
    const auto decoded = httpd::decode_path(path, buffer);
    if (decoded.status != Status::ok) return std::string(httpd::status_text(decoded.status).substr(0, 3));
    return std::string(decoded.text);
}

}  // namespace

TEST_CASE("targets are split into path and query") {
    CHECK(split_target("/").path == "/");
    CHECK(split_target("/a?b?c").path == "/a");
    CHECK(split_target("/a?b?c").query == "?b?c");
    CHECK(split_target("http://host/a?b").path == "/a");
    CHECK(split_target("http://host/a?b").query == "?b");
    CHECK(split_target("HTTPS://host:1").path == "/");
    CHECK(split_target("http://host?x").path == "/");
    CHECK(split_target("http://host?x").query == "?x");
    for (const char* without_path : {"*", "a", "host:80", "http://", "http:///a", "?a", "ftp://host/a"}) {
        CAPTURE(without_path);
        CHECK(split_target(without_path).path.empty());
    }
}

TEST_CASE("percent-encoding is decoded once") {
    CHECK(decode("/") == "/");
    CHECK(decode("/a/b/") == "/a/b/");
    CHECK(decode("/%41%7a%7A") == "/Azz");
    CHECK(decode("/a%20b+c") == "/a b+c");
    CHECK(decode("/%c3%bc") == "/\xc3\xbc");
    CHECK(decode("/%252e%252e") == "/%2e%2e");
    CHECK(decode("/%3f%23") == "/?#");
}

TEST_CASE("malformed encoding, NUL and fragments are bad requests") {
    for (const char* path : {"/%", "/%4", "/%4g", "/%g4", "/a%", "/%%41", "/%00", "/a%00b", "/a#b", "", "a"}) {
        CAPTURE(path);
        CHECK(decode(path) == "400");
    }
    CHECK(decode(std::string_view("/a\0b", 4)) == "400");
    CHECK(decode("/" + std::string(256, 'a')) == "400");
}

TEST_CASE("paths with special names are not found") {
    for (const char* path :
         {"/..", "/../a", "/a/..", "/a/../b", "/.", "/./a", "/a/./b", "//", "//a", "/a//b", "/a//", "/%2e", "/%2e%2e",
          "/.%2E/a", "/%2e./etc/passwd", "/a%2fb", "/..%2fa", "/%2f", "/%2Fetc"}) {
        CAPTURE(path);
        CHECK(decode(path) == "404");
    }
    CHECK(decode("/...") == "/...");
    CHECK(decode("/..a/.b/a..") == "/..a/.b/a..");
}

TEST_CASE("the suffix of the last name tells the content type") {
    CHECK(httpd::content_type("/index.html") == "text/html; charset=utf-8");
    CHECK(httpd::content_type("/a.b/LOGO.SVG") == "image/svg+xml");
    CHECK(httpd::content_type("/a.txt/b") == "application/octet-stream");
    CHECK(httpd::content_type("/a.") == "application/octet-stream");
    CHECK(httpd::content_type("/html") == "application/octet-stream");
}
