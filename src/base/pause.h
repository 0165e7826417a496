#ifndef BASE_PAUSE_H
#define BASE_PAUSE_H

/** Tell the processor that a loop waits for another one's store.  Local. */
static inline void ls_pause(void)
{
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
