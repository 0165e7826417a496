#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

/**
 * The known word that a mistyped one was probably meant to be.
 */

#include <stddef.h>

/**
 * Keep the closer of two guesses.
 *
 * Local; same result on every rank.
 *
 * typed      the word as it was typed
 * best       the best guess so far, or NULL
 * known      another word that would be right
 * returns    `best` or `known`, whichever is nearer; NULL while neither is near (more
 *            than a third of the typed letters would have to change)
 */
const char *ls_nearest(const char *typed, const char *best, const char *known);

#endif
