// SPDX-License-Identifier: BSL-1.0
// Names in folders, and what is kept about files.
#include <fcntl.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <utime.h>

#include <dirent.h>
#include <algorithm>
#include <cstdio>
#include <set>
#include <string>

#include "run.hpp"

namespace native_calls {
namespace {

constexpr u32 same = ~u32{0};  // chown: leave it

void see_status(Run& run, const abi::stat& status) {
    run.see(status.st_mode, status.st_nlink, status.st_size, status.st_uid, status.st_gid, status.st_rdev,
            status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

void names(Run& run) {
    abi::stat status{};
    char buffer[64] = {};
    CALL(umask, 027);
    CALL(umask, 022);
    CALL(mkdir, "folder", 0750);
    CALL(mknod, "fifo", S_IFIFO | 0600, 0);
    CALL(rename, "fifo", "folder/fifo");
    CALL(link, "folder/fifo", "second");
    CALL(symlink, "folder/fifo", "symbolic");
    CALL(readlink, "symbolic", buffer, 6);
    run.see(buffer);
    CALL(stat, "symbolic", any(&status));
    run.see(status.st_mode, status.st_nlink);
    CALL(lstat, "symbolic", any(&status));
    run.see(status.st_mode, status.st_size);
    CALL(chmod, "second", 0604);
    CALL(chown, "second", same, ::getgid());
    CALL(lchown, "symbolic", ::getuid(), same);
    CALL(stat, "second", any(&status));
    run.see(status.st_mode, status.st_uid, status.st_gid);
    CALL(access, "symbolic", R_OK);
    FAILS(access, "symbolic", X_OK);
    CALL(unlink, "symbolic");
    FAILS(access, "symbolic", F_OK);
    FAILS(rmdir, "folder");
    CALL(unlink, "folder/fifo");
    CALL(rmdir, "folder");
}

void names_at(Run& run) {
    CALL(mkdirat, AT_FDCWD, "folder", 0700);
    const int folder = CALL(openat, AT_FDCWD, "folder", O_RDONLY | O_DIRECTORY, 0).number();
    const int file = CALL(openat, folder, "file", O_RDWR | O_CREAT | O_EXCL, 0640).number();
    abi::stat status{};
    char buffer[64] = {};
    CALL(mknodat, folder, "fifo", S_IFIFO | 0600, 0);
    CALL(symlinkat, "file", folder, "symbolic");
    CALL(readlinkat, folder, "symbolic", buffer, sizeof(buffer));
    run.see(buffer);
    CALL(linkat, folder, "symbolic", folder, "hard", AT_SYMLINK_FOLLOW);
    CALL(renameat, folder, "fifo", AT_FDCWD, "moved");
    FAILS(renameat2, folder, "symbolic", folder, "file", RENAME_NOREPLACE);
    CALL(renameat2, folder, "symbolic", AT_FDCWD, "moved", RENAME_EXCHANGE);
    ::fstat(file, any(&status)), run.see(status.st_mode);
    CALL(fchmod, file, 0604);
    ::fstat(file, any(&status)), run.see(status.st_mode);
    CALL(fchmodat, folder, "hard", 0700, 0);
    RAW(fchmodat2, folder, "hard", 0705, AT_SYMLINK_NOFOLLOW);
    CALL(fchown, file, ::getuid(), same);
    CALL(fchownat, AT_FDCWD, "moved", same, ::getgid(), AT_SYMLINK_NOFOLLOW);  // A link to nothing.
    ASK(good, newfstatat, result(::fstatat(AT_FDCWD, "moved", any(&status), AT_SYMLINK_NOFOLLOW)), AT_FDCWD, "moved",
        &status, AT_SYMLINK_NOFOLLOW);
    run.see(status.st_mode, status.st_nlink);
    CALL(faccessat, folder, "hard", W_OK, 0);
    RAW(faccessat2, folder, "hard", F_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW);
    const abi::open_how how{O_RDONLY, 0, 0x08};  // RESOLVE_BENEATH
    RAW(openat2, folder, "file", &how, sizeof(how));
    RAW_FAILS(openat2, folder, "../moved", &how, sizeof(how));
    CALL(unlinkat, folder, "hard", 0);
    FAILS(unlinkat, AT_FDCWD, "folder", AT_REMOVEDIR);
}

void listing(Run& run) {
    for (const char* name : {"one", "two", "a-longer-name"}) ::close(::open(name, O_WRONLY | O_CREAT, 0600));
    const int folder = ::open(".", O_RDONLY | O_DIRECTORY);
    alignas(8) char buffer[1024] = {};
    const long size = CALL(getdents64, folder, buffer, sizeof(buffer));
    std::set<std::string> names;
    for (long at = 0; at < size;) {
        const auto* const entry = reinterpret_cast<const dirent64*>(buffer + at);
        names.insert(entry->d_name);
        at += entry->d_reclen;
    }
    for (const std::string& name : names) run.see(name);
}

void working_directory(Run& run) {
    ::mkdir("folder", 0700);
    const int here = ::open(".", O_RDONLY | O_DIRECTORY);
    CALL(chdir, "folder");
    run.see(::access("../folder", F_OK));
    CALL(fchdir, here);
    run.see(::access("folder", F_OK));
    CALL(chdir, "/");
    char buffer[4096] = {};
    ASK(good, getcwd, ::getcwd(buffer, sizeof(buffer)) ? static_cast<long>(std::strlen(buffer)) + 1 : -errno, buffer,
        sizeof(buffer));
    run.see(buffer[0], buffer[1]);
    FAILS(chdir, "missing/folder");
}

void times_of_files(Run& run) {
    ::close(::open("file", O_WRONLY | O_CREAT, 0600));
    abi::stat status{};
    const auto see = [&] { ::stat("file", any(&status)), see_status(run, status); };
    const abi::utimbuf seconds{1000, 2000};
    CALL(utime, "file", any(&seconds)), see();
    const abi::timeval micro[2] = {{3000, 1}, {4000, 2}};
    CALL(utimes, "file", any(micro)), see();
    CALL(futimesat, AT_FDCWD, "file", any(micro)), see();
    const abi::timespec nano[2] = {{5000, 3000}, {5000000000, 4000}};
    CALL(utimensat, AT_FDCWD, "file", any(nano), 0);
    run.see(::stat("file", any(&status)), status.st_atim.tv_sec);
    run.see(::symlink("missing", "symbolic"));
    CALL(utimensat, AT_FDCWD, "symbolic", any(nano), AT_SYMLINK_NOFOLLOW);
    run.see(::lstat("symbolic", any(&status)), status.st_mtim.tv_nsec);
}

void attributes(Run& run) {
    const int file = ::open("file", O_RDWR | O_CREAT, 0600);
    char buffer[256] = {};
    CALL(setxattr, "file", "user.one", "1", 1, 0);
    CALL(lsetxattr, "file", "user.two", "22", 2, XATTR_CREATE);
    CALL(fsetxattr, file, "user.three", "333", 3, 0);
    CALL(getxattr, "file", "user.one", buffer, sizeof(buffer)), run.see(buffer);
    CALL(lgetxattr, "file", "user.two", buffer, sizeof(buffer)), run.see(buffer);
    CALL(fgetxattr, file, "user.three", buffer, sizeof(buffer)), run.see(buffer);
    const auto see_and_clear = [&] { run.see(buffer), std::memset(buffer, 0, sizeof(buffer)); };
    see_and_clear();
    CALL(listxattr, "file", buffer, sizeof(buffer)), see_and_clear();
    CALL(llistxattr, "file", buffer, sizeof(buffer)), see_and_clear();
    CALL(flistxattr, file, buffer, sizeof(buffer)), see_and_clear();
    FAILS(setxattr, "file", "user.one", "1", 1, XATTR_CREATE);
    FAILS(lsetxattr, "file", "user.one", "1", 1, XATTR_CREATE);
    FAILS(fsetxattr, file, "user.one", "1", 1, XATTR_CREATE);
    CALL(removexattr, "file", "user.one");
    CALL(lremovexattr, "file", "user.two");
    CALL(fremovexattr, file, "user.three");
    run.see(::flistxattr(file, nullptr, 0));
}

void status_of_file_systems(Run& run) {
    const int folder = ::open(".", O_RDONLY | O_DIRECTORY);
    abi::statfs status{};
    CALL(statfs, ".", any(&status));
    run.see(status.f_type, status.f_bsize, status.f_namelen, status.f_flags);
    status = {};
    CALL(fstatfs, folder, any(&status));
    run.see(status.f_type, status.f_bsize, status.f_namelen, status.f_flags);
    abi::stat folder_status{};
    ::fstat(folder, any(&folder_status));
    const auto device = static_cast<unsigned int>(folder_status.st_dev);
    abi::ustat old{};
    ASK(either, ustat, raw(__NR_ustat, device, &old), device, &old);  // Not of a Btrfs subvolume.
    run.holds(old.f_tfree >= 0 && old.f_tinode <= status.f_files);
    ::close(::open("file", O_WRONLY | O_CREAT, 0640));
    abi::statx extended{};
    CALL(statx, folder, "file", AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, any(&extended));
    run.see(extended.stx_mask, extended.stx_mode, extended.stx_nlink, extended.stx_uid, extended.stx_size,
            extended.stx_dev_major, extended.stx_dev_minor);

    constexpr unsigned unique_mount_id = 0x4000;
    ::statx(folder, "", AT_EMPTY_PATH, unique_mount_id, any(&extended));
    abi::mnt_id_req request{24, 0, extended.stx_mnt_id, 3, 0};  // STATMOUNT_SB_BASIC | STATMOUNT_MNT_BASIC
    abi::statmount mount{};
    RAW(statmount, &request, &mount, sizeof(mount), 0);
    run.see(mount.mask, mount.sb_magic, mount.mnt_id, mount.mnt_id_old);
    request = {24, 0, ~u64{0}, 0, 0};  // LSMT_ROOT
    u64 ids[8] = {};
    const long count = RAW(listmount, &request, ids, std::size(ids), 0).varies();
    run.holds((ids[0] != 0) == (count > 0));  // None in a chroot that is no mount.
}

void handles(Run& run) {
    ::close(::open("file", O_WRONLY | O_CREAT, 0640));
    struct {
        abi::file_handle head{128, 0};
        char bytes[128] = {};
    } handle;
    int mount = -1;
    CALL(name_to_handle_at, AT_FDCWD, "file", any(&handle), &mount, 0);
    run.see(handle.head.handle_bytes, handle.head.handle_type, mount);
    CALL(open_by_handle_at, AT_FDCWD, any(&handle), O_RDONLY);
}

void watches(Run& run) {
    ::close(::open("file", O_WRONLY | O_CREAT, 0640));
    CALL(inotify_init);
    const int inotify = CALL(inotify_init1, IN_NONBLOCK | IN_CLOEXEC).number();
    const int watch = CALL(inotify_add_watch, inotify, "file", IN_OPEN).number();
    ::close(::open("file", O_RDONLY));
    alignas(8) char event[256] = {};
    run.see(::read(inotify, event, sizeof(event))), run.see(event);
    CALL(inotify_rm_watch, inotify, watch);
}

void watched_file_systems(Run& run) {
    ::close(::open("file", O_WRONLY | O_CREAT, 0640));
    const int fanotify = CALL(fanotify_init, FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY).number();
    CALL(fanotify_mark, fanotify, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, "file");
    ::close(::open("file", O_RDONLY));
    fanotify_event_metadata event{};
    run.see(::read(fanotify, &event, sizeof(event)), event.mask, event.fd);
}

}  // namespace

const std::initializer_list<Scenario> path_scenarios = {
    {"names", names},
    {"names_at", names_at},
    {"listing", listing},
    {"working_directory", working_directory},
    {"times_of_files", times_of_files},
    {"attributes", attributes},
    {"status_of_file_systems", status_of_file_systems},
    {"handles", handles},
    {"watches", watches},
    {"watched_file_systems", watched_file_systems},
};

}  // namespace native_calls
