// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <utility>

#include <wali/abi/constants/aio.hpp>
#include <wali/abi/constants/event.hpp>
#include <wali/abi/constants/fs.hpp>
#include <wali/abi/constants/net.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/aio.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/deadline.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/path.hpp>
#include <wali/fs/file.hpp>
#include <wali/fs/xattr.hpp>
#include <wali/mem/memory_map.hpp>
#include <wali/net/message.hpp>
#include <wali/net/socket.hpp>
#include <wali/process/wait.hpp>
#include <wali/thread/futex.hpp>
#include <wali/uring/direct_descriptor.hpp>
#include <wali/uring/io_buffer.hpp>
#include <wali/uring/io_buffer_vector.hpp>
#include <wali/uring/io_completion.hpp>
#include <wali/uring/io_control.hpp>
#include <wali/uring/provided_buffer.hpp>

WALI_EXPORT namespace wali {
using abi::EpollEvents;
using abi::FallocateMode;
using abi::IoUringOperation;
using abi::RenameFlags;
using abi::ResolveFlags;
using abi::SpliceFlags;

/// How an IoUring is made.
struct IoUringOptions {
    u32 entries = 64;         ///< operations that can be added before they are submitted; up to 32768
    u32 completions = 0;      ///< that can wait to be taken; twice as many as entries if 0
    u32 operations = 0;       ///< that can be under way; as many as completions if 0
    bool defer_work = false;  ///< Linux 6.1: the kernel works for the ring only while its thread waits, which is
                              ///< faster: the thread that has made the ring is the only one that ever uses or ends it
};

/// How one operation is run.
struct IoOptions {
    u32 index = 0;                ///< a number of the program's, which the completion has
    bool link = false;            ///< the operation that is added next starts when this one has succeeded
    bool hard_link = false;       ///< the same, when it has ended in any way
    bool drain = false;           ///< starts when all that were submitted before have completed; all that is added
                                  ///< later waits for it, cancellations too. Of a chain the first: INVAL for others
    bool async = false;           ///< do not try first whether it can be done without waiting
    Timeout timeout = forever();  ///< is cancelled when this has passed since it started: TIMEDOUT. Since Linux 6.15
                                  ///< the kernel starts to count when its first attempt has ended: what waits in that,
                                  ///< in a thread of the kernel's, is not limited. So splice() and tee() take none
};

/// A pair of rings through which the kernel takes operations and gives back their completions. See io_uring(7).
///
///     WALI_TRY(wali::IoUring ring, wali::IoUring::create());
///     WALI_TRY(wali::IoBuffer buffer, wali::IoBuffer::copy_of("started\n"));
///     WALI_TRY(const auto writing, ring.write(log, std::move(buffer), 0));   // added: no call yet
///     WALI_TRY(wali::IoCompletion done, ring.wait());                        // submits what was added, and waits
///     if (done.is_for(writing)) WALI_TRY(const wali::usize size, done.get(writing));
///
/// Functions that add an operation make no call, unless the queue of submissions is full: then they submit it. They
/// copy paths and addresses, into memory that they allocate, and own the buffer that is moved in until the completion
/// that gives it back; when they fail, the buffer is still the caller's. Descriptors are borrowed: they stay open until
/// the completion. Their own errors: NOBUFS (as many operations are under way as the ring has room for, or a chain is
/// longer than the queue: take completions, or submit, first), NOMEM, AGAIN and BUSY (of the kernel, when it is short
/// of memory); those of the operation come with its completion. An operation that the kernel does not have, see
/// supports(), completes with INVAL.
///
/// Of the kernel's operations up to Linux 6.12 these have no function here: OPENAT, PROVIDE_BUFFERS and REMOVE_BUFFERS,
/// which open_at() and provide_buffers() do better; POLL_REMOVE and TIMEOUT_REMOVE for an end, which is cancel();
/// EPOLL_CTL, because an Epoll's registrations own what they watch; MADVISE, because nothing but the program can own
/// its maps; and the commands of drivers and of sockets that only ask, as Socket does without waiting. add() takes
/// them.
///
/// There is no polling. IORING_SETUP_SQPOLL gives a thread of the kernel's that keeps a processor busy to read entries
/// by itself; but the addresses in those of a module are the module's, and must be translated first, so that its poller
/// would always sleep. IORING_SETUP_IOPOLL keeps the waiting thread busy, and leaves nothing but reads and writes with
/// O_DIRECT on some devices: all else fails.
///
/// Everything here is io_uring_setup(2), io_uring_enter(2) and io_uring_register(2), tier named, over memory of
/// mmap(2), madvise(2) and munmap(2). Linux 5.19; in a module 6.5, and no more than 256 rings. A ring belongs to one
/// thread at a time: each makes its own, as what the kernel's workers do for a thread ends with it. The end of a ring
/// cancels what is under way and waits until the kernel has done with it. A forked child's copy is empty: everything is
/// OPNOTSUPP there, and its end leaves the parent's alone; descriptors in completions that nobody has taken are open in
/// the child, too, as all others are. The kernel's workers are threads of the process, and stay
/// for five seconds after their last work, the ring's end or not: what asks for a process without other threads, as
/// security::confine, comes before the first operation.
class IoUring {
  public:
    /// The offset that means the file's own, and for pipes and sockets.
    static constexpr u64 current_offset = ~u64{0};

    /// io_uring_setup(2), tier named, close-on-exec; asks for what the kernel supports. Errors: NOSYS, PERM (forbidden,
    /// by kernel.io_uring_disabled or a container), INVAL (entries 0), MFILE, NOMEM.
    static result<IoUring> create(const IoUringOptions& options) noexcept;
    static result<IoUring> create() noexcept { return create(IoUringOptions()); }

    IoUring() noexcept = default;
    IoUring(IoUring&& other) noexcept
        : rings_(std::move(other.rings_)),
          entries_(std::move(other.entries_)),
          fd_(std::move(other.fd_)),
          ring_(std::exchange(other.ring_, nullptr)) {}
    IoUring& operator=(IoUring&& other) noexcept {
        if (this != &other) {
            end();
            rings_ = std::move(other.rings_);
            entries_ = std::move(other.entries_);
            fd_ = std::move(other.fd_);
            ring_ = std::exchange(other.ring_, nullptr);
        }
        return *this;
    }
    IoUring(const IoUring&) = delete;
    IoUring& operator=(const IoUring&) = delete;
    ~IoUring() { end(); }

    /// Whether there is a ring.
    explicit operator bool() const noexcept { return static_cast<bool>(fd_); }
    /// A view of its descriptor: readable when completions wait, and the address of messages.
    BorrowedFd fd() const noexcept WALI_LIFETIMEBOUND { return fd_.borrow(); }
    operator BorrowedFd() const noexcept WALI_LIFETIMEBOUND { return fd_.borrow(); }

    /// Whether kernel and host have an operation.
    bool supports(IoUringOperation operation) const noexcept;
    /// How many operations are under way: added, and not completed.
    usize operations() const noexcept;

    // --- submitting and completing ---

    /// io_uring_enter(2), tier named: hands everything that was added to the kernel. Does not wait. wait() does it,
    /// too. Errors: AGAIN and BUSY (it is short of memory: take completions first), INTR.
    result<void> submit() noexcept;
    /// The same, if there is not room for `count` more operations (twice as much with IoOptions::timeout): before a
    /// chain of links, which has to be submitted as a whole. NOBUFS if the queue is shorter.
    result<void> reserve(u32 count) noexcept;

    /// The next completion; if there is none, io_uring_enter(2), tier named: submits, and waits for one. Without an
    /// operation under way that is a message of another ring. Errors: INTR (a signal handler has run; never retried
    /// here), those of submit().
    result<IoCompletion> wait() noexcept { return wait_until(Deadline::never()); }
    /// The same until `timeout` has passed: TIMEDOUT.
    result<IoCompletion> wait(Timeout timeout) noexcept { return wait_until(Deadline::after(timeout)); }
    /// The same until a point in time.
    result<IoCompletion> wait_until(Deadline deadline) noexcept;
    /// The next completion, or AGAIN: io_uring_enter(2), tier named, to submit and to fetch, where that is needed.
    result<IoCompletion> try_wait() noexcept;

    /// Asks for the end of an operation, which then completes with CANCELED, or INTR where it has waited in a thread of
    /// the kernel's, unless it was faster. The completion of this one: NOENT (it has completed), ALREADY (it runs, and
    /// ends soon if it can be interrupted).
    template <class T>
    result<IoKey<void>> cancel(IoKey<T> operation, const IoOptions& options = {}) noexcept {
        return cancel_bits(operation.bits_, options);
    }
    /// The same for all operations on a target. The result is their number.
    result<IoKey<usize>> cancel_all(IoTarget target, const IoOptions& options = {}) noexcept;

    // --- files: the operations do what the functions of File and wali::fs do ---

    /// Does nothing.
    result<IoKey<void>> nop(const IoOptions& options = {}) noexcept;
    /// As pread(2): fills the selected part of the buffer. The result is the number of bytes; 0 at the end.
    result<IoKey<usize>> read(IoTarget file, IoBuffer&& buffer, u64 offset, const IoOptions& options = {}) noexcept;
    /// As pwrite(2): the number of bytes taken, which may be less than all.
    result<IoKey<usize>> write(IoTarget file, IoBuffer&& buffer, u64 offset, const IoOptions& options = {}) noexcept;
    /// As read(2) at the current offset, of a pipe or the like, over and over into buffers of a group. Linux 6.7.
    result<IoKey<usize>> read_multishot(IoTarget file, IoBufferGroup group, const IoOptions& options = {}) noexcept;
    /// As preadv(2) and pwritev(2): fills or takes the selected parts of all buffers, in order.
    result<IoKey<usize>> read_vectored(IoTarget file, IoBufferVector&& buffers, u64 offset,
                                       const IoOptions& options = {}) noexcept;
    result<IoKey<usize>> write_vectored(IoTarget file, IoBufferVector&& buffers, u64 offset,
                                        const IoOptions& options = {}) noexcept;
    /// As fsync(2) and fdatasync(2).
    result<IoKey<void>> sync(IoTarget file, const IoOptions& options = {}) noexcept;
    result<IoKey<void>> sync_data(IoTarget file, const IoOptions& options = {}) noexcept;
    /// As sync_file_range(2).
    result<IoKey<void>> sync_range(IoTarget file, u64 offset, u32 length, SyncFileRangeFlags flags,
                                   const IoOptions& options = {}) noexcept;
    /// As fallocate(2).
    result<IoKey<void>> allocate(IoTarget file, FallocateMode mode, u64 offset, u64 length,
                                 const IoOptions& options = {}) noexcept;
    /// As posix_fadvise(2).
    result<IoKey<void>> advise(IoTarget file, FileAdvice advice, u64 offset, u32 length,
                               const IoOptions& options = {}) noexcept;
    /// As ftruncate(2). Linux 6.9.
    result<IoKey<void>> truncate(IoTarget file, u64 size, const IoOptions& options = {}) noexcept;

    /// How open() opens: openat2(2).
    struct OpenOptions {
        OpenFlags flags = OpenFlags::RDONLY;                  ///< CLOEXEC is added
        Permissions permissions = File::default_permissions;  ///< of a new file
        ResolveFlags resolve{};                               ///< how the path may lead
    };
    /// As openat2(2), from `directory` on. But the kernel first tries whether it can be done without waiting, and for a
    /// FIFO that has no other end that is an answer, as with NONBLOCK; with IoOptions::async it waits.
    result<IoKey<File>> open_at(BorrowedFd directory, PathView path, const OpenOptions& how,
                                const IoOptions& options = {}) noexcept;
    /// The same for a file of the ring's table: register_files().
    result<IoKey<DirectDescriptor>> open_direct_at(BorrowedFd directory, PathView path, const OpenOptions& how,
                                                   const IoOptions& options = {}) noexcept;
    /// As close(2). It fails with what other writers have left; the descriptor is gone in every case.
    result<IoKey<void>> close(Fd&& descriptor, const IoOptions& options = {}) noexcept;
    /// As statx(2), of a path.
    result<IoKey<ExtendedStatus>> status_at(BorrowedFd directory, PathView path, StatxMask mask, AtFlags flags,
                                            const IoOptions& options = {}) noexcept;

    /// Where splice() reads and writes.
    struct SpliceOffsets {
        u64 from = current_offset;  ///< a pipe has only that one
        u64 to = current_offset;
    };
    /// As splice(2). It waits in a thread of the kernel's, where IoOptions::timeout would not reach it: OPNOTSUPP. What
    /// waits no longer is a poll() with a timeout that this is linked to.
    result<IoKey<usize>> splice(IoTarget from, IoTarget to, u32 count, const SpliceOffsets& offsets,
                                const IoOptions& options = {}) noexcept;
    /// As tee(2); without a timeout, too.
    result<IoKey<usize>> tee(IoTarget from, IoTarget to, u32 count, const IoOptions& options = {}) noexcept;

    /// As renameat2(2).
    result<IoKey<void>> rename_at(BorrowedFd old_directory, PathView old_path, BorrowedFd new_directory,
                                  PathView new_path, RenameFlags flags, const IoOptions& options = {}) noexcept;
    /// As unlinkat(2); REMOVEDIR for a directory.
    result<IoKey<void>> unlink_at(BorrowedFd directory, PathView path, AtFlags flags,
                                  const IoOptions& options = {}) noexcept;
    /// As mkdirat(2).
    result<IoKey<void>> make_directory_at(BorrowedFd directory, PathView path, Permissions permissions,
                                          const IoOptions& options = {}) noexcept;
    /// As symlinkat(2).
    result<IoKey<void>> symlink_at(PathView target, BorrowedFd directory, PathView path,
                                   const IoOptions& options = {}) noexcept;
    /// As linkat(2).
    result<IoKey<void>> link_at(BorrowedFd old_directory, PathView old_path, BorrowedFd new_directory,
                                PathView new_path, AtFlags flags, const IoOptions& options = {}) noexcept;

    /// As fgetxattr(2) and getxattr(2): fills the buffer. The result is the size of the value.
    result<IoKey<usize>> get_xattr(IoTarget file, PathView name, IoBuffer&& value,
                                   const IoOptions& options = {}) noexcept;
    result<IoKey<usize>> get_xattr(PathView path, PathView name, IoBuffer&& value,
                                   const IoOptions& options = {}) noexcept;
    /// As fsetxattr(2) and setxattr(2), with the selected part of the buffer.
    result<IoKey<void>> set_xattr(IoTarget file, PathView name, IoBuffer&& value, XattrFlags flags,
                                  const IoOptions& options = {}) noexcept;
    result<IoKey<void>> set_xattr(PathView path, PathView name, IoBuffer&& value, XattrFlags flags,
                                  const IoOptions& options = {}) noexcept;

    // --- sockets: the operations do what the functions of Socket do ---

    /// As socket(2), close-on-exec.
    result<IoKey<Socket>> socket(AddressFamily family, SocketType type, int protocol,
                                 const IoOptions& options = {}) noexcept;
    /// The same for a socket of the ring's table: register_files().
    result<IoKey<DirectDescriptor>> socket_direct(AddressFamily family, SocketType type, int protocol,
                                                  const IoOptions& options = {}) noexcept;
    /// As bind(2) and listen(2). Linux 6.11.
    result<IoKey<void>> bind(IoTarget socket, const SocketAddress& address, const IoOptions& options = {}) noexcept;
    result<IoKey<void>> listen(IoTarget socket, int backlog, const IoOptions& options = {}) noexcept;
    /// As connect(2).
    result<IoKey<void>> connect(IoTarget socket, const SocketAddress& address, const IoOptions& options = {}) noexcept;
    /// As accept4(2), close-on-exec.
    result<IoKey<Socket>> accept(IoTarget listener, const IoOptions& options = {}) noexcept;
    /// The same with the peer's address: IoCompletion::address.
    result<IoKey<Socket>> accept_from(IoTarget listener, const IoOptions& options = {}) noexcept;
    /// The same for one connection after the other, until it fails or is cancelled.
    result<IoKey<Socket>> accept_multishot(IoTarget listener, const IoOptions& options = {}) noexcept;
    /// The same, one connection or one after the other, for the ring's table: register_files(). NFILE when it is full
    /// or missing.
    result<IoKey<DirectDescriptor>> accept_direct(IoTarget listener, const IoOptions& options = {}) noexcept;
    result<IoKey<DirectDescriptor>> accept_direct_multishot(IoTarget listener, const IoOptions& options = {}) noexcept;
    /// As recv(2): fills the selected part of the buffer.
    result<IoKey<usize>> receive(IoTarget socket, IoBuffer&& buffer, MessageFlags flags,
                                 const IoOptions& options = {}) noexcept;
    /// As recvfrom(2): with the sender's address, IoCompletion::address.
    result<IoKey<usize>> receive_from(IoTarget socket, IoBuffer&& buffer, MessageFlags flags,
                                      const IoOptions& options = {}) noexcept;
    /// As recv(2), over and over into buffers of a group, until the end, an error (NOBUFS: the program has all of the
    /// buffers) or a cancellation: the completion without has_more(). Linux 6.0.
    result<IoKey<usize>> receive_multishot(IoTarget socket, IoBufferGroup group,
                                           const IoOptions& options = {}) noexcept;
    /// As send(2), without SIGPIPE.
    result<IoKey<usize>> send(IoTarget socket, IoBuffer&& buffer, MessageFlags flags,
                              const IoOptions& options = {}) noexcept;
    /// As sendto(2), without SIGPIPE.
    result<IoKey<usize>> send_to(IoTarget socket, IoBuffer&& buffer, const SocketAddress& address, MessageFlags flags,
                                 const IoOptions& options = {}) noexcept;
    /// As send(2), out of the buffer itself, which the network may use for long: the buffer comes with a second
    /// completion, the notification. Linux 6.0. With IoOptions::drain, and in a ring where that was used before, it is
    /// send(), with one completion: the kernel lets the two wait for each other, since Linux 6.16 for ever.
    result<IoKey<usize>> send_zero_copy(IoTarget socket, IoBuffer&& buffer, MessageFlags flags,
                                        const IoOptions& options = {}) noexcept;

    /// What send_message() sends besides its buffers.
    struct MessageOptions {
        const SocketAddress* to = nullptr;  ///< to whom; the peer if not given
        const OutgoingControl* control =
            nullptr;  ///< what goes with it; its descriptors stay open until the completion
        MessageFlags flags{};
    };
    /// As sendmsg(2), without SIGPIPE: address and control messages are copied.
    result<IoKey<usize>> send_message(IoTarget socket, IoBufferVector&& buffers, const MessageOptions& how,
                                      const IoOptions& options = {}) noexcept;
    /// The same out of the buffers themselves, as send_zero_copy(). Linux 6.1.
    result<IoKey<usize>> send_message_zero_copy(IoTarget socket, IoBufferVector&& buffers, const MessageOptions& how,
                                                const IoOptions& options = {}) noexcept;
    /// As recvmsg(2), its descriptors close-on-exec: fills the buffers and the room for control messages, which may be
    /// IoControl(). The completion has both, IoCompletion::address and IoCompletion::message_flags. Where there is such
    /// room, it is not tried before the socket says that something has come: on a listener, which never does, it waits.
    result<IoKey<usize>> receive_message(IoTarget socket, IoBufferVector&& buffers, IoControl&& control,
                                         MessageFlags flags, const IoOptions& options = {}) noexcept;
    /// As setsockopt(2): `ring.set_option(peer, option::tcp::no_delay(true))`. Linux 6.7.
    template <class Raw>
    result<IoKey<void>> set_option(IoTarget socket, const SocketSetting<Raw>& setting,
                                   const IoOptions& options = {}) noexcept {
        return set_option_value(socket, setting.level, setting.name, as_bytes(std::span(&setting.raw, 1)), options);
    }
    /// As shutdown(2).
    result<IoKey<void>> shutdown(IoTarget socket, ShutdownHow how, const IoOptions& options = {}) noexcept;

    // --- waiting ---

    /// As poll(2), once: what the target is ready for. ERR and HUP are always watched.
    result<IoKey<EpollEvents>> poll(IoTarget target, EpollEvents events, const IoOptions& options = {}) noexcept;
    /// The same whenever that changes, until it is cancelled.
    result<IoKey<EpollEvents>> poll_multishot(IoTarget target, EpollEvents events,
                                              const IoOptions& options = {}) noexcept;
    /// Lets a poll of either kind watch for other events. The completion of this one: NOENT (it has completed).
    result<IoKey<void>> update_poll(IoKey<EpollEvents> poll, EpollEvents events,
                                    const IoOptions& options = {}) noexcept;
    /// Completes when `time` has passed.
    result<IoKey<void>> timeout(Timeout time, const IoOptions& options = {}) noexcept;
    /// Completes `count` times, each when `period` has passed; without end if `count` is 0. Linux 6.4.
    result<IoKey<void>> timeout_multishot(Timeout period, u32 count, const IoOptions& options = {}) noexcept;
    /// Lets a timeout begin anew, with another time. The completion of this one: NOENT (it has completed).
    result<IoKey<void>> update_timeout(IoKey<void> timeout, Timeout time, const IoOptions& options = {}) noexcept;
    /// As futex(2) FUTEX_WAIT on a word of FutexScope::SHARED: while the word is `expected`, which must live until the
    /// completion; AGAIN if it is another. Linux 6.7.
    result<IoKey<void>> wait_on(const FutexWord& word, u32 expected, const IoOptions& options = {}) noexcept;
    /// As futex(2) FUTEX_WAKE: how many waiters were woken. Linux 6.7.
    result<IoKey<usize>> wake(const FutexWord& word, u32 count, const IoOptions& options = {}) noexcept;

    /// As futex_waitv(2) on words, which must live until the completion: while each is what its waiter expects. The
    /// result is the place of a word that was woken. INVAL for more than 128. Linux 6.7.
    result<IoKey<usize>> wait_on_any(std::span<const FutexWaiter> waiters, const IoOptions& options = {}) noexcept;
    /// As waitid(2): completes when one of the children changes in one of the ways `changes`, and takes that change
    /// away, unless NOWAIT is among them. With NOHANG and no change the child is Pid(0). A PidFd stays open until the
    /// completion. Linux 6.7.
    result<IoKey<IoChildChange>> wait_child(WaitTarget target, WaitOptions changes,
                                            const IoOptions& options = {}) noexcept;

    // --- other rings ---

    /// Gives another ring a completion that is a message, with `value` and `index`. Errors: BADFD (no ring), OVERFLOW_
    /// (that ring's completions have no room).
    result<IoKey<void>> send_message(BorrowedFd ring, u32 value, u32 index, const IoOptions& options = {}) noexcept;
    /// Opens the direct descriptor in another ring's table, too, whose message owns it there:
    /// IoCompletion::take_direct. Linux 6.0. NFILE when that table is full.
    result<IoKey<void>> send_direct(BorrowedFd ring, const DirectDescriptor& descriptor, u32 index,
                                    const IoOptions& options = {}) noexcept;

    // --- the ring's table of files, and its buffers ---

    /// io_uring_register(2), tier named: a table for `count` direct descriptors. Errors: BUSY (there is one), MFILE.
    result<void> register_files(u32 count) noexcept;
    /// Opens a descriptor in the table, too. NFILE when it is full, NXIO when it is missing.
    result<IoKey<DirectDescriptor>> make_direct(BorrowedFd descriptor, const IoOptions& options = {}) noexcept;
    /// A descriptor of the process for a direct one, close-on-exec. Linux 6.8.
    result<IoKey<Fd>> install(const DirectDescriptor& descriptor, const IoOptions& options = {}) noexcept;

    /// io_uring_register(2), tier named: lets the kernel keep the pages of these buffers, so that read(), write() and
    /// send_zero_copy() with them cost less. They stay ordinary buffers. One call for all of a ring. Errors: BUSY
    /// (there are some), NOMEM (more than RLIMIT_MEMLOCK), INVAL (more than 16384).
    result<void> register_buffers(std::span<IoBuffer> buffers) noexcept;

    /// io_uring_register(2), tier named: a group of `count` buffers of `size` bytes, for the operations that take one
    /// when something has come. `count` is a power of two up to 32768 (INVAL). Errors: NOMEM.
    result<IoBufferGroup> provide_buffers(u32 count, u32 size) noexcept;

    /// io_uring_register(2), tier named: the eventfd is written to with each completion.
    result<void> register_event_fd(BorrowedFd event_fd) noexcept;
    /// io_uring_register(2), tier named: the most threads of the kernel's that work for the ring, on files and on all
    /// that can wait for ever. 0 leaves a number as it is.
    result<void> limit_workers(u32 bounded, u32 unbounded) noexcept;

    // --- anything else ---

    /// Adds any operation, in the kernel's form, for those that have no function here. It owns `buffer` and `memory`,
    /// all that the entry points to; user_data and the flags of IoOptions are set here. The result is the kernel's
    /// number, which must own nothing. Operations with several completions or without one are not for this.
    result<IoKey<i32>> add(const abi::io_uring_sqe& entry, IoBuffer&& buffer, IoBuffer&& memory,
                           const IoOptions& options = {}) noexcept;

  private:
    struct Entry;

    bool is_registered(const IoBuffer& buffer) const noexcept;
    bool must_copy(const IoOptions& options) const noexcept;
    result<u64> push_entry(const Entry& entry, const IoOptions& options) noexcept;
    template <class T>
    result<IoKey<T>> add_entry(const Entry& entry, const IoOptions& options) noexcept;
    template <class T>
    result<IoKey<T>> open_entry(Entry entry, PathView path, const OpenOptions& how, const IoOptions& options) noexcept;
    result<IoKey<void>> add_with_path(Entry entry, PathView path, const IoOptions& options) noexcept;
    result<IoKey<void>> add_with_paths(Entry entry, PathView first, PathView second, const IoOptions& options) noexcept;
    result<IoKey<void>> cancel_bits(u64 operation, const IoOptions& options) noexcept;
    result<IoKey<usize>> add_vectored(Entry entry, IoBufferVector& buffers, u64 offset,
                                      const IoOptions& options) noexcept;
    template <class T>
    result<IoKey<T>> add_with_xattr(Entry entry, const PathView* path, PathView name, IoBuffer& value,
                                    const IoOptions& options) noexcept;
    result<IoKey<usize>> send_message_entry(Entry entry, IoBufferVector& buffers, const MessageOptions& how,
                                            const IoOptions& options) noexcept;
    result<IoKey<void>> set_option_value(IoTarget socket, SocketLevel level, int name, ConstBytes value,
                                         const IoOptions& options) noexcept;
    void end() noexcept;

    MutableMemoryMap rings_;
    MutableMemoryMap entries_;
    Fd fd_;
    detail::IoRing* ring_ = nullptr;
};

}  // namespace wali
