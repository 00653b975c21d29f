// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

#include <wali/abi/constants/event.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/event.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/id.hpp>
#include <wali/core/io.hpp>
#include <wali/core/path.hpp>
#include <wali/sys/event.hpp>

WALI_EXPORT namespace wali {
using abi::InotifyEvents;
using abi::InotifyFlags;

/// What an Inotify calls a file or directory that it watches.
using InotifyWatch = Id<struct InotifyWatchTag, i32>;

/// Something that happened to a file, in the buffer that it was read into.
struct InotifyEvent {
    InotifyWatch watch;       ///< of which watch; of none where has_overflowed()
    InotifyEvents events{};   ///< what happened; ISDIR, IGNORED and the like besides
    u32 cookie = 0;           ///< the same number for both ends of a move
    std::string_view name{};  ///< in the directory that is watched; empty when the watched file itself is meant

    /// Whether at least one of `wanted` happened.
    bool has(InotifyEvents wanted) const noexcept { return intersects(events, wanted); }
    /// Whether events were lost here, of any watch: look at the files themselves.
    bool has_overflowed() const noexcept { return has(InotifyEvents::Q_OVERFLOW); }
};

/// The events of one read: a range of InotifyEvent.
class WALI_VIEW InotifyBatch {
  public:
    /// Views what read(2) has filled in.
    explicit InotifyBatch(ConstBytes bytes) noexcept : bytes_(bytes) {}

    /// Goes from event to event.
    class iterator {
      public:
        /// What std::ranges asks an iterator.
        using value_type = InotifyEvent;
        using difference_type = std::ptrdiff_t;
        /// The end of every batch.
        iterator() noexcept = default;
        /// The first event of what is left.
        explicit iterator(ConstBytes rest) noexcept : rest_(rest) {}
        /// The event, the next one, and whether both have as much before them.
        InotifyEvent operator*() const noexcept {
            const abi::inotify_event head = this->head();
            const auto* const name = reinterpret_cast<const char*>(rest_.data() + sizeof head);
            return {InotifyWatch(head.wd),
                    static_cast<InotifyEvents>(head.mask),
                    head.cookie,
                    {name, head.len == 0 ? 0 : std::strlen(name)}};
        }
        iterator& operator++() noexcept {
            rest_ = rest_.subspan(sizeof(abi::inotify_event) + head().len);
            return *this;
        }
        iterator operator++(int) noexcept {
            const iterator old = *this;
            ++*this;
            return old;
        }
        bool operator==(const iterator& other) const noexcept { return rest_.size() == other.rest_.size(); }

      private:
        abi::inotify_event head() const noexcept {
            abi::inotify_event head;
            std::memcpy(&head, rest_.data(), sizeof head);  // the buffer lies at any address
            return head;
        }

        ConstBytes rest_;
    };

    /// For `for (const wali::InotifyEvent& event : batch)`.
    iterator begin() const noexcept { return iterator(bytes_); }
    iterator end() const noexcept { return iterator(); }

  private:
    ConstBytes bytes_;
};

/// Tells what happens to files and in directories: inotify(7), tier named.
///
///     WALI_TRY(const auto inotify, wali::Inotify::create());
///     WALI_TRY(inotify.watch("/etc", wali::InotifyEvents::CLOSE_WRITE | wali::InotifyEvents::MOVED_TO));
///     std::array<std::byte, 4096> buffer;
///     WALI_TRY(const auto batch, inotify.read(buffer));
///     for (const wali::InotifyEvent& event : batch) ...
///
/// A directory is watched without what is below its own entries. When more events wait than the kernel keeps, it drops
/// the rest and says so: InotifyEvent::has_overflowed. An Epoll may wait for it. Threads may share it.
class Inotify : public Descriptor<Inotify> {
  public:
    Inotify() noexcept = default;

    /// inotify_init1(2), close-on-exec; NONBLOCK may be given. Errors: MFILE, also at the limit of inotify instances.
    static result<Inotify> create(InotifyFlags flags = InotifyFlags{}) noexcept {
        return to_descriptor<Inotify>(Call::inotify_init1,
                                      sys::inotify_init1(abi::bits(flags | InotifyFlags::CLOEXEC)));
    }

    /// inotify_add_watch(2): begins to watch what the path leads to now, also when it is renamed later. A second watch
    /// of the same file has the same number and replaces the first, unless MASK_ADD or MASK_CREATE (EXIST) say
    /// otherwise. Errors: NOENT, ACCES, NOSPC at the limit of watches.
    result<InotifyWatch> watch(PathView path, InotifyEvents events) const noexcept {
        return path.with_c_str([&](const char* text) noexcept -> result<InotifyWatch> {
            const long raw = sys::inotify_add_watch(fd().raw(), text, abi::bits(events));
            if (is_error(raw)) [[unlikely]]
                return Error::of_raw(Call::inotify_add_watch, raw);
            return InotifyWatch(static_cast<i32>(raw));
        });
    }

    /// inotify_rm_watch(2): an event IGNORED tells that nothing more comes. INVAL for no watch of this instance.
    result<void> unwatch(InotifyWatch watch) const noexcept {
        return to_result<void>(Call::inotify_rm_watch, sys::inotify_rm_watch(fd().raw(), watch.raw()));
    }

    /// read(2): waits until something has happened, and returns what fits in the buffer, which holds 272 bytes at least
    /// (INVAL). EINTR comes back; AGAIN when non-blocking and nothing has happened.
    result<InotifyBatch> read(MutableBytes buffer WALI_LIFETIMEBOUND) const noexcept {
        const result<usize> size = wali::read(fd(), buffer);
        if (size.has_error()) [[unlikely]]
            return size.assume_error();
        return InotifyBatch(buffer.first(size.assume_value()));
    }
};

}  // namespace wali
