#ifndef MATH_VECTOR_H
#define MATH_VECTOR_H

/**
 * Lanes: LS_LANES floats side by side, for whichever instruction set LS_ISA names.
 *
 * Arithmetic is the compiler's vector extension (`a + b`, `a < b`); only the fused
 * multiply-add, the square root, the broadcast and the mask need each instruction set's
 * own name.  All functions are local.
 */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if LS_LANES == 4
#include <arm_neon.h>
#else
#include <immintrin.h>
#endif

#define LS_INLINE static inline __attribute__((always_inline))
/**
 * Before a loop: its turns in a row, or what it is over is kept in memory.  Unasked,
 * GCC leaves more than 16 turns as a loop.
 */
#define LS_UNROLLED _Pragma("GCC unroll 32")
#define LS_UNROLLED_MOST 32
#define LS_VECTOR(type) type __attribute__((vector_size(LS_LANES * sizeof(type))))

typedef LS_VECTOR(float) vec;
typedef LS_VECTOR(int32_t) ivec;

/** Vectors in one pad of floats. */
enum { LS_PAD_VECTORS = 16 / LS_LANES };

#if LS_LANES == 4

LS_INLINE vec spread(float value)
{
  return vdupq_n_f32(value);
}

LS_INLINE vec fused(vec a, vec b, vec c)
{
  return vfmaq_f32(c, a, b);
}

LS_INLINE vec root(vec x)
{
  return vsqrtq_f32(x);
}

LS_INLINE uint32_t mask_of(ivec lanes)
{
  const ivec bits = {1, 2, 4, 8};
  return vaddvq_u32(vreinterpretq_u32_s32(lanes & bits));
}

LS_INLINE vec load_bytes(const uint8_t *from)
{
  uint8_t bytes[8] = {0};

  memcpy(bytes, from, LS_LANES);
  return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(vld1_u8(bytes)))));
}

/** To memory instead of a cache, where that can be told; `to` is aligned to vectors. */
LS_INLINE void store_far(float *to, vec v)
{
  memcpy(to, &v, sizeof v);
}

/** Let no later store be seen before the far ones: here any release does. */
LS_INLINE void order_far_stores(void) {}

#elif LS_LANES == 8

LS_INLINE vec spread(float value)
{
  return _mm256_set1_ps(value);
}

/** a * b + c, rounded once. */
LS_INLINE vec fused(vec a, vec b, vec c)
{
  return _mm256_fmadd_ps(a, b, c);
}

/** The square root, rounded once. */
LS_INLINE vec root(vec x)
{
  return _mm256_sqrt_ps(x);
}

/** A bit a lane; the lanes are all ones or all zeros. */
LS_INLINE uint32_t mask_of(ivec lanes)
{
  return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps((__m256i)lanes));
}

/** LS_LANES bytes as floats. */
LS_INLINE vec load_bytes(const uint8_t *from)
{
  __m128i bytes = _mm_loadl_epi64((const __m128i *)(const void *)from);
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
}

/** To memory instead of a cache; `to` is aligned to vectors. */
LS_INLINE void store_far(float *to, vec v)
{
  _mm256_stream_ps(to, v);
}

/** Let no later store be seen before the far ones. */
LS_INLINE void order_far_stores(void)
{
  _mm_sfence();
}

#elif defined(__AVX512F__)

LS_INLINE vec spread(float value)
{
  return _mm512_set1_ps(value);
}

LS_INLINE vec fused(vec a, vec b, vec c)
{
  return _mm512_fmadd_ps(a, b, c);
}

LS_INLINE vec root(vec x)
{
  return _mm512_sqrt_ps(x);
}

LS_INLINE uint32_t mask_of(ivec lanes)
{
  return _mm512_cmplt_epi32_mask((__m512i)lanes, _mm512_setzero_si512());
}

LS_INLINE vec load_bytes(const uint8_t *from)
{
  __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)from);
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes));
}

LS_INLINE void store_far(float *to, vec v)
{
  _mm512_stream_ps(to, v);
}

LS_INLINE void order_far_stores(void)
{
  _mm_sfence();
}

#else // 16 lanes as two of 8: proves the 16-lane source on processors with AVX2

typedef union {
  vec whole;
  __m256 half[2];
} halves;

LS_INLINE vec spread(float value)
{
  __m256 half = _mm256_set1_ps(value);
  return (halves){.half = {half, half}}.whole;
}

LS_INLINE vec fused(vec a, vec b, vec c)
{
  halves x = {a}, y = {b}, z = {c};
  z.half[0] = _mm256_fmadd_ps(x.half[0], y.half[0], z.half[0]);
  z.half[1] = _mm256_fmadd_ps(x.half[1], y.half[1], z.half[1]);
  return z.whole;
}

LS_INLINE vec root(vec x)
{
  halves both = {x};
  both.half[0] = _mm256_sqrt_ps(both.half[0]);
  both.half[1] = _mm256_sqrt_ps(both.half[1]);
  return both.whole;
}

LS_INLINE uint32_t mask_of(ivec lanes)
{
  union {
    ivec whole;
    __m256 half[2];
  } both = {lanes};
  return (uint32_t)_mm256_movemask_ps(both.half[0]) |
         (uint32_t)_mm256_movemask_ps(both.half[1]) << 8;
}

LS_INLINE vec load_bytes(const uint8_t *from)
{
  __m128i low = _mm_loadl_epi64((const __m128i *)(const void *)from);
  __m128i high = _mm_loadl_epi64((const __m128i *)(const void *)(from + 8));
  halves both = {.half = {_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(low)),
                          _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(high))}};
  return both.whole;
}

LS_INLINE void store_far(float *to, vec v)
{
  halves both = {v};
  _mm256_stream_ps(to, both.half[0]);
  _mm256_stream_ps(to + 8, both.half[1]);
}

LS_INLINE void order_far_stores(void)
{
  _mm_sfence();
}

#endif

// The lower or upper halves of two vectors, lane by lane in turns.
#if LS_LANES == 4
#define LS_ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define LS_ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#elif LS_LANES == 8
#define LS_ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define LS_ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define LS_ZIP_LOW(a, b)                                                               \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define LS_ZIP_HIGH(a, b)                                                              \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30,  \
                          15, 31)
#endif

/** Rows of a square, v [LS_LANES], become its columns. */
LS_INLINE void turn_square(vec *v)
{
  for (int zipped = 1; zipped < LS_LANES; zipped *= 2) {
    vec next[LS_LANES];
    for (int i = 0; i < LS_LANES / 2; i++) {
      next[2 * i] = LS_ZIP_LOW(v[i], v[i + LS_LANES / 2]);
      next[2 * i + 1] = LS_ZIP_HIGH(v[i], v[i + LS_LANES / 2]);
    }
    memcpy(v, next, sizeof next);
  }
}

LS_INLINE vec load(const float *from)
{
  vec v;
  memcpy(&v, from, sizeof v);
  return v;
}

LS_INLINE void store(float *to, vec v)
{
  memcpy(to, &v, sizeof v);
}

/** The first `count` < LS_LANES floats; the other lanes are +0.0. */
LS_INLINE vec load_first(const float *from, int64_t count)
{
  vec v = {0};
  memcpy(&v, from, (size_t)count * sizeof *from);
  return v;
}

LS_INLINE void store_first(float *to, vec v, int64_t count)
{
  memcpy(to, &v, (size_t)count * sizeof *to);
}

/** The same bits as integers. */
LS_INLINE ivec bits_of(vec v)
{
  ivec bits;
  memcpy(&bits, &v, sizeof bits);
  return bits;
}

LS_INLINE vec from_bits(ivec bits)
{
  vec v;
  memcpy(&v, &bits, sizeof v);
  return v;
}

/** Where the mask is all ones `yes`, where it is zero `no`. */
LS_INLINE vec choose(ivec mask, vec yes, vec no)
{
  return from_bits((bits_of(yes) & mask) | (bits_of(no) & ~mask));
}

/** Whether a pad of floats is nothing but +0.0. */
LS_INLINE bool is_zero(const float *from)
{
  ivec bits = {0};

  for (int v = 0; v < LS_PAD_VECTORS; v++) {
    bits |= bits_of(load(from + v * LS_LANES));
  }
  return mask_of(bits != 0) == 0;
}

#endif
