#ifndef CLI_OPTION_H
#define CLI_OPTION_H

/**
 * Options of a command as one table over a plain config struct.
 *
 * The table alone gives parsing, --help, the guess after a mistyped name, the echo of
 * the effective command line, and the list of what a run's meaning depends on.
 *
 *   static const ls_option options[] = {
 *       {.name = "epochs", .kind = LS_OPTION_COUNT, .argument = "N", .least = 1,
 *        .offset = offsetof(ls_train_config, epochs), .help = "passes over the data"},
 *   };
 *   static const ls_option_table table = {
 *       .usage = "lockstep train [options]", .options = options, .count = ...};
 */

#include "lockstep/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* kind, type of the field, what is accepted */
typedef enum ls_option_kind {
  LS_OPTION_FLAG,    /* bool: no argument; --no-<name> where `negatable` */
  LS_OPTION_COUNT,   /* int64_t: a decimal integer from `least` to `most` (0: none) */
  LS_OPTION_SEED,    /* uint64_t: a decimal integer from 0 */
  LS_OPTION_NUMBER,  /* double: finite, from `least` (`above_least`: above it), below
                       `below` */
  LS_OPTION_SECONDS, /* double: 90, 90s, 25m, 1h, 1:30:00 */
  LS_OPTION_TEXT,    /* const char *: borrowed from argv */
  LS_OPTION_CHOICE   /* const char *: one of the words of `choices`, "a|b" */
} ls_option_kind;

typedef struct ls_option {
  const char *name; /* without the dashes */
  char letter;      /* short form, or 0 */
  ls_option_kind kind;
  size_t offset;        /* of the field in the config struct */
  const char *argument; /* how help names the value; NULL for a flag */
  const char *help;     /* lower case, no full stop */
  const char *choices;
  int64_t least, most;
  int64_t below; /* of a number: what it must be below; 0: any */
  bool above_least;
  bool meaning; /* decides what is computed: stored, and compared on resume */
} ls_option;

typedef struct ls_option_table {
  const char *usage;
  const char *summary; /* a sentence or two */
  const ls_option *options;
  int count;                         /* at most 64 */
  int operands_least, operands_most; /* words that are no options */
} ls_option_table;

typedef struct ls_option_result {
  uint64_t given; /* bit i: option i stood on the command line */
  bool help;      /* --help was given and has been printed */
  int operands;   /* how many */
  char **operand; /* [operands] borrowed from argv */
} ls_option_result;

/**
 * Read a command line into a config struct that holds the defaults.
 *
 * Local; same result on every rank.
 *
 * result   out
 * config   in: defaults; out: what the command line says
 * argv     [argc]; argv[0] is the command's name; may be reordered
 * returns  LS_OK
 *            LS_E_USAGE  a line that says what is wrong and guesses what was meant
 */
LS_NODISCARD ls_status ls_option_parse(ls_option_result *result, void *config,
                                       const ls_option_table *table, int argc,
                                       char **argv);

/** Whether the named option stood on the command line.  Local. */
bool ls_option_was_given(const ls_option_result *result, const ls_option_table *table,
                         const char *name);

/**
 * Write an option's value as it would be typed.
 *
 * Local; same result on every rank.
 *
 * text   [bytes] out: "" for a text that is NULL
 */
void ls_option_value(char *text, size_t bytes, const ls_option *option,
                     const void *config);

/**
 * Write the options as `--name value` words, shell-quoted.
 *
 * Local; same result on every rank.  Texts that are NULL and flags that are off are
 * left out.
 *
 * text   [bytes] out
 */
void ls_option_echo(char *text, size_t bytes, const ls_option_table *table,
                    const void *config);

#endif
