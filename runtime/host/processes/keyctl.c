// SPDX-License-Identifier: BSL-1.0
//
// keyctl by operation.
#include "base/base.h"

// Per operation: which of the four arguments are pointers, the second of the call being bit 0. UINT8_MAX: refused,
// because of an iovec.
static const uint8_t keyctl_pointers[] = {
    [WALI_KEYCTL_JOIN_SESSION_KEYRING] = 1,
    [WALI_KEYCTL_UPDATE] = 2,
    [WALI_KEYCTL_DESCRIBE] = 2,
    [WALI_KEYCTL_SEARCH] = 6,
    [WALI_KEYCTL_READ] = 2,
    [WALI_KEYCTL_INSTANTIATE] = 2,
    [WALI_KEYCTL_GET_SECURITY] = 2,
    [WALI_KEYCTL_INSTANTIATE_IOV] = UINT8_MAX,
    [WALI_KEYCTL_DH_COMPUTE] = 11,
    [WALI_KEYCTL_PKEY_QUERY] = 12,
    [WALI_KEYCTL_PKEY_ENCRYPT] = 15,
    [WALI_KEYCTL_PKEY_DECRYPT] = 15,
    [WALI_KEYCTL_PKEY_SIGN] = 15,
    [WALI_KEYCTL_PKEY_VERIFY] = 15,
    [WALI_KEYCTL_RESTRICT_KEYRING] = 6,
    [WALI_KEYCTL_CAPABILITIES] = 1,
    [WALI_KEYCTL_WATCH_KEY] = 0,
};

uint64_t w2c_wali_SYS_keyctl(struct w2c_wali* host, uint32_t operation, uint32_t arg2, uint32_t arg3, uint32_t arg4,
                             uint32_t arg5) {
    (void)host;
    const uint32_t given[4] = {arg2, arg3, arg4, arg5};
    uint64_t native[4];
    if (operation >= sizeof keyctl_pointers || keyctl_pointers[operation] == UINT8_MAX ||
        (operation == WALI_KEYCTL_DH_COMPUTE && arg5 != 0))  // a structure with pointers
        return wali_error(WALI_EOPNOTSUPP);
    for (unsigned i = 0; i < 4; ++i)
        native[i] = keyctl_pointers[operation] >> i & 1 ? wali_pointer(given[i]) : given[i];
    return wali_syscall5(NR_keyctl, operation, native[0], native[1], native[2], native[3]);
}
