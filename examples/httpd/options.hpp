// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <string_view>

import wali;

namespace httpd {

/// The command line.
struct Options {
    const char* root = ".";
    wali::SocketAddress address = wali::SocketAddress::ipv4_loopback(8080);
    std::chrono::seconds idle_timeout{10};
    std::chrono::seconds shutdown_timeout{5};
    bool help = false;
};

/// What is wrong with a command line: one line without its end, "--listen needs a value".
struct BadOptions {
    std::array<std::string_view, 4> parts;
};

/// Reads the arguments after the program's name into `options`; what is wrong with them, or nothing.
std::optional<BadOptions> parse_options(std::span<const char* const> arguments, Options& options) noexcept;

inline constexpr std::string_view help_text =
    "usage: httpd [--root DIR] [--listen ADDR:PORT] [--idle-timeout SECONDS]\n"
    "             [--shutdown-timeout SECONDS]\n"
    "\n"
    "Serves the files of a folder over HTTP/1.1. The first line on standard output is\n"
    "\"listening on ADDR:PORT\". SIGTERM or SIGINT ends it when the answers under way are\n"
    "sent; a second one, at once.\n"
    "\n"
    "  --root DIR                  the folder (default: the current one); symbolic links in\n"
    "                              it are not followed\n"
    "  --listen ADDR:PORT          the address, such as 127.0.0.1:8080 (the default), [::1]:0\n"
    "                              or unix:/run/httpd.sock; port 0 picks a free one\n"
    "  --idle-timeout SECONDS      1 to 3600 (default 10): the longest pause of a client, and\n"
    "                              the longest time for a request to arrive\n"
    "  --shutdown-timeout SECONDS  1 to 3600 (default 5): the longest time for the answers\n"
    "                              under way when it ends\n"
    "  --help                      this text\n";

}  // namespace httpd
