// SPDX-License-Identifier: BSL-1.0
//
// The order matters: what needs rights comes before they go, and the filter over system calls comes last.
#include "enforce.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "landlock.h"
#include "limits.h"
#include "privileges.h"
#include "seccomp.h"
#include "timeout.h"

namespace wali::policy {
namespace {

bool is_within(const std::string& path, const std::string& folder) {
    return path == folder || path.compare(0, folder.size() + 1, folder + "/") == 0 || folder == "/";
}

/// As far as there is something; the rest as it will be.
std::string real_path(const std::string& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path));
}

/// A program that writes there would let others run what it wants.
void check_hidden(const Policy& policy, const std::vector<std::string>& folders) {
    for (const PathRule& rule : policy.paths)
        for (const std::string& folder : folders) {
            if (rule.access != Access::ReadWrite || folder.empty()) continue;
            const std::string path = real_path(rule.path);
            const std::string hidden = real_path(folder);
            if (is_within(path, hidden) || is_within(hidden, path))
                throw PolicyError("fs:rw:" + rule.path + ": would let it write to " + hidden +
                                  ", where programs come from that walirun executes; name another folder");
        }
}

void check_gaps(const Policy& policy) {
    std::vector<std::string> gaps = landlock_gaps(policy, landlock_version());
    if (policy.limits.processes && geteuid() == 0) gaps.emplace_back("the number of root's processes");
    std::string list;
    for (const std::string& gap : gaps) list += (list.empty() ? "" : ", ") + gap;
    if (list.empty()) return;
    if (!policy.best_effort)
        throw PolicyError("this kernel cannot limit " + list + "; --best-effort goes on without that");
    std::fprintf(stderr, "walirun: this kernel does not limit %s\n", list.c_str());
}

}  // namespace

void execute(const Policy& policy, const Program& program, const char* name, char** arguments) {
    check_gaps(policy);
    check_hidden(policy, program.hidden);
    const Landlock landlock(policy);
    landlock.allow_program(program.executable);
    for (const int helper : program.helpers) landlock.allow_program(helper);
    const std::vector<sock_filter> filter = seccomp_filter(policy);
    if (policy.limits.timeout) limit_time(*policy.limits.timeout, name);
    drop_privileges(policy.set_time);
    set_limits(policy.limits);
    landlock.enforce();
    enforce(filter);
    syscall(SYS_execveat, program.executable, "", arguments, environ, AT_EMPTY_PATH);
    throw failure("cannot execute it");
}

}  // namespace wali::policy
