// SPDX-License-Identifier: BSL-1.0
// For calls_test: functions are called through pointers of other types, by this program and by the host. Without an
// argument it ends with 0 and the word "ok"; with one it makes only a call that has the right type.
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef long (*wide_function)(long, int, double);
typedef void (*plain_function)(void);
static plain_function volatile chosen;

#define CALL(function, type) (chosen = (plain_function)(function), (type)chosen)

static int failures;
#define CHECK(condition) ((condition) ? (void)0 : (void)(failures++, fprintf(stderr, "%d: %s\n", __LINE__, #condition)))

static double last;
static long wide(long a, int b, double c) {
    last = c;
    return a + b;
}
static int none(void) { return 7; }
static void no_result(long a) { last = (double)a; }
static double floating(double a) { return a * 2; }
static float narrow(float a, int b) { return a + (float)b; }
static int compare(const int* a, const int* b) { return *a - *b; }
static jmp_buf target;
static void jumps(int value) { longjmp(target, value); }

static int signals;
static void handler(int number) { signals += number == SIGUSR1; }
static void* thread(void* argument) { return CALL(none, int (*)(int))(1) == 7 ? argument : NULL; }

int main(int argc, char** argv) {
    (void)argv;
    CHECK(CALL(wide, wide_function)(1L << 40, 2, 2.5) == (1L << 40) + 2 && last == 2.5);
    if (argc > 1) return failures;
    CHECK(CALL(none, wide_function)(1, 2, 3) == 7);
    CHECK(CALL(no_result, wide_function)(5000000000L, 2, 3) == 0 && last == 5000000000.0);
    CHECK(CALL(floating, double (*)(long, double, int))(1, 4, 2) == 8);
    CHECK(CALL(narrow, float (*)(int, float))(3, 1.5F) == 4.5F);
    CHECK(CALL(wide, long (*)(long))(41) == 41 && last == 0);
    CHECK(CALL(wide, int (*)(unsigned, unsigned))(4000000000U, 0) == (int)4000000000U);

    int numbers[] = {3, 1, 2};
    qsort(numbers, 3, sizeof *numbers, CALL(compare, int (*)(const void*, const void*)));
    CHECK(numbers[0] == 1 && numbers[1] == 2 && numbers[2] == 3);
    const int jumped = setjmp(target);
    if (jumped == 0) CALL(jumps, void (*)(int, int))(9, 1);
    CHECK(jumped == 9);

    signal(SIGUSR1, handler);
    raise(SIGUSR1);
    CHECK(signals == 1);
    pthread_t other;
    void* result = NULL;
    CHECK(pthread_create(&other, NULL, thread, &other) == 0 && pthread_join(other, &result) == 0 && result == &other);
    if (failures == 0) puts("ok");
    return failures;
}
