// SPDX-License-Identifier: BSL-1.0
#include "rules.h"

#include <charconv>
#include <cmath>
#include <cstdint>

namespace wali::policy {
namespace {

constexpr char known_rules[] =
    "fs:ro:PATH, fs:rw:PATH, net:listen:PORT, net:connect:PORT, exec:PATH, signal:children, time, none";

template <typename Number>
bool read_number(const std::string& text, Number& number) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && stop == end;
}

std::uint16_t port_of(const std::string& rule, const std::string& text) {
    std::uint16_t port = 0;
    if (read_number(text, port)) return port;
    if (text.find(':') != std::string::npos)
        throw PolicyError(rule + ": the kernel limits ports, not addresses; write a port alone");
    throw PolicyError(rule + ": a port is a number from 0 to 65535");
}

std::uint64_t number_of(const std::string& name, const std::string& text) {
    std::uint64_t number = 0;
    if (!read_number(text, number) || number == 0)
        throw PolicyError("--" + name + " " + text + ": must be a whole number above 0");
    return number;
}

std::uint64_t bytes_of(const std::string& name, std::string text) {
    const std::string all = text;
    unsigned shift = 0;
    switch (text.empty() ? '\0' : text.back()) {
        case 'K': shift = 10; break;
        case 'M': shift = 20; break;
        case 'G': shift = 30; break;
        default: break;
    }
    if (shift != 0) text.pop_back();
    std::uint64_t number = 0;
    if (!read_number(text, number) || number == 0 || number > UINT64_MAX >> 1 >> shift)
        throw PolicyError("--" + name + " " + all + ": must be a size such as 64M or 2G");
    return number << shift;
}

std::uint64_t milliseconds_of(const std::string& name, const std::string& text) {
    constexpr double year = 366.0 * 24 * 3600;
    double seconds = 0;
    if (!read_number(text, seconds) || !(seconds > 0) || seconds > year)
        throw PolicyError("--" + name + " " + text + ": must be a number of seconds, at most a year");
    return static_cast<std::uint64_t>(std::ceil(seconds * 1000));
}

/// What follows `head` in `rule`, if it begins with that.
std::optional<std::string> behind(const std::string& rule, const std::string& head) {
    if (rule.compare(0, head.size(), head) != 0) return {};
    if (rule.size() == head.size()) throw PolicyError(rule + ": something must follow; rules are " + known_rules);
    return rule.substr(head.size());
}

}  // namespace

void add_rule(Policy& policy, const std::string& rule) {
    policy.given = true;
    if (const auto read = behind(rule, "fs:ro:"))
        policy.paths.push_back({Access::Read, *read});
    else if (const auto write = behind(rule, "fs:rw:"))
        policy.paths.push_back({Access::ReadWrite, *write});
    else if (const auto program = behind(rule, "exec:"))
        policy.paths.push_back({Access::Execute, *program});
    else if (const auto listen = behind(rule, "net:listen:"))
        policy.listen.push_back(port_of(rule, *listen));
    else if (const auto connect = behind(rule, "net:connect:"))
        policy.connect.push_back(port_of(rule, *connect));
    else if (rule == "signal:children")
        policy.signal_children = true;
    else if (rule == "time")
        policy.set_time = true;
    else if (rule == "none")
        policy.nothing = true;
    else
        throw PolicyError("unknown rule '" + rule + "'; rules are " + known_rules);
    if (policy.nothing && (!policy.paths.empty() || !policy.listen.empty() || !policy.connect.empty() ||
                           policy.signal_children || policy.set_time))
        throw PolicyError("none allows nothing, and stands alone");
}

bool set_limit(Limits& limits, const std::string& name, const std::string& value) {
    if (name == "max-memory")
        limits.memory = bytes_of(name, value);
    else if (name == "max-cpu")
        limits.cpu = number_of(name, value);
    else if (name == "max-files")
        limits.files = number_of(name, value);
    else if (name == "max-processes")
        limits.processes = number_of(name, value);
    else if (name == "timeout")
        limits.timeout = milliseconds_of(name, value);
    else
        return false;
    return true;
}

}  // namespace wali::policy
