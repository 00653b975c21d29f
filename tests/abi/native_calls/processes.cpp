// SPDX-License-Identifier: BSL-1.0
// Processes, their rights and how they are scheduled. What a scenario changes is its own process.
#include <asm/prctl.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/membarrier.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/fsuid.h>
#include <sys/io.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>

#include <csignal>

#include "run.hpp"

namespace native_calls {
namespace {

unsigned long address(const void* object) { return reinterpret_cast<unsigned long>(object); }

void ids(Run& run) {
    run.holds(CALL(getpid).varies() == ::getpid());
    run.holds(CALL(gettid).varies() == ::getpid());
    CALL(getppid), CALL(getpgrp), CALL(getpgid, 0), CALL(getsid, 0);
    CALL(getuid), CALL(geteuid), CALL(getgid), CALL(getegid);
    u32 real = 1, effective = 2, saved = 3;
    CALL(getresuid, &real, &effective, &saved), run.see(real, effective, saved);
    CALL(getresgid, &real, &effective, &saved), run.see(real, effective, saved);
    static u32 groups[65536];
    const int count = CALL(getgroups, 65536, groups).number();
    run.see(groups[0]);
    ASK(good, setgroups, result(::setgroups(static_cast<std::size_t>(count), groups)), count, groups);
}

void credentials(Run& run) {
    constexpr u32 same = ~u32{0};
    CALL(setuid, ::getuid());
    CALL(setgid, ::getgid());
    CALL(setreuid, same, ::geteuid());
    CALL(setregid, ::getgid(), same);
    CALL(setresuid, same, ::geteuid(), same);
    CALL(setresgid, ::getgid(), same, same);
    CALL(setfsuid, ::geteuid());
    CALL(setfsgid, ::getegid());
    abi::user_cap_header header{_LINUX_CAPABILITY_VERSION_3, 0};
    abi::user_cap_data data[2] = {};
    RAW(capget, &header, any(data)), run.see(data);
    data[0].inheritable = data[0].effective = 0;
    RAW(capset, &header, any(data));
    RAW(capget, &header, any(data)), run.see(data);
    header.version = 1;
    RAW_FAILS(capset, &header, any(data)), run.see(header.version);
}

void groups_and_sessions(Run& run) {
    CALL(setpgid, 0, 0);
    run.holds(::getpgid(0) == ::getpid());
    FAILS(setsid);
}

void session(Run& run) {
    const long session = CALL(setsid).varies();
    run.holds(session == ::getpid());
    if (session == ::getpid()) CALL(vhangup);  // Of no terminal.
}

void children(Run& run) {
    int status = -1;
    abi::rusage usage{};
    const int forked = FORKS(fork, ::fork()).varies().number();
    run.holds(CALL(wait4, forked, &status, 0, any(&usage)).varies() == forked);
    run.see(status), run.holds(usage.ru_maxrss > 0), usage = {};
    FAILS(wait4, forked, &status, WNOHANG, nullptr);
    const auto clone = [&](unsigned long flags) {
        return FORKS(clone, raw(__NR_clone, flags, 0, 0, 0, 0), flags, nullptr, nullptr, nullptr, 0).varies().number();
    };
    const int cloned = clone(SIGCHLD);
    abi::siginfo_chld info{};
    RAW(waitid, P_PID, cloned, any(&info), WEXITED, any(&usage));  // The C library leaves the last out.
    run.holds(usage.ru_maxrss > 0);
    run.see(info.status, info.signo, info.code), run.holds(info.pid == cloned);
    ENDS(exit, ::syscall(SYS_exit, 7), 7);
    ENDS(exit_group, ::_exit(8), 8);
}

void clone_arguments(Run& run) {
    abi::clone_args arguments{};
    arguments.exit_signal = SIGCHLD;
    const int child =
        FORKS(clone3, raw(__NR_clone3, &arguments, sizeof(arguments)), &arguments, sizeof(arguments)).varies().number();
    int status = -1;
    if (child > 0) run.see(::waitpid(child, &status, 0) == child, status);
}

void programs(Run& run) {
    const char* const arguments[] = {"sh", "-c", "exit $answer", nullptr};
    const char* const environment[] = {"answer=42", nullptr};
    ENDS(execve, ::execve("/bin/sh", any(arguments), any(environment)), "/bin/sh", arguments, environment);
    ENDS(execveat, ::execveat(AT_FDCWD, "/bin/sh", any(arguments), any(environment), 0), AT_FDCWD, "/bin/sh", arguments,
         environment, 0);
    FAILS(execve, "missing", any(arguments), any(environment));
}

void process_descriptors(Run& run) {
    const int file = ::open("file", O_RDWR | O_CREAT, 0600);
    const int self = RAW(pidfd_open, ::getpid(), 0).number();
    RAW(pidfd_send_signal, self, 0, nullptr, 0);
    RAW_FAILS(process_mrelease, self, 0);
    RAW(pidfd_getfd, self, file, 0);
    RAW(kcmp, ::getpid(), ::getpid(), 0, static_cast<unsigned long>(file), static_cast<unsigned long>(file));
}

void process_advice(Run& run) {
    void* const memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const abi::iovec range{memory, 4096};
    const auto self = static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0));
    RAW(process_madvise, self, &range, 1, MADV_COLD, 0);
}

void namespaces(Run& run) {
    CALL(unshare, CLONE_FS | CLONE_FILES);
    const auto self = static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0));
    CALL(setns, self, CLONE_NEWUTS);
    CALL(chroot, ".");
}

void limits(Run& run) {
    abi::rlimit limit{};
    CALL(getrlimit, RLIMIT_STACK, any(&limit)), run.see(limit);
    limit = {0, 0};
    CALL(setrlimit, RLIMIT_CORE, any(&limit));
    abi::rlimit old{1, 1};
    ASK(good, prlimit64, result(::prlimit(0, RLIMIT_CORE, any(&limit), any(&old))), 0, RLIMIT_CORE, &limit, &old);
    run.see(old);
    abi::rusage usage{};
    CALL(getrusage, RUSAGE_SELF, any(&usage));
    run.holds(usage.ru_maxrss > 0);
    run.see(usage.ru_nsignals);
}

void priorities(Run& run) {
    CALL(setpriority, PRIO_PROCESS, 0, 19);
    // The kernel answers 20 to 1 for -20 to 19.
    ASK(good, getpriority, 20 - ::getpriority(PRIO_PROCESS, 0), PRIO_PROCESS, 0);
    RAW(ioprio_set, 1, 0, 2 << 13 | 7);  // IOPRIO_WHO_PROCESS, IOPRIO_CLASS_BE
    RAW(ioprio_get, 1, 0);
    FAILS(setpriority, 77, 0, 19);
}

void scheduling(Run& run) {
    abi::sched_param parameter{};
    CALL(sched_yield);
    CALL(sched_setscheduler, 0, SCHED_OTHER, any(&parameter));
    CALL(sched_getscheduler, 0);
    CALL(sched_setparam, 0, any(&parameter));
    parameter.sched_priority = 5;
    CALL(sched_getparam, 0, any(&parameter)), run.see(parameter);
    CALL(sched_get_priority_max, SCHED_FIFO);
    CALL(sched_get_priority_min, SCHED_FIFO);
    abi::timespec slice{-1, -1};
    CALL(sched_rr_get_interval, 0, any(&slice));
    run.holds(slice.tv_sec == 0 && slice.tv_nsec >= 0);
    abi::sched_attr attributes{};
    RAW(sched_getattr, 0, &attributes, sizeof(attributes), 0);
    run.see(attributes.size, attributes.sched_policy, attributes.sched_nice);
    attributes.sched_flags = 0, attributes.size = 48;
    RAW(sched_setattr, 0, &attributes, 0);
}

void processors(Run& run) {
    unsigned long mask[128] = {};
    RAW(sched_getaffinity, 0, sizeof(mask), any(mask)), run.see(mask);
    unsigned int processor = ~0U, node = ~0U;
    ASK(good, getcpu, result(::getcpu(&processor, &node)), &processor, &node, nullptr);
    run.holds(processor < sizeof(mask) * 8 && (mask[processor / 64] >> processor % 64 & 1) != 0 && node < 1024);
    RAW(sched_setaffinity, 0, sizeof(mask), any(mask));
    RAW(membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
    perf_event_attr event{};
    event.type = PERF_TYPE_SOFTWARE, event.config = PERF_COUNT_SW_DUMMY, event.size = sizeof(event);
    event.exclude_kernel = event.exclude_hv = 1;
    RAW(perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

void process_state(Run& run) {
    char name[16] = {};
    ASK(good, prctl, result(::prctl(PR_SET_NAME, "native-calls")), PR_SET_NAME, address("native-calls"), 0, 0, 0);
    ASK(good, prctl, result(::prctl(PR_GET_NAME, name)), PR_GET_NAME, address(name), 0, 0, 0);
    run.see(name);
    CALL(personality, 0xffffffff);
    unsigned long segment = 1;
    RAW(arch_prctl, ARCH_GET_FS, address(&segment)), run.see(segment);
    static int cleared = 0;
    run.holds(RAW(set_tid_address, &cleared).varies() == ::getpid());
    static abi::robust_list_head robust{};
    robust.list = &robust;
    RAW(set_robust_list, any(&robust), sizeof(robust));
    std::size_t head = 0, size = 0;
    RAW(get_robust_list, 0, &head, &size);
    run.see(size), run.holds(head == reinterpret_cast<std::size_t>(&robust));
    alignas(32) abi::rseq sequences{};
    RAW_FAILS(rseq, any(&sequences), sizeof(sequences), 0x80, 0);
    RAW(ptrace, PTRACE_TRACEME, 0, 0, 0);
}

void processor_state(Run& run) {
    char table[64] = {};
    RAW(modify_ldt, 0, table, sizeof(table));
    CALL(ioperm, 0x80, 1, 0);
    CALL(iopl, 0);
    FAILS(iopl, 4);
}

void filters(Run& run) {
    const u32 action = SECCOMP_RET_ERRNO, unknown = 0x12345;
    RAW(seccomp, SECCOMP_GET_ACTION_AVAIL, 0, any(&action));
    RAW_FAILS(seccomp, SECCOMP_GET_ACTION_AVAIL, 0, any(&unknown));
    const abi::landlock_ruleset_attr handled{LANDLOCK_ACCESS_FS_MAKE_FIFO, 0, 0};
    const int rules = RAW(landlock_create_ruleset, any(&handled), sizeof(handled), 0).number();
    const abi::landlock_path_beneath_attr beneath{LANDLOCK_ACCESS_FS_MAKE_FIFO, ::open(".", O_PATH)};
    RAW(landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, any(&beneath), 0);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    RAW(landlock_restrict_self, rules, 0);
    RAW_FAILS(landlock_restrict_self, -1, 0);
}

}  // namespace

const std::initializer_list<Scenario> process_scenarios = {
    {"ids", ids},
    {"credentials", credentials},
    {"groups_and_sessions", groups_and_sessions},
    {"session", session},
    {"children", children},
    {"clone_arguments", clone_arguments},
    {"programs", programs},
    {"process_descriptors", process_descriptors},
    {"process_advice", process_advice},
    {"namespaces", namespaces},
    {"limits", limits},
    {"priorities", priorities},
    {"scheduling", scheduling},
    {"processors", processors},
    {"process_state", process_state},
    {"processor_state", processor_state},
    {"filters", filters},
};

}  // namespace native_calls
