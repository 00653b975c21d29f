// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <span>

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/constants/process.hpp>
#include <wali/abi/constants/signal.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/id.hpp>
#include <wali/core/path.hpp>
#include <wali/core/result.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/process/c_strings.hpp>
#include <wali/process/child.hpp>
#include <wali/process/cpu_set.hpp>
#include <wali/process/environment.hpp>
#include <wali/process/resource_limit.hpp>
#include <wali/system/window_size.hpp>

WALI_EXPORT namespace wali {
using abi::Namespaces;
using abi::Permissions;

/// What a standard stream of a child is.
class ChildStream {
  public:
    /// The same as ours.
    constexpr ChildStream() noexcept = default;
    /// /dev/null.
    static constexpr ChildStream null() noexcept { return ChildStream(Kind::null); }
    /// A pipe, whose other end is in the Child.
    static constexpr ChildStream pipe() noexcept { return ChildStream(Kind::pipe); }
    /// A new pseudo-terminal, the same for all streams that say so; our end is Child::terminal(). It becomes the
    /// controlling terminal of the child, which leads a session of its own. Its window has the size that the last of
    /// these streams says.
    static constexpr ChildStream terminal(const WindowSize& size = {}) noexcept {
        ChildStream stream(Kind::terminal);
        stream.size_ = size;
        return stream;
    }
    /// A descriptor of ours, such as an open file, which must stay open until start() returns.
    static constexpr ChildStream of(BorrowedFd fd) noexcept { return ChildStream(Kind::descriptor, fd.raw()); }

  private:
    friend struct Command;
    enum class Kind : u8 { inherited, null, pipe, terminal, descriptor };
    explicit constexpr ChildStream(Kind kind, int fd = -1) noexcept : kind_(kind), fd_(fd) {}

    Kind kind_ = Kind::inherited;
    int fd_ = -1;
    WindowSize size_;
};

/// A descriptor of ours that a child gets under a number. On the way there it takes another one above the largest of
/// these, for which the limit of open files must have room.
struct ChildDescriptor {
    BorrowedFd fd;
    int number;
};

/// A limit of resources that a child gets.
struct ChildLimit {
    RlimitResource resource;
    ResourceLimit limit;
};

/// A program to start as a child, and how:
///
///     WALI_TRY(wali::Child sort, wali::Command{.arguments = {"sort", "-u"},
///                                              .input = wali::ChildStream::of(file),
///                                              .output = wali::ChildStream::pipe()}.start());
///
/// The child gets the standard streams and `descriptors`, no other descriptor, whatever other threads open at the time
/// and with whatever flags. It starts with no signal blocked, and with the handlers gone, as execve(2) does it. What is
/// not named here it inherits. The views must live until start() returns. Starting is safe in threads, with forks and
/// starts in others at the same time: between clone(2) and execve(2) the child makes system calls only, on a stack of
/// its own and with all signals blocked.
struct Command {
    /// The first one is the program's name. Without `program`, it is the file to execute: searched in the PATH of the
    /// child's environment (/usr/bin and /bin if there is none), unless it has a slash.
    CStrings arguments{};
    PathView program = "";                     ///< the file to execute; relative to `directory`
    std::optional<Environment> environment{};  ///< instead of a copy of ours
    ChildStream input{};
    ChildStream output{};
    ChildStream error{};
    std::span<const ChildDescriptor> descriptors{};  ///< what the child has besides; of equal numbers the last holds
    PathView directory = "";                         ///< chdir(2), with the child's user's rights
    std::optional<Uid> user{};                       ///< all three of its ids: setresuid(2)
    std::optional<Gid> group{};                      ///< all three of its ids: setresgid(2)
    /// Supplementary groups: setgroups(2). If a user or group is named, a child of root's has these and no others.
    std::span<const Gid> groups{};
    std::span<const ChildLimit> limits{};     ///< prlimit(2), after the descriptors are in place
    SignalSet signal_mask{};                  ///< what the child starts with blocked
    SignalSet default_signals{Signal::PIPE};  ///< those that we ignore and the child shall not
    bool new_session = false;                 ///< setsid(2)
    std::optional<Pid> process_group{};       ///< setpgid(2): a group of our session; Pid(0): a new one
    /// prctl(2) PR_SET_PDEATHSIG: sent to the child when the thread that has started it ends, not only the process.
    std::optional<Signal> parent_death_signal{};
    std::optional<int> nice{};           ///< setpriority(2): -20 to 19
    std::optional<CpuSet> affinity{};    ///< sched_setaffinity(2)
    std::optional<Permissions> umask{};  ///< umask(2): what its new files do not allow
    /// Which namespaces are the child's own, from before all that is above: see clone(2). Not TIME (INVAL). Without
    /// CAP_SYS_ADMIN it takes a USER namespace among them (PERM). In a PID namespace, the child is process 1, and does
    /// not notice a parent that has ended before `parent_death_signal` was in place.
    Namespaces namespaces{};
    /// In a USER namespace: as whom our effective user and group are known there, such as Uid(0). They are all that it
    /// has, and setgroups(2) is forbidden. Without these the child is nobody there: see user_namespaces(7).
    std::optional<Uid> user_inside{};
    std::optional<Gid> group_inside{};

    /// Starts the program: getpid(2), geteuid(2), getegid(2), clone(2), then in the child the calls that the options
    /// name and execve(2), of tiers spec and named. An error of theirs ends the child and comes back here, with the
    /// call that failed: "chdir: ENOENT", "setresuid: EPERM", "execve: EACCES", and then no child is left. Waits until
    /// the program is executed, with all signals blocked in this thread. Allocates. Errors besides: INVAL (no
    /// arguments, a NUL inside), BADF (an empty descriptor), AGAIN (too many processes), MFILE, NOMEM.
    result<Child> start() const noexcept;

    /// getpid(2), geteuid(2), getegid(2), tier spec, and what start() and Child::capture do: starts the program with
    /// pipes for both outputs, and for the input if there is any, and captures them. On an error, TIMEDOUT among them,
    /// the child is killed and none is left. Allocates as start() does.
    result<Captured> capture(MutableBytes output_room, MutableBytes error_room,
                             const CaptureOptions& options) const noexcept;
    result<Captured> capture(MutableBytes output_room, MutableBytes error_room) const noexcept {
        return capture(output_room, error_room, CaptureOptions());
    }

    /// Starts a pipeline: each command's output is the next one's input; `children` has room for as many. The input of
    /// the first, the output of the last and what each writes to its error are as the commands say. If one cannot be
    /// started, those before it are killed, and none is left. Allocates as start() does.
    static result<void> start_pipeline(std::span<const Command> commands, std::span<Child> children) noexcept;

  private:
    struct Plan;
    result<Child> start_with(const ChildStream& input, const ChildStream& output,
                             const ChildStream& error) const noexcept;
};

}  // namespace wali
