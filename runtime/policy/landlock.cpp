// SPDX-License-Identifier: BSL-1.0
//
// Landlock, by raw calls: the C library has none, and the headers of Debian 12 know its first version only, so numbers
// and constants are those of abi/.
#include "landlock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

#include "constants.h"
#include "process_memory.h"

namespace wali::policy {
namespace {

struct RulesetAttribute {
    std::uint64_t handled_access_fs;
    std::uint64_t handled_access_net;
    std::uint64_t scoped;
};
static_assert(sizeof(RulesetAttribute) == 24);

struct [[gnu::packed]] PathBeneathAttribute {
    std::uint64_t allowed_access;
    std::int32_t parent_fd;
};
static_assert(sizeof(PathBeneathAttribute) == 12);

struct NetPortAttribute {
    std::uint64_t allowed_access;
    std::uint64_t port;
};
static_assert(sizeof(NetPortAttribute) == 16);

constexpr std::uint64_t read_access = WALI_LANDLOCK_ACCESS_FS_READ_FILE | WALI_LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t change_of_folders = WALI_LANDLOCK_ACCESS_FS_REMOVE_DIR | WALI_LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                            WALI_LANDLOCK_ACCESS_FS_MAKE_DIR | WALI_LANDLOCK_ACCESS_FS_MAKE_REG |
                                            WALI_LANDLOCK_ACCESS_FS_MAKE_SOCK | WALI_LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                            WALI_LANDLOCK_ACCESS_FS_MAKE_SYM | WALI_LANDLOCK_ACCESS_FS_REFER;
constexpr std::uint64_t write_access = change_of_folders | WALI_LANDLOCK_ACCESS_FS_WRITE_FILE |
                                       WALI_LANDLOCK_ACCESS_FS_TRUNCATE | WALI_LANDLOCK_ACCESS_FS_IOCTL_DEV;
constexpr std::uint64_t device_files = WALI_LANDLOCK_ACCESS_FS_MAKE_CHAR | WALI_LANDLOCK_ACCESS_FS_MAKE_BLOCK;
constexpr std::uint64_t of_folders = change_of_folders | device_files | WALI_LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t all_of_files = read_access | write_access | device_files | WALI_LANDLOCK_ACCESS_FS_EXECUTE;
constexpr std::uint64_t all_of_ports = WALI_LANDLOCK_ACCESS_NET_BIND_TCP | WALI_LANDLOCK_ACCESS_NET_CONNECT_TCP;
constexpr std::uint64_t all_scopes = WALI_LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | WALI_LANDLOCK_SCOPE_SIGNAL;

// The versions that brought what not every kernel has.
constexpr int with_refer = 2;
constexpr int with_truncate = 3;
constexpr int with_ports = 4;
constexpr int with_ioctl = 5;
constexpr int with_scopes = 6;

std::uint64_t files_handled(int version) {
    std::uint64_t access = all_of_files;
    if (version < with_refer) access &= ~std::uint64_t{WALI_LANDLOCK_ACCESS_FS_REFER};
    if (version < with_truncate) access &= ~std::uint64_t{WALI_LANDLOCK_ACCESS_FS_TRUNCATE};
    if (version < with_ioctl) access &= ~std::uint64_t{WALI_LANDLOCK_ACCESS_FS_IOCTL_DEV};
    return access;
}

std::uint64_t access_of(Access access) {
    switch (access) {
        case Access::Read: return read_access;
        case Access::ReadWrite: return read_access | write_access;
        case Access::Execute: break;
    }
    return WALI_LANDLOCK_ACCESS_FS_READ_FILE | WALI_LANDLOCK_ACCESS_FS_EXECUTE;
}

void add(int rules, std::uint64_t access, int fd, int version) {
    struct stat status;
    if (fstat(fd, &status) != 0) throw failure("fstat");
    access &= files_handled(version);
    if (!S_ISDIR(status.st_mode)) access &= ~of_folders;
    const PathBeneathAttribute rule = {access, fd};
    if (syscall(SYS_landlock_add_rule, rules, WALI_LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
        throw failure("Landlock");
}

}  // namespace

int landlock_version() {
    const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, WALI_LANDLOCK_CREATE_RULESET_VERSION);
    return version > 0 ? static_cast<int>(version) : 0;
}

std::vector<std::string> landlock_gaps(const Policy& policy, int version) {
    if (version == 0) return {"files, programs and ports (it has no Landlock, or has it switched off)"};
    std::vector<std::string> gaps;
    if (version < with_truncate) gaps.emplace_back("truncating files (Linux 6.2)");
    if (version < with_ports && !(policy.listen.empty() && policy.connect.empty()))
        gaps.emplace_back("ports (Linux 6.7)");
    if (version < with_ioctl) gaps.emplace_back("ioctl on devices (Linux 6.10)");
    if (version < with_scopes) gaps.emplace_back("where signals go (Linux 6.12)");
    return gaps;
}

Landlock::Landlock(const Policy& policy) {
    if (version_ == 0) return;
    RulesetAttribute all = {files_handled(version_), version_ < with_ports ? 0 : all_of_ports,
                            version_ < with_scopes ? 0 : all_scopes};
    rules_ = static_cast<int>(syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0));
    if (rules_ < 0) throw failure("Landlock");
    for (const PathRule& rule : policy.paths) allow_path(rule);
    for (const std::uint16_t port : policy.listen) allow_port(WALI_LANDLOCK_ACCESS_NET_BIND_TCP, port);
    for (const std::uint16_t port : policy.connect) allow_port(WALI_LANDLOCK_ACCESS_NET_CONNECT_TCP, port);
}

Landlock::~Landlock() {
    if (rules_ >= 0) close(rules_);
}

void Landlock::allow_path(const PathRule& rule) const {
    const std::uint64_t access = access_of(rule.access);
    const auto allow = [&](int fd, bool whole) { add(rules_, whole ? access : access & of_folders, fd, version_); };
    without_process_memory(rule.path, allow);
}

void Landlock::allow_port(std::uint64_t access, std::uint16_t port) const {
    if (version_ < with_ports) return;
    const NetPortAttribute rule = {access, port};
    if (syscall(SYS_landlock_add_rule, rules_, WALI_LANDLOCK_RULE_NET_PORT, &rule, 0) != 0) throw failure("Landlock");
}

void Landlock::allow_program(int fd) const {
    if (rules_ >= 0) add(rules_, access_of(Access::Execute), fd, version_);
}

void Landlock::enforce() const {
    if (rules_ >= 0 && syscall(SYS_landlock_restrict_self, rules_, 0) != 0) throw failure("Landlock");
}

}  // namespace wali::policy
