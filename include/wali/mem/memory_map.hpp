// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/mem.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/fd.hpp>
#include <wali/sys/mem.hpp>

WALI_EXPORT namespace wali {
using abi::MapFlags;
using abi::MemoryAdvice;
using abi::MsyncFlags;
using abi::Protection;

/// Mapped memory with one owner: unmapped exactly once, when its owner ends or calls unmap(). Move-only.
///
/// bytes() views the mapping and must not outlive it. Touching a page that lies beyond the end of a file that has
/// shrunk since raises SIGBUS, as anywhere on Linux. Nothing here waits, except for the device when a page is read
/// or written back; EINTR does not occur. Safe to use from several threads; resize() and unmap() need a lone user.
class MemoryMap {
  public:
    /// The unit of mapping: offsets into files are multiples of it. 4096 on both targets.
    static constexpr usize page_size = 4096;

    /// mmap(2): `length` bytes of the file behind `fd` from `offset`, a multiple of page_size. MapFlags::SHARED
    /// writes changes back to the file, MapFlags::PRIVATE keeps them. The descriptor may be closed afterwards.
    /// Errors: INVAL (length 0, offset no multiple), ACCES (a shared writable map of a file not open for both),
    /// NODEVICE, NOMEM.
    static result<MemoryMap> of_file(BorrowedFd fd, usize length, u64 offset = 0,
                                     Protection protection = Protection::READ,
                                     MapFlags flags = MapFlags::PRIVATE) noexcept {
        return map(length, protection, flags, fd.raw(), offset);
    }

    /// mmap(2) with MAP_ANONYMOUS: `length` bytes of zeros.
    static result<MemoryMap> anonymous(usize length, Protection protection = Protection::READ | Protection::WRITE,
                                       MapFlags flags = MapFlags::PRIVATE) noexcept {
        return map(length, protection, flags | MapFlags::ANONYMOUS, -1, 0);
    }

    MemoryMap() noexcept = default;
    MemoryMap(MemoryMap&& other) noexcept
        : address_(std::exchange(other.address_, nullptr)), length_(std::exchange(other.length_, 0)) {}
    MemoryMap& operator=(MemoryMap&& other) noexcept {
        if (this != &other) {
            reset();
            address_ = std::exchange(other.address_, nullptr);
            length_ = std::exchange(other.length_, 0);
        }
        return *this;
    }
    MemoryMap(const MemoryMap&) = delete;
    MemoryMap& operator=(const MemoryMap&) = delete;
    ~MemoryMap() { reset(); }

    explicit operator bool() const noexcept { return address_ != nullptr; }
    /// The length asked for, in bytes. Memory is reserved up to the next page boundary.
    usize size() const noexcept { return length_; }
    ConstBytes bytes() const noexcept [[clang::lifetimebound]] { return {address_, length_}; }
    /// Only for a map with Protection::WRITE: writing to any other raises SIGSEGV.
    MutableBytes mutable_bytes() noexcept [[clang::lifetimebound]] { return {address_, length_}; }

    /// madvise(2) for the whole map.
    result<void> advise(MemoryAdvice advice) const noexcept {
        return to_void_result(sys::madvise(address_, length_, abi::bits(advice)));
    }

    /// mprotect(2) for the whole map. ACCES when the file was not opened for that.
    result<void> protect(Protection protection) noexcept {
        return to_void_result(sys::mprotect(address_, length_, abi::bits(protection)));
    }

    /// msync(2) for the whole map: with SYNC waits until a shared map's changes are on the device.
    result<void> sync(MsyncFlags flags = MsyncFlags::SYNC) const noexcept {
        return to_void_result(sys::msync(address_, length_, abi::bits(flags)));
    }

    /// mremap(2): grows or shrinks, moving if need be; views of the old place are invalid afterwards. The map stays
    /// as it was on error.
    result<void> resize(usize length) noexcept {
        const long raw = sys::mremap(address_, length_, length, abi::bits(abi::MremapFlags::MAYMOVE), nullptr);
        if (is_error(raw)) return static_cast<Errno>(-raw);
        address_ = reinterpret_cast<std::byte*>(static_cast<usize>(raw));
        length_ = length;
        return success();
    }

    /// munmap(2), with its error. The MemoryMap is empty afterwards.
    result<void> unmap() noexcept {
        return to_void_result(sys::munmap(std::exchange(address_, nullptr), std::exchange(length_, 0)));
    }

  private:
    MemoryMap(std::byte* address, usize length) noexcept : address_(address), length_(length) {}

    // A mapping may lie in the upper half of a 32-bit address space, where a host may return its address
    // sign-extended: only the last page's worth of numbers are errors.
    static bool is_error(long raw) noexcept { return raw < 0 && raw >= -4095; }

    static result<MemoryMap> map(usize length, Protection protection, MapFlags flags, int fd, u64 offset) noexcept {
        const long raw =
            sys::mmap(nullptr, length, abi::bits(protection), abi::bits(flags), fd, static_cast<i64>(offset));
        if (is_error(raw)) [[unlikely]]
            return static_cast<Errno>(-raw);
        return MemoryMap(reinterpret_cast<std::byte*>(static_cast<usize>(raw)), length);
    }

    void reset() noexcept {
        if (address_ != nullptr) sys::munmap(std::exchange(address_, nullptr), std::exchange(length_, 0));
    }

    std::byte* address_ = nullptr;
    usize length_ = 0;
};

}  // namespace wali
