#include "train/display.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/terminal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double redraw_seconds = 0.1;

enum { BAR_CELLS = 20, EPOCH_COLUMNS = 104 };

void ls_display_begin(ls_display *display, int64_t step)
{
  int columns;

  display->seen = ls_log_talks() && ls_terminal_shows(LS_STREAM_ERR, &display->columns);
  display->bar = display->seen && ls_terminal_redraws();
  // On the same terminal records would only say once more what stands there.
  ls_log_hide_records(display->seen && ls_terminal_shows(LS_STREAM_OUT, &columns));
  display->begin_seconds = ls_clock_seconds();
  display->first_step = step;
  ls_display_begin_epoch(display, step);
}

void ls_display_begin_epoch(ls_display *display, int64_t step)
{
  display->epoch_begin_seconds = ls_clock_seconds();
  display->epoch_first_step = step;
  display->next_seconds = display->epoch_begin_seconds + redraw_seconds;
}

bool ls_display_is_due(ls_display *display)
{
  return display->bar && ls_clock_seconds() >= display->next_seconds;
}

// "1h02m", "2m03s", "4s"
static void write_duration(char *text, size_t bytes, double seconds)
{
  int64_t whole = (int64_t)ceil(seconds);

  if (whole >= 3600) {
    (void)snprintf(text, bytes, "%" PRId64 "h%02" PRId64 "m", whole / 3600,
                   whole % 3600 / 60);
  } else if (whole >= 60) {
    (void)snprintf(text, bytes, "%" PRId64 "m%02" PRId64 "s", whole / 60, whole % 60);
  } else {
    (void)snprintf(text, bytes, "%" PRId64 "s", whole);
  }
}

// Seconds that the rest of the run takes at the pace so far.
static double left_seconds(const ls_display *display, int64_t step)
{
  int64_t done = step - display->first_step;
  int64_t left = display->epochs * display->steps_per_epoch - step;
  double spent = ls_clock_seconds() - display->begin_seconds;

  return done > 0 ? spent / (double)done * (double)left : 0;
}

static double samples_per_second(const ls_display *display, int64_t step)
{
  double spent = ls_display_epoch_seconds(display);
  double rows =
      (double)(step - display->epoch_first_step) * (double)display->global_batch;

  return spent > 0 ? rows / spent : 0;
}

void ls_display_draw(ls_display *display, const ls_display_figures *figures)
{
  char bar[BAR_CELLS + 1];
  char left[32];
  char line[256];
  int64_t in_epoch = (figures->step - 1) % display->steps_per_epoch + 1;
  int64_t epoch = (figures->step - 1) / display->steps_per_epoch + 1;
  double pace = samples_per_second(display, figures->step);
  int full = (int)(in_epoch * BAR_CELLS / display->steps_per_epoch);

  for (int i = 0; i < BAR_CELLS; i++) {
    bar[i] = i < full ? '=' : '.';
  }
  bar[full] = full < BAR_CELLS ? '>' : bar[full];
  bar[BAR_CELLS] = '\0';
  write_duration(left, sizeof left, left_seconds(display, figures->step));
  (void)snprintf(line, sizeof line,
                 "%" PRId64 "/%" PRId64
                 " [%s] loss %.4f acc %.4f lr %.3g %.*fk/s %s left",
                 epoch, display->epochs, bar, figures->loss, figures->accuracy,
                 figures->rate, pace < 10000 ? 1 : 0, pace / 1000, left);
  // Cut rather than wrapped: a wrapped line could not be drawn over.  Blanks take away
  // what stood there, so that no terminal has to know an escape sequence.
  ls_log_say("\r%-*.*s", display->columns - 2, display->columns - 2, line);
  display->next_seconds = ls_clock_seconds() + redraw_seconds;
}

double ls_display_epoch_seconds(const ls_display *display)
{
  return ls_clock_seconds() - display->epoch_begin_seconds;
}

void ls_display_clear(const ls_display *display)
{
  if (display->bar) {
    ls_log_say("\r%*s\r", display->columns - 2, "");
  }
}

// Keras' words where there is room for them, or nobody says how much there is.
static void write_epoch(char *text, size_t bytes, const ls_display *display,
                        const ls_history_row *row, double rate, double seconds)
{
  char validation[64] = "";
  bool narrow = display->seen && display->columns < EPOCH_COLUMNS;
  int width = snprintf(NULL, 0, "%" PRId64, display->epochs);

  if (!isnan(row->val_loss)) {
    (void)snprintf(validation, sizeof validation,
                   narrow ? " val_loss %.4f val_acc %.4f"
                          : "  val_loss: %.4f  val_accuracy: %.4f",
                   row->val_loss, row->val_accuracy);
  }
  if (narrow) {
    (void)snprintf(
        text, bytes, "Epoch %*" PRId64 "/%" PRId64 " loss %.4f acc %.4f%s lr %.4f",
        width, row->epoch, display->epochs, row->loss, row->accuracy, validation, rate);
  } else {
    (void)snprintf(text, bytes,
                   "Epoch %*" PRId64 "/%" PRId64
                   "  %.2fs  loss: %.4f  accuracy: %.4f%s  lr: %.4f",
                   width, row->epoch, display->epochs, seconds, row->loss,
                   row->accuracy, validation, rate);
  }
}

void ls_display_end_epoch(ls_display *display, const ls_history_row *row, double rate,
                          double seconds)
{
  char line[256];

  ls_display_clear(display);
  write_epoch(line, sizeof line, display, row, rate, seconds);
  ls_log_say("%s\n", line);
}
