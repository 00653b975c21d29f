// SPDX-License-Identifier: BSL-1.0
#include <wali/system/pseudo_terminal.hpp>

#include <algorithm>
#include <array>
#include <charconv>

#include <wali/abi/constants/tty.hpp>
#include <wali/abi/flags.hpp>
#include <wali/sys/fs.hpp>
#include <wali/try.hpp>

namespace wali {

result<PseudoTerminal> PseudoTerminal::open() noexcept {
    WALI_TRY(File file, File::open("/dev/ptmx", OpenFlags::RDWR | OpenFlags::NOCTTY));
    PseudoTerminal terminal = from_fd(std::move(file).into_fd());
    int locked = 0;
    WALI_TRY(
        to_result<void>(Call::ioctl, sys::ioctl(terminal.fd().raw(), abi::bits(abi::TtyRequest::SPTLCK), &locked)));
    return terminal;
}

result<File> PseudoTerminal::open_peer() const noexcept {
    const auto flags = static_cast<usize>(abi::bits(OpenFlags::RDWR | OpenFlags::NOCTTY | OpenFlags::CLOEXEC));
    return to_descriptor<File>(
        Call::ioctl, sys::ioctl(fd().raw(), abi::bits(abi::TtyRequest::GPTPEER), reinterpret_cast<void*>(flags)));
}

result<std::string_view> PseudoTerminal::peer_name(std::span<char> buffer) const noexcept {
    u32 number = 0;
    WALI_TRY(to_result<void>(Call::ioctl, sys::ioctl(fd().raw(), abi::bits(abi::TtyRequest::GPTN), &number)));
    constexpr std::string_view folder = "/dev/pts/";
    if (buffer.size() < folder.size()) return Errno::RANGE;
    char* const end = std::copy(folder.begin(), folder.end(), buffer.data());
    const auto [last, error] = std::to_chars(end, buffer.data() + buffer.size(), number);
    if (error != std::errc()) return Errno::RANGE;
    return std::string_view(buffer.data(), static_cast<usize>(last - buffer.data()));
}

}  // namespace wali
