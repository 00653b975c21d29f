// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/net.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/io.hpp>
#include <wali/net/socket_option.hpp>

WALI_EXPORT namespace wali {
using abi::TunFlags;

/// A network interface whose other end is this program: what is sent by it is read here, what is written here it has
/// received. See Documentation/networking/tuntap.rst. The interface goes when this ends, unless it was made to stay.
/// EINTR comes back as Errno::INTR; on a non-blocking one Errno::AGAIN means that the call would have waited.
class TunDevice : public Descriptor<TunDevice> {
  public:
    TunDevice() noexcept = default;

    /// How a device is opened.
    struct Options {
        TunFlags flags{};  ///< VNET_HDR, MULTI_QUEUE, EXCL; TUN or TAP and NO_PI are set here
        bool non_blocking = false;
    };

    /// openat(2) of /dev/net/tun and ioctl(2) with TUNSETIFF, tier spec: an interface of IP packets, without anything
    /// before each. `name` is one that exists or shall exist; with "%d" in it, or if it is empty, the kernel picks a
    /// number. Errors: PERM without CAP_NET_ADMIN, BUSY (another program has it), NOENT and NODEV_ (no such driver),
    /// INVAL (a name that cannot be).
    static result<TunDevice> open_tun(const ShortName& name, const Options& options) noexcept {
        return open(name, TunFlags::TUN, options);
    }
    static result<TunDevice> open_tun(const ShortName& name) noexcept { return open_tun(name, Options()); }

    /// The same for Ethernet frames.
    static result<TunDevice> open_tap(const ShortName& name, const Options& options) noexcept {
        return open(name, TunFlags::TAP, options);
    }
    static result<TunDevice> open_tap(const ShortName& name) noexcept { return open_tap(name, Options()); }

    /// ioctl(2) with TUNGETIFF, tier spec: the interface's name, which others may change.
    result<ShortName> name() const noexcept;

    /// ioctl(2) with TUNSETPERSIST, tier spec: whether the interface stays when this ends.
    result<void> set_persistent(bool enabled) const noexcept;

    /// read(2), tier spec: the next packet; what does not fit into the buffer is lost.
    result<usize> read(MutableBytes buffer) const noexcept { return wali::read(fd(), buffer); }
    /// write(2), tier spec: one packet. Errors: IO (the interface is not up), INVAL (no packet).
    result<usize> write(ConstBytes packet) const noexcept { return wali::write(fd(), packet); }

  private:
    static result<TunDevice> open(const ShortName& name, TunFlags kind, const Options& options) noexcept;
};

}  // namespace wali
