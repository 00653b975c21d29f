// SPDX-License-Identifier: BSL-1.0
// A signal through a process's descriptor.
#include <signal.h>

#include "call.h"

DECLARE(pidfd_open, int, unsigned);
DECLARE(pidfd_send_signal, int, int, siginfo_t*, unsigned);

static volatile int signals, value;

static void on_signal(int number, siginfo_t* info, void* context) {
    (void)context;
    signals += number;
    value = info->si_value.sival_int;
}

int main(void) {
    const struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR1, &action, NULL);
    const int self = (int)TRY(pidfd_open, getpid(), 0);
    siginfo_t info;
    memset(&info, 0, sizeof info);
    info.si_signo = SIGUSR1;
    info.si_code = SI_QUEUE;
    info.si_value.sival_int = 5;
    TRY(pidfd_send_signal, self, SIGUSR1, NULL, 0);
    SHOW(signals);
    TRY(pidfd_send_signal, self, SIGUSR1, &info, 0);
    SHOW(value);
    TRY(pidfd_send_signal, self, SIGUSR2, &info, 0);
    TRY(pidfd_send_signal, self, 0, NULL, 0);
    TRY(pidfd_send_signal, self, 99, NULL, 0);
    TRY(pidfd_send_signal, self, SIGUSR1, BAD, 0);
    TRY(pidfd_send_signal, self, SIGUSR1, NULL, 0x8000);
    TRY(pidfd_send_signal, 0, SIGUSR1, NULL, 0);
    TRY(pidfd_send_signal, 99, SIGUSR1, NULL, 0);
    return 0;
}
