// SPDX-License-Identifier: BSL-1.0
#include <wali/ipc/shared_memory.hpp>

#include <array>
#include <utility>

#include <wali/fs/file.hpp>
#include <wali/fs/temporary_file.hpp>
#include <wali/sys/fs.hpp>
#include <wali/try.hpp>

#include "same_file.hpp"

namespace wali {

namespace {

constexpr std::string_view folder = "/dev/shm/";

/// Where the file of a name is.
class SharedMemoryPath {
  public:
    explicit SharedMemoryPath(const IpcName& name) noexcept {
        folder.copy(text_.data(), folder.size());
        name.text().copy(text_.data() + folder.size(), IpcName::size_max);
    }
    const char* c_str() const noexcept { return text_.data(); }

  private:
    std::array<char, folder.size() + IpcName::size_max + 1> text_{};
};

}  // namespace

result<SharedMemory> SharedMemory::create(usize size, Permissions permissions) noexcept {
    WALI_TRY(File file, fs::open_unnamed(folder));
    WALI_TRY(file.set_permissions(permissions));
    WALI_TRY(file.truncate(size));
    return from_fd(std::move(file).into_fd());
}

result<IpcOwner<SharedMemory>> SharedMemory::publish(std::string_view name) && noexcept {
    WALI_TRY(const IpcName checked, IpcName::of(name));
    WALI_TRY(fs::link_into(fd(), SharedMemoryPath(checked).c_str()));
    return IpcOwner<SharedMemory>(std::move(*this), checked);
}

result<SharedMemory> SharedMemory::open(std::string_view name, OpenFlags access) noexcept {
    WALI_TRY(const IpcName checked, IpcName::of(name));
    WALI_TRY(File file,
             File::open(SharedMemoryPath(checked).c_str(),
                        access | OpenFlags::NOFOLLOW | OpenFlags::NONBLOCK));  // as shm_open(3): it may be a FIFO
    return from_fd(std::move(file).into_fd());
}

result<void> SharedMemory::remove(const IpcName& name) noexcept {
    const SharedMemoryPath path(name);
    return to_result<void>(Call::unlinkat, sys::unlinkat(current_directory().raw(), path.c_str(), 0));
}

result<bool> SharedMemory::has_name(const IpcName& name) const noexcept {
    return detail::is_file_at(fd(), current_directory(), SharedMemoryPath(name).c_str());
}

result<usize> SharedMemory::size() const noexcept {
    abi::stat status{};
    WALI_TRY(to_result<void>(Call::fstat, sys::fstat(fd().raw(), &status)));
    if (!std::in_range<usize>(status.st_size)) return Error(Errno::OVERFLOW, Call::fstat);
    return static_cast<usize>(status.st_size);
}

result<MutableMemoryMap> SharedMemory::map() const noexcept {
    WALI_TRY(const usize length, size());
    return MutableMemoryMap::of_file(fd(), length, {.map = {.shared = true}});
}

result<MemoryMap> SharedMemory::map_for_reading() const noexcept {
    WALI_TRY(const usize length, size());
    return MemoryMap::of_file(fd(), length, {.map = {.shared = true}});
}

}  // namespace wali
