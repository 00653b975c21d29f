// SPDX-License-Identifier: BSL-1.0
#include <wali/mem/memory_map.hpp>

#include <wali/abi/constants/errno.hpp>

namespace wali {
namespace {

// The bits of MAP_HUGE_2MB and its like are the size's logarithm, at MAP_HUGE_SHIFT.
usize unit_of(HugePages pages) noexcept {
    return pages == HugePages::NONE ? MemoryMap::page_size : usize{1} << (static_cast<u32>(pages) >> 26 & 63);
}

MapFlags flags_of(const MapOptions& options) noexcept {
    MapFlags flags = options.shared ? MapFlags::SHARED : MapFlags::PRIVATE;
    if (options.populate) flags |= MapFlags::POPULATE;
    if (options.locked) flags |= MapFlags::LOCKED;
    if (options.no_reserve) flags |= MapFlags::NORESERVE;
    return flags | static_cast<MapFlags>(options.huge_pages);
}

}  // namespace

result<std::byte*> MemoryMap::map_address(const Wish& wish) noexcept {
    const usize unit = unit_of(wish.options.huge_pages);
    // The kernel would round up, and refuse to unmap what was asked for.
    if (unit > page_size && (wish.length % unit != 0 || wish.offset % unit != 0))
        return Error(Errno::INVAL, Call::mmap);
    const Protection protection = wish.options.executable ? wish.protection | Protection::EXEC : wish.protection;
    const long raw = sys::mmap(wish.address, wish.length, abi::bits(protection),
                               abi::bits(wish.flags | flags_of(wish.options)), wish.fd, static_cast<i64>(wish.offset));
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::mmap, raw);
    return reinterpret_cast<std::byte*>(static_cast<usize>(raw));
}

result<MutableMemoryMap> MutableMemoryMap::anonymous(usize length, const AnonymousOptions& options) noexcept {
    const usize guard = options.guard;
    if (guard % page_size != 0 || (guard != 0 && options.address != nullptr) || guard > to_the_end / 4 ||
        length > to_the_end / 4)
        return Error(Errno::INVAL, Call::mmap);
    const usize pages = guard == 0 ? length : (length + page_size - 1) / page_size * page_size;
    result<MutableMemoryMap> made = map<MutableMemoryMap>(
        {.address = options.address,
         .length = pages + 2 * guard,
         .protection = Protection::READ | Protection::WRITE,
         .flags = MapFlags::ANONYMOUS | (options.address == nullptr ? MapFlags{} : MapFlags::FIXED_NOREPLACE),
         .options = options.map});
    if (made.has_error() || guard == 0) return made;
    MutableMemoryMap& map = made.assume_value();
    for (const usize offset : {usize{0}, guard + pages}) {
        const result<void> guarded = map.protect(Protection::NONE, offset, guard);
        if (guarded.has_error()) return guarded.assume_error();
    }
    map.address_ += guard;
    map.length_ = length;
    map.guard_ = guard;
    return made;
}

}  // namespace wali
