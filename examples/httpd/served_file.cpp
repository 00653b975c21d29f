// SPDX-License-Identifier: BSL-1.0
#include "served_file.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <wali/try.hpp>

#include "content_type.hpp"
#include "http_date.hpp"
#include "text_writer.hpp"

namespace httpd {

wali::result<std::shared_ptr<const ServedFile>> ServedFile::make(FileTree::Found found,
                                                                 std::string_view path) noexcept {
    wali::MemoryMap map;
    if (const wali::u64 size = found.status.size(); size > 0 && size <= window_size) {
        WALI_TRY(map, wali::MemoryMap::of_file(found.file, static_cast<wali::usize>(size)));
    }
    return std::shared_ptr<const ServedFile>(new ServedFile(std::move(found), std::move(map), path));
}

ServedFile::ServedFile(FileTree::Found found, wali::MemoryMap map, std::string_view path) noexcept
    : file_(std::move(found.file)), status_(found.status), map_(std::move(map)) {
    const HttpDate modified(std::chrono::floor<std::chrono::seconds>(status_.modified().time_since_epoch()));
    TextWriter out(fields_);
    out << "Content-Type: " << content_type(path.ends_with('/') ? "index.html" : path) << "\r\n"
        << "Content-Length: " << status_.size() << "\r\n"
        << "Last-Modified: " << modified.text() << "\r\n";
    fields_size_ = out.text().size();
}

bool ServedFile::unchanged() const noexcept {
    const auto now = file_.status();
    if (!now) return false;
    const wali::FileStatus& is = now.value();
    // Renaming over a file or removing it takes a link from it, which changes the time of the last status change.
    return is.links() > 0 && is.size() == status_.size() && is.modified() == status_.modified() &&
           is.status_changed() == status_.status_changed();
}

wali::result<wali::MemoryMap> ServedFile::map_window(wali::u64 offset) const noexcept {
    const wali::u64 length = std::min(window_size, size() - offset);
    return wali::MemoryMap::of_file(file_, static_cast<wali::usize>(length), {.offset = offset});
}

}  // namespace httpd
