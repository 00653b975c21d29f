// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include <wali/abi/constants/errno.hpp>
#include <wali/abi/constants/mem.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/fd.hpp>
#include <wali/sys/mem.hpp>

WALI_EXPORT namespace wali {
using abi::MapFlags;
using abi::MemoryAdvice;
using abi::MlockFlags;
using abi::Protection;

/// Pages of more than 4 KiB for a map: Documentation/admin-guide/mm/hugetlbpage.rst. The administrator sets them aside;
/// madvise's HUGEPAGE asks for some without that. walirun has none.
enum class HugePages : int {
    NONE = 0,
    OF_2_MIB = 0x5404'0000,  ///< MAP_HUGETLB | MAP_HUGE_2MB
    OF_1_GIB = 0x7804'0000,  ///< MAP_HUGETLB | MAP_HUGE_1GB
};

/// What the program may do with the whole of a map's memory, and when the kernel gets it.
struct MapOptions {
    bool shared = false;      ///< all who map it see changes, and a file has them; otherwise they are this map's alone
    bool executable = false;  ///< nothing is in linear memory: walirun leaves this out
    bool populate = false;    ///< all pages at once, instead of one by one as they are touched
    bool locked = false;      ///< as lock() does
    bool no_reserve = false;  ///< promise no swap space for it
    HugePages huge_pages = HugePages::NONE;  ///< which the administrator has set aside: else NOMEM, or INVAL of a size
                                             ///< that the machine has not
};

/// Memory that is mapped and that the program only reads, with one owner: unmapped exactly once, when its owner ends or
/// calls unmap(). Move-only.
///
/// bytes() views the mapping and must not outlive it. Touching a page that lies beyond the end of a file that has
/// shrunk since raises SIGBUS, as anywhere on Linux. Nothing here waits, except for the device when a page is read
/// or written back; EINTR does not occur. Safe to use from several threads; resize() and unmap() need a lone user.
/// Offsets and lengths within a map are those of its bytes, offsets being multiples of page_size (else INVAL); a length
/// that is left out is all behind the offset.
class MemoryMap {
  public:
    /// The unit of mapping: offsets into files are multiples of it. 4096 on both targets.
    static constexpr usize page_size = 4096;
    /// The length that is left out.
    static constexpr usize to_the_end = ~usize{0};

    /// mmap(2) of a file, tier spec.
    struct FileOptions {
        u64 offset = 0;  ///< where in the file: a multiple of page_size
        MapOptions map{};
    };

    /// `length` bytes of the file behind `fd`, which may be closed afterwards. Errors: INVAL (length 0, offset no
    /// multiple), ACCES (the file is not open for reading), NODEV_ (it cannot be mapped), NOMEM.
    static result<MemoryMap> of_file(BorrowedFd fd, usize length, const FileOptions& options) noexcept {
        return map<MemoryMap>({.length = length, .fd = fd.raw(), .offset = options.offset, .options = options.map});
    }
    static result<MemoryMap> of_file(BorrowedFd fd, usize length) noexcept {
        return of_file(fd, length, FileOptions());
    }

    MemoryMap() noexcept = default;
    MemoryMap(MemoryMap&& other) noexcept
        : address_(std::exchange(other.address_, nullptr)),
          length_(std::exchange(other.length_, 0)),
          guard_(std::exchange(other.guard_, 0)),
          unit_(other.unit_) {}
    MemoryMap& operator=(MemoryMap&& other) noexcept {
        if (this != &other) {
            (void)unmap();
            address_ = std::exchange(other.address_, nullptr);
            length_ = std::exchange(other.length_, 0);
            guard_ = std::exchange(other.guard_, 0);
            unit_ = other.unit_;
        }
        return *this;
    }
    MemoryMap(const MemoryMap&) = delete;
    MemoryMap& operator=(const MemoryMap&) = delete;
    ~MemoryMap() { (void)unmap(); }

    /// Whether memory is mapped.
    explicit operator bool() const noexcept { return address_ != nullptr; }
    /// The length asked for, in bytes. Memory is reserved up to the next boundary of a page, huge or not.
    usize size() const noexcept { return length_; }
    /// What is mapped.
    ConstBytes bytes() const noexcept WALI_LIFETIMEBOUND { return std::span<const std::byte>(address_, length_); }

    /// The `count` values of T that begin at `offset`, a multiple of T's alignment: of a file that has values and
    /// nothing to be followed. INVAL where they do not lie inside.
    template <class T>
        requires std::is_trivially_copyable_v<T>
    result<std::span<const T>> values(usize offset, usize count) const noexcept WALI_LIFETIMEBOUND {
        if (!lies_inside<T>(offset, count)) return Errno::INVAL;
        return std::span<const T>(reinterpret_cast<const T*>(address_ + offset), count);
    }

    /// madvise(2), tier spec: what use of the pages to expect; DONTNEED and some others change what is in them.
    result<void> advise(MemoryAdvice advice, usize offset = 0, usize length = to_the_end) const noexcept {
        return on(Call::madvise, offset, length,
                  [&](std::byte* at, usize size) noexcept { return sys::madvise(at, size, abi::bits(advice)); });
    }

    /// mlock2(2), tier named: keeps the pages in memory; with ONFAULT, each from its first use on. Errors: NOMEM (more
    /// than RLIMIT_MEMLOCK), PERM, AGAIN.
    result<void> lock(MlockFlags flags = MlockFlags{}, usize offset = 0, usize length = to_the_end) const noexcept {
        return on(Call::mlock2, offset, length,
                  [&](std::byte* at, usize size) noexcept { return sys::mlock2(at, size, abi::bits(flags)); });
    }
    /// munlock(2), tier named: ends that, however often they were locked.
    result<void> unlock(usize offset = 0, usize length = to_the_end) const noexcept {
        return on(Call::munlock, offset, length,
                  [&](std::byte* at, usize size) noexcept { return sys::munlock(at, size); });
    }

    /// mincore(2), tier named: for each page from `offset` on, whether it is in memory, in the lowest bit of a byte of
    /// `pages`. A snapshot. INVAL for more bytes than the map has pages there.
    result<void> residence(std::span<u8> pages, usize offset = 0) const noexcept {
        if (offset % page_size != 0 || offset > length_ ||
            pages.size() > (length_ - offset + page_size - 1) / page_size)
            return Error(Errno::INVAL, Call::mincore);
        return to_result<void>(Call::mincore, sys::mincore(address_ + offset, pages.size() * page_size, pages.data()));
    }

    /// mremap(2), tier spec: grows or shrinks, moving if need be; views of the old place are invalid afterwards. The
    /// map stays as it was on error. INVAL for a map with guard pages. A shared map of anonymous memory does not get
    /// more of it by growing: what is new raises SIGBUS.
    result<void> resize(usize length) noexcept { return remap(length, abi::MremapFlags::MAYMOVE); }
    /// mremap(2), tier spec: the same without moving: NOMEM where there is no room behind it.
    result<void> resize_in_place(usize length) noexcept { return remap(length, abi::MremapFlags{}); }

    /// munmap(2), tier spec, with its error. The map is empty afterwards.
    result<void> unmap() noexcept {
        if (address_ == nullptr) return success();
        std::byte* const begin = std::exchange(address_, nullptr) - guard_;
        const usize length = round_up(std::exchange(length_, 0)) + 2 * std::exchange(guard_, 0);
        return to_result<void>(Call::munmap, sys::munmap(begin, length));
    }

  protected:
    /// @cond what MutableMemoryMap builds on
    struct Wish {
        void* address = nullptr;
        usize length;
        Protection protection = Protection::READ;
        MapFlags flags{};
        int fd = -1;
        u64 offset = 0;
        const MapOptions& options;
    };
    template <class Self>
    static result<Self> map(const Wish& wish) noexcept {
        const result<std::byte*> address = map_address(wish);
        if (address.has_error()) [[unlikely]]
            return address.assume_error();
        Self self;
        self.address_ = address.assume_value();
        self.length_ = wish.length;
        self.unit_ = unit_of(wish.options.huge_pages);
        return self;
    }
    static result<std::byte*> map_address(const Wish& wish) noexcept;

    // The bits of MAP_HUGE_2MB and its like are the size's logarithm, at MAP_HUGE_SHIFT.
    static constexpr usize unit_of(HugePages pages) noexcept {
        return pages == HugePages::NONE ? page_size : usize{1} << (static_cast<u32>(pages) >> 26 & 63);
    }
    constexpr usize round_up(usize length) const noexcept { return (length + unit_ - 1) / unit_ * unit_; }

    template <class T>
    bool lies_inside(usize offset, usize count) const noexcept {
        return offset % alignof(T) == 0 && offset <= length_ && count <= (length_ - offset) / sizeof(T);
    }

    template <class Function>
    result<void> on(Call call, usize offset, usize length, Function&& function) const noexcept {
        if (offset > length_) return Error(Errno::INVAL, call);
        const usize size = length == to_the_end ? length_ - offset : length;
        if (size > length_ - offset) return Error(Errno::INVAL, call);
        return to_result<void>(call, function(address_ + offset, size));
    }

    std::byte* address_ = nullptr;
    usize length_ = 0;
    usize guard_ = 0;  // without access, on either side
    usize unit_ = page_size;
    /// @endcond

  private:
    result<void> remap(usize length, abi::MremapFlags flags) noexcept {
        if (guard_ != 0) return Error(Errno::INVAL, Call::mremap);
        const long raw = sys::mremap(address_, length_, length, abi::bits(flags), nullptr);
        if (is_error(raw)) return Error::of_raw(Call::mremap, raw);
        address_ = reinterpret_cast<std::byte*>(static_cast<usize>(raw));
        length_ = length;
        return success();
    }
};

/// Mapped memory that the program writes, too: a MemoryMap with more. As a MemoryMap it can be handed to what only
/// reads.
class MutableMemoryMap : public MemoryMap {
  public:
    /// mmap(2), tier spec: the same for a file: changes of a shared map are the file's. Errors: also ACCES where a
    /// shared one is not open for reading and writing.
    static result<MutableMemoryMap> of_file(BorrowedFd fd, usize length, const FileOptions& options) noexcept {
        return map<MutableMemoryMap>({.length = length,
                                      .protection = Protection::READ | Protection::WRITE,
                                      .fd = fd.raw(),
                                      .offset = options.offset,
                                      .options = options.map});
    }
    static result<MutableMemoryMap> of_file(BorrowedFd fd, usize length) noexcept {
        return of_file(fd, length, FileOptions());
    }

    /// mmap(2) with MAP_ANONYMOUS, tier spec: zeros. Shared, a forked child sees the same memory.
    struct AnonymousOptions {
        MapOptions map{};
        usize guard = 0;          ///< bytes without access on either side, a multiple of the pages (INVAL)
        void* address = nullptr;  ///< MAP_FIXED_NOREPLACE: exactly there; EXIST if something is. Without guard (INVAL)
    };

    /// `length` bytes of zeros; not 0 (INVAL, but for guard pages alone). Errors: NOMEM.
    static result<MutableMemoryMap> anonymous(usize length, const AnonymousOptions& options) noexcept;
    static result<MutableMemoryMap> anonymous(usize length) noexcept { return anonymous(length, AnonymousOptions()); }

    MutableMemoryMap() noexcept = default;

    using MemoryMap::bytes;
    /// What is mapped, to write to. After protect() took WRITE away, writing raises SIGSEGV.
    MutableBytes bytes() noexcept WALI_LIFETIMEBOUND { return std::span<std::byte>(address_, length_); }

    using MemoryMap::values;
    /// The same as values to write to.
    template <class T>
        requires std::is_trivially_copyable_v<T>
    result<std::span<T>> values(usize offset, usize count) noexcept WALI_LIFETIMEBOUND {
        if (!lies_inside<T>(offset, count)) return Errno::INVAL;
        return std::span<T>(reinterpret_cast<T*>(address_ + offset), count);
    }

    /// The address for a T at `offset`, a multiple of its alignment: for what processes share, such as a structure of
    /// atomics and a FutexMutex. The one who makes the memory constructs it there (std::construct_at), others use it.
    /// Memory of zeros need not be constructed for types that say so. INVAL where it does not lie inside.
    template <class T>
        requires std::is_trivially_destructible_v<T>
    result<T*> object(usize offset = 0) noexcept WALI_LIFETIMEBOUND {
        if (!lies_inside<T>(offset, 1)) return Errno::INVAL;
        return reinterpret_cast<T*>(address_ + offset);
    }

    /// mprotect(2), tier spec: what the program may do with the pages from now on. ACCES when the file was not opened
    /// for that.
    result<void> protect(Protection protection, usize offset = 0, usize length = to_the_end) noexcept {
        return on(Call::mprotect, offset, length,
                  [&](std::byte* at, usize size) noexcept { return sys::mprotect(at, size, abi::bits(protection)); });
    }

    /// msync(2) with MS_SYNC, tier spec: waits until a shared map's changes are on the device.
    result<void> sync(usize offset = 0, usize length = to_the_end) const noexcept {
        return on(Call::msync, offset, length, [](std::byte* at, usize size) noexcept {
            return sys::msync(at, size, abi::bits(abi::MsyncFlags::SYNC));
        });
    }
};

}  // namespace wali
