// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "request_checks.hpp"

namespace {

constexpr std::string_view seeds[] = {
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "HEAD /a/b.html?c=d HTTP/1.1\r\nHost: localhost:80\r\nConnection: keep-alive, close\r\nAccept: */*\r\n\r\n",
    "GET /%2e%2e/%2fetc/passwd HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
    "\r\nPOST http://host/../x HTTP/1.1\r\nHost: host\r\nContent-Length: 12\r\n\r\nGET / HTTP/1.1",
    "GET /a/../../b//c/./d/ HTTP/1.1\r\nHost: [::1]\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
};

constexpr std::string_view pieces[] = {"\r\n",     "\r\n\r\n", "\n",   "\r",          " ",
                                       ":",        "/",        "/../", "%2e",         "%2f",
                                       "%00",      "%",        "..",   "Host: b\r\n", "Content-Length: 1\r\n",
                                       "HTTP/1.1", "HTTP/1.0", "//",   "?",           "\t"};

/// The same numbers in every run and on every target: splitmix64.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::size_t below(std::size_t end) {
        state_ += 0x9e3779b97f4a7c15;
        std::uint64_t x = state_;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return static_cast<std::size_t>((x ^ (x >> 31)) % end);
    }

  private:
    std::uint64_t state_;
};

void mutate(std::string& bytes, Random& random) {
    const std::size_t place = random.below(bytes.size() + 1);
    switch (random.below(6)) {
        case 0: bytes.insert(place, pieces[random.below(std::size(pieces))]); break;
        case 1: bytes.insert(place, 1, static_cast<char>(random.below(256))); break;
        case 2: bytes.erase(place, random.below(8)); break;
        case 3: bytes.insert(place, bytes.substr(random.below(bytes.size() + 1), random.below(64))); break;
        case 4: bytes.insert(place, random.below(100) == 0 ? random.below(10000) : 3, 'a'); break;
        default:
            if (place < bytes.size()) bytes[place] = static_cast<char>(random.below(256));
    }
}

}  // namespace

TEST_CASE("no mutated request breaks a rule") {
    constexpr int rounds = 20000;
    Random random(2);
    int complete = 0;
    for (int i = 0; i < rounds; ++i) {
        std::string bytes(seeds[random.below(std::size(seeds))]);
        for (std::size_t n = random.below(5); n > 0; --n) mutate(bytes, random);
        if (const char* rule = request_checks::broken_rule(bytes)) FAIL(rule, ": ", bytes);
        complete += request_checks::parse_in_steps(bytes, 100).progress == httpd::RequestParser::Progress::complete;
    }
    // Mutations that only ever make nonsense would test little.
    CHECK(complete > rounds / 10);
    CHECK(complete < rounds);
}
