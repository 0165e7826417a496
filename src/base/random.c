#include "base/random.h"

void ls_random_words(uint32_t words[4], uint64_t seed, uint64_t stream,
                     uint64_t counter)
{
  uint32_t key0 = (uint32_t)seed;
  uint32_t key1 = (uint32_t)(seed >> 32);
  uint32_t x0 = (uint32_t)counter;
  uint32_t x1 = (uint32_t)(counter >> 32);
  uint32_t x2 = (uint32_t)stream;
  uint32_t x3 = (uint32_t)(stream >> 32);

  for (int round = 0; round < 10; round++) {
    uint64_t product0 = (uint64_t)0xD2511F53u * x0;
    uint64_t product1 = (uint64_t)0xCD9E8D57u * x2;
    x0 = (uint32_t)(product1 >> 32) ^ x1 ^ key0;
    x1 = (uint32_t)product1;
    x2 = (uint32_t)(product0 >> 32) ^ x3 ^ key1;
    x3 = (uint32_t)product0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  words[0] = x0;
  words[1] = x1;
  words[2] = x2;
  words[3] = x3;
}

float ls_random_unit(uint32_t word)
{
  return (float)(word >> 8) * 0x1p-24f;
}
