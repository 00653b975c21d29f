// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/abi/constants/mem.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/fd.hpp>
#include <wali/sys/mem.hpp>

WALI_EXPORT namespace wali {
using abi::MapFlags;
using abi::MemoryAdvice;
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

    /// mmap(2), tier spec: `length` bytes of the file behind `fd`, which may be closed afterwards.
    struct FileOptions {
        u64 offset = 0;                            ///< where in the file: a multiple of page_size
        Protection protection = Protection::READ;  ///< what the program may do with the memory
        bool shared = false;                       ///< changes go back to the file; otherwise they are this map's alone
        MapFlags flags{};                          ///< POPULATE, LOCKED, NORESERVE, ...
    };
    /// mmap(2), tier spec. Errors: INVAL (length 0, offset no multiple), ACCES (a shared writable map of a file not
    /// open for both), NODEV_, NOMEM.
    static result<MemoryMap> of_file(BorrowedFd fd, usize length, const FileOptions& options) noexcept {
        return map(length, options.protection, options.flags | sharing(options.shared), fd.raw(), options.offset);
    }
    static result<MemoryMap> of_file(BorrowedFd fd, usize length) noexcept {
        return of_file(fd, length, FileOptions());
    }

    /// mmap(2) with MAP_ANONYMOUS, tier spec: `length` bytes of zeros. Shared, a forked child sees the same memory.
    struct AnonymousOptions {
        Protection protection = Protection::READ | Protection::WRITE;
        bool shared = false;
        MapFlags flags{};
    };
    static result<MemoryMap> anonymous(usize length, const AnonymousOptions& options) noexcept {
        return map(length, options.protection, options.flags | sharing(options.shared) | MapFlags::ANONYMOUS, -1, 0);
    }
    static result<MemoryMap> anonymous(usize length) noexcept { return anonymous(length, AnonymousOptions()); }

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

    /// Whether memory is mapped.
    explicit operator bool() const noexcept { return address_ != nullptr; }
    /// The length asked for, in bytes. Memory is reserved up to the next page boundary.
    usize size() const noexcept { return length_; }
    ConstBytes bytes() const noexcept WALI_LIFETIMEBOUND { return std::span<const std::byte>(address_, length_); }
    /// Only for a map with Protection::WRITE: writing to any other raises SIGSEGV.
    MutableBytes mutable_bytes() noexcept WALI_LIFETIMEBOUND { return std::span<std::byte>(address_, length_); }

    /// madvise(2), tier spec, for the whole map.
    result<void> advise(MemoryAdvice advice) const noexcept {
        return to_result<void>(Call::madvise, sys::madvise(address_, length_, abi::bits(advice)));
    }

    /// mprotect(2), tier spec, for the whole map. ACCES when the file was not opened for that.
    result<void> protect(Protection protection) noexcept {
        return to_result<void>(Call::mprotect, sys::mprotect(address_, length_, abi::bits(protection)));
    }

    /// msync(2) with MS_SYNC, tier spec, for the whole map: waits until a shared map's changes are on the device.
    result<void> sync() const noexcept {
        return to_result<void>(Call::msync, sys::msync(address_, length_, abi::bits(abi::MsyncFlags::SYNC)));
    }

    /// mremap(2), tier spec: grows or shrinks, moving if need be; views of the old place are invalid afterwards. The
    /// map stays as it was on error.
    result<void> resize(usize length) noexcept {
        const long raw = sys::mremap(address_, length_, length, abi::bits(abi::MremapFlags::MAYMOVE), nullptr);
        if (is_error(raw)) return Error::of_raw(Call::mremap, raw);
        address_ = reinterpret_cast<std::byte*>(static_cast<usize>(raw));
        length_ = length;
        return success();
    }

    /// munmap(2), tier spec, with its error. The MemoryMap is empty afterwards.
    result<void> unmap() noexcept {
        return to_result<void>(Call::munmap, sys::munmap(std::exchange(address_, nullptr), std::exchange(length_, 0)));
    }

  private:
    MemoryMap(std::byte* address, usize length) noexcept : address_(address), length_(length) {}

    static MapFlags sharing(bool shared) noexcept { return shared ? MapFlags::SHARED : MapFlags::PRIVATE; }

    static result<MemoryMap> map(usize length, Protection protection, MapFlags flags, int fd, u64 offset) noexcept {
        const long raw =
            sys::mmap(nullptr, length, abi::bits(protection), abi::bits(flags), fd, static_cast<i64>(offset));
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(Call::mmap, raw);
        return MemoryMap(reinterpret_cast<std::byte*>(static_cast<usize>(raw)), length);
    }

    void reset() noexcept {
        if (address_ != nullptr) sys::munmap(std::exchange(address_, nullptr), std::exchange(length_, 0));
    }

    std::byte* address_ = nullptr;
    usize length_ = 0;
};

}  // namespace wali
