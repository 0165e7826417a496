#ifndef MATH_EXPLOG_H
#define MATH_EXPLOG_H

/**
 * The constants of our own exponential and logarithm.
 *
 * Why our own: the C library's dispatch by processor, and their last bits with it.
 * Every table evaluates the same fused multiply-adds in the same order:
 *
 *   exp(x), x <= 0     x below EXP_MIN counts as EXP_MIN, which gives +0.0
 *     n = round(x / ln 2);  r = x - n ln 2, in two parts;  |r| <= ln 2 / 2
 *     p = fma(...fma(EXP_6, r, EXP_5)..., r, 1), through 1/2 and 1
 *     exp = p * 2^(n >> 1) * 2^(n - (n >> 1)), so that only the last one rounds
 *
 *   log(x), x >= 1, finite or not
 *     x = m 2^e, sqrt(1/2) <= m < sqrt(2);  f = m - 1
 *     q = fma(...fma(LOG_8, f, LOG_7)..., f, LOG_0);  y = f^2 (q f - 1/2)
 *     log = fma(e, LN2_HIGH, f + fma(e, LN2_LOW, y)), plus 0 * x for NaN and infinity
 *
 * The polynomials interpolate (exp(r) - 1 - r) / r^2 and (log(1 + f) - f + f^2 / 2) /
 * f^3 at the Chebyshev nodes of their intervals and are rounded to float.
 */

#define LS_LOG2E 0x1.715476p+0f
#define LS_LN2_HIGH 0x1.62e4p-1f /* 15 bits, so that n times it is exact */
#define LS_LN2_LOW 0x1.7f7d1cp-20f

#define LS_EXP_MIN -104.0f
#define LS_ROUND 0x1.8p+23f /* adding it leaves a whole number in the low bits */
#define LS_EXP_2 0x1.0p-1f
#define LS_EXP_3 0x1.5554d8p-3f
#define LS_EXP_4 0x1.555516p-5f
#define LS_EXP_5 0x1.12106cp-7f
#define LS_EXP_6 0x1.6d1606p-10f

#define LS_SQRT_HALF_BITS 0x3f3504f3
#define LS_LOG_0 0x1.555554p-2f
#define LS_LOG_1 -0x1.fffffcp-3f
#define LS_LOG_2 0x1.999d5ap-3f
#define LS_LOG_3 -0x1.555b4ap-3f
#define LS_LOG_4 0x1.23d21ap-3f
#define LS_LOG_5 -0x1.fcf4c6p-4f
#define LS_LOG_6 0x1.dea282p-4f
#define LS_LOG_7 -0x1.d635bcp-4f
#define LS_LOG_8 0x1.1d8ea6p-4f

#define LS_MANTISSA_BITS 23
#define LS_EXPONENT_BIAS 127

#endif
