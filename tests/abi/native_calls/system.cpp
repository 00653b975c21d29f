// SPDX-License-Identifier: BSL-1.0
// The machine as a whole: what can be asked, and errors of what would change it.
#include <fcntl.h>
#include <sched.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/quota.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "run.hpp"

namespace native_calls {
namespace {

void questions(Run& run) {
    abi::utsname name{};
    CALL(uname, any(&name)), run.see(name);
    abi::sysinfo info{};
    CALL(sysinfo, any(&info)), run.see(info.mem_unit, info.totalhigh);
    run.holds(info.totalram > 0 && info.uptime > 0);
    u64 random[2] = {};
    CALL(getrandom, random, sizeof(random), GRND_NONBLOCK), run.holds(random[0] != random[1]);
    u64 modules[16] = {};
    u32 size = sizeof(modules);
    RAW(lsm_list_modules, modules, &size, 0), run.see(size), run.see(modules);
}

void kernel_log(Run& run) { ASK(good, syslog, result(::klogctl(10, nullptr, 0)), 10, nullptr, 0); }

void file_system_types(Run& run) { RAW(sysfs, 3, nullptr, nullptr); }

void security_modules(Run& run) {
    alignas(8) char context[512] = {};
    u32 size = sizeof(context);
    RAW_FAILS(lsm_set_self_attr, 100, any(context), 0, 0);  // LSM_ATTR_CURRENT
    RAW(lsm_get_self_attr, 100, any(context), &size, 0), run.see(size), run.see(context);
}

void programs_in_the_kernel(Run& run) {
    u32 map[32] = {2, 4, 8, 1};     // BPF_MAP_TYPE_ARRAY, the sizes of keys and values, how many
    RAW(bpf, 0, map, sizeof(map));  // BPF_MAP_CREATE
}

// Attached nowhere: it goes with its last descriptor.
void detached_mount(Run& run) {
    RAW(open_tree, AT_FDCWD, ".", O_CLOEXEC);
    RAW_FAILS(fspick, AT_FDCWD, "missing", 0);
    RAW_FAILS(fsopen, "missing", 0);
    RAW_FAILS(move_mount, -1, "missing", -1, "missing", 0);
    const int context = RAW(fsopen, "tmpfs", 1).number();
    RAW(fsconfig, context, 1, "size", any("65536"), 0);  // FSCONFIG_SET_STRING
    RAW(fsconfig, context, 6, nullptr, nullptr, 0);      // FSCONFIG_CMD_CREATE
    const int mount = RAW(fsmount, context, 1, 0).number();
    const abi::mount_attr read_only{1, 0, 0, 0};
    RAW(mount_setattr, mount, "", AT_EMPTY_PATH, &read_only, sizeof(read_only));
    const bool writable = ::mkdirat(mount, "folder", 0700) == 0;
    run.holds(!writable);
}

void names(Run& run) {
    FAILS(sethostname, "name", 65);
    FAILS(setdomainname, "name", 65);
    if (CALL(unshare, CLONE_NEWUTS) != 0) return;
    CALL(sethostname, "wali-host", 9);
    CALL(setdomainname, "wali-domain", 11);
    abi::utsname name{};
    ::uname(any(&name)), run.see(name);
}

void mounts(Run& run) {
    FAILS(mount, "missing", "missing/target", "missing", MS_NOATIME, nullptr);
    FAILS(umount2, "missing", UMOUNT_NOFOLLOW);
    RAW_FAILS(pivot_root, "missing", "missing");
    FAILS(swapon, "missing", 0);
    FAILS(swapoff, "missing");
    FAILS(acct, "missing/file");
    constexpr unsigned command = QCMD(0x123456, USRQUOTA);
    ASK(error, quotactl, result(::quotactl(static_cast<int>(command), "missing", 0, nullptr)), command, "missing", 0,
        nullptr);
    RAW_FAILS(quotactl_fd, ~0U, command, 0, nullptr);
}

void kernels(Run& run) {
    constexpr unsigned long no_flags = 0x8000;  // What no flag of kexec is.
    RAW_FAILS(reboot, 0, 0, 0, nullptr);
    RAW_FAILS(kexec_load, 0, 100, nullptr, no_flags);
    RAW_FAILS(kexec_file_load, -1, -1, 0, nullptr, no_flags);
    RAW_FAILS(init_module, nullptr, 0, "");
    RAW_FAILS(finit_module, -1, "", 0);
    RAW_FAILS(delete_module, "wali_missing_module", O_NONBLOCK);
}

// Numbers that Linux keeps for calls that it no longer has, or never had on x86-64.
void retired(Run& run) {
    RAW_FAILS(uselib, "missing");
    RAW_FAILS(_sysctl, nullptr);
    RAW_FAILS(create_module, nullptr, 0);
    RAW_FAILS(get_kernel_syms, nullptr);
    RAW_FAILS(query_module, nullptr, 0, nullptr, 0, nullptr);
    RAW_FAILS(nfsservctl, 0, nullptr, nullptr);
    RAW_FAILS(getpmsg);
    RAW_FAILS(putpmsg);
    RAW_FAILS(afs_syscall);
    RAW_FAILS(tuxcall);
    RAW_FAILS(security);
    RAW_FAILS(vserver);
    RAW_FAILS(set_thread_area, nullptr);
    RAW_FAILS(get_thread_area, nullptr);
    RAW_FAILS(epoll_ctl_old);
    RAW_FAILS(epoll_wait_old);
    RAW_FAILS(lookup_dcookie, 0, nullptr, 0);
}

}  // namespace

const std::initializer_list<Scenario> system_scenarios = {
    {"questions", questions},
    {"kernel_log", kernel_log},
    {"file_system_types", file_system_types},
    {"security_modules", security_modules},
    {"programs_in_the_kernel", programs_in_the_kernel},
    {"detached_mount", detached_mount},
    {"names", names},
    {"mounts", mounts},
    {"kernels", kernels},
    {"retired", retired},
};

}  // namespace native_calls
