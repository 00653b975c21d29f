// SPDX-License-Identifier: BSL-1.0
// Small functions as programs written for glibc know them: addresses, mounts, texts of errors, names of files.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <mntent.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

static void addresses(void) {
    CHECK(inet_network("1.2") == 0x102 && inet_network("0.256") == (in_addr_t)-1);
    struct in_addr a = inet_makeaddr(127, 1);
    CHECK(a.s_addr == htonl(0x7f000001) && inet_netof(a) == 127 && inet_lnaof(a) == 1);
    CHECK(inet_aton("1.2.3.4\n", &a) && !inet_aton("1.2.3.4x", &a));
    struct addrinfo* list = NULL;
    CHECK(getaddrinfo("127.0.0.1", "80", NULL, &list) == 0 && list->ai_canonname == NULL);
    freeaddrinfo(list);
    char text[INET6_ADDRSTRLEN];
    const unsigned char equal[16] = {[7] = 1, [15] = 2};
    const unsigned char compatible[16] = {[12] = 1, 2, 3, 4};
    CHECK(strcmp(inet_ntop(AF_INET6, equal, text, sizeof text), "::1:0:0:0:2") == 0);
    CHECK(strcmp(inet_ntop(AF_INET6, compatible, text, sizeof text), "::1.2.3.4") == 0);
}

static void mounts(void) {
    FILE* const file = tmpfile();
    fputs("/dev/a / ext4 errors=remount-ro,noatime 0 1\nproc /proc proc rw", file);
    rewind(file);
    const struct mntent* entry = getmntent(file);
    CHECK(entry && !hasmntopt(entry, "ro") && !hasmntopt(entry, "no") && hasmntopt(entry, "errors"));
    entry = getmntent(file);
    CHECK(entry && strcmp(entry->mnt_opts, "rw") == 0 && hasmntopt(entry, "rw"));
    CHECK(!getmntent(file));
    fclose(file);
}

static void texts(void) {
    CHECK(strcasestr("", "") != NULL && strcasestr("a", "b") == NULL);
    CHECK(strcmp(basename("usr/lib/"), "") == 0 && strcmp(basename("/usr/lib"), "lib") == 0);
    CHECK(strcmp(strerror(0), "Success") == 0);
    CHECK(strcmp(strerror(ENOTTY), "Inappropriate ioctl for device") == 0);
    CHECK(strcmp(strerror(EADDRINUSE), "Address already in use") == 0);
}

int main(void) {
    addresses();
    mounts();
    texts();
    if (failures == 0) puts("ok");
    return failures != 0;
}
