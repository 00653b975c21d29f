// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <string_view>

#include <wali/abi/constants/fs.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/io.hpp>
#include <wali/fs/file.hpp>

WALI_EXPORT namespace wali {
/// The side of a pseudo-terminal on which a person would sit: what a program writes to its terminal is read here, and
/// what is written here, the program reads as typed. See pty(7), ioctl(2) and ioctl_tty(2). Its window has a size:
/// system::set_window_size.
///
/// Reading is Errno::IO when nobody has the other side open (any more). When this ends, the programs on the other side
/// get SIGHUP. A Command starts a program on a new one by itself (ChildStream::terminal).
class PseudoTerminal : public Descriptor<PseudoTerminal> {
  public:
    PseudoTerminal() noexcept = default;

    /// posix_openpt(3) and unlockpt(3), by openat(2) of /dev/ptmx and ioctl(2) TIOCSPTLCK, tier spec: a new
    /// one, close-on-exec. Errors: NOSPC (no more are allowed), NOENT (no /dev/ptmx), MFILE.
    static result<PseudoTerminal> open() noexcept;

    /// ioctl(2) TIOCGPTPEER, tier spec: opens the other side, close-on-exec, whatever is mounted at /dev/pts. It
    /// does not become the caller's controlling terminal. Errors: IO, MFILE.
    result<File> open_peer() const noexcept;

    /// ptsname(3), by ioctl(2) TIOCGPTN, tier spec: the path of the other side, such as "/dev/pts/3", in `buffer`.
    /// RANGE if that is too small.
    result<std::string_view> peer_name(std::span<char> buffer WALI_LIFETIMEBOUND) const noexcept;

    /// read(2) and write(2), tier spec: see wali::read and wali::write.
    result<usize> read(MutableBytes buffer) const noexcept { return wali::read(fd(), buffer); }
    result<usize> write(ConstBytes bytes) const noexcept { return wali::write(fd(), bytes); }
    /// Writes everything; see wali::write_all.
    Transfer write_all(ConstBytes bytes) const noexcept { return wali::write_all(fd(), bytes); }
};

}  // namespace wali
