// SPDX-License-Identifier: BSL-1.0
#include <wali/process/notify.hpp>

#include <charconv>

#include <wali/net/socket.hpp>
#include <wali/process/environment.hpp>
#include <wali/process/process.hpp>
#include <wali/try.hpp>

namespace wali::process {
namespace {

std::optional<i64> number_in(const char* name) noexcept {
    const std::optional<std::string_view> text = variable(name);
    i64 number = 0;
    if (!text) return {};
    const auto parsed = std::from_chars(text->data(), text->data() + text->size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != text->data() + text->size()) return {};
    return number;
}

}  // namespace

result<bool> notify(std::string_view state) noexcept {
    const std::optional<std::string_view> name = variable("NOTIFY_SOCKET");
    if (!name || name->empty()) return false;
    if (name->front() != '/' && name->front() != '@') return Errno::INVAL;
    WALI_TRY(const SocketAddress address,
             name->front() == '@' ? SocketAddress::unix_abstract(name->substr(1)) : SocketAddress::unix_path(*name));
    WALI_TRY(const Socket socket, Socket::create(AddressFamily::UNIX, SocketType::DGRAM, SocketFlags::NONBLOCK));
    WALI_TRY(socket.connect(address));
    WALI_TRY(socket.send(state));
    return true;
}

std::optional<Duration> watchdog_interval() noexcept {
    const std::optional<i64> microseconds = number_in("WATCHDOG_USEC");
    const std::optional<i64> process = number_in("WATCHDOG_PID");
    if (!microseconds || *microseconds <= 0 || *microseconds > Duration::max().count() / 1000) return {};
    if (process && *process != id().raw()) return {};
    return std::chrono::microseconds(*microseconds);
}

}  // namespace wali::process
