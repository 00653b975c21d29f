// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <string_view>

#include <wali/net/endpoint.hpp>

WALI_EXPORT namespace wali {
/// The addresses of a host's name, with `port`, in the order in which they should be tried; as many as there is room
/// for. "127.0.0.1", "fe80::1%eth0" and names of /etc/hosts need no server. See getaddrinfo(3).
///
/// BLOCKS, unlike all else here: the C library reads files and asks name servers, for many seconds if they are silent,
/// with no way to end that; and it allocates memory. So call it in a thread of its own where that matters. Not
/// async-signal-safe.
///
/// Errors: NOENT (no such name, or it has no address), AGAIN (no server has answered), IO (a server has failed),
/// NAMETOOLONG from 254 bytes on, INVAL for a NUL inside, NOMEM, and those of the calls that the C library makes.
result<std::span<Endpoint>> resolve(std::string_view host, u16 port,
                                    std::span<Endpoint> room WALI_LIFETIMEBOUND) noexcept;

}  // namespace wali
