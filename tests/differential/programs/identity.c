// SPDX-License-Identifier: BSL-1.0
// User and group ids, supplementary groups, capabilities. Changes happen in children.
#include <sys/wait.h>

#include "call.h"

DECLARE(getuid, void);
DECLARE(geteuid, void);
DECLARE(getgid, void);
DECLARE(getegid, void);
DECLARE(getresuid, unsigned*, unsigned*, unsigned*);
DECLARE(getresgid, unsigned*, unsigned*, unsigned*);
DECLARE(setuid, unsigned);
DECLARE(setgid, unsigned);
DECLARE(setreuid, unsigned, unsigned);
DECLARE(setregid, unsigned, unsigned);
DECLARE(setresuid, unsigned, unsigned, unsigned);
DECLARE(setresgid, unsigned, unsigned, unsigned);
DECLARE(setfsuid, unsigned);
DECLARE(setfsgid, unsigned);
DECLARE(getgroups, int, unsigned*);
DECLARE(setgroups, int, const unsigned*);
DECLARE(capget, unsigned*, unsigned*);
DECLARE(capset, unsigned*, const unsigned*);
DECLARE(fork, void);
DECLARE(wait4, int, int*, int, void*);
DECLARE(exit_group, int);

static unsigned real, effective, saved;

static void show_users(void) {
    TRY(getresuid, &real, &effective, &saved);
    SHOW(real);
    SHOW(effective);
    SHOW(saved);
}

static void show_groups(void) {
    TRY(getresgid, &real, &effective, &saved);
    SHOW(real);
    SHOW(effective);
    SHOW(saved);
}

static void one_by_one(void) {
    TRY(setgid, 5);
    show_groups();
    TRY(setregid, 6, -1);
    TRY(setregid, -1, 7);
    show_groups();
    TRY(setuid, 8);
    show_users();
    TRY(setuid, 0);
    TRY(setgid, 0);
    TRY(setgroups, 0, NULL);
}

static void pairs(void) {
    TRY(setreuid, 9, 10);
    show_users();
    TRY(setreuid, 10, 9);
    TRY(setreuid, -1, 0);
    show_users();
}

static void triples(void) {
    TRY(setresgid, 1, 2, 3);
    show_groups();
    TRY(setresuid, -1, -1, 12);
    TRY(setresuid, 10, 11, -1);
    show_users();
    TRY(setresuid, 12, 10, 11);
    TRY(setresuid, 0, -1, -1);
    TRY(setresgid, -1, 99, -1);
    show_users();
}

static void groups(void) {
    unsigned list[4] = {9, 8, 7, 6};
    TRY(setgroups, 3, list);
    memset(list, 0, sizeof list);
    TRY(getgroups, 0, NULL);
    TRY(getgroups, 4, list);
    for (int i = 0; i < 3; ++i) SHOW(list[i]);
    TRY(getgroups, 1, list);
    TRY(getgroups, -1, list);
    TRY(getgroups, 4, BAD);
    TRY(setgroups, 2, BAD);
    TRY(setgroups, -1, list);
    TRY(setgroups, 65537, list);
}

static void file_system_ids(void) {
    TRY(setfsuid, 33);
    TRY(setfsuid, -1);
    TRY(setfsgid, 44);
    TRY(setfsgid, -1);
}

static void capabilities(void) {
    unsigned header[2] = {0x20080522, 0}, data[6], none[6] = {0};
    TRY(capget, header, data);
    SHOW(data[0]);
    SHOW(data[1]);
    SHOW(data[3]);
    TRY(capset, header, none);
    TRY(capget, header, data);
    SHOW(data[0]);
    SHOW(data[1]);
    none[0] = 1;
    TRY(capset, header, none);
    TRY(capget, header, BAD);
    TRY(capset, header, BAD);
    TRY(capget, BAD, data);
    header[1] = -1;
    TRY(capget, header, data);
    header[1] = 1;
    TRY(capset, header, none);
    header[0] = 5;
    TRY(capget, header, data);
    SHOW(header[0]);
    header[0] = 5;
    TRY(capget, header, NULL);
}

static void in_child(void (*function)(void)) {
    const int child = (int)CALL(fork);
    if (child == 0) {
        function();
        CALL(exit_group, 0);
    }
    int status = -1;
    TRY_OK(wait4, child, &status, 0, NULL);
    SHOW(status);
}

int main(void) {
    TRY(getuid);
    TRY(geteuid);
    TRY(getgid);
    TRY(getegid);
    show_users();
    show_groups();
    TRY(getresuid, BAD, &effective, &saved);
    TRY(getresgid, &real, &effective, BAD);
    in_child(one_by_one);
    in_child(pairs);
    in_child(triples);
    in_child(groups);
    in_child(file_system_ids);
    in_child(capabilities);
    TRY(setuid, -1);
    TRY(setgid, -1);
    TRY(setresuid, -1, -1, -1);
    return 0;
}
