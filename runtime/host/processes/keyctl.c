// SPDX-License-Identifier: BSL-1.0
//
// keyctl by operation.
#include "base/base.h"

// Per operation: which of the four arguments are pointers, the second of the call being bit 0. UINT8_MAX: refused,
// because of an iovec.
static const uint8_t keyctl_pointers[] = {
    [1] = 1,                                            // JOIN_SESSION_KEYRING: name
    [2] = 2,                                            // UPDATE: key, payload
    [6] = 2,   [11] = 2,         [17] = 2,              // DESCRIBE, READ, GET_SECURITY: key, buffer
    [10] = 6,                                           // SEARCH: keyring, type, description
    [12] = 2,  [20] = UINT8_MAX,                        // INSTANTIATE: key, payload; INSTANTIATE_IOV
    [23] = 11,                                          // DH_COMPUTE: keys, buffer, size, key derivation
    [24] = 12,                                          // PKEY_QUERY: key, 0, information, result
    [25] = 15, [26] = 15,        [27] = 15, [28] = 15,  // PKEY_ENCRYPT, ..., PKEY_VERIFY: all
    [29] = 6,                                           // RESTRICT_KEYRING: keyring, type, restriction
    [31] = 1,  [32] = 0,                                // CAPABILITIES: buffer; WATCH_KEY
};

#define KEYCTL_DH_COMPUTE_ 23U

uint64_t w2c_wali_SYS_keyctl(struct w2c_wali* host, uint32_t operation, uint32_t arg2, uint32_t arg3, uint32_t arg4,
                             uint32_t arg5) {
    (void)host;
    const uint32_t given[4] = {arg2, arg3, arg4, arg5};
    uint64_t native[4];
    if (operation >= sizeof keyctl_pointers || keyctl_pointers[operation] == UINT8_MAX ||
        (operation == KEYCTL_DH_COMPUTE_ && arg5 != 0))  // a structure with pointers
        return wali_error(E_OPNOTSUPP);
    for (unsigned i = 0; i < 4; ++i)
        native[i] = keyctl_pointers[operation] >> i & 1 ? wali_pointer(given[i]) : given[i];
    return wali_syscall5(250, operation, native[0], native[1], native[2], native[3]);
}
