// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <string_view>
#include <utility>

#include <wali/core/deadline.hpp>
#include <wali/core/fd.hpp>
#include <wali/net/endpoint.hpp>

WALI_EXPORT namespace wali {
/// The addresses of a host's name, with `port`, in the order in which they should be tried; as many as there is room
/// for. "127.0.0.1", "fe80::1%eth0" and names of /etc/hosts need no server. See getaddrinfo(3).
///
/// BLOCKS, unlike all else here: the C library reads files and asks name servers, for many seconds if they are silent,
/// with no way to end that; and it allocates memory. Where that matters, NameResolution does the same in a thread of
/// its own. Not async-signal-safe.
///
/// Errors: NOENT (no such name, or it has no address), AGAIN (no server has answered), IO (a server has failed, or the
/// C library does not say what went wrong),
/// NAMETOOLONG from 254 bytes on, INVAL for a NUL inside, NOMEM, and those of the calls that the C library makes.
result<std::span<Endpoint>> resolve(std::string_view host, u16 port,
                                    std::span<Endpoint> room WALI_LIFETIMEBOUND) noexcept;

/// What resolve() does, in a thread of its own, while the program goes on:
///
///     WALI_TRY(const auto names, wali::NameResolution::start("example.org", 443));
///     WALI_TRY(const auto watch, epoll.add(names.fd(), EpollEvents::IN));
///     ...
///     WALI_TRY(const auto addresses, names.try_wait(room));
///
/// Nothing ends a look-up before its time. When this ends sooner, nobody waits: the thread goes on for as long as the C
/// library takes, and then gives back its memory (2 KiB beside its stack) and the descriptor. A process that ends does
/// not wait for it. In a forked child no thread looks: a copy of a look-up that had not ended is CANCELED there, and
/// its descriptor is the parent's; where both are process 1 of a PID namespace, the copy waits without end. With glibc,
/// a child that was forked while somebody looked for a name may find a lock of the C library held for good, and what it
/// looks for itself then never ends: let it wait until a deadline, or execute a program. Move-only; threads may share
/// it.
class NameResolution {
  public:
    /// The most addresses of one name.
    static constexpr usize endpoints_max = 32;

    /// Of nothing: all but start() fails with Errno::BADF.
    NameResolution() noexcept = default;

    /// eventfd2(2), getpid(2) and rt_sigprocmask(2), tier spec, and pthread_create(3): begins to look for the addresses
    /// of `host`, which is copied. Allocates. The thread takes no signals. Errors: NAMETOOLONG, NOMEM, MFILE, NFILE,
    /// AGAIN (too many threads).
    static result<NameResolution> start(std::string_view host, u16 port) noexcept;

    NameResolution(NameResolution&& other) noexcept : shared_(std::exchange(other.shared_, nullptr)) {}
    NameResolution& operator=(NameResolution&& other) noexcept {
        std::swap(shared_, other.shared_);
        return *this;
    }
    NameResolution(const NameResolution&) = delete;
    NameResolution& operator=(const NameResolution&) = delete;
    ~NameResolution() { release(); }

    /// A descriptor that is readable for Epoll from its end on. To be watched only, and not outlive this.
    BorrowedFd fd() const noexcept WALI_LIFETIMEBOUND;

    /// The addresses, as those of resolve(), as many as there is room for; any number of times. Errors: INPROGRESS
    /// while it is not at its end, CANCELED, and those of resolve(), of which AGAIN is one. While it is not at its end
    /// getpid(2), tier spec, else no call.
    result<std::span<Endpoint>> try_wait(std::span<Endpoint> room WALI_LIFETIMEBOUND) const noexcept;

    /// getpid(2) and ppoll(2), tier spec: waits for its end first, until a point in time: TIMEDOUT. EINTR is retried.
    result<std::span<Endpoint>> wait_until(std::span<Endpoint> room WALI_LIFETIMEBOUND,
                                           Deadline deadline) const noexcept;
    /// The same without an end.
    result<std::span<Endpoint>> wait(std::span<Endpoint> room WALI_LIFETIMEBOUND) const noexcept {
        return wait_until(room, Deadline::never());
    }

  private:
    struct Shared;
    explicit NameResolution(Shared* shared) noexcept : shared_(shared) {}
    void release() noexcept;

    Shared* shared_ = nullptr;
};

}  // namespace wali
