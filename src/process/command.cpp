// SPDX-License-Identifier: BSL-1.0
#include <wali/process/command.hpp>

#if !defined(__wasm32__)
#include <sched.h>
#include <cerrno>
#endif

#include <algorithm>
#include <array>
#include <new>

#include <wali/abi/constants/event.hpp>
#include <wali/abi/constants/mem.hpp>
#include <wali/abi/structs/fs.hpp>
#include <wali/fs/file.hpp>
#include <wali/ipc/pipe.hpp>
#include <wali/mem/memory_map.hpp>
#include <wali/sys/fs.hpp>
#include <wali/sys/process.hpp>
#include <wali/sys/sched.hpp>
#include <wali/sys/signal.hpp>
#include <wali/sys/signal_action.hpp>
#include <wali/system/id_map.hpp>
#include <wali/system/pseudo_terminal.hpp>
#include <wali/system/terminal.hpp>
#include <wali/try.hpp>

#include "../core/join.hpp"
#include "detached_child.hpp"

// Between clone and execve the child may share our memory, so a sanitizer's notes about frames that never return would
// stay behind.
#define WALI_NO_SANITIZE __attribute__((no_sanitize("address")))

namespace wali {
namespace {

constexpr usize stack_size = 64 << 10;

/// Blocks all signals: a handler must not run in a child that shares our memory.
class AllSignalsBlocked {
  public:
    AllSignalsBlocked() noexcept {
        sys::rt_sigprocmask(abi::bits(abi::SigprocmaskHow::SETMASK), all_.raw(), before_.out(), sizeof(abi::sigset_t));
    }
    AllSignalsBlocked(const AllSignalsBlocked&) = delete;
    AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;
    ~AllSignalsBlocked() {
        sys::rt_sigprocmask(abi::bits(abi::SigprocmaskHow::SETMASK), before_.raw(), nullptr, sizeof(abi::sigset_t));
    }

  private:
    SignalSet all_ = SignalSet::all();
    SignalSet before_;
};

/// The child's ends of what its streams are connected to, and ours.
struct Streams {
    std::array<File, 3> theirs;
    std::array<File, 3> ours;
    PseudoTerminal terminal;
    File terminal_peer;

    result<void> open_terminal() noexcept {
        if (terminal) return success();
        WALI_TRY(terminal, PseudoTerminal::open());
        WALI_TRY(terminal_peer, terminal.open_peer());
        return success();
    }

    result<void> open_pipe(usize stream) noexcept {
        WALI_TRY(Pipe pipe, Pipe::create());
        theirs[stream] = std::move(stream == 0 ? pipe.reader : pipe.writer);
        ours[stream] = std::move(stream == 0 ? pipe.writer : pipe.reader);
        return success();
    }
};

/// What the programs of `arguments` and PATH may be, in the order in which they are tried.
CStrings candidates_in_path(std::string_view name, std::optional<std::string_view> path) noexcept {
    CStrings candidates;
    std::string_view rest = path.value_or("/usr/bin:/bin");
    for (;;) {
        const usize end = std::min(rest.find(':'), rest.size());
        const std::string_view folder = rest.substr(0, end);
        std::array<char, PathView::capacity> joined;
        // What is too long for a path is in no folder.
        if (folder.size() + name.size() + 2 <= joined.size())
            candidates.add(detail::join(joined, {folder, folder.empty() ? "" : "/", name}));
        if (end == rest.size()) return candidates;
        rest.remove_prefix(end + 1);
    }
}

// --- in the child: system calls only ---

result<void> close_on_exec(int fd) noexcept {
    return to_result<void>(Call::fcntl,
                           sys::fcntl(fd, abi::bits(abi::FcntlCommand::SETFD), abi::bits(abi::FdFlags::CLOEXEC)));
}

/// For kernels before 5.11, which have no close_range(2) that only marks.
result<void> close_all_on_exec_one_by_one() noexcept {
    const long folder =
        sys::openat(current_directory().raw(), "/proc/self/fd", abi::bits(OpenFlags::RDONLY | OpenFlags::CLOEXEC), 0);
    if (is_error(folder)) {  // without /proc
        WALI_TRY(const ResourceLimit limit, process::resource_limit(RlimitResource::NOFILE_));
        for (int fd = 3; static_cast<u64>(fd) < limit.soft; ++fd) (void)close_on_exec(fd);
        return success();
    }
    alignas(abi::dirent64) std::array<char, 2048> buffer;
    for (;;) {
        const long size = sys::getdents64(static_cast<int>(folder), buffer.data(), buffer.size());
        if (is_error(size)) return Error::of_raw(Call::getdents64, size);
        if (size == 0) break;
        for (long at = 0; at < size;) {
            const auto entry = reinterpret_cast<const abi::dirent64*>(buffer.data() + at);
            int fd = 0;
            const char* digit = entry->d_name;
            for (; *digit >= '0' && *digit <= '9'; ++digit) fd = 10 * fd + (*digit - '0');
            if (digit != entry->d_name && fd >= 3) WALI_TRY(close_on_exec(fd));
            at += entry->d_reclen;
        }
    }
    sys::close(static_cast<int>(folder));
    return success();
}

result<void> close_all_on_exec() noexcept {
    const long raw = sys::close_range(3, ~0U, abi::bits(abi::CloseRangeFlags::CLOEXEC));
    if (!is_error(raw)) return success();
    return close_all_on_exec_one_by_one();
}

/// Handlers are functions of the parent's program: before signals are let through, their actions are the default.
result<void> reset_signals(const SignalSet& defaults) noexcept {
    const auto ignore = reinterpret_cast<std::uintptr_t>(sys::signal_ignore());
    const abi::k_sigaction reset = sys::make_k_sigaction(sys::signal_default(), 0, 0);
    for (int number = 1; number <= abi::bits(abi::SignalRange::RTMAX); ++number) {
        abi::k_sigaction action{};
        if (is_error(sys::rt_sigaction(number, nullptr, &action, sizeof(abi::sigset_t)))) continue;
        if (action.handler == reset.handler) continue;
        if (action.handler == ignore && !defaults.contains(static_cast<Signal>(number))) continue;
        WALI_TRY(
            to_result<void>(Call::rt_sigaction, sys::rt_sigaction(number, &reset, nullptr, sizeof(abi::sigset_t))));
    }
    return success();
}

}  // namespace

/// All that the child needs, made by the parent.
struct Command::Plan {
    /// In memory that parent and child share: which call has failed, and why.
    struct Report {
        Errno code;
        Call call;
    };

    const Command& command;
    const char* const* candidates = nullptr;
    const char* const* environment = nullptr;
    const char* directory = nullptr;
    std::array<int, 3> streams{-1, -1, -1};  // -1: stays what it is
    int terminal = -1;                       // the stream that becomes the controlling terminal
    bool keeps_groups = false;               // we may not change them
    i32 parent = 0;
    Uid user_outside{0};  // ours
    Gid group_outside{0};
    int* lifted = nullptr;  // room for a number for each descriptor
    Report* report = nullptr;

    result<void> place_descriptors() const noexcept {
        WALI_TRY(close_all_on_exec());
        // All go above the numbers that they shall have, so that none is overwritten before it is used.
        unsigned long above = 3;
        for (const ChildDescriptor& each : command.descriptors)
            above = std::max(above, each.number < 0 ? 0 : static_cast<unsigned long>(each.number) + 1);
        usize count = 0;
        const auto lift = [&](int fd) noexcept -> result<void> {
            WALI_TRY(lifted[count],
                     to_result<int>(Call::fcntl, sys::fcntl(fd, abi::bits(abi::FcntlCommand::DUPFD_CLOEXEC), above)));
            ++count;
            return success();
        };
        for (const int fd : streams)
            if (fd >= 0) WALI_TRY(lift(fd));
        for (const ChildDescriptor& each : command.descriptors) WALI_TRY(lift(each.fd.raw()));
        count = 0;
        for (int number = 0; number < 3; ++number)
            if (streams[static_cast<usize>(number)] >= 0) WALI_TRY(place(lifted[count++], number));
        for (const ChildDescriptor& each : command.descriptors) WALI_TRY(place(lifted[count++], each.number));
        return success();
    }

    static result<void> place(int fd, int number) noexcept {
        return to_result<void>(Call::dup3, sys::dup3(fd, number, 0));
    }

    result<void> map_ids() const noexcept {
        if (command.user_inside) {
            const IdRange users[] = {{command.user_inside->raw(), user_outside.raw(), 1}};
            WALI_TRY(system::map_users(Pid(0), users));
        }
        if (command.group_inside) {
            const IdRange groups[] = {{command.group_inside->raw(), group_outside.raw(), 1}};
            WALI_TRY(system::deny_set_groups(Pid(0)));
            WALI_TRY(system::map_groups(Pid(0), groups));
        }
        return success();
    }

    result<void> become_user() const noexcept {
        if (!command.user && !command.group && command.groups.empty()) return success();
        static_assert(sizeof(Gid) == sizeof(u32));
        if (!keeps_groups)
            WALI_TRY(
                to_result<void>(Call::setgroups, sys::setgroups(static_cast<int>(command.groups.size()),
                                                                reinterpret_cast<const u32*>(command.groups.data()))));
        if (command.group) {
            const u32 id = command.group->raw();
            WALI_TRY(to_result<void>(Call::setresgid, sys::setresgid(id, id, id)));
        }
        if (command.user) {
            const u32 id = command.user->raw();
            WALI_TRY(to_result<void>(Call::setresuid, sys::setresuid(id, id, id)));
        }
        return success();
    }

    result<void> prepare() const noexcept {
        WALI_TRY(map_ids());
        if (command.new_session || terminal >= 0) WALI_TRY(to_result<void>(Call::setsid, sys::setsid()));
        if (command.process_group)
            WALI_TRY(to_result<void>(Call::setpgid, sys::setpgid(0, command.process_group->raw())));
        WALI_TRY(reset_signals(command.default_signals));
        WALI_TRY(place_descriptors());
        if (terminal >= 0) WALI_TRY(system::set_controlling_terminal(BorrowedFd::from_raw(terminal)));
        if (command.umask) sys::umask(abi::bits(*command.umask));
        if (command.nice)
            WALI_TRY(to_result<void>(Call::setpriority,
                                     sys::setpriority(abi::bits(abi::PriorityWhich::PROCESS), 0, *command.nice)));
        for (const ChildLimit& each : command.limits) WALI_TRY(process::set_resource_limit(each.resource, each.limit));
        if (command.affinity) WALI_TRY(process::set_affinity(*command.affinity));
        WALI_TRY(become_user());
        if (directory != nullptr) WALI_TRY(to_result<void>(Call::chdir, sys::chdir(directory)));
        if (command.parent_death_signal) {
            // After the user, a change of which forgets it. A parent that has ended by now sends nothing any more.
            const auto signal = static_cast<unsigned long>(abi::bits(*command.parent_death_signal));
            WALI_TRY(
                to_result<void>(Call::prctl, sys::prctl(abi::bits(abi::PrctlOption::SET_PDEATHSIG), signal, 0, 0, 0)));
            // 0: the parent is outside of our PID namespace, and cannot be seen.
            const long now = sys::getppid();
            if (now != 0 && now != parent) return Error(Errno::SRCH, Call::getppid);
        }
        return to_result<void>(Call::rt_sigprocmask,
                               sys::rt_sigprocmask(abi::bits(abi::SigprocmaskHow::SETMASK), command.signal_mask.raw(),
                                                   nullptr, sizeof(abi::sigset_t)));
    }

    /// The child's main function.
    WALI_NO_SANITIZE static int run(void* argument) noexcept {
        const auto& plan = *static_cast<const Plan*>(argument);
        const result<void> prepared = plan.prepare();
        Error error = Error(Errno::NOENT, Call::execve);
        if (prepared.has_error()) {
            error = prepared.assume_error();
        } else {
            for (const char* const* file = plan.candidates; *file != nullptr; ++file) {
                const Error failed =
                    Error::of_raw(Call::execve, sys::execve(*file, plan.command.arguments.c_strs(), plan.environment));
                // What is not in one folder may be in the next one; what may not be executed is remembered.
                if (failed == Errno::NOENT || failed == Errno::NOTDIR) continue;
                error = failed;
                if (failed != Errno::ACCES) break;
            }
        }
        plan.report->code = error.code();
        plan.report->call = error.call();
        return 127;
    }

    /// clone(2). The parent waits until the child has executed its program or ended. The child has our memory, as a
    /// copy of a large process's takes long: but not where it becomes somebody else, as others who are that could write
    /// to it then.
    result<Pid> clone(char* stack_top, int& pid_fd) noexcept {
        const AllSignalsBlocked blocked;
        abi::CloneFlags flags = abi::CloneFlags::VFORK | abi::CloneFlags::PIDFD;
        flags |= static_cast<abi::CloneFlags>(abi::bits(command.namespaces));
        const auto exit_signal = static_cast<u64>(abi::bits(Signal::CHLD));
#if defined(__wasm32__)
        (void)stack_top;
        const long raw = sys::clone(abi::bits(flags) | exit_signal, nullptr, &pid_fd, nullptr, 0);
        if (raw == 0) sys::exit_group(run(this));
        return is_error(raw) ? result<Pid>(Error::of_raw(Call::clone, raw)) : Pid(static_cast<i32>(raw));
#else
        const bool stays_itself = !command.user && !command.group && command.groups.empty() &&
                                  !intersects(command.namespaces, Namespaces::USER);
        if (stays_itself) flags |= abi::CloneFlags::VM;
        const int before = errno;
        const int pid = ::clone(run, stack_top, static_cast<int>(abi::bits(flags) | exit_signal), this, &pid_fd);
        const int error = std::exchange(errno, before);
        if (pid < 0) return Error(static_cast<Errno>(error), Call::clone);
        return Pid(pid);
#endif
    }
};

result<Child> Command::start_with(const ChildStream& input_stream, const ChildStream& output_stream,
                                  const ChildStream& error_stream) const noexcept {
    process::reap_detached_children();
    Plan plan{.command = *this};
    plan.parent = static_cast<i32>(sys::getpid());
    plan.user_outside = Uid(static_cast<u32>(sys::geteuid()));
    plan.group_outside = Gid(static_cast<u32>(sys::getegid()));
    plan.keeps_groups = groups.empty() && (plan.user_outside != Uid(0) || group_inside);

    // For the kernel this number means no change.
    if (user == Uid(~0U)) return Error(Errno::INVAL, Call::setresuid);
    if (group == Gid(~0U)) return Error(Errno::INVAL, Call::setresgid);
    // Its bit belongs to the signal at the child's end.
    if (intersects(namespaces, Namespaces::TIME)) return Error(Errno::INVAL, Call::clone);
    WALI_TRY(arguments.error());
    if (arguments.size() == 0) return Errno::INVAL;
    const std::optional<Environment> inherited = environment ? std::nullopt : std::optional(Environment::current());
    const Environment& variables = environment ? *environment : *inherited;
    WALI_TRY(variables.error());
    plan.environment = variables.strings().c_strs();

    CStrings candidates;
    WALI_TRY(program.with_c_str([&](const char* text) noexcept -> result<void> {
        if (*text != '\0') candidates.add(text);
        return success();
    }));
    if (candidates.size() == 0) {
        const std::string_view name = arguments[0];
        if (name.empty() || name.find('/') != name.npos)
            candidates.add(name);
        else
            candidates = candidates_in_path(name, variables.find("PATH"));
    }
    WALI_TRY(candidates.error());
    plan.candidates = candidates.c_strs();

    Streams streams;
    const ChildStream wanted[] = {input_stream, output_stream, error_stream};
    for (usize i = 0; i < 3; ++i) {
        switch (wanted[i].kind_) {
            case ChildStream::Kind::inherited: continue;
            case ChildStream::Kind::null: {
                WALI_TRY(streams.theirs[i], File::open("/dev/null", OpenFlags::RDWR));
                break;
            }
            case ChildStream::Kind::pipe: WALI_TRY(streams.open_pipe(i)); break;
            case ChildStream::Kind::terminal:
                WALI_TRY(streams.open_terminal());
                WALI_TRY(system::set_window_size(streams.terminal, wanted[i].size_));
                plan.streams[i] = streams.terminal_peer.fd().raw();
                plan.terminal = static_cast<int>(i);
                continue;
            case ChildStream::Kind::descriptor:
                if (wanted[i].fd_ < 0) return Error(Errno::BADF, Call::fcntl);  // not what the child inherits
                plan.streams[i] = wanted[i].fd_;
                continue;
        }
        plan.streams[i] = streams.theirs[i].fd().raw();
    }

    Child child;
    child.record_ = new (std::nothrow) wali::detail::DetachedChild;
    if (child.record_ == nullptr) return Errno::NOMEM;
    // Shared also where the child has a copy of all other memory.
    const usize lifted_size = (descriptors.size() + 3) * sizeof(int);
    WALI_TRY(MutableMemoryMap memory,
             MutableMemoryMap::anonymous(sizeof(Plan::Report) + lifted_size + stack_size, {.map = {.shared = true}}));
    char* const base = reinterpret_cast<char*>(memory.bytes().data());
    plan.report = new (base) Plan::Report{};
    plan.lifted = reinterpret_cast<int*>(base + sizeof(Plan::Report));
    char* const top = base + memory.size() - reinterpret_cast<std::uintptr_t>(base + memory.size()) % 16;

    int pid_fd = -1;
    const result<Pid> started = directory.with_c_str([&](const char* text) noexcept {
        if (*text != '\0') plan.directory = text;
        return plan.clone(top, pid_fd);
    });
    if (started.has_error()) return started.assume_error();
    child.id_ = started.assume_value();
    child.pid_fd_ = PidFd::from_fd(Fd::from_raw(pid_fd));
    if (plan.report->code != Errno{}) {
        (void)retry_interrupted([&]() noexcept { return child.wait(); });
        return Error(plan.report->code, plan.report->call);
    }
    child.input_ = std::move(streams.ours[0]);
    child.output_ = std::move(streams.ours[1]);
    child.error_ = std::move(streams.ours[2]);
    child.terminal_ = File::from_fd(std::move(streams.terminal).into_fd());
    return child;
}

result<Child> Command::start() const noexcept { return start_with(input, output, error); }

result<Captured> Command::capture(MutableBytes output_room, MutableBytes error_room,
                                  const CaptureOptions& options) const noexcept {
    WALI_TRY(Child child,
             start_with(options.input.empty() ? input : ChildStream::pipe(), ChildStream::pipe(), ChildStream::pipe()));
    auto captured = child.capture(output_room, error_room, options);
    if (captured.has_error()) {
        (void)child.kill();
        (void)retry_interrupted([&]() noexcept { return child.wait(); });
    }
    return captured;
}

result<void> Command::start_pipeline(std::span<const Command> commands, std::span<Child> children) noexcept {
    if (children.size() < commands.size()) return Errno::INVAL;
    File between;  // what the command before this one writes
    for (usize i = 0; i < commands.size(); ++i) {
        const bool last = i + 1 == commands.size();
        const Command& command = commands[i];
        result<Pipe> pipe = last ? result<Pipe>(Pipe{}) : Pipe::create();
        result<Child> child =
            pipe.has_error() ? result<Child>(pipe.assume_error())
                             : command.start_with(i == 0 ? command.input : ChildStream::of(between),
                                                  last ? command.output : ChildStream::of(pipe.assume_value().writer),
                                                  command.error);
        if (child.has_error()) {
            for (Child& before : children.first(i)) {
                (void)before.kill();
                (void)retry_interrupted([&]() noexcept { return before.wait(); });
                before = Child();
            }
            return child.assume_error();
        }
        children[i] = std::move(child).assume_value();
        between = std::move(std::move(pipe).assume_value().reader);
    }
    return success();
}

}  // namespace wali
