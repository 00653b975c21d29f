// SPDX-License-Identifier: BSL-1.0
// System V message queues and the ids of shared memory. What is made is removed again.
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/shm.h>

#include "call.h"

DECLARE(shmget, int, size_t, int);
DECLARE(shmctl, int, int, struct shmid_ds*);
DECLARE(msgget, int, int);
DECLARE(msgsnd, int, const void*, size_t, int);
DECLARE(msgrcv, int, void*, size_t, long, int);
DECLARE(msgctl, int, int, struct msqid_ds*);

static void segments(void) {
    struct shmid_ds status;
    memset(&status, 0xff, sizeof status);
    const int id = (int)TRY_OK(shmget, IPC_PRIVATE, 10000, IPC_CREAT | 0640);
    TRY(shmctl, id, IPC_STAT, &status);
    SHOW(status.shm_segsz);
    SHOW(status.shm_nattch);
    SHOW(status.shm_perm.mode);
    SHOW(status.shm_perm.uid == getuid());
    SHOW(status.shm_cpid == getpid());
    status.shm_perm.mode = 0600;
    TRY(shmctl, id, IPC_SET, &status);
    TRY(shmctl, id, IPC_STAT, &status);
    SHOW(status.shm_perm.mode);
    TRY(shmctl, id, IPC_STAT, BAD);
    TRY(shmctl, id, 99, &status);
    TRY(shmctl, id, IPC_RMID, NULL);
    TRY(shmctl, id, IPC_STAT, &status);
    TRY(shmget, IPC_PRIVATE, 0, IPC_CREAT | 0600);
    TRY(shmget, 0x7761abcd, 100, 0);
    TRY(shmctl, -1, IPC_STAT, &status);
}

static void queues(void) {
    struct {
        long type;
        char text[16];
    } message = {3, "three"}, got = {0, ""};
    struct msqid_ds status;
    const int id = (int)TRY_OK(msgget, IPC_PRIVATE, IPC_CREAT | 0600);
    TRY(msgsnd, id, &message, 6, 0);
    message.type = 5;
    TRY(msgsnd, id, &message, 0, 0);
    message.type = 0;
    TRY(msgsnd, id, &message, 6, 0);
    TRY(msgsnd, id, &message, -1, 0);
    TRY(msgsnd, id, BAD, 6, 0);
    TRY(msgsnd, -1, &message, 6, 0);
    memset(&status, 0, sizeof status);
    TRY(msgctl, id, IPC_STAT, &status);
    SHOW(status.msg_qnum);
    SHOW(status.msg_perm.mode);
    SHOW(status.msg_lspid == getpid());
    TRY(msgrcv, id, &got, 16, 5, 0);
    SHOW(got.type);
    TRY(msgrcv, id, &got, 2, 0, 0);
    TRY(msgrcv, id, &got, 2, 0, MSG_NOERROR);
    SHOW(got.type);
    SHOW_TEXT(got.text, 3);
    TRY(msgrcv, id, &got, 16, 0, IPC_NOWAIT);
    TRY(msgrcv, id, &got, 16, -4, IPC_NOWAIT);
    message.type = 2;
    TRY(msgsnd, id, &message, 6, IPC_NOWAIT);
    TRY(msgrcv, id, BAD, 16, 0, IPC_NOWAIT);
    status.msg_qbytes = 100;
    TRY(msgctl, id, IPC_SET, &status);
    TRY(msgctl, id, IPC_STAT, &status);
    SHOW(status.msg_qbytes);
    TRY(msgctl, id, IPC_STAT, BAD);
    TRY(msgctl, id, 99, &status);
    TRY(msgctl, id, IPC_RMID, NULL);
    TRY(msgctl, id, IPC_RMID, NULL);
    TRY(msgget, 0x7761abcd, 0);
}

int main(void) {
    segments();
    queues();
    return 0;
}
