#include "comm/cores.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void ls_cores_join(ls_cores *cores, const ls_cores *other)
{
  for (int i = 0; i < LS_CORES_WORDS; i++) {
    cores->words[i] |= other->words[i];
  }
}

int ls_cores_count(const ls_cores *cores)
{
  int count = 0;

  for (int i = 0; i < LS_CORES_WORDS; i++) {
    count += __builtin_popcountll(cores->words[i]);
  }
  return count;
}

// The lowest thread of a hardware thread's core: the list begins with it, "3,67".
static int core_of(int thread)
{
  char path[96];
  int core = thread;

  (void)snprintf(path, sizeof path,
                 "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", thread);
  FILE *file = fopen(path, "re");
  char text[64];
  if (file && fgets(text, sizeof text, file)) {
    core = (int)strtol(text, NULL, 10);
  }
  if (file) {
    (void)fclose(file);
  }
  return core >= 0 && core < LS_CORES_MAX ? core : thread;
}

void ls_cores_of(ls_cores *cores, pid_t process)
{
  cpu_set_t *threads = CPU_ALLOC(LS_CORES_MAX);
  const size_t bytes = CPU_ALLOC_SIZE(LS_CORES_MAX);

  *cores = (ls_cores){{0}};
  if (threads && sched_getaffinity(process, bytes, threads) == 0) {
    for (int thread = 0; thread < LS_CORES_MAX; thread++) {
      if (CPU_ISSET_S((size_t)thread, bytes, threads)) {
        ls_cores_add(cores, core_of(thread));
      }
    }
  }
  CPU_FREE(threads);
}

// "0-3,8-11"
void ls_cores_online(ls_cores *cores)
{
  char text[4096];
  FILE *file = fopen("/sys/devices/system/cpu/online", "re");

  *cores = (ls_cores){{0}};
  char *at = file && fgets(text, sizeof text, file) ? text : NULL;
  while (at && *at >= '0' && *at <= '9') {
    long first = strtol(at, &at, 10);
    long last = *at == '-' ? strtol(at + 1, &at, 10) : first;
    for (long thread = first; thread <= last && thread < LS_CORES_MAX; thread++) {
      ls_cores_add(cores, core_of((int)thread));
    }
    at += *at == ',';
  }
  if (file) {
    (void)fclose(file);
  }
}
