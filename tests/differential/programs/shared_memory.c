// SPDX-License-Identifier: BSL-1.0
// System V shared memory. Segments are removed as soon as they are attached.
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

#include "call.h"

DECLARE(shmat, int, const void*, int);
DECLARE(shmdt, const void*);
DECLARE(shmget, int, size_t, int);
DECLARE(shmctl, int, int, struct shmid_ds*);

int main(void) {
    struct shmid_ds status;
    const int id = (int)TRY_OK(shmget, IPC_PRIVATE, 10000, IPC_CREAT | 0640);
    char* a = (char*)(uintptr_t)TRY_OK(shmat, id, NULL, 0);
    char* b = (char*)(uintptr_t)TRY_OK(shmat, id, NULL, SHM_RDONLY);
    TRY(shmctl, id, IPC_STAT, &status);
    TRY(shmctl, id, IPC_RMID, NULL);
    if ((uintptr_t)a > (uintptr_t)-4096) return 1;
    SHOW(status.shm_nattch);
    SHOW((uintptr_t)a % 4096);
    SHOW(a[9999]);
    a[9999] = 5;
    SHOW(b[9999]);
    const int child = fork();
    if (child == 0) {
        a[9999] = 6;
        TRY(shmdt, a);
        _exit(0);
    }
    int ended;
    if (waitpid(child, &ended, 0) != child) return 2;
    SHOW(b[9999]);
    TRY(shmdt, a);
    TRY(shmdt, a);
    TRY(shmdt, b + 1);
    SHOW(b[9999]);
    TRY(shmdt, b);
    TRY(shmat, id, NULL, 0);
    TRY(shmat, -1, NULL, 0);
    return 0;
}
