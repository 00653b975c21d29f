// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/mount.hpp>
#include <wali/abi/flags.hpp>

WALI_EXPORT namespace wali {
using abi::MountAttributes;
using abi::MountFlags;
using abi::UmountFlags;

/// Whether what is mounted and unmounted below a mount happens below its copies, too, and the reverse: see
/// mount_namespaces(7).
enum class MountPropagation : u64 {
    PRIVATE = abi::bits(MountFlags::PRIVATE),        ///< neither
    SHARED = abi::bits(MountFlags::SHARED),          ///< both
    SLAVE = abi::bits(MountFlags::SLAVE),            ///< it only takes what happens elsewhere
    UNBINDABLE = abi::bits(MountFlags::UNBINDABLE),  ///< neither, and nobody may bind it elsewhere
};

}  // namespace wali
