// SPDX-License-Identifier: BSL-1.0
// Functions of real and complex numbers, and sequences of random ones.
#define _GNU_SOURCE
#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"

// CMPLX, which glibc has for GCC alone.
static double complex number(double real, double imaginary) { return __builtin_complex(real, imaginary); }

static void real_numbers(void) {
    volatile double large = -3e7;
    volatile double tiny = 0x1p-700;
    volatile double nothing = 0;
    CHECK(isnan(acosh(large)) && acosh(-large) > 17);
    CHECK(signbit(fma(tiny, -tiny, nothing)));
}

static void inverses_of_complex_functions(void) {
    double complex z = csqrt(number(0, 0x1p-1074));
    CHECK(creal(z) > 0 && isfinite(cimag(z)));
    z = casinh(number(0, INFINITY));
    CHECK(creal(z) == INFINITY && cimag(z) == M_PI_2);
    z = casin(number(1e-10, 1e-10));
    CHECK(fabs(creal(z) - 1e-10) < 1e-24 && fabs(cimag(z) - 1e-10) < 1e-24);
    z = catanh(number(0, INFINITY));
    CHECK(creal(z) == 0 && cimag(z) == M_PI_2);
    z = catan(number(1e-10, 1e-12));
    CHECK(fabs(creal(z) - 1e-10) < 1e-24 && fabs(cimag(z) - 1e-12) < 1e-26);
    z = cacos(number(INFINITY, 1));
    CHECK(creal(z) == 0 && cimag(z) == -INFINITY);
    z = cacosh(number(0.5, -0.0));
    CHECK(fabs(creal(z)) < 1e-300 && fabs(cimag(z) + 1.0471975511965979) < 1e-15);
}

static void sequences(void) {
    unsigned short constants[7] = {1, 2, 3, 4, 5, 6, 7};
    srand48(1);
    const long first = lrand48();
    lcong48(constants);
    srand48(1);
    CHECK(lrand48() == first);
    srandom(1);
    CHECK(random() == 1804289383 && rand() == 846930886);
    srand(42);
    CHECK(rand() == 71876166);
    char state[64];
    char* const before = initstate(7, state, sizeof state);
    const long next = random();
    CHECK(setstate(before) == state);
    srandom(1);
    CHECK(random() == 1804289383);
    CHECK(initstate(7, state, sizeof state) == before && random() == next);
}

int main(void) {
    real_numbers();
    inverses_of_complex_functions();
    sequences();
    if (failures == 0) puts("ok");
    return failures != 0;
}
