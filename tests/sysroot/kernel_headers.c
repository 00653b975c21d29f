// SPDX-License-Identifier: BSL-1.0
// The kernel's headers are there for the target and go with the C library's: compiling this is the test.

#define _GNU_SOURCE
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <asm/types.h>
#include <asm/unistd.h>
#include <linux/aio_abi.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/can.h>
#include <linux/capability.h>
#include <linux/errqueue.h>
#include <linux/ethtool.h>
#include <linux/falloc.h>
#include <linux/fanotify.h>
#include <linux/fiemap.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/input.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/limits.h>
#include <linux/loop.h>
#include <linux/magic.h>
#include <linux/mempolicy.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <linux/perf_event.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <linux/time_types.h>
#include <linux/types.h>
#include <linux/userfaultfd.h>
#include <linux/version.h>
#include <linux/vm_sockets.h>

_Static_assert(__BITS_PER_LONG == 64, "as long is");
_Static_assert(__NR_read == 0 && __NR_io_uring_setup == 425, "x86-64's numbers");
_Static_assert(SIOCGSTAMP == 0x8906, "x86-64's constants");
_Static_assert(sizeof(struct io_uring_sqe) == 64 && sizeof(struct iocb) == 64, "x86-64's structures");
_Static_assert(sizeof(struct __kernel_timespec) == sizeof(struct timespec), "the same");
_Static_assert(FUTEX_WAIT_PRIVATE == 128 && FUTEX_LOCK_PI2 == 13, "not an excerpt");

int main(void) { return 0; }
