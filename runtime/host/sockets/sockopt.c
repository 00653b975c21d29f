// SPDX-License-Identifier: BSL-1.0
//
// setsockopt and getsockopt. Options are flat, except those named here; levels that are not known are refused.
#include "sockets.h"

#define ORIGINAL_DST 80U     // SO_ORIGINAL_DST of netfilter, which has no level of its own
#define SCTP_CONNECTX3 111U  // a structure with a pointer

// For IP, options from 64 on belong to netfilter's tables, whose structures hold native pointers (IPT_SO_SET_REPLACE
// and the like).
static bool is_flat(uint32_t level, uint32_t option) {
    switch (level) {
        case WALI_IPPROTO_IP: return option < 64;
        case WALI_IPPROTO_IPV6: return option < 64 || (option >= 66 && option < 80);
        case WALI_IPPROTO_TCP: return option != WALI_TCP_ZEROCOPY_RECEIVE;  // addresses to map at and to copy to
        case WALI_IPPROTO_SCTP: return option != SCTP_CONNECTX3;
        case WALI_SOL_MPTCP: return option != WALI_MPTCP_FULL_INFO;
        case WALI_SOL_SOCKET:
        case WALI_IPPROTO_UDP:
        case WALI_AF_VSOCK:
        case WALI_SOL_ICMPV6:
        case WALI_IPPROTO_UDPLITE:
        case WALI_SOL_RAW:
        case WALI_SOL_PACKET:
        case WALI_SOL_NETLINK:
        case WALI_SOL_TIPC:
        case WALI_SOL_BLUETOOTH:
        case WALI_SOL_ALG:
        case WALI_SOL_TLS: return true;
        default: return level >= 100 && level <= 106;  // CAN
    }
}

// Let the kernel find a bad descriptor first.
static uint64_t refuse(uint32_t fd) {
    return failed(wali_syscall3(NR_fcntl, fd, WALI_F_GETFD, 0)) ? wali_error(WALI_EBADF) : wali_error(WALI_ENOPROTOOPT);
}

// A filter program for the kernel's packet filter: its instructions are flat, the structure around them is not.
static bool takes_filter(uint32_t level, uint32_t option) {
    return (level == WALI_SOL_SOCKET && (option == WALI_SO_ATTACH_FILTER || option == WALI_SO_ATTACH_REUSEPORT_CBPF)) ||
           (level == WALI_SOL_PACKET && option == WALI_PACKET_FANOUT_DATA);
}

bool socket_option_is_flat(uint32_t level, uint32_t option) {
    return is_flat(level, option) && !takes_filter(level, option);
}

static uint64_t set_filter(uint32_t fd, uint32_t level, uint32_t option, uint32_t address, uint32_t length) {
    struct wali_guest_sock_fprog guest;
    struct wali_native_sock_fprog native;
    // What is wrong here, the kernel says: it looks at the descriptor first.
    const uint64_t native_length = length == sizeof guest ? sizeof native : 0;
    if (guest_read(&guest, address, sizeof guest) != 0)
        return wali_syscall5(NR_setsockopt, fd, level, option, 0, native_length);
    wali_sock_fprog_to_native(&native, &guest);
    return wali_syscall5(NR_setsockopt, fd, level, option, (uint64_t)&native, native_length);
}

uint64_t w2c_wali_SYS_setsockopt(struct w2c_wali* host, uint32_t sockfd, uint32_t level, uint32_t optname,
                                 uint32_t optval, uint32_t optlen) {
    (void)host;
    if (takes_filter(level, optname)) return set_filter(sockfd, level, optname, optval, optlen);
    if (!is_flat(level, optname)) return refuse(sockfd);
    return wali_syscall5(NR_setsockopt, sockfd, level, optname, wali_pointer(optval), optlen);
}

uint64_t w2c_wali_SYS_getsockopt(struct w2c_wali* host, uint32_t sockfd, uint32_t level, uint32_t optname,
                                 uint32_t optval, uint32_t optlen) {
    (void)host;
    const bool original = (level == WALI_IPPROTO_IP || level == WALI_IPPROTO_IPV6) && optname == ORIGINAL_DST;
    if (!original && !is_flat(level, optname)) return refuse(sockfd);
    return wali_syscall5(NR_getsockopt, sockfd, level, optname, wali_pointer(optval), wali_pointer(optlen));
}
