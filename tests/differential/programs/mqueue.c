// SPDX-License-Identifier: BSL-1.0
// POSIX message queues. The queue has a name that holds the process id, and is gone at the end.
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <time.h>

#include "call.h"

DECLARE(mq_open, const char*, int, unsigned, const struct mq_attr*);
DECLARE(mq_notify, int, const struct sigevent*);
DECLARE(mq_unlink, const char*);
DECLARE(mq_timedsend, int, const char*, size_t, unsigned, const struct timespec*);
DECLARE(mq_timedreceive, int, char*, size_t, unsigned*, const struct timespec*);
DECLARE(mq_getsetattr, int, const struct mq_attr*, struct mq_attr*);

static volatile int signals, value, code;

static void on_signal(int number, siginfo_t* info, void* context) {
    (void)context;
    signals += number;
    value = info->si_value.sival_int;
    code = info->si_code;
}

static void notification(int queue) {
    const struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    struct sigevent event;
    sigaction(SIGUSR1, &action, NULL);
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGUSR1;
    event.sigev_value.sival_int = 33;
    TRY(mq_notify, queue, &event);
    TRY(mq_notify, queue, &event);
    TRY(mq_timedsend, queue, "tell", 4, 1, NULL);
    SHOW(signals);
    SHOW(value);
    SHOW(code);
    event.sigev_notify = SIGEV_NONE;
    TRY(mq_notify, queue, &event);
    TRY(mq_notify, queue, NULL);
    event.sigev_notify = 99;
    TRY(mq_notify, queue, &event);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = 99;
    TRY(mq_notify, queue, &event);
    TRY(mq_notify, queue, BAD);
    TRY(mq_notify, 0, NULL);
    TRY(mq_notify, 99, NULL);
}

int main(void) {
    struct line line = {0};
    add(&line, "wali-differential-");
    add_number(&line, getpid());
    const char* name = line.text;
    struct mq_attr attributes = {.mq_maxmsg = 3, .mq_msgsize = 16}, now;
    const int queue = (int)TRY(mq_open, name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &attributes);
    TRY(mq_open, name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
    attributes.mq_maxmsg = -1;
    TRY(mq_open, "wali-differential-wrong", O_RDWR | O_CREAT, 0600, &attributes);
    TRY(mq_open, "wali-differential-absent", O_RDWR, 0, NULL);
    TRY(mq_open, "with/slash", O_RDWR | O_CREAT, 0600, NULL);
    TRY(mq_open, BAD, O_RDWR, 0, NULL);
    TRY(mq_open, "x", O_RDWR | O_CREAT, 0600, BAD);

    char text[16] = "";
    unsigned priority = 99;
    const struct timespec past = {1, 0}, wrong = {1, -1};
    TRY(mq_timedreceive, queue, text, 16, &priority, NULL);
    TRY(mq_timedsend, queue, "low", 3, 1, NULL);
    TRY(mq_timedsend, queue, "high", 4, 7, NULL);
    TRY(mq_timedsend, queue, "", 0, 3, &past);
    TRY(mq_timedsend, queue, "more", 4, 3, NULL);
    TRY(mq_timedsend, queue, "much too long for this", 22, 3, NULL);
    TRY(mq_timedsend, queue, "x", 1, 99999, NULL);
    TRY(mq_timedsend, queue, BAD, 4, 1, NULL);
    TRY(mq_timedsend, 99, "x", 1, 1, NULL);
    TRY(mq_timedsend, 0, "x", 1, 1, NULL);
    TRY(mq_timedsend, queue, "x", 1, 1, BAD);
    TRY(mq_getsetattr, queue, NULL, &now);
    SHOW(now.mq_flags);
    SHOW(now.mq_maxmsg);
    SHOW(now.mq_msgsize);
    SHOW(now.mq_curmsgs);
    TRY(mq_timedreceive, queue, text, 15, &priority, NULL);
    TRY(mq_timedreceive, queue, text, 16, &priority, NULL);
    SHOW(priority);
    SHOW_TEXT(text, 4);
    TRY(mq_timedreceive, queue, text, 16, NULL, &wrong);
    TRY(mq_timedreceive, queue, text, 16, NULL, NULL);
    TRY(mq_timedreceive, queue, BAD, 16, NULL, NULL);
    now.mq_flags = 0;
    TRY(mq_getsetattr, queue, &now, &attributes);
    SHOW(attributes.mq_flags);
    TRY(mq_timedreceive, queue, text, 16, &priority, &past);
    TRY(mq_timedreceive, queue, text, 16, &priority, &past);
    now.mq_flags = 1;
    TRY(mq_getsetattr, queue, &now, NULL);
    TRY(mq_getsetattr, queue, BAD, NULL);
    TRY(mq_getsetattr, 0, NULL, &now);
    notification(queue);
    TRY(mq_unlink, name);
    TRY(mq_unlink, name);
    TRY(mq_unlink, BAD);
    return 0;
}
