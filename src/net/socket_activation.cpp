// SPDX-License-Identifier: BSL-1.0
#include <wali/net/socket_activation.hpp>

#include <cstdlib>

#include <wali/sys/process.hpp>
#include <wali/try.hpp>

#include "address_text.hpp"

namespace wali {

namespace {

constexpr int first_descriptor = 3;

}  // namespace

result<SocketActivation> SocketActivation::from_environment() noexcept {
    return from_values(std::getenv("LISTEN_PID"), std::getenv("LISTEN_FDS"), std::getenv("LISTEN_FDNAMES"),
                       Pid(static_cast<i32>(sys::getpid())));
}

result<SocketActivation> SocketActivation::from_values(const char* listen_pid, const char* listen_fds,
                                                       const char* names, Pid process) noexcept {
    if (listen_pid == nullptr || listen_fds == nullptr) return SocketActivation();
    u32 pid = 0;
    u16 count = 0;
    if (!detail::read_number(listen_pid, pid, 10, 10) || !detail::read_number(listen_fds, count, 10, 5))
        return Errno::INVAL;
    if (static_cast<u32>(process.raw()) != pid) return SocketActivation();
    const int end = first_descriptor + count;
    for (int fd = first_descriptor; fd < end; ++fd)
        WALI_TRY(to_result<void>(Call::fcntl, sys::fcntl(fd, abi::bits(abi::FcntlCommand::SETFD),
                                                         static_cast<u32>(abi::bits(abi::FdFlags::CLOEXEC)))));
    return SocketActivation(first_descriptor, end, names == nullptr ? "" : names);
}

std::optional<SocketActivation::Passed> SocketActivation::take() noexcept {
    if (next_ == end_) return {};
    const std::string_view name = names_.substr(0, names_.find(':'));
    names_.remove_prefix(name.size() < names_.size() ? name.size() + 1 : name.size());
    return Passed{Fd::from_raw(next_++), name};
}

}  // namespace wali
