// SPDX-License-Identifier: BSL-1.0
//
// ioctl by request. The number of a request tells the size of its structure, but not whether that holds pointers of the
// host's width, through which the kernel would reach the host's memory (PAGEMAP_SCAN, DRM, USBDEVFS, ...). So requests
// are passed that are known to take a number or a flat structure; a few with pointers are translated; the rest is
// refused as a device does that does not know them.
#include "memory/memory.h"

enum kind { UNKNOWN, NUMBER, FLAT, INTERFACES, INTERFACE_DATA, PARTITION, FILTER };

// clang-format off: tables, several requests per line
static enum kind terminal_kind(uint32_t request)
{
    switch (request) {
    case WALI_TCSBRK: case WALI_TCXONC: case WALI_TCFLSH: case WALI_TIOCEXCL: case WALI_TIOCNXCL: case WALI_TIOCSCTTY:
    case WALI_TIOCCONS: case WALI_TIOCNOTTY: case WALI_TCSBRKP: case WALI_TIOCSBRK: case WALI_TIOCCBRK:
    case WALI_TIOCMIWAIT: case WALI_TIOCVHANGUP: case WALI_TIOCGPTPEER: case WALI_TIOCSIG: case WALI_FIONCLEX:
    case WALI_FIOCLEX:
        return NUMBER;
    case WALI_TCGETS: case WALI_TCSETS: case WALI_TCSETSW: case WALI_TCSETSF: case WALI_TCGETA: case WALI_TCSETA:
    case WALI_TCSETAW: case WALI_TCSETAF: case WALI_TCGETS2: case WALI_TCSETS2: case WALI_TCSETSW2:
    case WALI_TCSETSF2: case WALI_TIOCGPGRP: case WALI_TIOCSPGRP: case WALI_TIOCSTI: case WALI_TIOCOUTQ:
    case WALI_TIOCGWINSZ: case WALI_TIOCSWINSZ: case WALI_TIOCMGET: case WALI_TIOCMBIS: case WALI_TIOCMBIC:
    case WALI_TIOCMSET: case WALI_TIOCGSOFTCAR: case WALI_TIOCSSOFTCAR: case WALI_TIOCINQ: case WALI_TIOCPKT:
    case WALI_FIONBIO: case WALI_TIOCSETD: case WALI_TIOCGETD: case WALI_TIOCGSID: case WALI_FIOASYNC:
    case WALI_TIOCGRS485: case WALI_TIOCSRS485: case WALI_TIOCGPTN: case WALI_TIOCSPTLCK: case WALI_TIOCGDEV:
    case WALI_TIOCGPKT: case WALI_TIOCGPTLCK: case WALI_TIOCGEXCL: case WALI_TIOCGLCKTRMIOS: case WALI_TIOCSLCKTRMIOS:
    case WALI_TIOCSERGETLSR: case WALI_TIOCGICOUNT: case WALI_FIOQSIZE: case WALI_TFD_IOC_SET_TICKS:
        return FLAT;
    default:
        return UNKNOWN;
    }
}

static enum kind socket_kind(uint32_t request)
{
    switch (request) {
    case WALI_SIOCGIFCONF:
        return INTERFACES;
    case WALI_SIOCETHTOOL: case WALI_SIOCSHWTSTAMP: case WALI_SIOCGHWTSTAMP:
        return INTERFACE_DATA;
    case WALI_FIOSETOWN: case WALI_SIOCSPGRP: case WALI_FIOGETOWN: case WALI_SIOCGPGRP: case WALI_SIOCATMARK:
    case WALI_SIOCGSTAMP: case WALI_SIOCGSTAMPNS: case WALI_SIOCGSTAMP_NEW: case WALI_SIOCGSTAMPNS_NEW:
    case WALI_SIOCGIFNAME: case WALI_SIOCGIFINDEX: case WALI_SIOCGIFCOUNT: case WALI_SIOCGIFFLAGS:
    case WALI_SIOCSIFFLAGS: case WALI_SIOCGIFADDR: case WALI_SIOCSIFADDR: case WALI_SIOCGIFDSTADDR:
    case WALI_SIOCSIFDSTADDR: case WALI_SIOCGIFBRDADDR: case WALI_SIOCSIFBRDADDR: case WALI_SIOCGIFNETMASK:
    case WALI_SIOCSIFNETMASK: case WALI_SIOCGIFMETRIC: case WALI_SIOCSIFMETRIC: case WALI_SIOCGIFMTU:
    case WALI_SIOCSIFMTU: case WALI_SIOCSIFNAME: case WALI_SIOCSIFHWADDR: case WALI_SIOCGIFHWADDR:
    case WALI_SIOCGIFSLAVE: case WALI_SIOCADDMULTI: case WALI_SIOCDELMULTI: case WALI_SIOCSIFPFLAGS:
    case WALI_SIOCGIFPFLAGS: case WALI_SIOCDIFADDR: case WALI_SIOCSIFHWBROADCAST: case WALI_SIOCGIFTXQLEN:
    case WALI_SIOCSIFTXQLEN: case WALI_SIOCGMIIPHY: case WALI_SIOCGMIIREG: case WALI_SIOCSMIIREG:
    case WALI_SIOCOUTQNSD: case WALI_SIOCGSKNS: case WALI_SIOCDARP: case WALI_SIOCGARP: case WALI_SIOCSARP:
    case WALI_SIOCGIFMAP: case WALI_SIOCSIFMAP: case WALI_SIOCGIFVLAN: case WALI_TUNSETNOCSUM: case WALI_TUNSETDEBUG:
    case WALI_TUNSETIFF: case WALI_TUNGETIFF: case WALI_TUNGETFEATURES: case WALI_TUNGETVNETHDRSZ:
    case WALI_TUNSETVNETHDRSZ: case WALI_TUNSETQUEUE: case WALI_TUNSETIFINDEX: case WALI_TUNGETSNDBUF:
    case WALI_TUNSETSNDBUF: case WALI_TUNSETVNETLE: case WALI_TUNGETVNETLE: case WALI_TUNSETCARRIER:
    case WALI_IOCTL_VM_SOCKETS_GET_LOCAL_CID:
        return FLAT;
    case WALI_TUNSETPERSIST: case WALI_TUNSETOWNER: case WALI_TUNSETLINK: case WALI_TUNSETGROUP:
    case WALI_TUNSETOFFLOAD: case WALI_TUNDETACHFILTER: case WALI_TUNGETDEVNETNS:
        return NUMBER;
    case WALI_TUNATTACHFILTER:
        return FILTER;
    default:
        return UNKNOWN;
    }
}

static enum kind file_kind(uint32_t request)
{
    switch (request) {
    case WALI_FICLONE: case WALI_BLKRRPART: case WALI_BLKFLSBUF: case WALI_BLKRASET: case WALI_BLKFRASET:
    case WALI_LOOP_SET_FD: case WALI_LOOP_CLR_FD: case WALI_LOOP_CHANGE_FD: case WALI_LOOP_SET_CAPACITY:
    case WALI_LOOP_SET_DIRECT_IO: case WALI_LOOP_SET_BLOCK_SIZE: case WALI_LOOP_CTL_ADD: case WALI_LOOP_CTL_REMOVE:
    case WALI_LOOP_CTL_GET_FREE: case WALI_NS_GET_USERNS: case WALI_NS_GET_PARENT: case WALI_NS_GET_NSTYPE:
    case WALI_PIDFD_GET_CGROUP_NAMESPACE: case WALI_PIDFD_GET_IPC_NAMESPACE: case WALI_PIDFD_GET_MNT_NAMESPACE:
    case WALI_PIDFD_GET_NET_NAMESPACE: case WALI_PIDFD_GET_PID_NAMESPACE:
    case WALI_PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE: case WALI_PIDFD_GET_TIME_NAMESPACE:
    case WALI_PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE: case WALI_PIDFD_GET_USER_NAMESPACE:
    case WALI_PIDFD_GET_UTS_NAMESPACE: case WALI_INOTIFY_IOC_SETNEXTWD:
        return NUMBER;
    case WALI_FIBMAP: case WALI_FIGETBSZ: case WALI_FICLONERANGE: case WALI_FIDEDUPERANGE: case WALI_FS_IOC_GETFLAGS:
    case WALI_FS_IOC_SETFLAGS: case WALI_FS_IOC_GETVERSION: case WALI_FS_IOC_SETVERSION: case WALI_FS_IOC_FIEMAP:
    case WALI_FS_IOC_FSGETXATTR: case WALI_FS_IOC_FSSETXATTR: case WALI_FS_IOC_GETFSLABEL:
    case WALI_FS_IOC_SETFSLABEL: case WALI_FS_IOC_GETFSUUID: case WALI_FS_IOC_GETFSSYSFSPATH:
    case WALI_FS_IOC_SET_ENCRYPTION_POLICY: case WALI_FS_IOC_GET_ENCRYPTION_PWSALT:
    case WALI_FS_IOC_GET_ENCRYPTION_POLICY: case WALI_FS_IOC_GET_ENCRYPTION_POLICY_EX:
    case WALI_FS_IOC_ADD_ENCRYPTION_KEY: case WALI_FS_IOC_REMOVE_ENCRYPTION_KEY:
    case WALI_FS_IOC_REMOVE_ENCRYPTION_KEY_ALL_USERS: case WALI_FS_IOC_GET_ENCRYPTION_KEY_STATUS:
    case WALI_FS_IOC_GET_ENCRYPTION_NONCE: case WALI_FS_IOC_MEASURE_VERITY: case WALI_FITRIM: case WALI_FIFREEZE:
    case WALI_FITHAW: case WALI_FAT_IOCTL_GET_ATTRIBUTES: case WALI_FAT_IOCTL_SET_ATTRIBUTES:
    case WALI_FAT_IOCTL_GET_VOLUME_ID: case WALI_BLKROSET: case WALI_BLKROGET: case WALI_BLKGETSIZE:
    case WALI_BLKRAGET: case WALI_BLKFRAGET: case WALI_BLKSECTGET: case WALI_BLKSSZGET: case WALI_BLKBSZGET:
    case WALI_BLKBSZSET: case WALI_BLKGETSIZE64: case WALI_BLKDISCARD: case WALI_BLKIOMIN: case WALI_BLKIOOPT:
    case WALI_BLKALIGNOFF: case WALI_BLKPBSZGET: case WALI_BLKDISCARDZEROES: case WALI_BLKSECDISCARD:
    case WALI_BLKROTATIONAL: case WALI_BLKZEROOUT: case WALI_BLKGETDISKSEQ: case WALI_HDIO_GETGEO:
    case WALI_LOOP_SET_STATUS: case WALI_LOOP_GET_STATUS: case WALI_LOOP_SET_STATUS64: case WALI_LOOP_GET_STATUS64:
    case WALI_LOOP_CONFIGURE: case WALI_NS_GET_OWNER_UID: case WALI_NS_GET_MNTNS_ID:
        return FLAT;
    case WALI_BLKPG:
        return PARTITION;
    default:
        return UNKNOWN;
    }
}
// clang-format on

// Whole families without pointers, among them those whose requests have lengths of their own.
static enum kind family_kind(uint32_t request) {
    const uint32_t number = request & 0xff;
    if (request >> 30 == 0) return UNKNOWN;  // says nothing about its argument
    switch (request >> 8 & 0xff) {
        case 'E':  // input devices; not EVIOCSFF, EVIOCGMASK and EVIOCSMASK
            return number == 0x80 || number == 0x92 || number == 0x93 ? UNKNOWN : FLAT;
        case 'R':   // random numbers
        case 'W':   // watchdogs
        case 'j':   // joysticks
        case 0x8a:  // epoll
        case 0xb4:  // GPIO
            return FLAT;
        case 0xff: return number == 0x0b ? FLAT : UNKNOWN;              // PIDFD_GET_INFO
        case 'p': return number > 0 && number < 0x0c ? FLAT : UNKNOWN;  // real-time clocks
        default: return UNKNOWN;
    }
}

static enum kind kind_of(uint32_t request) {
    enum kind kind = terminal_kind(request);
    if (kind == UNKNOWN) kind = socket_kind(request);
    if (kind == UNKNOWN) kind = file_kind(request);
    return kind == UNKNOWN ? family_kind(request) : kind;
}

// These have size_t, or a structure with a pointer, in their numbers.
static uint32_t widened(uint32_t request) {
    switch (request) {
        case 0x80041270: return WALI_BLKBSZGET;
        case 0x40041271: return WALI_BLKBSZSET;
        case 0x80041272: return WALI_BLKGETSIZE64;
        case 0x400854d5: return WALI_TUNATTACHFILTER;
        case 0x400854d6: return WALI_TUNDETACHFILTER;
        default: return request;
    }
}

static uint64_t call(uint32_t fd, uint32_t request, uint64_t argument) {
    return wali_syscall3(NR_ioctl, fd, request, argument);
}

// --- structures with pointers; if one cannot be read, the kernel says what is wrong first ---

static uint64_t interfaces(uint32_t fd, uint32_t request, uint32_t address) {
    struct wali_guest_ifconf guest;
    struct wali_native_ifconf native;
    if (guest_read(&guest, address, sizeof guest) != 0) return call(fd, request, 0);
    wali_ifconf_to_native(&native, &guest);
    const uint64_t result = call(fd, request, (uint64_t)&native);
    if (failed(result)) return result;
    guest.ifc_len = native.ifc_len;
    return guest_write(address, &guest, sizeof guest) != 0 ? wali_error(WALI_EFAULT) : result;
}

static uint64_t interface_data(uint32_t fd, uint32_t request, uint32_t address) {
    struct wali_guest_ifreq_data guest;
    struct wali_native_ifreq_data native;
    if (guest_read(&guest, address, sizeof guest) != 0) return call(fd, request, 0);
    wali_ifreq_data_to_native(&native, &guest);
    return call(fd, request, (uint64_t)&native);
}

static uint64_t partition(uint32_t fd, uint32_t request, uint32_t address) {
    struct wali_guest_blkpg_ioctl_arg guest;
    struct wali_native_blkpg_ioctl_arg native;
    if (guest_read(&guest, address, sizeof guest) != 0) return call(fd, request, 0);
    wali_blkpg_ioctl_arg_to_native(&native, &guest);
    return call(fd, request, (uint64_t)&native);
}

static uint64_t filter(uint32_t fd, uint32_t request, uint32_t address) {
    struct wali_guest_sock_fprog guest;
    struct wali_native_sock_fprog native;
    if (guest_read(&guest, address, sizeof guest) != 0) return call(fd, request, 0);
    wali_sock_fprog_to_native(&native, &guest);
    return call(fd, request, (uint64_t)&native);
}

uint64_t w2c_wali_SYS_ioctl(struct w2c_wali* host, uint32_t fd, uint32_t request, uint32_t argp) {
    (void)host;
    request = widened(request);
    switch (kind_of(request)) {
        case NUMBER: return call(fd, request, argp);
        case FLAT: return call(fd, request, wali_pointer(argp));
        case INTERFACES: return interfaces(fd, request, argp);
        case INTERFACE_DATA: return interface_data(fd, request, argp);
        case PARTITION: return partition(fd, request, argp);
        case FILTER: return filter(fd, request, argp);
        default:
            // Let the kernel find a bad descriptor first.
            return failed(wali_syscall3(NR_fcntl, fd, WALI_F_GETFD, 0)) ? wali_error(WALI_EBADF)
                                                                        : wali_error(WALI_ENOTTY);
    }
}
