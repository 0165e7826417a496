#ifndef LOCKSTEP_VERSION_H
#define LOCKSTEP_VERSION_H

/**
 * The library's version.
 */

#include "lockstep/api.h"

/** The version as text, `1.2.3`.  Local; same result on every rank. */
LS_API const char *ls_version(void);

#endif
