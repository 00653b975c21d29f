// SPDX-License-Identifier: BSL-1.0
#include <wali/mem/memory_map.hpp>

#include <utility>

#include <wali/abi/constants/errno.hpp>

namespace wali {
namespace {

MapFlags flags_of(const MapOptions& options) noexcept {
    MapFlags flags = options.shared ? MapFlags::SHARED : MapFlags::PRIVATE;
    if (options.populate) flags |= MapFlags::POPULATE;
    if (options.locked) flags |= MapFlags::LOCKED;
    if (options.no_reserve) flags |= MapFlags::NORESERVE;
    return flags | static_cast<MapFlags>(options.huge_pages);
}

}  // namespace

result<std::byte*> MemoryMap::map_address(const Wish& wish) noexcept {
    const Protection protection = wish.options.executable ? wish.protection | Protection::EXEC : wish.protection;
    const long raw = sys::mmap(wish.address, wish.length, abi::bits(protection),
                               abi::bits(wish.flags | flags_of(wish.options)), wish.fd, static_cast<i64>(wish.offset));
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::mmap, raw);
    return reinterpret_cast<std::byte*>(static_cast<usize>(raw));
}

result<MutableMemoryMap> MutableMemoryMap::anonymous(usize length, const AnonymousOptions& options) noexcept {
    const usize guard = options.guard;
    const usize unit = unit_of(options.map.huge_pages);
    if (guard % unit != 0 || (guard != 0 && options.address != nullptr)) return Error(Errno::INVAL, Call::mmap);
    usize pages = length;
    usize whole = length;
    if (guard != 0) {
        if (__builtin_add_overflow(length, unit - 1, &pages)) return Error(Errno::NOMEM, Call::mmap);
        pages = pages / unit * unit;
        if (__builtin_mul_overflow(guard, usize{2}, &whole) || __builtin_add_overflow(whole, pages, &whole))
            return Error(Errno::NOMEM, Call::mmap);
    }
    result<MutableMemoryMap> made = map<MutableMemoryMap>(
        {.address = options.address,
         .length = whole,
         .protection = Protection::READ | Protection::WRITE,
         .flags = MapFlags::ANONYMOUS | (options.address == nullptr ? MapFlags{} : MapFlags::FIXED_NOREPLACE),
         .options = options.map});
    if (made.has_error()) return made.assume_error();
    MutableMemoryMap map = std::move(made).assume_value();
    if (guard == 0) return map;
    for (const usize offset : {usize{0}, guard + pages}) {
        const result<void> guarded = map.protect(Protection::NONE, offset, guard);
        if (guarded.has_error()) return guarded.assume_error();
    }
    map.address_ += guard;
    map.length_ = length;
    map.guard_ = guard;
    return map;
}

}  // namespace wali
