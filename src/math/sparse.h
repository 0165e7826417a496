#ifndef MATH_SPARSE_H
#define MATH_SPARSE_H

/**
 * Which values of a matrix x [B][P(D)] are not zero (of either sign), as bits.
 *
 *   by row      [B][ls_sparse_words(D)] words of 64: bit i % 64 of word i / 64 is input
 *               i
 *   by column   [ls_sparse_row_words(B)][P(D)] words of 32: bit r % 32 of word
 *               [r / 32][i] is row r
 *
 * A product can then leave out the others: images are mostly background.  A fused
 * multiply-add of a zero changes no chain's bits but the sign of a zero, and the
 * kernels give sums of zero the sign of +0.0; so leaving them out changes no bits
 * unless the other factor is not finite, where it keeps a NaN from coming up.
 */

enum { LS_SPARSE_WORD = 64, LS_SPARSE_ROWS = 32 };

/** So many rows of a gradient are worth a list; with more, nothing is left out. */
enum { LS_SPARSE_LIST_ROWS = 1024 };

/** Words of 64 inputs.  Local; same result on every rank. */
static inline int ls_sparse_words(int inputs)
{
  return (inputs + LS_SPARSE_WORD - 1) / LS_SPARSE_WORD;
}

/** Words of 32 rows.  Local; same result on every rank. */
static inline int ls_sparse_row_words(int rows)
{
  return (rows + LS_SPARSE_ROWS - 1) / LS_SPARSE_ROWS;
}

#endif
