// SPDX-License-Identifier: BSL-1.0
// A signal for a thread that begins another: its handler finds the thread that it has interrupted, with its variables.

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "check.h"

static pthread_t beginner;
static _Thread_local int own_value;
static _Thread_local char large[1 << 20] = {1};  // so that it takes a while to give a thread its variables
static atomic_int handled, elsewhere;
static atomic_bool enough;
static sem_t begun;

static void whose(int signal) {
    (void)signal;
    handled++;
    if (!pthread_equal(pthread_self(), beginner) || own_value != 7) elsewhere++;
}

static void* begin_nothing(void* unused) {
    CHECK(own_value == 0 && large[0] == 1);
    return unused;
}

static void* begin_threads(void* unused) {
    beginner = pthread_self();
    own_value = 7;
    sem_post(&begun);
    for (int i = 0; i < 500; i++) {
        pthread_t thread;
        CHECK(!pthread_create(&thread, NULL, begin_nothing, NULL) && !pthread_join(thread, NULL));
    }
    enough = true;
    return unused;
}

int main(void) {
    struct sigaction action = {.sa_handler = whose, .sa_flags = SA_RESTART};
    CHECK(!sigaction(SIGUSR1, &action, NULL));
    CHECK(!sem_init(&begun, 0, 0));
    pthread_t thread;
    CHECK(!pthread_create(&thread, NULL, begin_threads, NULL));
    while (sem_wait(&begun) != 0) continue;
    while (!enough) CHECK(!pthread_kill(thread, SIGUSR1));
    CHECK(!pthread_join(thread, NULL));
    CHECK(handled > 0);
    CHECK(elsewhere == 0);
    if (failures == 0) puts("ok");
    return failures != 0;
}
