// SPDX-License-Identifier: BSL-1.0
#include "confine.h"

#include <filesystem>
#include <initializer_list>

#include "../policy/privileges.h"
#include "../policy/seccomp.h"

namespace wali::aot {
namespace {

using policy::Access;

// What every user may read and execute; most are links into /usr.
constexpr const char* system_folders[] = {"/usr",   "/bin",    "/sbin",      "/lib",      "/lib32",
                                          "/lib64", "/libx32", "/nix/store", "/gnu/store"};

// For the loader; for Clang, which asks which system it is; for malloc, which asks whether there are huge pages.
// Clang's settings; the names of programs that have several.
constexpr const char* system_files[] = {"/etc/ld.so.cache",  "/etc/debian_version",
                                        "/etc/lsb-release",  "/etc/clang",
                                        "/etc/alternatives", "/sys/kernel/mm/transparent_hugepage"};

// Of an installation PREFIX/bin/cc.
constexpr const char* compiler_folders[] = {"bin", "include", "lib", "lib64", "libexec", "share"};

/// What is not there needs no rule.
void allow(policy::Policy& policy, std::initializer_list<Access> accesses, const std::string& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) return;
    for (const Access access : accesses) policy.paths.push_back({access, path});
}

/// A compiler that lies in no folder of programs is a file of its own: what else is there is none of its business.
void allow_compiler(policy::Policy& policy, const std::string& program) {
    std::error_code error;
    const std::filesystem::path real = std::filesystem::canonical(program, error);
    if (error) return;
    allow(policy, {Access::Read, Access::Execute}, real);
    if (real.parent_path().filename() != "bin") return;
    for (const char* folder : compiler_folders)
        allow(policy, {Access::Read, Access::Execute}, real.parent_path().parent_path() / folder);
}

}  // namespace

Confinement::Confinement(const policy::Policy& policy) : landlock_(policy), filter_(policy::seccomp_filter(policy)) {}

void Confinement::enforce() const {
    policy::drop_privileges(false);
    landlock_.enforce();
    policy::enforce(filter_);
}

Confinement engine_confinement(const std::string& folder) {
    policy::Policy policy;
    policy.stays_in_group = true;
    if (!folder.empty()) policy.paths = {{Access::ReadWrite, folder}};
    return Confinement(policy);
}

Confinement compiler_confinement(const std::vector<std::string>& programs, const std::string& support,
                                 const std::string& folder) {
    policy::Policy policy;
    policy.stays_in_group = true;
    policy.signal_children = true;  // drivers end themselves as a part of them has ended, by kill
    for (const char* path : system_folders) allow(policy, {Access::Read, Access::Execute}, path);
    for (const char* path : system_files) allow(policy, {Access::Read}, path);
    for (const std::string& program : programs) allow_compiler(policy, program);
    allow(policy, {Access::Read}, support);
    allow(policy, {Access::ReadWrite}, folder);
    allow(policy, {Access::ReadWrite}, "/dev/null");
    return Confinement(policy);
}

}  // namespace wali::aot
