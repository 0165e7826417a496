#include "math/kernels.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool always(void)
{
  return true;
}

#ifdef __x86_64__
static bool has_fma(void)
{
  return __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2");
}

static bool has_avx512(void)
{
  return __builtin_cpu_supports("avx512f");
}
#endif

extern const ls_kernels ls_kernels_plain;
#ifdef __x86_64__
extern const ls_kernels ls_kernels_plain_fma;
extern const ls_kernels ls_kernels_avx2;
extern const ls_kernels ls_kernels_avx2x2;
extern const ls_kernels ls_kernels_avx512;
#endif
#ifdef __aarch64__
extern const ls_kernels ls_kernels_neon;
#endif

// Fastest first.
static const struct {
  const char *name;
  const ls_kernels *kernels;
  bool (*runs_here)(void);
} tables[] = {
#ifdef __x86_64__
    {"avx512", &ls_kernels_avx512, has_avx512},
    {"avx2", &ls_kernels_avx2, has_fma},
    {"avx2x2", &ls_kernels_avx2x2, has_fma},
    {"plain", &ls_kernels_plain_fma, has_fma},
#endif
#ifdef __aarch64__
    {"neon", &ls_kernels_neon, always},
#endif
    {"plain", &ls_kernels_plain, always},
    {"plain-libm", &ls_kernels_plain, always},
};

const ls_kernels *ls_kernels_find(const char *name)
{
  if (!name) {
    name = getenv("LOCKSTEP_ISA");
  }
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
    bool wanted = !name || strcmp(name, tables[i].name) == 0;
    if (wanted && tables[i].runs_here()) {
      return tables[i].kernels;
    }
  }
  return NULL;
}
