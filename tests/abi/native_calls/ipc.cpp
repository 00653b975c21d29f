// SPDX-License-Identifier: BSL-1.0
// Memory, semaphores, messages and keys between processes; all of it private or removed again.
#include <fcntl.h>
#include <linux/keyctl.h>
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include <string>

#include "run.hpp"

namespace native_calls {
namespace {

void* address(long value) { return reinterpret_cast<void*>(value); }

void shared_memory(Run& run) {
    const int id = CALL(shmget, IPC_PRIVATE, 8192, IPC_CREAT | 0600).varies().number();
    void* const memory = address(CALL(shmat, id, nullptr, 0).varies());
    abi::shmid_ds status{};
    CALL(shmctl, id, IPC_STAT, any(&status));
    run.see(status.shm_segsz, status.shm_nattch, status.shm_perm.mode);
    CALL(shmdt, memory);
    FAILS(shmdt, memory);
    CALL(shmctl, id, IPC_RMID, nullptr);
    ::shmctl(id, IPC_RMID, nullptr);  // Nothing stays, even if ours fails.
}

void semaphores(Run& run) {
    const int id = CALL(semget, IPC_PRIVATE, 2, IPC_CREAT | 0600).varies().number();
    ASK(good, semctl, result(::semctl(id, 1, SETVAL, 5)), id, 1, SETVAL, address(5));
    const abi::sembuf take{1, -2, IPC_NOWAIT}, take_more{1, -9, IPC_NOWAIT};
    CALL(semop, id, any(&take), 1);
    FAILS(semop, id, any(&take_more), 1);
    CALL(semtimedop, id, any(&take), 1, any(nullptr));
    ASK(good, semctl, result(::semctl(id, 1, GETVAL)), id, 1, GETVAL, nullptr);
    ASK(good, semctl, result(::semctl(id, 0, IPC_RMID)), id, 0, IPC_RMID, nullptr);
    ::semctl(id, 0, IPC_RMID);
}

void messages(Run& run) {
    struct {
        long type = 9;
        char text[8] = "message";
    } message;
    const int id = CALL(msgget, IPC_PRIVATE, IPC_CREAT | 0600).varies().number();
    CALL(msgsnd, id, &message, 8, IPC_NOWAIT);
    abi::msqid_ds status{};
    CALL(msgctl, id, IPC_STAT, any(&status));
    run.see(status.msg_qnum, status.msg_cbytes, status.msg_perm.mode);
    message = {0, ""};
    FAILS(msgrcv, id, &message, 8, 8, IPC_NOWAIT);
    CALL(msgrcv, id, &message, 5, 9, IPC_NOWAIT | MSG_NOERROR);
    run.see(message);
    CALL(msgctl, id, IPC_RMID, nullptr);
    ::msgctl(id, IPC_RMID, nullptr);
}

void message_queues(Run& run) {
    const std::string name = "/wali-native-calls-" + std::to_string(::getpid());
    const abi::mq_attr asked{0, 2, 16, 0, {}};
    constexpr int how = O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK;
    // Without the slash, which is the C library's.
    const int queue =
        ASK(good, mq_open, result(::mq_open(name.c_str(), how, 0600, &asked)), name.c_str() + 1, how, 0600, &asked)
            .number();
    ASK(good, mq_unlink, result(::mq_unlink(name.c_str())), name.c_str() + 1);
    CALL(mq_timedsend, queue, "low", 3, 1, any(nullptr));
    CALL(mq_timedsend, queue, "high", 4, 2, any(nullptr));
    char text[16] = {};
    unsigned int priority = 0;
    CALL(mq_timedreceive, queue, text, sizeof(text), &priority, any(nullptr));
    run.see(text), run.see(priority);
    abi::mq_attr attributes{};
    const abi::mq_attr blocking{};
    ASK(good, mq_getsetattr, result(::mq_setattr(queue, any(&blocking), any(&attributes))), queue, &blocking,
        &attributes);
    run.see(attributes.mq_flags, attributes.mq_maxmsg, attributes.mq_msgsize, attributes.mq_curmsgs);
    abi::sigevent event{};
    event.notify = SIGEV_NONE;
    CALL(mq_notify, queue, any(&event));
    FAILS(mq_notify, queue, any(&event));
}

// In the process's own keyring, which ends with it.
void keys(Run& run) {
    const long key = RAW(add_key, "user", "wali:native-calls", "secret", 6, KEY_SPEC_PROCESS_KEYRING).varies();
    const long found = RAW(request_key, "user", "wali:native-calls", nullptr, 0).varies();
    run.holds(found == key);
    char secret[8] = {};
    RAW(keyctl, KEYCTL_READ, address(key), secret, address(sizeof(secret)), nullptr);
    run.see(secret);
}

}  // namespace

const std::initializer_list<Scenario> ipc_scenarios = {
    {"shared_memory", shared_memory},
    {"semaphores", semaphores},
    {"messages", messages},
    {"message_queues", message_queues},
    {"keys", keys},
};

}  // namespace native_calls
