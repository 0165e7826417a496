#ifndef SCALING_CHARGE_H
#define SCALING_CHARGE_H

/**
 * Simulated seconds for what a rank computes, and does in memory.
 */

/** Simulated hosts compute this much; seconds become floating-point operations. */
#define CHARGE_FLOPS_PER_SECOND 1e9

/** How fast a rank reads and writes; 0: for free, as at first.  Local. */
void charge_at(double bytes_per_second);

/** Owe the time of bytes read or written.  Local. */
void charge_bytes(double bytes);

/** Owe time.  Local. */
void charge_seconds(double seconds);

/** Let the time pass that is owed.  Local. */
void charge_now(void);

#endif
