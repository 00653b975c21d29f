// SPDX-License-Identifier: BSL-1.0
// The environment, as a program gets it, changes it and passes it on; and the auxiliary vector. Started again with
// "show", it writes its environment. Also built natively, where what it expects is known to be right.

#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static const char* self;

static int show(void) {
    for (char** entry = environ; *entry; entry++)
        if (fwrite(*entry, strlen(*entry) + 1, 1, stdout) != 1) return 1;
    return fflush(stdout) != 0;
}

// --- what a new program gets ---

static char shown[1 << 20];
static size_t shown_size;

static void start_with(char* const* environment, const char* program, char* const* arguments) {
    int ends[2];
    int status = -1;
    CHECK(!pipe(ends));
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        execve(program, arguments, environment);
        _exit(99);
    }
    close(ends[1]);
    shown_size = 0;
    for (ssize_t count; (count = read(ends[0], shown + shown_size, sizeof shown - shown_size)) > 0;)
        shown_size += (size_t)count;
    close(ends[0]);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static bool was_shown(const char* entry) {
    const size_t size = strlen(entry) + 1;
    for (size_t at = 0; at + size <= shown_size; at += strlen(shown + at) + 1)
        if (!memcmp(shown + at, entry, size)) return true;
    return false;
}

// The program has exactly these variables; hosts may order them differently.
static void check_received(char* const* environment) {
    size_t size = 0;
    start_with(environment, self, (char*[]){(char*)self, "show", NULL});
    for (char* const* entry = environment; *entry; entry++) {
        size += strlen(*entry) + 1;
        CHECK(was_shown(*entry));
    }
    CHECK(size == shown_size);
}

static void starting(void) {
    check_received((char*[]){NULL});
    check_received((char*[]){"ONE=1", NULL});
    check_received((char*[]){"EQUALS=a=b==c=", "EMPTY=", "SPACE= x y ", "with space=1", "lower=\xff\x80\x01", NULL});
    check_received((char*[]){"NEWLINES=\nline 1\n\nline 2\n", "AFTER=\\n is no newline\\", "BOTH=\\\n\\n\n\\", NULL});
    check_received((char*[]){"ONLY=\n", NULL});
    check_received((char*[]){"SAME=1", "SAME=2", NULL});
    check_received((char*[]){"NO_VALUE", "ONE=1", "neither\nhere", NULL});

    static char large[100000];
    memset(large, 'x', sizeof large - 1);
    memcpy(large, "LARGE=", 6);
    check_received((char*[]){"BEFORE=1", large, "AFTER=2", NULL});

    enum { Many = 5000 };
    static char names[Many][16];
    static char* many[Many + 1];
    for (int i = 0; i < Many; i++) {
        snprintf(names[i], sizeof names[i], "NAME%d=%d", i, i);
        many[i] = names[i];
    }
    start_with(many, self, (char*[]){(char*)self, "show", NULL});
    CHECK(was_shown("NAME0=0") && was_shown("NAME4999=4999"));
    size_t count = 0;
    for (size_t i = 0; i < shown_size; i++) count += shown[i] == '\0';
    CHECK(count == Many);
}

// --- changes ---

static bool is(const char* name, const char* value) {
    const char* found = getenv(name);
    return value ? found && !strcmp(found, value) : !found;
}

static size_t variables(void) {
    size_t count = 0;
    for (char** entry = environ; entry && *entry; entry++) count++;
    return count;
}

static void changing(void) {
    CHECK(!clearenv() && variables() == 0 && is("PATH", NULL));
    CHECK(!setenv("A", "1", 0) && is("A", "1") && variables() == 1);
    CHECK(!setenv("A", "2", 0) && is("A", "1"));
    CHECK(!setenv("A", "a=b\nc=", 1) && is("A", "a=b\nc="));
    CHECK(!setenv("AB", "", 1) && is("AB", "") && is("A", "a=b\nc=") && variables() == 2);
    CHECK(setenv("", "x", 1) == -1 && errno == EINVAL);
    CHECK(setenv("A=", "x", 1) == -1 && errno == EINVAL);
    CHECK(unsetenv("") == -1 && errno == EINVAL);
    CHECK(unsetenv("A=") == -1 && errno == EINVAL);
    CHECK(!unsetenv("A") && is("A", NULL) && is("AB", "") && !unsetenv("A") && variables() == 1);

    // What putenv is given belongs to the environment from then on.
    static char own[] = "OWN=1";
    CHECK(!putenv(own) && is("OWN", "1"));
    own[4] = '2';
    CHECK(is("OWN", "2") && getenv("OWN") == own + 4);
    CHECK(!setenv("OWN", "3", 1) && is("OWN", "3") && own[4] == '2');
    CHECK(!putenv("OWN=4") && is("OWN", "4") && is("AB", ""));
    CHECK(!unsetenv("OWN") && is("OWN", NULL) && variables() == 1);

    static char* mine[] = {"MINE=x", NULL};
    environ = mine;
    CHECK(is("MINE", "x") && is("AB", NULL));
    CHECK(!setenv("MORE", "y", 1) && is("MORE", "y") && is("MINE", "x") && variables() == 2 && mine[1] == NULL);
    char name[16];
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "N%d", i);
        CHECK(!setenv(name, name + 1, 1));
    }
    CHECK(is("N0", "0") && is("N999", "999") && variables() == 1002);
    for (int i = 0; i < 1000; i += 2) {
        snprintf(name, sizeof name, "N%d", i);
        CHECK(!unsetenv(name));
    }
    CHECK(is("N500", NULL) && is("N501", "501") && variables() == 502);
}

// Programs of both kinds get what is there now.
static void passing_on(void) {
    CHECK(!clearenv() && !setenv("PASSED", "a\nb=c", 1) && !setenv("PATH", "/usr/bin:/bin", 1));
    start_with(environ, self, (char*[]){(char*)self, "show", NULL});
    CHECK(was_shown("PASSED=a\nb=c") && was_shown("PATH=/usr/bin:/bin") && shown_size == 32);
    start_with(environ, "/bin/sh", (char*[]){"sh", "-c", "printf %s \"$PASSED\"", NULL});
    CHECK(shown_size == 5 && !memcmp(shown, "a\nb=c", 5));
    CHECK(!setenv("PASSED", "again", 1));
    const int status = system("test \"$PASSED\" = again && exit 3");
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 3);
}

// --- the auxiliary vector ---

static unsigned long item(unsigned long type) {
    errno = 0;
    return getauxval(type);
}

static void auxiliary_vector(void) {
    CHECK(item(AT_PAGESZ) == (unsigned long)sysconf(_SC_PAGESIZE) && errno == 0);
    CHECK(item(AT_UID) == getuid() && item(AT_EUID) == geteuid() && item(AT_GID) == getgid() && errno == 0);
    CHECK(item(AT_EGID) == getegid() && errno == 0);
    CHECK(item(AT_SECURE) == 0 && errno == 0);
    const unsigned char* random = (const unsigned char*)(uintptr_t)item(AT_RANDOM);
    const unsigned char zeros[16] = {0};
    CHECK(random && memcmp(random, zeros, sizeof zeros) != 0);
    CHECK(random == (const unsigned char*)(uintptr_t)item(AT_RANDOM));
    CHECK(item(AT_NULL) == 0);
    CHECK(item(12345) == 0 && errno == ENOENT);
    CHECK(item(AT_CLKTCK) == (unsigned long)sysconf(_SC_CLK_TCK) && errno == 0);
    const char* executed = (const char*)(uintptr_t)item(AT_EXECFN);
    CHECK(executed && strstr(executed, "environment") && errno == 0);
    const char* platform = (const char*)(uintptr_t)item(AT_PLATFORM);
    CHECK(platform && strlen(platform) > 0 && errno == 0);
    CHECK(item(AT_MINSIGSTKSZ) >= 2048 && errno == 0);
}

int main(int argc, char** argv) {
    if (argc == 2 && !strcmp(argv[1], "show")) return show();
    self = realpath(argv[0], NULL);
    CHECK(self);
    starting();
    changing();
    passing_on();
    auxiliary_vector();
    if (failures == 0) puts("ok");
    return failures != 0;
}
