// SPDX-License-Identifier: BSL-1.0
#include <wali/net/tun_device.hpp>

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/structs/net.hpp>
#include <wali/fs/file.hpp>
#include <wali/sys/fs.hpp>
#include <wali/try.hpp>

namespace wali {

namespace {

result<void> tun_control(BorrowedFd fd, abi::TunRequest request, void* argument) noexcept {
    return to_result<void>(Call::ioctl, sys::ioctl(fd.raw(), abi::bits(request), argument));
}

}  // namespace

result<TunDevice> TunDevice::open(const ShortName& name, TunFlags kind, const Options& options) noexcept {
    const OpenFlags waiting = options.non_blocking ? OpenFlags::NONBLOCK : OpenFlags{};
    WALI_TRY(File file, File::open("/dev/net/tun", OpenFlags::RDWR | waiting));
    abi::ifreq_flags request{};
    name.text().copy(request.name, sizeof request.name - 1);
    request.flags = abi::bits(kind | TunFlags::NO_PI | options.flags);
    WALI_TRY(tun_control(file, abi::TunRequest::SETIFF, &request));
    return from_fd(std::move(file).into_fd());
}

result<ShortName> TunDevice::name() const noexcept {
    abi::ifreq_flags answer{};
    WALI_TRY(tun_control(fd(), abi::TunRequest::GETIFF, &answer));
    return ShortName(detail::text_in(answer.name, ShortName::size_max));
}

result<void> TunDevice::set_persistent(bool enabled) const noexcept {
    return tun_control(fd(), abi::TunRequest::SETPERSIST, reinterpret_cast<void*>(std::uintptr_t{enabled}));
}

}  // namespace wali
