// SPDX-License-Identifier: BSL-1.0
// tail-follow FILE: prints what the file holds, then what is appended to it, until it is killed. As `tail -F` does, it
// goes on with the new file when FILE is renamed and made again, and from the start when FILE is cut off.
#include <array>
#include <span>
#include <string_view>
#include <utility>
#include <wali/try.hpp>

import wali;

namespace {

class Follower {
  public:
    static wali::result<Follower> start(std::string_view path) noexcept {
        using wali::InotifyEvents;
        Follower follower;
        WALI_TRY(follower.directory_, wali::Directory::open(wali::fs::directory_name(path)));
        follower.name_ = wali::fs::base_name(path);
        WALI_TRY(follower.inotify_, wali::Inotify::create());
        // Of the directory, because FILE may be another file later. Before the first look, so that nothing is missed.
        WALI_TRY(follower.inotify_.watch(wali::fs::directory_name(path),
                                         InotifyEvents::MODIFY | InotifyEvents::CREATE | InotifyEvents::MOVED_TO));
        return follower;
    }

    /// Returns only with an error.
    wali::result<void> follow() noexcept {
        WALI_TRY(reopen());
        for (;;) {
            WALI_TRY(const wali::InotifyBatch batch,
                     wali::retry_interrupted([&] { return inotify_.read(event_buffer_); }));
            bool changed = false;
            bool replaced = false;
            for (const wali::InotifyEvent& event : batch) {
                // What was lost may have been about FILE.
                const bool ours = event.name == name_ || event.has_overflowed();
                changed = changed || ours;
                replaced = replaced || (ours && !event.has(wali::InotifyEvents::MODIFY));
            }
            if (changed) WALI_TRY(print_rest());
            if (replaced) WALI_TRY(reopen());
        }
    }

  private:
    /// Goes on with the file that has the name now, if there is one and it is not open already.
    wali::result<void> reopen() noexcept {
        auto opened = wali::File::open_at(directory_, name_);
        if (opened.has_error() && opened.error() == wali::Errno::NOENT) return wali::success();
        WALI_TRY(wali::File file, std::move(opened));
        WALI_TRY(const wali::FileStatus status, file.status());
        if (file_) {
            WALI_TRY(const wali::FileStatus old, file_.status());
            if (old.device() == status.device() && old.inode() == status.inode()) return wali::success();
        }
        file_ = std::move(file);
        offset_ = 0;
        return print_rest();
    }

    wali::result<void> print_rest() noexcept {
        if (!file_) return wali::success();
        WALI_TRY(const wali::u64 size, file_.size());
        if (size < offset_) offset_ = 0;
        for (;;) {
            WALI_TRY(const wali::usize count, wali::retry_interrupted([&] { return file_.read_at(buffer_, offset_); }));
            if (count == 0) return wali::success();
            WALI_TRY(wali::write_all(wali::standard_output(), std::span(buffer_).first(count)));
            offset_ += count;
        }
    }

    wali::Directory directory_;
    std::string_view name_;
    wali::Inotify inotify_;
    wali::File file_;
    wali::u64 offset_ = 0;
    std::array<std::byte, 4096> event_buffer_;
    std::array<std::byte, 16384> buffer_;
};

wali::result<void> run(std::span<char*> arguments) {
    if (arguments.size() != 2) return wali::Errno::INVAL;
    WALI_TRY(Follower follower, Follower::start(arguments[1]));
    return follower.follow();
}

}  // namespace

int main(int argc, char** argv) {
    return wali::exit_status("tail-follow", run(std::span(argv, static_cast<wali::usize>(argc))));
}
