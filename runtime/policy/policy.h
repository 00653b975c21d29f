// SPDX-License-Identifier: BSL-1.0
//
// What a module that nobody trusts may do: the rules and limits that walirun's options or a file give.
#pragma once

#include <cerrno>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace wali::policy {

/// Says in one line why a policy cannot be had.
class PolicyError : public std::runtime_error {
  public:
    explicit PolicyError(std::string reason) : std::runtime_error(one_line(std::move(reason))) {}

  private:
    static std::string one_line(std::string text) {  // paths and files may hold anything
        for (char& c : text)
            if (static_cast<unsigned char>(c) < ' ') c = '?';
        return text;
    }
};

/// "what: why errno says that it failed".
inline PolicyError failure(const std::string& what) {
    return PolicyError(what + ": " + std::generic_category().message(errno));
}

enum class Access { Read, ReadWrite, Execute };

struct PathRule {
    Access access;
    std::string path;
};

/// What a process, or the program, may use at most.
struct Limits {
    std::optional<std::uint64_t> memory;     // bytes of a process
    std::optional<std::uint64_t> cpu;        // seconds of a process
    std::optional<std::uint64_t> files;      // open in a process
    std::optional<std::uint64_t> processes;  // of the user
    std::optional<std::uint64_t> timeout;    // milliseconds of the program and all that it starts
};

struct Policy {
    bool given = false;  // false: there is no policy, and everything below is empty
    bool best_effort = false;
    bool nothing = false;         // the rule `none`
    bool stays_in_group = false;  // no process leaves its process group: who ends that ends all
    bool signal_children = false;
    bool set_time = false;
    std::vector<PathRule> paths;
    std::vector<std::uint16_t> listen;
    std::vector<std::uint16_t> connect;
    Limits limits;
};

}  // namespace wali::policy
