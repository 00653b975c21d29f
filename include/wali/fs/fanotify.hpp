// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstring>
#include <span>
#include <utility>

#include <wali/abi/constants/errno.hpp>
#include <wali/abi/constants/event.hpp>
#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/event.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/id.hpp>
#include <wali/core/io.hpp>
#include <wali/core/path.hpp>
#include <wali/event/pid_fd.hpp>
#include <wali/sys/event.hpp>

WALI_EXPORT namespace wali {
using abi::FanotifyEvents;
using abi::FanotifyInitFlags;
using abi::FanotifyMarkFlags;
using abi::FanotifyResponse;
using abi::OpenFlags;

/// Something that happened to a file, as fanotify tells it.
struct FanotifyEvent {
    FanotifyEvents events{};  ///< what happened
    Pid process{0};           ///< who did it; of a thread with REPORT_TID
    Fd file{};                ///< the file, open; empty where events were lost or files are named by handle
    ConstBytes records{};     ///< the records behind it, of which each begins with abi::fanotify_event_info_header
    PidFd pid_fd{};           ///< with REPORT_PIDFD, who did it: the descriptor of its record; empty if it has ended
    Errno file_error{};       ///< with REPORT_FD_ERROR, why `file` is not open; Errno{} if it is, and for PERM

    /// Whether at least one of `wanted` happened.
    bool has(FanotifyEvents wanted) const noexcept { return intersects(events, wanted); }
    /// Whether events were lost here.
    bool has_overflowed() const noexcept { return has(FanotifyEvents::Q_OVERFLOW); }
};

/// The events of one read. It owns the descriptors of those that were not taken yet, and closes them when it ends.
class FanotifyBatch {
  public:
    /// Takes over what read(2) has filled in.
    explicit FanotifyBatch(ConstBytes bytes) noexcept : rest_(bytes) {}
    FanotifyBatch(FanotifyBatch&& other) noexcept : rest_(std::exchange(other.rest_, ConstBytes())) {}
    FanotifyBatch& operator=(FanotifyBatch&& other) noexcept {
        std::swap(rest_, other.rest_);
        return *this;
    }
    FanotifyBatch(const FanotifyBatch&) = delete;
    FanotifyBatch& operator=(const FanotifyBatch&) = delete;
    ~FanotifyBatch() {
        while (!empty()) (void)next();
    }

    /// Whether all have been taken.
    bool empty() const noexcept { return rest_.size() < sizeof(abi::fanotify_event_metadata); }

    /// Takes the next event. Where there is none, that is a mistake of the program: it traps.
    FanotifyEvent next() noexcept {
        if (empty()) [[unlikely]]
            __builtin_trap();
        abi::fanotify_event_metadata head;
        std::memcpy(&head, rest_.data(), sizeof head);  // the buffer lies at any address
        const ConstBytes event = rest_.first(head.event_len);
        rest_ = rest_.subspan(head.event_len);
        const ConstBytes records = event.subspan(head.metadata_len);
        // -1 is also what stands there where no file was to be opened.
        const Errno file_error = head.fd < -1 ? static_cast<Errno>(-head.fd) : Errno{};
        return {static_cast<FanotifyEvents>(head.mask),
                Pid(head.pid),
                head.fd < 0 ? Fd() : Fd::from_raw(head.fd),
                records,
                pid_fd_in(records),
                file_error};
    }

  private:
    /// The descriptor that a record holds: it is ours, as the file's is.
    static PidFd pid_fd_in(ConstBytes records) noexcept {
        abi::fanotify_event_info_header head;
        for (; records.size() >= sizeof head; records = records.subspan(head.len)) {
            std::memcpy(&head, records.data(), sizeof head);
            if (head.len < sizeof head || head.len > records.size()) break;
            abi::fanotify_event_info_pidfd record;
            if (head.info_type != abi::bits(abi::FanotifyInfoType::PIDFD) || head.len < sizeof record) continue;
            std::memcpy(&record, records.data(), sizeof record);
            return record.pidfd < 0 ? PidFd() : PidFd::from_fd(Fd::from_raw(record.pidfd));
        }
        return {};
    }

    ConstBytes rest_;
};

/// Tells what happens on whole mounts and file systems, and may be asked before: fanotify(7), tier named. For processes
/// with CAP_SYS_ADMIN; others get a part, from Linux 5.13 on.
///
///     WALI_TRY(const auto fanotify, wali::Fanotify::create(wali::FanotifyInitFlags::CLASS_NOTIF));
///     WALI_TRY(fanotify.mark(wali::FanotifyMarkFlags::ADD_ | wali::FanotifyMarkFlags::MOUNT,
///                            wali::FanotifyEvents::CLOSE_WRITE, "/srv"));
///     WALI_TRY(auto batch, fanotify.read(buffer));
///     while (!batch.empty()) handle(batch.next());
class Fanotify : public Descriptor<Fanotify> {
  public:
    Fanotify() noexcept = default;

    /// fanotify_init(2), close-on-exec. `opened` is how the descriptors in events are opened; they are close-on-exec,
    /// too. Errors: PERM, MFILE.
    static result<Fanotify> create(FanotifyInitFlags flags, OpenFlags opened = OpenFlags::RDONLY) noexcept {
        return to_descriptor<Fanotify>(
            Call::fanotify_init, sys::fanotify_init(abi::bits(flags | FanotifyInitFlags::CLOEXEC),
                                                    static_cast<unsigned int>(abi::bits(opened | OpenFlags::CLOEXEC))));
    }

    /// fanotify_mark(2): ADD_ or REMOVE, for a file, or with MOUNT or FILESYSTEM for what it is on. Errors: NOENT,
    /// INVAL, NOSPC at the limit of marks.
    result<void> mark(FanotifyMarkFlags flags, FanotifyEvents events, PathView path) const noexcept {
        return path.with_c_str([&](const char* text) noexcept {
            return to_result<void>(
                Call::fanotify_mark,
                sys::fanotify_mark(fd().raw(), abi::bits(flags), abi::bits(events), current_directory().raw(), text));
        });
    }

    /// read(2): waits until something has happened. The events view `buffer`, which had better hold 4096 bytes. EINTR
    /// comes back; AGAIN when non-blocking and nothing has happened; MFILE when a descriptor could not be made.
    result<FanotifyBatch> read(MutableBytes buffer WALI_LIFETIMEBOUND) const noexcept {
        const result<usize> size = wali::read(fd(), buffer);
        if (size.has_error()) [[unlikely]]
            return size.assume_error();
        return FanotifyBatch(buffer.first(size.assume_value()));
    }

    /// write(2): answers a permission event, for which somebody waits. NOENT when nobody does any more.
    result<void> respond(const FanotifyEvent& event, FanotifyResponse response) const noexcept {
        const abi::fanotify_response answer{event.file.raw(), abi::bits(response)};
        const result<usize> written = wali::write(fd(), std::as_bytes(std::span(&answer, 1)));
        if (written.has_error()) [[unlikely]]
            return written.assume_error();
        return success();
    }
};

}  // namespace wali
