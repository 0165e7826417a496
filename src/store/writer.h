#ifndef STORE_WRITER_H
#define STORE_WRITER_H

/**
 * One thread that does one piece of work at a time, and none of the program's signals.
 *
 * Between ls_writer_start and the moment that ls_writer_is_done or ls_writer_wait say
 * so, what the work touches belongs to the thread; otherwise it belongs to the caller.
 */

#include "lockstep/status.h"

#include <stdbool.h>

typedef struct ls_writer ls_writer;

/**
 * Start the thread.
 *
 * Local.
 *
 * work     called in the thread for each start
 * returns  LS_OK, LS_E_NOMEM, or LS_E_IO: no thread could be made
 */
LS_NODISCARD ls_status ls_writer_create(ls_writer **out, void (*work)(void *context),
                                        void *context);

/** Hand a piece of work over; the last one must be done.  Local. */
void ls_writer_start(ls_writer *writer);

/** Whether no work is under way.  Local; never waits. */
bool ls_writer_is_done(ls_writer *writer);

/** Wait until no work is under way.  Local. */
void ls_writer_wait(ls_writer *writer);

/** Wait, end the thread, release; NULL is fine.  Local. */
void ls_writer_destroy(ls_writer *writer);

#endif
