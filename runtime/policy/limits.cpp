// SPDX-License-Identifier: BSL-1.0
#include "limits.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdint>

namespace wali::policy {
namespace {

// What the host takes off a limit of the address space before it shows that to the module (host/processes/rlimit.c):
// the reservation for memory, and the stacks of a thread (host/engine/engine.h).
constexpr std::uint64_t host_address_space =
    (std::uint64_t{8} << 30) + (64 << 10) + (std::uint64_t{40} << 20) + (128 << 10);
// Those stacks and the host's heap, as far as they can be written.
constexpr std::uint64_t host_data = std::uint64_t{64} << 20;

/// What is larger than any limit is none.
std::uint64_t sum(std::uint64_t value, std::uint64_t more) {
    return value > UINT64_MAX - more ? UINT64_MAX : value + more;
}

/// Nobody who has lost his privileges can raise these again. `grace` is what the kernel adds before it kills.
void set(int resource, std::uint64_t value, std::uint64_t grace = 0) {
    rlimit limit;
    if (getrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0) {
        limit.rlim_cur = std::min(limit.rlim_max, static_cast<rlim_t>(value));
        limit.rlim_max = std::min(limit.rlim_max, static_cast<rlim_t>(sum(value, grace)));
        if (setrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0) return;
    }
    throw failure("cannot set a limit");
}

}  // namespace

void set_limits(const Limits& limits) {
    if (limits.memory) {
        set(RLIMIT_AS, sum(*limits.memory, host_address_space));
        set(RLIMIT_DATA, sum(*limits.memory, host_data));
    }
    if (limits.cpu) set(RLIMIT_CPU, *limits.cpu, 1);  // SIGXCPU, then SIGKILL
    if (limits.files) set(RLIMIT_NOFILE, *limits.files);
    if (limits.processes) set(RLIMIT_NPROC, *limits.processes);
}

}  // namespace wali::policy
