// SPDX-License-Identifier: BSL-1.0
// Keys in the process's own keyring, and rules that a process lays upon itself.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "call.h"

DECLARE(add_key, const char*, const char*, const void*, size_t, int);
DECLARE(request_key, const char*, const char*, const char*, int);
DECLARE(keyctl, int, uintptr_t, uintptr_t, uintptr_t, uintptr_t);
DECLARE(landlock_create_ruleset, const void*, size_t, unsigned);
DECLARE(landlock_add_rule, int, int, const void*, unsigned);
DECLARE(landlock_restrict_self, int, unsigned);
DECLARE(prctl, int, unsigned long, unsigned long, unsigned long, unsigned long);
DECLARE(open, const char*, int, int);

static void keys(void) {
    const int process = -2;
    const int key = (int)TRY_OK(add_key, "user", "wali-test", "payload", 7, process);
    const int found = (int)TRY_OK(request_key, "user", "wali-test", NULL, 0);
    SHOW(found == key);
    char text[64] = "";
    TRY(keyctl, 11 /* READ */, key, (uintptr_t)text, sizeof text, 0);
    SHOW_TEXT(text, 7);
    TRY(keyctl, 2 /* UPDATE */, key, (uintptr_t)"other", 5, 0);
    TRY(keyctl, 11, key, (uintptr_t)text, 2, 0);
    TRY(keyctl, 11, key, 0, 0, 0);
    TRY(keyctl, 11, key, (uintptr_t)BAD, 5, 0);
    TRY_OK(keyctl, 6 /* DESCRIBE */, key, (uintptr_t)text, sizeof text, 0);
    SHOW_TEXT(text, 5);
    SHOW(CALL(keyctl, 10 /* SEARCH */, (uintptr_t)-2, (uintptr_t)"user", (uintptr_t)"wali-test", 0) == key);
    TRY_OK(keyctl, 0 /* GET_KEYRING_ID */, (uintptr_t)-2, 0, 0, 0);
    TRY(keyctl, 5 /* SETPERM */, key, 0x3f3f0000, 0, 0);
    TRY(keyctl, 15 /* SET_TIMEOUT */, key, 100, 0, 0);
    TRY(keyctl, 9 /* UNLINK */, key, (uintptr_t)-2, 0, 0);
    TRY(keyctl, 9, key, (uintptr_t)-2, 0, 0);
    TRY(keyctl, 0, (uintptr_t)-99, 0, 0, 0);
    TRY(keyctl, 4711, 0, 0, 0, 0);
    TRY(add_key, "absent", "wali-test", "payload", 7, process);
    TRY(add_key, "user", NULL, "payload", 7, process);
    TRY(add_key, "user", "x", BAD, 7, process);
    TRY(add_key, BAD, "x", "payload", 7, process);
    TRY(add_key, "user", "x", "payload", 7, 99);
    TRY(request_key, "user", "wali-absent", NULL, 0);
    TRY(request_key, "user", BAD, NULL, 0);
}

static void rules(void) {
    const unsigned long attributes[1] = {4 /* READ_FILE */};
    struct {
        unsigned long access;
        int parent;
    } __attribute__((packed)) rule = {4, -1};
    close(open("allowed", O_CREAT | O_RDWR, 0600));
    close(open("refused", O_CREAT | O_RDWR, 0600));
    TRY_OK(landlock_create_ruleset, NULL, 0, 1 /* VERSION */);
    const int set = (int)TRY(landlock_create_ruleset, attributes, 8, 0);
    TRY(landlock_create_ruleset, attributes, 4, 0);
    TRY(landlock_create_ruleset, BAD, 8, 0);
    TRY(landlock_create_ruleset, attributes, 8, 0x8000);
    if (set < 0) return;
    rule.parent = open("allowed", O_PATH);
    TRY(landlock_add_rule, set, 1, &rule, 0);
    rule.access = 8;
    TRY(landlock_add_rule, set, 1, &rule, 0);
    TRY(landlock_add_rule, set, 99, &rule, 0);
    TRY(landlock_add_rule, set, 1, BAD, 0);
    TRY(landlock_add_rule, 99, 1, &rule, 0);
    TRY(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    TRY(landlock_restrict_self, 0, 0);
    TRY(landlock_restrict_self, set, 0x8000);
    TRY(landlock_restrict_self, set, 0);
    TRY_OK(open, "allowed", O_RDONLY, 0);
    TRY_OK(open, "refused", O_RDONLY, 0);
    TRY_OK(open, "refused", O_WRONLY, 0);
}

int main(void) {
    keys();
    rules();
    return 0;
}
