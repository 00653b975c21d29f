// SPDX-License-Identifier: BSL-1.0
//
// Vector instructions in place of simde's: Debian 12's are wrong for zeros of different sign, NaN, one product, numbers
// of 2^31 and more as integers, and the number that is -0 as a double, and Debian 13's give signalling NaNs back.
// Included at the end of the C writer's header, whose scalar functions it uses. Only what every x86-64 has: SSE2.
#pragma once

#include <emmintrin.h>

// MINPS and MAXPS give the second operand back where they do not decide, so they are asked in both orders: or-ing the
// answers finds -0 and any NaN. What is not a number then becomes the canonical NaN: payload cleared, quiet bit kept.
#define WALI_DEFINE_MIN_MAX(type, vector, suffix, integers, quiet_bits)                                   \
    static inline vector wali_quiet_##type(vector result) {                                               \
        const vector unordered = _mm_cmpunord_##suffix(result, result);                                   \
        const vector payload =                                                                            \
            _mm_castsi128_##suffix(_mm_srli_##integers(_mm_cast##suffix##_si128(unordered), quiet_bits)); \
        return _mm_andnot_##suffix(payload, _mm_or_##suffix(result, unordered));                          \
    }                                                                                                     \
    static inline v128 wali_##type##_min(v128 x, v128 y) {                                                \
        const vector a = (vector)x, b = (vector)y;                                                        \
        return (v128)wali_quiet_##type(_mm_or_##suffix(_mm_min_##suffix(a, b), _mm_min_##suffix(b, a)));  \
    }                                                                                                     \
    static inline v128 wali_##type##_max(v128 x, v128 y) {                                                \
        const vector a = (vector)x, b = (vector)y;                                                        \
        const vector first = _mm_max_##suffix(a, b);                                                      \
        const vector differs = _mm_xor_##suffix(first, _mm_max_##suffix(b, a));                           \
        /* Where they differ they are zeros, of which 0 wins: -0 - -0; or one is a NaN. */                \
        return (v128)wali_quiet_##type(_mm_sub_##suffix(_mm_or_##suffix(first, differs), differs));       \
    }

WALI_DEFINE_MIN_MAX(f32x4, __m128, ps, epi32, 10)
WALI_DEFINE_MIN_MAX(f64x2, __m128d, pd, epi64, 13)

#define WALI_DEFINE_ROUNDING(name, lane, count, function)              \
    static inline v128 wali_##name(v128 vector) {                      \
        lane lanes[count];                                             \
        wasm_rt_memcpy(lanes, &vector, sizeof vector);                 \
        for (int i = 0; i < count; ++i) lanes[i] = function(lanes[i]); \
        wasm_rt_memcpy(&vector, lanes, sizeof vector);                 \
        return vector;                                                 \
    }

WALI_DEFINE_ROUNDING(f32x4_ceil, f32, 4, wasm_ceilf)
WALI_DEFINE_ROUNDING(f32x4_floor, f32, 4, wasm_floorf)
WALI_DEFINE_ROUNDING(f32x4_trunc, f32, 4, wasm_truncf)
WALI_DEFINE_ROUNDING(f32x4_nearest, f32, 4, wasm_nearbyintf)
WALI_DEFINE_ROUNDING(f64x2_ceil, f64, 2, wasm_ceil)
WALI_DEFINE_ROUNDING(f64x2_floor, f64, 2, wasm_floor)
WALI_DEFINE_ROUNDING(f64x2_trunc, f64, 2, wasm_trunc)
WALI_DEFINE_ROUNDING(f64x2_nearest, f64, 2, wasm_nearbyint)

// (x * y + 0x4000) >> 15 with 32 bits, of which packing saturates the one result that does not fit.
static inline v128 wali_i16x8_q15mulr_sat(v128 x, v128 y) {
    const __m128i low = _mm_mullo_epi16((__m128i)x, (__m128i)y);
    const __m128i high = _mm_mulhi_epi16((__m128i)x, (__m128i)y);
    const __m128i half = _mm_set1_epi32(0x4000);
    const __m128i first = _mm_srai_epi32(_mm_add_epi32(_mm_unpacklo_epi16(low, high), half), 15);
    const __m128i last = _mm_srai_epi32(_mm_add_epi32(_mm_unpackhi_epi16(low, high), half), 15);
    return (v128)_mm_packs_epi32(first, last);
}

static inline u32 wali_i64x2_all_true(v128 vector) {
    const __m128i halves = _mm_cmpeq_epi32((__m128i)vector, _mm_setzero_si128());
    const __m128i zeros = _mm_and_si128(halves, _mm_shuffle_epi32(halves, _MM_SHUFFLE(2, 3, 0, 1)));
    return _mm_movemask_epi8(zeros) == 0;
}

static inline v128 wali_u32x4_trunc_sat_f32x4(v128 vector) {
    f32 numbers[4];
    u32 integers[4];
    wasm_rt_memcpy(numbers, &vector, sizeof vector);
    for (int i = 0; i < 4; ++i) integers[i] = I32_TRUNC_SAT_U_F32(numbers[i]);
    wasm_rt_memcpy(&vector, integers, sizeof vector);
    return vector;
}

#define simde_wasm_f32x4_min wali_f32x4_min
#define simde_wasm_f32x4_max wali_f32x4_max
#define simde_wasm_f64x2_min wali_f64x2_min
#define simde_wasm_f64x2_max wali_f64x2_max
#define simde_wasm_f32x4_ceil wali_f32x4_ceil
#define simde_wasm_f32x4_floor wali_f32x4_floor
#define simde_wasm_f32x4_trunc wali_f32x4_trunc
#define simde_wasm_f32x4_nearest wali_f32x4_nearest
#define simde_wasm_f64x2_ceil wali_f64x2_ceil
#define simde_wasm_f64x2_floor wali_f64x2_floor
#define simde_wasm_f64x2_trunc wali_f64x2_trunc
#define simde_wasm_f64x2_nearest wali_f64x2_nearest
#define simde_wasm_i16x8_q15mulr_sat wali_i16x8_q15mulr_sat
#define simde_wasm_i64x2_all_true wali_i64x2_all_true
#define simde_wasm_u32x4_trunc_sat_f32x4 wali_u32x4_trunc_sat_f32x4
