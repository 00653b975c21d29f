// SPDX-License-Identifier: BSL-1.0
#include <wali/system/namespace.hpp>

#include <array>
#include <charconv>
#include <string_view>

#include <wali/fs/file.hpp>
#include <wali/sys/fs.hpp>
#include <wali/try.hpp>

#include "../core/join.hpp"

namespace wali {
namespace {

/// A kind, its file in /proc/PID/ns and its request to a PidFd.
struct Kind {
    Namespaces kind;
    std::string_view file;
    abi::PidfdIoctl request;
};

constexpr Kind kinds[] = {
    {Namespaces::CGROUP, "cgroup", abi::PidfdIoctl::CGROUP_NAMESPACE},
    {Namespaces::IPC, "ipc", abi::PidfdIoctl::IPC_NAMESPACE},
    {Namespaces::MOUNT, "mnt", abi::PidfdIoctl::MNT_NAMESPACE},
    {Namespaces::NET, "net", abi::PidfdIoctl::NET_NAMESPACE},
    {Namespaces::PID, "pid", abi::PidfdIoctl::PID_NAMESPACE},
    {Namespaces::TIME, "time", abi::PidfdIoctl::TIME_NAMESPACE},
    {Namespaces::USER, "user", abi::PidfdIoctl::USER_NAMESPACE},
    {Namespaces::UTS, "uts", abi::PidfdIoctl::UTS_NAMESPACE},
};

result<const Kind*> find(Namespaces kind, Call call) noexcept {
    for (const Kind& each : kinds)
        if (each.kind == kind) return &each;
    return Error(Errno::INVAL, call);
}

result<Namespace> open_namespace(std::string_view process, Namespaces kind) noexcept {
    WALI_TRY(const Kind* found, find(kind, Call::openat));
    std::array<char, 64> path;
    WALI_TRY(File file, File::open(wali::detail::join(path, {"/proc/", process, "/ns/", found->file})));
    return Namespace::from_fd(std::move(file).into_fd());
}

result<Namespace> related(const Namespace& of, abi::NamespaceIoctl request) noexcept {
    return to_descriptor<Namespace>(Call::ioctl, sys::ioctl(of.fd().raw(), abi::bits(request), nullptr));
}

}  // namespace

result<Namespace> Namespace::own(Namespaces kind) noexcept { return open_namespace("thread-self", kind); }

result<Namespace> Namespace::of(Pid process, Namespaces kind) noexcept {
    std::array<char, 16> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), process.raw()).ptr;
    return open_namespace({digits.data(), static_cast<usize>(end - digits.data())}, kind);
}

result<Namespace> Namespace::of(const PidFd& process, Namespaces kind) noexcept {
    WALI_TRY(const Kind* found, find(kind, Call::ioctl));
    return to_descriptor<Namespace>(Call::ioctl, sys::ioctl(process.fd().raw(), abi::bits(found->request), nullptr));
}

result<Namespaces> Namespace::kind() const noexcept {
    const long raw = sys::ioctl(fd().raw(), abi::bits(abi::NamespaceIoctl::GET_NSTYPE), nullptr);
    return to_result<Namespaces>(Call::ioctl, raw);
}

result<Namespace> Namespace::owner() const noexcept { return related(*this, abi::NamespaceIoctl::GET_USERNS); }

result<Namespace> Namespace::parent() const noexcept { return related(*this, abi::NamespaceIoctl::GET_PARENT); }

result<Uid> Namespace::owner_user() const noexcept {
    u32 user = 0;
    WALI_TRY(
        to_result<void>(Call::ioctl, sys::ioctl(fd().raw(), abi::bits(abi::NamespaceIoctl::GET_OWNER_UID), &user)));
    return Uid(user);
}

result<bool> Namespace::is_same(const Namespace& other) const noexcept {
    const auto status = [](BorrowedFd fd) noexcept {
        return FileStatus::from(Call::fstat, [&](abi::stat* out) noexcept { return sys::fstat(fd.raw(), out); });
    };
    WALI_TRY(const FileStatus one, status(fd()));
    WALI_TRY(const FileStatus two, status(other.fd()));
    return one.device() == two.device() && one.inode() == two.inode();
}

}  // namespace wali
