// SPDX-License-Identifier: BSL-1.0
// A pair of pseudo-terminals: attributes, size, line discipline, the controlling terminal.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "call.h"

DECLARE(open, const char*, int, int);
DECLARE(ioctl, int, unsigned, void*);
DECLARE(read, int, void*, size_t);
DECLARE(write, int, const void*, size_t);

// The kernel's form; the C libraries have longer ones.
struct attributes {
    unsigned input, output, control, local;
    unsigned char line, characters[19];
};

#define NUMBER(value) ((void*)(uintptr_t)(value))

static char buffer[64];

static void show(const struct attributes* a) {
    SHOW(a->input);
    SHOW(a->output);
    SHOW(a->control);
    SHOW(a->local);
    SHOW(a->line);
    SHOW(a->characters[0]);
    SHOW(a->characters[18]);
}

/// What one end writes comes to the other a moment later.
static void wait_for_input(int fd) {
    struct pollfd wait = {fd, POLLIN, 0};
    SHOW(poll(&wait, 1, -1));
}

static void controlling(const char* name) {
    const int child = fork();
    if (child == 0) {
        int group = 0;
        setsid();
        const int terminal = open(name, O_RDWR | O_NOCTTY);
        TRY(open, "/dev/tty", O_RDWR, 0);
        TRY(ioctl, terminal, TIOCGPGRP, &group);
        TRY(ioctl, terminal, TIOCSCTTY, NUMBER(0));
        TRY(ioctl, terminal, TIOCGPGRP, &group);
        SHOW(group == getpid());
        TRY(ioctl, terminal, TIOCSPGRP, &group);
        TRY(ioctl, terminal, TIOCGSID, &group);
        SHOW(group == getpid());
        signal(SIGHUP, SIG_IGN);
        TRY(ioctl, terminal, TIOCNOTTY, NULL);
        TRY(open, "/dev/tty", O_RDWR, 0);
        _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    SHOW(status);
}

int main(void) {
    const int master = (int)TRY(open, "/dev/ptmx", O_RDWR | O_NOCTTY, 0);
    if (master < 0) return 0;
    int number = -1, locked = 0;
    TRY(ioctl, master, TIOCGPTN, &number);
    TRY(ioctl, master, TIOCSPTLCK, &locked);
    struct line name = {0};
    add(&name, "/dev/pts/");
    add_number(&name, number);
    const int terminal = open(name.text, O_RDWR | O_NOCTTY);
    SHOW(terminal);

    struct attributes a;
    memset(&a, 0xff, sizeof a);
    TRY(ioctl, terminal, TCGETS, &a);
    show(&a);
    a.local &= ~8u;  // no echo
    TRY(ioctl, terminal, TCSETS, &a);
    TRY(ioctl, terminal, TCSETSW, &a);
    TRY(ioctl, terminal, TCSETSF, &a);
    TRY(ioctl, terminal, TCGETS, &a);
    SHOW(a.local);
    TRY(ioctl, terminal, TCGETS, BAD);
    TRY(ioctl, terminal, TCSETS, BAD);

    struct winsize size = {24, 80, 1, 2}, got;
    TRY(ioctl, master, TIOCSWINSZ, &size);
    TRY(ioctl, terminal, TIOCGWINSZ, &got);
    SHOW(got.ws_row);
    SHOW(got.ws_col);
    SHOW(got.ws_ypixel);
    TRY(ioctl, terminal, TIOCGWINSZ, BAD);

    TRY(write, master, "line\nrest", 9);
    int waiting = -1;
    wait_for_input(terminal);
    TRY(ioctl, terminal, FIONREAD, &waiting);
    SHOW(waiting);
    TRY(read, terminal, buffer, sizeof buffer);
    SHOW_TEXT(buffer, 5);
    TRY(ioctl, terminal, TCFLSH, NUMBER(2));
    TRY(ioctl, terminal, TCFLSH, NUMBER(99));
    TRY(write, terminal, "out\n", 4);
    for (int i = 0; i < 5; ++i) TRY(read, master, buffer + i, 1);
    SHOW_TEXT(buffer, 5);
    TRY(ioctl, terminal, TCSBRK, NUMBER(1));
    TRY(ioctl, terminal, TCXONC, NUMBER(0));
    TRY(ioctl, terminal, TCXONC, NUMBER(1));
    TRY(ioctl, terminal, TIOCOUTQ, &waiting);
    SHOW(waiting);
    int discipline = -1;
    TRY(ioctl, terminal, TIOCGETD, &discipline);
    SHOW(discipline);
    TRY(ioctl, terminal, TIOCEXCL, NULL);
    TRY(ioctl, terminal, TIOCNXCL, NULL);
    int packet = 1;
    TRY(ioctl, master, TIOCPKT, &packet);
    TRY(write, terminal, "x", 1);
    wait_for_input(master);
    TRY(read, master, buffer, sizeof buffer);
    TRY(ioctl, terminal, 0x12345678, NULL);
    controlling(name.text);
    return 0;
}
