// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <cstring>

#include <wali/abi/structs/fs.hpp>
#include <wali/fs/directory_entries.hpp>
#include <wali/sys/fs.hpp>
#include <wali/try.hpp>

namespace wali {

namespace {

/// A field of an entry, which lies in the buffer at any address.
template <class Field>
Field field(const std::byte* entry, usize offset) noexcept {
    Field value;
    std::memcpy(&value, entry + offset, sizeof value);
    return value;
}

}  // namespace

result<const DirectoryEntry*> DirectoryEntries::next() noexcept {
    for (;;) {
        if (position_ == filled_) {
            position_ = filled_ = 0;
            WALI_TRY(filled_,
                     to_result<usize>(Call::getdents64, sys::getdents64(directory_.raw(), buffer_.data(),
                                                                        static_cast<unsigned int>(buffer_.size()))));
            if (filled_ == 0) return nullptr;
        }
        const std::byte* const at = buffer_.data() + position_;
        position_ += field<u16>(at, offsetof(abi::dirent64, d_reclen));
        entry_.name = reinterpret_cast<const char*>(at + offsetof(abi::dirent64, d_name));
        entry_.type = field<EntryType>(at, offsetof(abi::dirent64, d_type));
        entry_.inode = field<u64>(at, offsetof(abi::dirent64, d_ino));
        if (entry_.name != "." && entry_.name != "..") return &entry_;
    }
}

result<void> DirectoryEntries::rewind() noexcept {
    position_ = filled_ = 0;
    return to_result<void>(Call::lseek, sys::lseek(directory_.raw(), 0, abi::bits(abi::Whence::SET)));
}

}  // namespace wali
