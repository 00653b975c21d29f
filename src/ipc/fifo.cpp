// SPDX-License-Identifier: BSL-1.0
#include <wali/ipc/fifo.hpp>

#include <wali/fs/entry.hpp>
#include <wali/fs/path_name.hpp>
#include <wali/sys/fs.hpp>
#include <wali/sys/process.hpp>
#include <wali/try.hpp>

#include "same_file.hpp"

namespace wali {

result<Fifo> Fifo::create(PathView path, Permissions permissions) noexcept {
    return path.with_c_str([&](const char* text) noexcept -> result<Fifo> {
        const std::string_view name = fs::base_name(text);
        Fifo fifo;
        if (name.size() >= fifo.name_.size()) return Errno::NAMETOOLONG;
        // PATH: it need not be one whose names we may list.
        WALI_TRY(File directory, File::open(fs::directory_name(text), OpenFlags::PATH | OpenFlags::DIRECTORY));
        fifo.directory_ = Directory::from_fd(std::move(directory).into_fd());
        name.copy(fifo.name_.data(), name.size());
        // With the slashes behind it, if any: the kernel refuses them, as it does in mknod(2). Of "" the name is ".".
        WALI_TRY(fs::make_fifo_at(fifo.directory_, *text == '\0' ? text : name.data(), permissions));
        fifo.size_ = name.size();
        fifo.process_ = static_cast<i32>(sys::getpid());
        WALI_TRY(fifo.itself_, fifo.directory_.open_file(name, {.flags = OpenFlags::PATH | OpenFlags::NOFOLLOW}));
        return fifo;
    });
}

void Fifo::remove() noexcept {
    if (size_ == 0 || sys::getpid() != process_) return;
    const usize size = std::exchange(size_, usize{0});
    if (itself_) {
        const result<bool> ours = detail::is_file_at(itself_, directory_, std::string_view(name_.data(), size));
        if (ours.has_value() && !ours.assume_value()) return;
    }
    sys::unlinkat(directory_.fd().raw(), name_.data(), 0);
}

}  // namespace wali
