// SPDX-License-Identifier: BSL-1.0
#include <wali/security/seccomp.hpp>

#include <limits>

#include <wali/abi/constants/process.hpp>
#include <wali/sys/process.hpp>
#include <wali/sys/security.hpp>
#include <wali/try.hpp>

namespace wali::security {

result<void> install_seccomp(std::span<const abi::sock_filter> program, const SeccompOptions& options) noexcept {
    if (program.size() > std::numeric_limits<u16>::max()) return Error(Errno::INVAL, Call::seccomp);
    abi::sock_fprog pointer{};
    pointer.len = static_cast<u16>(program.size());
    pointer.filter = const_cast<abi::sock_filter*>(program.data());  // the kernel reads it only
    abi::SeccompFilterFlags flags{};
    // Without ESRCH a success, and the number of the thread that is in the way, would be told apart by 0 alone.
    if (options.all_threads) flags |= abi::SeccompFilterFlags::TSYNC | abi::SeccompFilterFlags::TSYNC_ESRCH;
    if (options.log) flags |= abi::SeccompFilterFlags::LOG;
    return to_result<void>(Call::seccomp, sys::seccomp(abi::bits(abi::SeccompOperation::SET_MODE_FILTER),
                                                       static_cast<unsigned int>(abi::bits(flags)), &pointer));
}

result<void> install_seccomp(const SeccompPolicy& policy) noexcept {
    std::array<abi::sock_filter, seccomp_instructions()> room;
    WALI_TRY(const auto program, compile_seccomp(policy, room));
    return install_seccomp(program, SeccompOptions());
}

result<bool> is_seccomp_action_available(SeccompAction action) noexcept {
    u32 value = action.value() & abi::bits(abi::SeccompReturn::ACTION_FULL);
    const long raw = sys::seccomp(abi::bits(abi::SeccompOperation::GET_ACTION_AVAIL), 0, &value);
    if (!is_error(raw)) return true;
    const Error error = Error::of_raw(Call::seccomp, raw);
    if (error == Errno::OPNOTSUPP) return false;
    return error;
}

result<SeccompMode> seccomp_mode() noexcept {
    return to_result<SeccompMode>(Call::prctl, sys::prctl(abi::bits(abi::PrctlOption::GET_SECCOMP), 0, 0, 0, 0));
}

}  // namespace wali::security
