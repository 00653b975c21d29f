// SPDX-License-Identifier: BSL-1.0
#include "file_cache.hpp"

#include <algorithm>
#include <wali/try.hpp>

namespace httpd {

namespace {

/// FNV-1a.
constexpr wali::u32 hash(std::string_view text) noexcept {
    wali::u32 value = 0x811c9dc5;
    for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x01000193;
    return value;
}

}  // namespace

wali::result<std::shared_ptr<const ServedFile>> FileCache::find(std::string_view path, Time now) noexcept {
    Slot& slot = slots_[hash(path) % slot_count];
    if (slot.file && slot.key() == path) {
        if (now < slot.expires && slot.file->unchanged()) return slot.file;
        slot.file.reset();
    }
    WALI_TRY(auto found, tree_.find(path));
    if (!found.file) return std::shared_ptr<const ServedFile>();
    WALI_TRY(auto file, ServedFile::make(std::move(found), path));
    if (path.size() <= slot.path.size()) {
        std::ranges::copy(path, slot.path.begin());
        slot.path_size = static_cast<wali::u8>(path.size());
        slot.expires = now + lifetime;
        slot.file = file;
    }
    return file;
}

}  // namespace httpd
