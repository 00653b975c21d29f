// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

#include <wali/abi/structs/system.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/system.hpp>

WALI_EXPORT namespace wali {
/// Which kernel runs, on which machine, and how the host is called: what uname(1) prints. A value of 390 bytes; the
/// views are of it.
class SystemName : private abi::utsname {
  public:
    /// All texts empty; system::name() fills them in.
    constexpr SystemName() noexcept : utsname{} {}

    /// "Linux".
    constexpr std::string_view kernel() const noexcept WALI_LIFETIMEBOUND { return text(sysname); }
    /// The name of the host, within the UTS namespace of the process: what gethostname(2) gives.
    constexpr std::string_view host() const noexcept WALI_LIFETIMEBOUND { return text(nodename); }
    /// Of the kernel: "6.12.9-amd64". Ask for what a kernel can do by trying it, not by comparing this.
    constexpr std::string_view release() const noexcept WALI_LIFETIMEBOUND { return text(utsname::release); }
    /// How the kernel was built: "#1 SMP PREEMPT_DYNAMIC ...".
    constexpr std::string_view version() const noexcept WALI_LIFETIMEBOUND { return text(utsname::version); }
    /// The kind of processor: "x86_64". Of a wasm program it is what its host says.
    constexpr std::string_view machine() const noexcept WALI_LIFETIMEBOUND { return text(utsname::machine); }
    /// The NIS domain, which is none of DNS; "(none)" where there is no such thing.
    constexpr std::string_view domain() const noexcept WALI_LIFETIMEBOUND { return text(domainname); }

    /// For the raw call.
    abi::utsname* out() noexcept WALI_LIFETIMEBOUND { return this; }

  private:
    static constexpr std::string_view text(const char (&array)[65]) noexcept {
        return detail::text_in(array, sizeof array);
    }
};
}  // namespace wali

/// The system that the process runs on.
WALI_EXPORT namespace wali::system {
/// uname(2), tier spec: names of kernel and host. Does not fail. Async-signal-safe.
inline result<SystemName> name() noexcept {
    SystemName name;
    const long raw = sys::uname(name.out());
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::uname, raw);
    return name;
}

/// sethostname(2), tier named: names the host, for all processes of this UTS namespace. At most 64 bytes (else INVAL).
/// PERM without CAP_SYS_ADMIN there. Async-signal-safe.
inline result<void> set_host_name(std::string_view name) noexcept {
    if (name.size() > 64) return Error(Errno::INVAL, Call::sethostname);
    return to_result<void>(Call::sethostname, sys::sethostname(name.data(), static_cast<int>(name.size())));
}

/// setdomainname(2), tier named: the same for the NIS domain.
inline result<void> set_domain_name(std::string_view name) noexcept {
    if (name.size() > 64) return Error(Errno::INVAL, Call::setdomainname);
    return to_result<void>(Call::setdomainname, sys::setdomainname(name.data(), static_cast<int>(name.size())));
}

}  // namespace wali::system
