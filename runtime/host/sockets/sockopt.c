// SPDX-License-Identifier: BSL-1.0
//
// setsockopt and getsockopt. Options are flat, except those named here; levels that are not known are refused.
#include "memory/memory.h"

enum level {
    IP = 0,
    SOCKET = 1,
    TCP = 6,
    UDP = 17,
    VSOCK = 40,
    IPV6 = 41,
    ICMPV6 = 58,
    SCTP = 132,
    UDPLITE = 136,
    RAW = 255,
    PACKET = 263,
    NETLINK = 270,
    TIPC = 271,
    BLUETOOTH = 274,
    ALG = 279,
    TLS = 282,
    MPTCP = 284,
};

enum option {
    SO_ATTACH_FILTER_ = 26,
    SO_ATTACH_REUSEPORT_CBPF_ = 51,
    PACKET_FANOUT_DATA_ = 22,
    TCP_ZEROCOPY_RECEIVE_ = 35,
    ORIGINAL_DST = 80,
    SCTP_CONNECTX3 = 111,
    MPTCP_FULL_INFO_ = 4,
};

// For IP, options from 64 on belong to netfilter's tables, whose structures hold native pointers (IPT_SO_SET_REPLACE
// and the like).
static bool is_flat(uint32_t level, uint32_t option) {
    switch (level) {
        case IP: return option < 64;
        case IPV6: return option < 64 || (option >= 66 && option < 80);
        case TCP: return option != TCP_ZEROCOPY_RECEIVE_;  // addresses to map at and to copy to
        case SCTP: return option != SCTP_CONNECTX3;
        case MPTCP: return option != MPTCP_FULL_INFO_;
        case SOCKET:
        case UDP:
        case VSOCK:
        case ICMPV6:
        case UDPLITE:
        case RAW:
        case PACKET:
        case NETLINK:
        case TIPC:
        case BLUETOOTH:
        case ALG:
        case TLS: return true;
        default: return level >= 100 && level <= 106;  // CAN
    }
}

// Let the kernel find a bad descriptor first.
static uint64_t refuse(uint32_t fd) {
    return failed(wali_syscall3(72, fd, 1 /* F_GETFD */, 0)) ? wali_error(E_BADF) : wali_error(E_NOPROTOOPT);
}

// A filter program for the kernel's packet filter: its instructions are flat, the structure around them is not.
static bool takes_filter(uint32_t level, uint32_t option) {
    return (level == SOCKET && (option == SO_ATTACH_FILTER_ || option == SO_ATTACH_REUSEPORT_CBPF_)) ||
           (level == PACKET && option == PACKET_FANOUT_DATA_);
}

static uint64_t set_filter(uint32_t fd, uint32_t level, uint32_t option, uint32_t address, uint32_t length) {
    struct wali_guest_sock_fprog guest;
    struct wali_native_sock_fprog native;
    // What is wrong here, the kernel says: it looks at the descriptor first.
    const uint64_t native_length = length == sizeof guest ? sizeof native : 0;
    if (guest_read(&guest, address, sizeof guest) != 0) return wali_syscall5(54, fd, level, option, 0, native_length);
    wali_sock_fprog_to_native(&native, &guest);
    return wali_syscall5(54, fd, level, option, (uint64_t)&native, native_length);
}

uint64_t w2c_wali_SYS_setsockopt(struct w2c_wali* host, uint32_t sockfd, uint32_t level, uint32_t optname,
                                 uint32_t optval, uint32_t optlen) {
    (void)host;
    if (takes_filter(level, optname)) return set_filter(sockfd, level, optname, optval, optlen);
    if (!is_flat(level, optname)) return refuse(sockfd);
    return wali_syscall5(54, sockfd, level, optname, wali_pointer(optval), optlen);
}

uint64_t w2c_wali_SYS_getsockopt(struct w2c_wali* host, uint32_t sockfd, uint32_t level, uint32_t optname,
                                 uint32_t optval, uint32_t optlen) {
    (void)host;
    const bool original = (level == IP || level == IPV6) && optname == ORIGINAL_DST;
    if (!original && !is_flat(level, optname)) return refuse(sockfd);
    return wali_syscall5(55, sockfd, level, optname, wali_pointer(optval), wali_pointer(optlen));
}
