/**
 * Random numbers side by side, and what dropout does with them.
 *
 * order   none: one counter in, eight numbers out
 */

#include "math/table.h"
#include "math/vector.h"

// Blocks that are made at a time; the loops over them become vectors.
enum { GROUP = 16 };

typedef struct group {
  uint32_t x[4][GROUP];
} group;

// base/random.c, for GROUP counters from `counter` on.
static void philox(group *g, uint64_t seed, uint64_t stream, uint64_t counter)
{
  uint32_t key0 = (uint32_t)seed;
  uint32_t key1 = (uint32_t)(seed >> 32);

  for (int j = 0; j < GROUP; j++) {
    g->x[0][j] = (uint32_t)(counter + (uint64_t)j);
    g->x[1][j] = (uint32_t)((counter + (uint64_t)j) >> 32);
    g->x[2][j] = (uint32_t)stream;
    g->x[3][j] = (uint32_t)(stream >> 32);
  }
  for (int round = 0; round < 10; round++) {
    for (int j = 0; j < GROUP; j++) {
      uint64_t product0 = (uint64_t)0xD2511F53u * g->x[0][j];
      uint64_t product1 = (uint64_t)0xCD9E8D57u * g->x[2][j];
      g->x[0][j] = (uint32_t)(product1 >> 32) ^ g->x[1][j] ^ key0;
      g->x[1][j] = (uint32_t)product1;
      g->x[2][j] = (uint32_t)(product0 >> 32) ^ g->x[3][j] ^ key1;
      g->x[3][j] = (uint32_t)product0;
    }
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
}

void LS_KERNEL(noise)(uint16_t *out, uint64_t seed, uint64_t stream, uint64_t counter,
                      int64_t blocks)
{
  for (int64_t done = 0; done < blocks; done += GROUP) {
    int here = blocks - done < GROUP ? (int)(blocks - done) : GROUP;
    group g;
    philox(&g, seed, stream, counter + (uint64_t)done);
    for (int j = 0; j < here; j++, out += 8) {
      for (int word = 0; word < 4; word++) {
        out[2 * word] = (uint16_t)g.x[word][j];
        out[2 * word + 1] = (uint16_t)(g.x[word][j] >> 16);
      }
    }
  }
}

void LS_KERNEL(dropout)(float *x, const uint16_t *noise, int64_t count,
                        uint16_t threshold, float scale)
{
  for (int64_t i = 0; i < count; i++) {
    x[i] = noise[i] < threshold ? 0.0f : x[i] * scale;
  }
}

void LS_KERNEL(scale)(float *x, int64_t count, float factor)
{
  const vec factors = spread(factor);

  for (int64_t i = 0; i < count; i += LS_LANES) {
    store(x + i, load(x + i) * factors);
  }
}
