#ifndef TRAIN_SLURM_H
#define TRAIN_SLURM_H

/**
 * When the Slurm job ends that this process runs in.
 */

/**
 * The end of the job's time.
 *
 * Local.  Starts `squeue` where Slurm is too old to have set SLURM_JOB_END_TIME, and
 * waits for it, ten seconds at most.
 *
 * returns   seconds since 1970; 0: no Slurm job, no limit, or nobody knows
 */
double ls_slurm_end(void);

#endif
