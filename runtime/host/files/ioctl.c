// SPDX-License-Identifier: BSL-1.0
//
// ioctl by request. The number of a request tells the size of its structure, but not whether that holds pointers of the
// host's width, through which the kernel would reach the host's memory (PAGEMAP_SCAN, DRM, USBDEVFS, ...). So requests
// are passed that are known to take a number or a flat structure; a few with pointers are translated; the rest is
// refused as a device does that does not know them.
#include "memory/memory.h"

enum kind { UNKNOWN, NUMBER, FLAT, INTERFACES, INTERFACE_DATA, PARTITION };

// clang-format off: tables, several requests per line
static enum kind terminal_kind(uint32_t request)
{
    switch (request) {
    case 0x5409: case 0x540a: case 0x540b:        // TCSBRK, TCXONC, TCFLSH
    case 0x540c: case 0x540d: case 0x540e:        // TIOCEXCL, TIOCNXCL, TIOCSCTTY
    case 0x541d: case 0x5422: case 0x5425:        // TIOCCONS, TIOCNOTTY, TCSBRKP
    case 0x5427: case 0x5428: case 0x545c:        // TIOCSBRK, TIOCCBRK, TIOCMIWAIT
    case 0x5437: case 0x5441: case 0x40045436:    // TIOCVHANGUP, TIOCGPTPEER, TIOCSIG
    case 0x5450: case 0x5451:                     // FIONCLEX, FIOCLEX
        return NUMBER;
    case 0x5401: case 0x5402: case 0x5403: case 0x5404:  // TCGETS, TCSETS, TCSETSW, TCSETSF
    case 0x5405: case 0x5406: case 0x5407: case 0x5408:  // TCGETA, TCSETA, TCSETAW, TCSETAF
    case 0x802c542a: case 0x402c542b: case 0x402c542c: case 0x402c542d:  // TCGETS2, TCSETS2, TCSETSW2, TCSETSF2
    case 0x540f: case 0x5410: case 0x5412:        // TIOCGPGRP, TIOCSPGRP, TIOCSTI
    case 0x5411: case 0x5413: case 0x5414:        // TIOCOUTQ, TIOCGWINSZ, TIOCSWINSZ
    case 0x5415: case 0x5416: case 0x5417: case 0x5418:  // TIOCMGET, TIOCMBIS, TIOCMBIC, TIOCMSET
    case 0x5419: case 0x541a: case 0x541b:        // TIOCGSOFTCAR, TIOCSSOFTCAR, FIONREAD
    case 0x5420: case 0x5421: case 0x5423:        // TIOCPKT, FIONBIO, TIOCSETD
    case 0x5424: case 0x5429: case 0x5452:        // TIOCGETD, TIOCGSID, FIOASYNC
    case 0x542e: case 0x542f:                     // TIOCGRS485, TIOCSRS485
    case 0x80045430: case 0x40045431: case 0x80045432:   // TIOCGPTN, TIOCSPTLCK, TIOCGDEV
    case 0x80045438: case 0x80045439: case 0x80045440:   // TIOCGPKT, TIOCGPTLCK, TIOCGEXCL
    case 0x5456: case 0x5457: case 0x5459:        // TIOCGLCKTRMIOS, TIOCSLCKTRMIOS, TIOCSERGETLSR
    case 0x545d: case 0x5460:                     // TIOCGICOUNT, FIOQSIZE
    case 0x40085400:                              // TFD_IOC_SET_TICKS
        return FLAT;
    default:
        return UNKNOWN;
    }
}

static enum kind socket_kind(uint32_t request)
{
    switch (request) {
    case 0x8912:                                  // SIOCGIFCONF
        return INTERFACES;
    case 0x8946: case 0x89b0: case 0x89b1:        // SIOCETHTOOL, SIOCSHWTSTAMP, SIOCGHWTSTAMP
        return INTERFACE_DATA;
    case 0x8901: case 0x8902: case 0x8903: case 0x8904: case 0x8905:  // FIOSETOWN ... SIOCATMARK
    case 0x8906: case 0x8907: case 0x80108906: case 0x80108907:       // SIOCGSTAMP, SIOCGSTAMPNS, old and new
    case 0x8910: case 0x8933: case 0x8938:        // SIOCGIFNAME, SIOCGIFINDEX, SIOCGIFCOUNT
    case 0x8913: case 0x8914: case 0x8915: case 0x8916:  // flags, address: get, set
    case 0x8917: case 0x8918: case 0x8919: case 0x891a:  // destination, broadcast
    case 0x891b: case 0x891c: case 0x891d: case 0x891e:  // netmask, metric
    case 0x8921: case 0x8922: case 0x8923: case 0x8924:  // MTU (get, set), SIOCSIFNAME, SIOCSIFHWADDR
    case 0x8927: case 0x8929: case 0x8931: case 0x8932:  // SIOCGIFHWADDR, SIOCGIFSLAVE, SIOCADDMULTI, SIOCDELMULTI
    case 0x8934: case 0x8935: case 0x8936:        // SIOCSIFPFLAGS, SIOCGIFPFLAGS, SIOCDIFADDR
    case 0x8937: case 0x8942: case 0x8943:        // SIOCSIFHWBROADCAST, SIOCGIFTXQLEN, SIOCSIFTXQLEN
    case 0x8947: case 0x8948: case 0x8949:        // SIOCGMIIPHY, SIOCGMIIREG, SIOCSMIIREG
    case 0x894b: case 0x894c:                     // SIOCOUTQNSD, SIOCGSKNS
    case 0x8953: case 0x8954: case 0x8955:        // SIOCDARP, SIOCGARP, SIOCSARP
    case 0x8970: case 0x8971: case 0x8982:        // SIOCGIFMAP, SIOCSIFMAP, SIOCGIFVLAN
    case 0x400454c8: case 0x400454c9: case 0x400454ca:   // TUNSETNOCSUM, TUNSETDEBUG, TUNSETIFF
    case 0x800454d2: case 0x800454cf: case 0x800454d7:   // TUNGETIFF, TUNGETFEATURES, TUNGETVNETHDRSZ
    case 0x400454d8: case 0x400454d9: case 0x400454da:   // TUNSETVNETHDRSZ, TUNSETQUEUE, TUNSETIFINDEX
    case 0x07b9:                                  // IOCTL_VM_SOCKETS_GET_LOCAL_CID
        return FLAT;
    case 0x400454cb: case 0x400454cc: case 0x400454cd:   // TUNSETPERSIST, TUNSETOWNER, TUNSETLINK
    case 0x400454ce: case 0x400454d0:             // TUNSETGROUP, TUNSETOFFLOAD
        return NUMBER;
    default:
        return UNKNOWN;
    }
}

static enum kind file_kind(uint32_t request)
{
    switch (request) {
    case 0x40049409:                              // FICLONE
    case 0x125f: case 0x1261: case 0x1262: case 0x1264:  // BLKRRPART, BLKFLSBUF, BLKRASET, BLKFRASET
    case 0x4c00: case 0x4c01: case 0x4c06: case 0x4c07: case 0x4c08: case 0x4c09:  // LOOP_SET_FD, ...
    case 0x4c80: case 0x4c81: case 0x4c82:        // LOOP_CTL_ADD, LOOP_CTL_REMOVE, LOOP_CTL_GET_FREE
    case 0xb701: case 0xb702: case 0xb703:        // NS_GET_USERNS, NS_GET_PARENT, NS_GET_NSTYPE
    case 0xff01: case 0xff02: case 0xff03: case 0xff04: case 0xff05:  // PIDFD_GET_..._NAMESPACE
    case 0xff06: case 0xff07: case 0xff08: case 0xff09: case 0xff0a:
    case 0x40044900:                              // INOTIFY_IOC_SETNEXTWD
        return NUMBER;
    case 0x0001: case 0x0002:                     // FIBMAP, FIGETBSZ
    case 0x4020940d: case 0xc0189436:             // FICLONERANGE, FIDEDUPERANGE
    case 0x80086601: case 0x40086602:             // FS_IOC_GETFLAGS, FS_IOC_SETFLAGS
    case 0x80087601: case 0x40087602:             // FS_IOC_GETVERSION, FS_IOC_SETVERSION
    case 0xc020660b: case 0x801c581f: case 0x401c5820:   // FS_IOC_FIEMAP, FS_IOC_FSGETXATTR, FS_IOC_FSSETXATTR
    case 0x81009431: case 0x41009432:             // FS_IOC_GETFSLABEL, FS_IOC_SETFSLABEL
    case 0x80111500: case 0x80811501:             // FS_IOC_GETFSUUID, FS_IOC_GETFSSYSFSPATH
    case 0x800c6613: case 0x40106614: case 0x400c6615: case 0xc0096616:  // fscrypt: policies
    case 0xc0506617: case 0xc0406618: case 0xc0406619: case 0xc080661a: case 0x8010661b:  // fscrypt: keys
    case 0xc0046686: case 0xc0185879:             // FS_IOC_MEASURE_VERITY, FITRIM
    case 0xc0045877: case 0xc0045878:             // FIFREEZE, FITHAW
    case 0x80047210: case 0x40047211: case 0x80047213:   // FAT_IOCTL_GET_ATTRIBUTES, SET_ATTRIBUTES, GET_VOLUME_ID
    case 0x125d: case 0x125e: case 0x1260:        // BLKROSET, BLKROGET, BLKGETSIZE
    case 0x1263: case 0x1265: case 0x1267: case 0x1268:  // BLKRAGET, BLKFRAGET, BLKSECTGET, BLKSSZGET
    case 0x80081270: case 0x40081271: case 0x80081272:   // BLKBSZGET, BLKBSZSET, BLKGETSIZE64
    case 0x1277: case 0x1278: case 0x1279: case 0x127a:  // BLKDISCARD, BLKIOMIN, BLKIOOPT, BLKALIGNOFF
    case 0x127b: case 0x127c: case 0x127d:        // BLKPBSZGET, BLKDISCARDZEROES, BLKSECDISCARD
    case 0x127e: case 0x127f: case 0x80081280:    // BLKROTATIONAL, BLKZEROOUT, BLKGETDISKSEQ
    case 0x0301:                                  // HDIO_GETGEO
    case 0x4c02: case 0x4c03: case 0x4c04: case 0x4c05: case 0x4c0a:  // LOOP_SET_STATUS ... LOOP_CONFIGURE
    case 0xb704: case 0x8008b705:                 // NS_GET_OWNER_UID, NS_GET_MNTNS_ID
        return FLAT;
    case 0x1269:                                  // BLKPG
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

// Three requests of block devices have size_t in their numbers.
static uint32_t widened(uint32_t request) {
    switch (request) {
        case 0x80041270: return 0x80081270;  // BLKBSZGET
        case 0x40041271: return 0x40081271;  // BLKBSZSET
        case 0x80041272: return 0x80081272;  // BLKGETSIZE64
        default: return request;
    }
}

static uint64_t call(uint32_t fd, uint32_t request, uint64_t argument) {
    return wali_syscall3(16, fd, request, argument);
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
    return guest_write(address, &guest, sizeof guest) != 0 ? wali_error(E_FAULT) : result;
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

uint64_t w2c_wali_SYS_ioctl(struct w2c_wali* host, uint32_t fd, uint32_t request, uint32_t argp) {
    (void)host;
    request = widened(request);
    switch (kind_of(request)) {
        case NUMBER: return call(fd, request, argp);
        case FLAT: return call(fd, request, wali_pointer(argp));
        case INTERFACES: return interfaces(fd, request, argp);
        case INTERFACE_DATA: return interface_data(fd, request, argp);
        case PARTITION: return partition(fd, request, argp);
        default:
            // Let the kernel find a bad descriptor first.
            return failed(wali_syscall3(72, fd, 1 /* F_GETFD */, 0)) ? wali_error(E_BADF) : wali_error(E_NOTTY);
    }
}
