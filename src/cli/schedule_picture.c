#include "cli/schedule_show.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// gnuplot gets a script with the data in it on its standard input, from a file without
// a name rather than a pipe, so that nobody waits and nobody is killed if it gives up.
// Its standard output is the picture.

enum { POINTS_MAX = 2000, PATH_BYTES = 4096 };

extern char **environ;

static void write_data(FILE *script, const ls_schedule_set *set, int index)
{
  int64_t steps = set->run.total_steps;
  int64_t stride = steps / POINTS_MAX + 1;
  fprintf(script, "$rates%d << END\n", index);
  for (int64_t step = 0; step < steps; step += stride) {
    fprintf(script, "%" PRId64 " %.9g\n", step, ls_schedule_set_rate(set, index, step));
  }
  fprintf(script, "%" PRId64 " %.9g\nEND\n", steps - 1,
          ls_schedule_set_rate(set, index, steps - 1));
}

// In single quotes, where only the quote itself is special, and doubled.
static void write_quoted(FILE *script, const char *text)
{
  fputc('\'', script);
  for (const char *c = text; *c != '\0'; c++) {
    if (*c == '\'') {
      fputc('\'', script);
    }
    fputc(*c == '\n' ? ' ' : *c, script);
  }
  fputc('\'', script);
}

static void write_script(FILE *script, const ls_schedule_set *set, const char *terminal)
{
  static const char *const colors[] = {"#1f77b4", "#d62728", "#2ca02c",
                                       "#9467bd", "#ff7f0e", "#17becf",
                                       "#8c564b", "#e377c2", "#555555"};
  for (int i = 0; i < set->count; i++) {
    write_data(script, set, i);
  }
  fprintf(script,
          "set terminal %s\nset grid back linewidth 1 linecolor rgb '#cccccc'\nset "
          "border 3\n"
          "set tics nomirror\nset xlabel 'step'\nset ylabel 'learning rate'\n"
          "set xrange [0:%" PRId64 "]\nset yrange [0:*]\n"
          "set offsets 0, 0, graph 0.05, 0\nset key above left vertical Left reverse "
          "noenhanced\n"
          "plot ",
          terminal, set->run.total_steps);
  for (int i = 0; i < set->count; i++) {
    fprintf(script, "%s$rates%d with lines linewidth 2 linecolor rgb '%s' title ",
            i > 0 ? ", " : "", i, colors[i]);
    write_quoted(script, set->texts[i]);
  }
  fputc('\n', script);
}

static ls_status spawn_gnuplot(int script, int picture)
{
  char *arguments[] = {(char[]){"gnuplot"}, NULL};
  posix_spawn_file_actions_t actions;
  pid_t child;
  if (posix_spawn_file_actions_init(&actions) != 0) {
    return ls_fail(LS_E_NOMEM, "out of memory for gnuplot");
  }
  int failure = posix_spawn_file_actions_adddup2(&actions, script, STDIN_FILENO);
  if (failure == 0) {
    failure = posix_spawn_file_actions_adddup2(&actions, picture, STDOUT_FILENO);
  }
  if (failure == 0) {
    failure = posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ);
  }
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) {
    return ls_fail(LS_E_IO, "cannot run 'gnuplot' (Debian: gnuplot-nox): %s",
                   strerror(failure));
  }
  int outcome = 0;
  while (waitpid(child, &outcome, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(outcome) && WEXITSTATUS(outcome) == 0
             ? LS_OK
             : ls_fail(LS_E_IO, "gnuplot failed to draw");
}

// Draw into a new file beside the place, which then takes it.
static ls_status draw(const ls_schedule_set *set, FILE *script, const char *terminal,
                      const char *path)
{
  char temporary[PATH_BYTES];
  if (snprintf(temporary, sizeof temporary, "%s.tmp", path) >= (int)sizeof temporary) {
    return ls_fail(LS_E_IO, "the name of the picture is too long");
  }
  int picture = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (picture < 0) {
    return ls_fail(LS_E_IO, "cannot create '%s': %s", temporary, strerror(errno));
  }
  write_script(script, set, terminal);
  ls_status status = LS_OK;
  if (fflush(script) != 0 || fseek(script, 0, SEEK_SET) != 0) {
    status =
        ls_fail(LS_E_IO, "cannot write the script of the picture: %s", strerror(errno));
  } else {
    status = spawn_gnuplot(fileno(script), picture);
  }
  if (close(picture) != 0 && status == LS_OK) {
    status = ls_fail(LS_E_IO, "cannot write '%s': %s", temporary, strerror(errno));
  }
  if (status == LS_OK && rename(temporary, path) != 0) {
    status = ls_fail(LS_E_IO, "cannot create '%s': %s", path, strerror(errno));
  }
  if (status != LS_OK) {
    (void)unlink(temporary);
  }
  return status;
}

static const char *find_terminal(const char *path)
{
  size_t length = strlen(path);
  const char *ending = length >= 4 ? path + length - 4 : "";
  if (strcmp(ending, ".svg") == 0) {
    return "svg size 900,420 dynamic background '#ffffff'";
  }
  return strcmp(ending, ".png") == 0 ? "pngcairo size 1200,560" : NULL;
}

ls_status ls_schedule_show_picture(const ls_schedule_set *set, const char *path)
{
  const char *terminal = find_terminal(path);
  if (terminal == NULL) {
    return ls_fail(LS_E_USAGE, "--plot: '%s' ends neither in .svg nor in .png", path);
  }
  FILE *script = tmpfile();
  if (script == NULL) {
    return ls_fail(LS_E_IO, "cannot create a temporary file: %s", strerror(errno));
  }
  ls_status status = draw(set, script, terminal, path);
  (void)fclose(script);
  return status;
}
