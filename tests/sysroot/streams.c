// SPDX-License-Identifier: BSL-1.0
// Streams: what printf and wprintf write, errors of the wrong direction, a prompt on a terminal.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wchar.h>

#include "check.h"

static void wide_text(void) {
    char narrow[40];
    memset(narrow, 'x', sizeof narrow);
    const wchar_t* volatile none = NULL;
    CHECK(snprintf(narrow, sizeof narrow, "<%6ls>", L"ab") == 8 && strcmp(narrow, "<    ab>") == 0);
    CHECK(snprintf(narrow, sizeof narrow, "<%ls>", none) == 8 && strcmp(narrow, "<(null)>") == 0);
    wchar_t wide[40];
    CHECK(swprintf(wide, 40, L"<%ls>", none) == 8 && wcscmp(wide, L"<(null)>") == 0);
    CHECK(swprintf(wide, 40, L"<%p>", (void*)0x12345678) == 12 && wcscmp(wide, L"<0x12345678>") == 0);
    // Undefined for 0, but nothing of before may stand there.
    const char* volatile zeros = "<%06ls>";
    memset(narrow, 'x', sizeof narrow);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    CHECK(snprintf(narrow, sizeof narrow, zeros, L"ab") == 8 && strcmp(narrow, "<    ab>") == 0);
#pragma GCC diagnostic pop
}

static void the_wrong_direction(void) {
    FILE* const in = fopen("/dev/null", "r");
    errno = 0;
    CHECK(fputc('x', in) == EOF && errno == EBADF && ferror(in));
    fclose(in);
    FILE* const out = fopen("/dev/null", "w");
    errno = 0;
    CHECK(fgetc(out) == EOF && errno == EBADF && ferror(out));
    fclose(out);
}

// A program that asks on a terminal and reads the answer: the question is there before the answer is written.
static void a_prompt(void) {
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        const int end = open(ptsname(terminal), O_RDWR | O_NOCTTY);
        dup2(end, STDIN_FILENO);
        FILE* const screen = freopen(ptsname(terminal), "w", stdout);
        setvbuf(screen, NULL, _IOLBF, 0);
        char answer[20] = "";
        printf("name? ");
        _exit(fgets(answer, sizeof answer, stdin) && strcmp(answer, "me\n") == 0 ? 0 : 1);
    }
    char seen[100] = "";
    size_t length = 0;
    struct pollfd item = {.fd = terminal, .events = POLLIN};
    while (!strstr(seen, "name? ") && poll(&item, 1, 20000) == 1) {
        const ssize_t size = read(terminal, seen + length, sizeof seen - 1 - length);
        if (size <= 0) break;
        length += (size_t)size;
    }
    CHECK(strstr(seen, "name? "));
    CHECK(write(terminal, "me\n", 3) == 3);
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    close(terminal);
}

int main(void) {
    wide_text();
    the_wrong_direction();
    a_prompt();
    if (failures == 0) puts("ok");
    return failures != 0;
}
