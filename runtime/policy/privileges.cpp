// SPDX-License-Identifier: BSL-1.0
#include "privileges.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "policy.h"

namespace wali::policy {

void drop_privileges(bool keep_set_time) {
    const auto check = [](long result) {
        if (result != 0) throw failure("cannot drop privileges");
    };
    check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    // The bounding set is root's alone to change; for others the line above is enough.
    for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability)
        if (!(keep_set_time && capability == CAP_SYS_TIME)) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    check(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));

    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
    check(syscall(SYS_capget, &header, sets));
    const unsigned kept = keep_set_time ? sets[0].permitted & 1U << CAP_SYS_TIME : 0;
    sets[0] = {kept, kept, 0};
    sets[1] = {};
    check(syscall(SYS_capset, &header, sets));
}

}  // namespace wali::policy
