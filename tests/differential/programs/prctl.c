// SPDX-License-Identifier: BSL-1.0
// Process controls that concern names, signals, rights and children.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "call.h"

DECLARE(prctl, int, unsigned long, unsigned long, unsigned long, unsigned long);

#define TEXT(text) ((uintptr_t)(text))

int main(void) {
    char name[17] = "................";
    int value = 99;
    TRY(prctl, PR_SET_NAME, TEXT("a name that is too long"), 0, 0, 0);
    TRY(prctl, PR_GET_NAME, TEXT(name), 0, 0, 0);
    SHOW_TEXT(name, 17);
    TRY(prctl, PR_SET_NAME, TEXT("short"), 0, 0, 0);
    TRY(prctl, PR_GET_NAME, TEXT(name), 0, 0, 0);
    SHOW_TEXT(name, 17);
    TRY(prctl, PR_SET_NAME, TEXT(BAD), 0, 0, 0);
    TRY(prctl, PR_GET_NAME, TEXT(BAD), 0, 0, 0);
    TRY(prctl, PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
    TRY(prctl, PR_GET_PDEATHSIG, TEXT(&value), 0, 0, 0);
    SHOW(value);
    TRY(prctl, PR_SET_PDEATHSIG, 99, 0, 0, 0);
    TRY(prctl, PR_GET_PDEATHSIG, TEXT(BAD), 0, 0, 0);
    TRY(prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0);
    TRY(prctl, PR_GET_DUMPABLE, 0, 0, 0, 0);
    TRY(prctl, PR_GET_KEEPCAPS, 0, 0, 0, 0);
    TRY(prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
    TRY(prctl, PR_GET_KEEPCAPS, 0, 0, 0, 0);
    TRY(prctl, PR_SET_KEEPCAPS, 9, 0, 0, 0);
    TRY(prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
    TRY(prctl, PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0);
    TRY(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    TRY(prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
    TRY(prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    TRY(prctl, PR_GET_CHILD_SUBREAPER, TEXT(&value), 0, 0, 0);
    SHOW(value);
    TRY(prctl, PR_GET_CHILD_SUBREAPER, TEXT(BAD), 0, 0, 0);
    TRY(prctl, PR_GET_TIMERSLACK, 0, 0, 0, 0);
    TRY(prctl, PR_SET_TIMERSLACK, 12345, 0, 0, 0);
    TRY(prctl, PR_GET_TIMERSLACK, 0, 0, 0, 0);
    TRY(prctl, PR_CAPBSET_READ, 0, 0, 0, 0);
    TRY(prctl, PR_CAPBSET_READ, 99, 0, 0, 0);
    TRY(prctl, PR_GET_SECUREBITS, 0, 0, 0, 0);
    TRY(prctl, PR_GET_THP_DISABLE, 0, 0, 0, 0);
    TRY(prctl, PR_SET_THP_DISABLE, 1, 0, 0, 0);
    TRY(prctl, PR_GET_THP_DISABLE, 0, 0, 0, 0);
    TRY(prctl, PR_GET_THP_DISABLE, 1, 0, 0, 0);
    TRY(prctl, PR_MCE_KILL_GET, 0, 0, 0, 0);
    TRY(prctl, PR_GET_IO_FLUSHER, 0, 0, 0, 0);
    TRY(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 0, 0, 0);
    TRY(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    TRY(prctl, PR_CAP_AMBIENT, 99, 0, 0, 0);
    TRY(prctl, 4711, 0, 0, 0, 0);
    TRY(prctl, -1, 0, 0, 0, 0);

    // A subreaper inherits its grandchildren.
    const int child = fork();
    if (child == 0) {
        const int grandchild = fork();
        if (grandchild == 0) _exit(8);
        _exit(grandchild < 0);
    }
    int status, statuses = 0;
    while (wait(&status) > 0) statuses += status;
    SHOW(statuses);
    return 0;
}
