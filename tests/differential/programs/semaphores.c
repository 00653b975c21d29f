// SPDX-License-Identifier: BSL-1.0
// System V semaphores. What is made is removed again.
#include <sys/ipc.h>
#include <sys/sem.h>
#include <time.h>

#include "call.h"

DECLARE(semget, int, int, int);
DECLARE(semop, int, const struct sembuf*, unsigned);
DECLARE(semtimedop, int, const struct sembuf*, unsigned, const struct timespec*);
DECLARE(semctl, int, int, int, uintptr_t);

int main(void) {
    const int id = (int)TRY_OK(semget, IPC_PRIVATE, 2, IPC_CREAT | 0600);
    const struct sembuf up = {0, 2, 0}, down = {0, -1, IPC_NOWAIT}, zero = {1, 0, 0}, far = {5, 1, 0},
                        big = {0, 32767, 0};
    const struct sembuf both[2] = {{0, -1, IPC_NOWAIT}, {1, 3, 0}};
    const struct timespec moment = {0, 1000}, wrong = {0, -1};
    const struct sembuf waiting = {0, -1, 0};
    TRY(semop, id, &down, 1);
    TRY(semop, id, &up, 1);
    TRY(semop, id, both, 2);
    TRY(semop, id, &down, 1);
    TRY(semop, id, both, 2);
    TRY(semtimedop, id, &waiting, 1, &moment);
    TRY(semtimedop, id, &waiting, 1, &wrong);
    TRY(semtimedop, id, &waiting, 1, BAD);
    TRY(semtimedop, id, &up, 1, NULL);
    TRY(semtimedop, id, &waiting, 1, NULL);
    const struct sembuf is_zero_now = {1, 0, IPC_NOWAIT};
    TRY(semop, id, &is_zero_now, 1);
    const struct sembuf take = {1, -3, 0};
    TRY(semop, id, &take, 1);
    TRY(semop, id, &zero, 1);
    TRY(semop, id, &far, 1);
    TRY(semop, id, &big, 1);
    TRY(semop, id, &up, 0);
    TRY(semop, id, BAD, 1);
    TRY(semop, id, &up, 100000);
    TRY(semop, -1, &up, 1);
    TRY(semget, IPC_PRIVATE, 0, IPC_CREAT | 0600);
    TRY(semget, IPC_PRIVATE, -1, IPC_CREAT | 0600);
    TRY(semget, 0x7761abcd, 1, 0);

    // The fourth argument is an address or a number, by command.
    TRY(semctl, id, 0, SETVAL, 5);
    TRY(semctl, id, 0, GETVAL, 0);
    TRY(semctl, id, 1, GETVAL, 0);
    SHOW(CALL(semctl, id, 1, GETPID, 0) == getpid());
    TRY(semctl, id, 0, GETNCNT, 0);
    TRY(semctl, id, 0, GETZCNT, 0);
    unsigned short values[2] = {7, 8};
    TRY(semctl, id, 0, SETALL, (uintptr_t)values);
    memset(values, 0, sizeof values);
    TRY(semctl, id, 0, GETALL, (uintptr_t)values);
    SHOW(values[0]);
    SHOW(values[1]);
    struct semid_ds status;
    memset(&status, 0xff, sizeof status);
    TRY(semctl, id, 0, IPC_STAT, (uintptr_t)&status);
    SHOW(status.sem_nsems);
    SHOW(status.sem_perm.mode);
    SHOW(status.sem_perm.uid == getuid());
    status.sem_perm.mode = 0640;
    TRY(semctl, id, 0, IPC_SET, (uintptr_t)&status);
    TRY(semctl, id, 0, IPC_STAT, (uintptr_t)&status);
    SHOW(status.sem_perm.mode);
    TRY(semctl, id, 0, SETVAL, -1);
    TRY(semctl, id, 5, GETVAL, 0);
    TRY(semctl, id, 0, GETALL, (uintptr_t)BAD);
    TRY(semctl, id, 0, SETALL, (uintptr_t)BAD);
    TRY(semctl, id, 0, IPC_STAT, (uintptr_t)BAD);
    TRY(semctl, id, 0, 99, 0);
    TRY(semctl, id, 0, IPC_RMID, 0);
    TRY(semctl, id, 0, IPC_RMID, 0);
    return 0;
}
