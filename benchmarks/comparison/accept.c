// SPDX-License-Identifier: BSL-1.0
// accept MILLISECONDS: listens on a port that the kernel chooses and prints it, and greets the first visitor if one
// comes in time.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int failed(const char* call) {
    fprintf(stderr, "accept: %s: %s\n", call, strerror(errno));
    return -1;
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

static int listen_on_loopback(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int one = 1;
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0) return failed("socket");
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0) return failed("setsockopt");
    if (bind(listener, (const struct sockaddr*)&address, sizeof address) != 0) return failed("bind");
    if (listen(listener, SOMAXCONN) != 0) return failed("listen");
    return listener;
}

static int port_of(int listener) {
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    if (getsockname(listener, (struct sockaddr*)&address, &size) != 0) return failed("getsockname");
    return ntohs(address.sin_port);
}

static int accept_for(int listener, int milliseconds) {
    for (const long long end = now() + milliseconds;;) {
        struct pollfd item = {.fd = listener, .events = POLLIN};
        const long long left = end - now();
        const int ready = poll(&item, 1, left > 0 ? (int)left : 0);
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0) return failed("poll");
        if (ready == 0) {
            errno = ETIMEDOUT;
            return failed("accept");
        }
        // A visitor that has gone again must not make us wait here.
        const int visitor = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (visitor >= 0) return visitor;
        if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) return failed("accept");
    }
}

static bool send_all(int visitor, const char* data, size_t size) {
    while (size > 0) {
        const ssize_t count = send(visitor, data, size, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        data += count;
        size -= (size_t)count;
    }
    return true;
}

int main(int argc, char** argv) {
    if (argc != 2) {
        fputs("usage: accept MILLISECONDS\n", stderr);
        return 2;
    }
    const int listener = listen_on_loopback();
    const int port = listener < 0 ? -1 : port_of(listener);
    if (port < 0) return 1;
    printf("%d\n", port);
    fflush(stdout);
    const int visitor = accept_for(listener, atoi(argv[1]));
    if (visitor < 0) return 1;
    if (!send_all(visitor, "hello\n", 6)) {
        failed("send");
        return 1;
    }
    return 0;
}
