// SPDX-License-Identifier: BSL-1.0
#include <wali/net/name_resolution.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>

#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>

#include <wali/event/event_fd.hpp>
#include <wali/event/poll.hpp>
#include <wali/signal/scoped_mask.hpp>
#include <wali/sys/process.hpp>
#include <wali/try.hpp>

#include "resolution_error.hpp"

namespace wali {

namespace {

constexpr usize host_max = 253;

}  // namespace

result<std::span<Endpoint>> resolve(std::string_view host, u16 port, std::span<Endpoint> room) noexcept {
    if (host.size() > host_max) return Errno::NAMETOOLONG;
    if (host.find('\0') != std::string_view::npos) return Errno::INVAL;
    char name[host_max + 1] = {};
    std::copy_n(host.data(), host.size(), name);

    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;  // else each address comes once for every type
    addrinfo* list = nullptr;
    errno = 0;
    const int code = ::getaddrinfo(name, nullptr, &hints, &list);
    if (code != 0) return detail::resolution_error(code, errno);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);

    usize count = 0;
    for (const addrinfo* entry = list; entry != nullptr && count < room.size(); entry = entry->ai_next) {
        if (entry->ai_addrlen > SocketAddress::capacity) continue;
        SocketAddress address;
        std::memcpy(address.out(), entry->ai_addr, entry->ai_addrlen);
        address.set_size(entry->ai_addrlen);
        const auto endpoint = Endpoint::from(address);
        if (endpoint) room[count++] = {endpoint.assume_value().address, port};
    }
    return room.first(count);
}

/// What the object and its thread have in common. The last of the two to end frees it.
struct NameResolution::Shared {
    std::array<char, host_max> host;
    usize host_size;
    u16 port;
    EventFd ended;
    i32 process;  // the one that the thread is in
    std::array<Endpoint, endpoints_max> endpoints{};
    result<usize> count = usize{0};
    std::atomic<bool> has_ended = false;  // the two before are written
    std::atomic<int> owners = 2;

    static void release(Shared* shared) noexcept {
        if (shared->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete shared;
    }

    static void* look(void* argument) noexcept {
        auto* const shared = static_cast<Shared*>(argument);
        const auto found = resolve({shared->host.data(), shared->host_size}, shared->port, shared->endpoints);
        if (found)
            shared->count = found.assume_value().size();
        else
            shared->count = found.assume_error();
        shared->has_ended.store(true, std::memory_order_release);
        (void)shared->ended.write();
        release(shared);
        return nullptr;
    }

    /// Starts the thread, which no signal of the program's interrupts.
    result<void> start() noexcept {
        WALI_TRY(const ScopedSignalMask blocked, ScopedSignalMask::block(SignalSet::all()));
        pthread_attr_t attributes;
        int error = ::pthread_attr_init(&attributes);
        if (error != 0) return static_cast<Errno>(error);
        ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_t thread;
        error = ::pthread_create(&thread, &attributes, look, this);
        ::pthread_attr_destroy(&attributes);
        if (error != 0) return Error(static_cast<Errno>(error), Call::clone);
        return success();
    }
};

result<NameResolution> NameResolution::start(std::string_view host, u16 port) noexcept {
    if (host.size() > host_max) return Errno::NAMETOOLONG;
    WALI_TRY(EventFd ended, EventFd::create());
    std::unique_ptr<Shared> shared(
        new (std::nothrow) Shared{{}, host.size(), port, std::move(ended), static_cast<i32>(sys::getpid())});
    if (!shared) return Errno::NOMEM;
    std::copy_n(host.data(), host.size(), shared->host.data());
    WALI_TRY(shared->start());
    return NameResolution(shared.release());
}

void NameResolution::release() noexcept {
    if (shared_ != nullptr) Shared::release(std::exchange(shared_, nullptr));
}

BorrowedFd NameResolution::fd() const noexcept { return shared_ != nullptr ? shared_->ended.fd() : BorrowedFd(); }

result<std::span<Endpoint>> NameResolution::try_wait(std::span<Endpoint> room) const noexcept {
    if (shared_ == nullptr) return Errno::BADF;
    if (!shared_->has_ended.load(std::memory_order_acquire))
        return shared_->process == sys::getpid() ? Errno::INPROGRESS : Errno::CANCELED;
    WALI_TRY(const usize count, shared_->count);
    const usize copied = std::min(count, room.size());
    std::copy_n(shared_->endpoints.begin(), copied, room.begin());
    return room.first(copied);
}

result<std::span<Endpoint>> NameResolution::wait_until(std::span<Endpoint> room, Deadline deadline) const noexcept {
    const auto now = try_wait(room);
    if (now.has_value() || now.assume_error() != Errno::INPROGRESS) return now;
    std::array<PollItem, 1> items{PollItem(fd(), PollEvents::IN)};
    WALI_TRY(const auto ready, retry_interrupted([&]() noexcept { return event::poll_until(items, deadline); }));
    if (ready == 0) return Error(Errno::TIMEDOUT, Call::ppoll);
    return try_wait(room);
}

}  // namespace wali
