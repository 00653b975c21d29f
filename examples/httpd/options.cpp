// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <charconv>

namespace httpd {

namespace {

/// Reads a whole decimal number in 1..3600.
bool read_seconds(std::string_view text, std::chrono::seconds& out) noexcept {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > 3600) return false;
    out = std::chrono::seconds(value);
    return true;
}

bool read_address(std::string_view text, wali::SocketAddress& out) noexcept {
    const auto address = wali::SocketAddress::parse(text);
    if (address) out = address.value();
    return static_cast<bool>(address);
}

}  // namespace

std::optional<BadOptions> parse_options(std::span<const char* const> arguments, Options& options) noexcept {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view option = arguments[i];
        if (option == "--help" || option == "-h") {
            options.help = true;
            return {};
        }
        if (option != "--root" && option != "--listen" && option != "--idle-timeout" && option != "--shutdown-timeout")
            return BadOptions{"unknown argument ", option, "; try --help"};
        if (++i == arguments.size()) return BadOptions{option, " needs a value; try --help", ""};
        const char* value = arguments[i];
        if (option == "--root") {
            options.root = value;
        } else if (option == "--listen") {
            if (!read_address(value, options.address))
                return BadOptions{"--listen ", value, ": not ADDR:PORT, such as 127.0.0.1:8080 or [::1]:0"};
        } else if (!read_seconds(value, option == "--idle-timeout" ? options.idle_timeout : options.shutdown_timeout)) {
            return BadOptions{option, " ", value, ": not a number from 1 to 3600"};
        }
    }
    return {};
}

}  // namespace httpd
