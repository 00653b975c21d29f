// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string_view>

#include <wali/core/duration.hpp>
#include <wali/core/result.hpp>

/// Telling the service manager how the service is: the protocol of sd_notify(3), without its library. systemd and
/// others name a socket in NOTIFY_SOCKET; systemd listens to it for units with Type=notify.
WALI_EXPORT namespace wali::process {
/// Sends lines such as "READY=1\nSTATUS=Listening on port 80" as one datagram: socket(2), connect(2) and send(2), tier
/// spec. False if nobody wants to know: then nothing is done. Does not wait. Reads the environment, so no other thread
/// may change it. Errors: those of the calls, such as CONNREFUSED; INVAL for a socket of another kind than unix(7).
result<bool> notify(std::string_view state) noexcept;

/// READY=1: the service has started, and what depends on it may start.
inline result<bool> notify_ready() noexcept { return notify("READY=1"); }
/// STOPPING=1: the service ends.
inline result<bool> notify_stopping() noexcept { return notify("STOPPING=1"); }
/// WATCHDOG=1: the service is alive. To be said twice in each watchdog_interval().
inline result<bool> notify_watchdog() noexcept { return notify("WATCHDOG=1"); }

/// The time after which the manager takes a silent service for dead: WATCHDOG_USEC, if it is meant for this process.
std::optional<Duration> watchdog_interval() noexcept;

}  // namespace wali::process
