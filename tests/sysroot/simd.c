// SPDX-License-Identifier: BSL-1.0
// Compiled with -msimd128: vector instructions, by their definition in the WebAssembly specification.
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <wasm_simd128.h>

#include "check.h"

static void arithmetic_wraps_or_saturates(void) {
    const v128_t bytes = wasm_i8x16_splat(100);
    CHECK(wasm_i8x16_extract_lane(wasm_i8x16_add(bytes, bytes), 3) == -56);
    CHECK(wasm_i8x16_extract_lane(wasm_i8x16_add_sat(bytes, bytes), 3) == 127);
    CHECK(wasm_u8x16_extract_lane(wasm_u8x16_sub_sat(bytes, wasm_u8x16_splat(101)), 15) == 0);
    const v128_t words = wasm_i16x8_make(-32768, 1, 2, 3, 4, 5, 6, 7);
    CHECK(wasm_i32x4_extract_lane(wasm_i32x4_dot_i16x8(words, words), 0) == 32768 * 32768 + 1);
}

static void lanes_go_where_they_are_sent(void) {
    const v128_t a = wasm_i32x4_make(1, 2, 3, 4);
    const v128_t b = wasm_i32x4_make(5, 6, 7, 8);
    const v128_t mixed = wasm_i32x4_shuffle(a, b, 0, 4, 3, 7);
    int32_t out[4];
    wasm_v128_store(out, mixed);
    CHECK(out[0] == 1 && out[1] == 5 && out[2] == 4 && out[3] == 8);
    const v128_t beyond = wasm_i8x16_swizzle(a, wasm_i8x16_splat(16));
    CHECK(!wasm_v128_any_true(beyond));
    CHECK(wasm_i32x4_bitmask(wasm_i32x4_gt(a, wasm_i32x4_splat(2))) == 0xc);
}

static void floats_keep_their_nans_and_zeros(void) {
    const v128_t zeros = wasm_f32x4_make(0.0F, -0.0F, NAN, 1.0F);
    const v128_t least = wasm_f32x4_min(zeros, wasm_f32x4_splat(0.0F));
    CHECK(signbit(wasm_f32x4_extract_lane(least, 1)) && isnan(wasm_f32x4_extract_lane(least, 2)));
    const v128_t whole = wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_make(NAN, 3e10F, -3e10F, -1.9F));
    CHECK(wasm_i32x4_extract_lane(whole, 0) == 0 && wasm_i32x4_extract_lane(whole, 1) == INT32_MAX);
    CHECK(wasm_i32x4_extract_lane(whole, 2) == INT32_MIN && wasm_i32x4_extract_lane(whole, 3) == -1);
}

// Loops that the compiler turns into vectors, on any alignment.
static void vectorised_loops_see_every_byte(void) {
    static uint8_t bytes[4099];
    for (size_t start = 0; start < 17; start++) {
        uint32_t sum = 0;
        memset(bytes, 1, sizeof bytes);
        for (size_t i = start; i < sizeof bytes; i++) bytes[i] = (uint8_t)(bytes[i] * 3 + 4);
        for (size_t i = 0; i < sizeof bytes; i++) sum += bytes[i];
        CHECK(sum == start + (sizeof bytes - start) * 7);
    }
}

int main(void) {
    arithmetic_wraps_or_saturates();
    lanes_go_where_they_are_sent();
    floats_keep_their_nans_and_zeros();
    vectorised_loops_see_every_byte();
    return failures != 0;
}
