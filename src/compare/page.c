/**
 * report.html: one page with everything in it.
 */

#include "base/alloc.h"
#include "compare/file.h"
#include "compare/picture.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>lockstep compare</title>\n<style>\n"
    "body{font:16px/1.5 system-ui,sans-serif;color:#222;background:#fff;"
    "margin:0 auto;padding:1.5rem 1rem 4rem;max-width:72rem}\n"
    "h1{font-size:1.6rem;margin:0 0 .3rem}h2{font-size:1.2rem;margin:2.2rem 0 .6rem}\n"
    "h3{font-size:1rem;margin:0}p{margin:.4rem 0}code{font-size:.85em;"
    "overflow-wrap:anywhere;color:#444}\n"
    ".wide{overflow-x:auto}.wide>svg{min-width:36rem;max-width:52rem}\n"
    "svg{width:100%;height:auto;display:block}\n"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\n"
    "th,td{padding:.3rem .6rem;text-align:right;white-space:nowrap;"
    "border-bottom:1px solid #ddd}\n"
    "th{font-weight:600;border-bottom:2px solid #888;vertical-align:bottom}\n"
    "td.text,th.text{text-align:left}\n"
    "tr.baseline td{background:#f3f3f3}.better{color:#12702b}.worse{color:#a3231b}\n"
    ".recipe{border-top:1px solid #ddd;padding:1rem 0}\n"
    ".curves{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));"
    "gap:.5rem;margin-top:.5rem}\n"
    ".note{color:#555;font-size:.9rem}\n</style>\n</head>\n<body>\n";

static void put_escaped(FILE *page, const char *text)
{
  for (; *text; text++) {
    switch (*text) {
    case '<':
      (void)fputs("&lt;", page);
      break;
    case '>':
      (void)fputs("&gt;", page);
      break;
    case '&':
      (void)fputs("&amp;", page);
      break;
    default:
      (void)fputc(*text, page);
    }
  }
}

static void put_difference(FILE *page, const ls_standings *all, const ls_standing *s)
{
  const ls_sample *d = &s->difference;
  bool clear = d->count > 1 && fabs(d->mean) > d->half;

  (void)fprintf(page, "<td class=\"%s\">",
                !clear || s->recipe == all->baseline ? ""
                : d->mean > 0                        ? "better"
                                                     : "worse");
  if (s->recipe == all->baseline) {
    (void)fprintf(page, "baseline</td>");
  } else if (d->count == 0) {
    (void)fprintf(page, "&ndash;</td>");
  } else if (d->count == 1) {
    (void)fprintf(page, "%+.2f</td>", 100 * d->mean);
  } else {
    (void)fprintf(page, "%+.2f &plusmn; %.2f</td>", 100 * d->mean, 100 * d->half);
  }
}

static void put_figures(FILE *page, const ls_standing *s)
{
  if (s->test_accuracy.count > 0) {
    (void)fprintf(page, "<td>%.2f</td><td>%.2f</td><td>%.2f</td>",
                  100 * s->val_accuracy.mean, 100 * s->test_accuracy.mean,
                  100 * s->test_accuracy.sd);
  } else {
    (void)fprintf(page, "<td>&ndash;</td><td>&ndash;</td><td>&ndash;</td>");
  }
}

static void put_row(FILE *page, const ls_standings *all, int place)
{
  const ls_standing *s = &all->standings[place];

  (void)fprintf(page, "<tr%s><td>%d</td><td class=\"text\">",
                s->recipe == all->baseline ? " class=\"baseline\"" : "", place + 1);
  put_escaped(page, s->recipe->name);
  (void)fprintf(page, "</td>");
  if (ls_standings_differ(all, 'o')) {
    (void)fprintf(page, "<td class=\"text\">");
    put_escaped(page, s->recipe->optimizer);
    (void)fprintf(page, "</td>");
  }
  if (ls_standings_differ(all, 'r')) {
    (void)fprintf(page, "<td>");
    put_escaped(page, s->recipe->rate);
    (void)fprintf(page, "</td>");
  }
  (void)fprintf(page, "<td>%d of %d</td>", s->counts[LS_OUTCOME_DONE],
                all->plan->seed_count);
  put_figures(page, s);
  put_difference(page, all, s);
  if (s->reach_epochs.count > 0) {
    (void)fprintf(page, "<td>%.1f</td><td>%.1f</td><td>%d</td></tr>\n",
                  s->reach_epochs.mean, s->reach_seconds.mean, s->reach_epochs.count);
  } else {
    (void)fprintf(page, "<td>&ndash;</td><td>&ndash;</td><td>0</td></tr>\n");
  }
}

static void put_table(FILE *page, const ls_standings *all)
{
  (void)fprintf(
      page,
      "<h2>All recipes</h2>\n<div class=\"wide\"><table>\n<thead><tr><th></th>"
      "<th class=\"text\">schedule</th>%s%s<th>runs<br>done</th>"
      "<th>%s,&nbsp;%%<br>mean</th><th>test,&nbsp;%%<br>mean</th>"
      "<th>sd</th><th>test to baseline,<br>95&nbsp;%% interval</th>"
      "<th>epochs<br>to %.4g&nbsp;%%</th><th>seconds</th><th>runs</th></tr>"
      "</thead>\n<tbody>\n",
      ls_standings_differ(all, 'o') ? "<th class=\"text\">optimizer</th>" : "",
      ls_standings_differ(all, 'r') ? "<th>rate</th>" : "",
      ls_standings_have_held_out(all) ? "held&nbsp;out" : "validation",
      100 * all->plan->config.target);
  for (int i = 0; i < all->plan->recipe_count; i++) {
    put_row(page, all, i);
  }
  (void)fprintf(
      page,
      "</tbody></table></div>\n"
      "<p class=\"note\">Ranked by the mean accuracy %s A run that is not done counts "
      "as nothing learnt. The difference to the baseline is paired over seeds; its "
      "interval is Student's, and coloured where it leaves out 0.</p>\n",
      ls_standings_have_held_out(all)
          ? "on held-out training rows after the last epoch. The test rows were used "
            "once by each run."
          : "on the test rows after the last epoch (<code>--holdout 0</code>), "
            "which so have chosen the best; on new rows it may do worse.");
}

static void put_failures(FILE *page, const ls_standings *all)
{
  int seeds = all->plan->seed_count;
  bool any = false;
  int missing = 0;

  for (int i = 0; i < ls_plan_run_count(all->plan); i++) {
    const ls_result *r = &all->results[i];
    const ls_recipe *recipe = &all->plan->recipes[i / seeds];
    missing += r->outcome == LS_OUTCOME_MISSING;
    if (r->outcome == LS_OUTCOME_DONE || r->outcome == LS_OUTCOME_MISSING) {
      continue;
    }
    (void)fprintf(
        page, "%s<li><b>%s</b>: ", any ? "" : "<h2>Runs without a result</h2>\n<ul>\n",
        ls_outcome_word(r->outcome));
    any = true;
    put_escaped(page, recipe->name);
    (void)fprintf(page, ", %s, rate %s, seed %s. <code>", recipe->optimizer,
                  recipe->rate, all->plan->seeds[i % seeds]);
    put_escaped(page, r->reason);
    (void)fprintf(page, "</code></li>\n");
  }
  (void)fprintf(page, "%s", any ? "</ul>\n" : "");
  if (missing > 0) {
    (void)fprintf(page, "<p>%d run%s not been trained yet.</p>\n", missing,
                  missing == 1 ? " has" : "s have");
  }
}

static ls_status put_svg(FILE *page, const ls_standings *all, const char *name)
{
  char *svg = NULL;

  LS_TRY(ls_picture_read(&svg, all, name));
  (void)fputs(svg, page);
  ls_free(svg);
  return LS_OK;
}

static ls_status put_recipe(FILE *page, const ls_standings *all, int place)
{
  const ls_standing *s = &all->standings[place];
  char name[32];

  if (s->counts[LS_OUTCOME_DONE] == 0) {
    return LS_OK;
  }
  (void)fprintf(page, "<section class=\"recipe\"><h3>%d. ", place + 1);
  put_escaped(page, s->recipe->name);
  (void)fprintf(page, "</h3><code>%s * ", s->recipe->rate);
  put_escaped(page, s->recipe->schedule);
  (void)fprintf(page, "%s", ls_standings_differ(all, 'o') ? " &mdash; " : "");
  put_escaped(page, ls_standings_differ(all, 'o') ? s->recipe->optimizer : "");
  (void)fprintf(page, "</code>\n<div class=\"curves\">\n");
  for (int picture = 0; picture < LS_PICTURE_COUNT; picture++) {
    (void)snprintf(name, sizeof name, "%d-%d", place, picture);
    LS_TRY(put_svg(page, all, name));
  }
  (void)fprintf(page, "</div></section>\n");
  return LS_OK;
}

static bool any_done(const ls_standings *all)
{
  for (int i = 0; i < all->plan->recipe_count; i++) {
    if (all->standings[i].counts[LS_OUTCOME_DONE] > 0) {
      return true;
    }
  }
  return false;
}

static ls_status put_overview(FILE *page, const ls_standings *all)
{
  (void)fprintf(page, "<h2>Test accuracy</h2>\n<div class=\"wide\">");
  LS_TRY(put_svg(page, all, "all"));
  (void)fprintf(page, "</div>\n<p class=\"note\">Means over seeds, the best first, "
                      "with 95&nbsp;%% intervals; the baseline in red.</p>\n");
  return LS_OK;
}

static ls_status put_curves(FILE *page, const ls_standings *all)
{
  (void)fprintf(page, "<h2>Curves</h2>\n<p class=\"note\">Over epochs: the mean of all "
                      "seeds, and a band from the least to the most. Loss: training "
                      "solid, validation dashed. Accuracy: validation. Grey: the "
                      "baseline.</p>\n");
  for (int i = 0; i < all->plan->recipe_count; i++) {
    LS_TRY(put_recipe(page, all, i));
  }
  return LS_OK;
}

static ls_status put_page(FILE *page, const ls_standings *all)
{
  const ls_plan *plan = all->plan;

  (void)fputs(head, page);
  (void)fprintf(page,
                "<h1>%d recipes, %d seed%s each</h1>\n<p>%" PRId64 " epochs on <code>",
                plan->recipe_count, plan->seed_count, plan->seed_count == 1 ? "" : "s",
                plan->config.epochs);
  put_escaped(page, plan->config.data);
  (void)fprintf(page, "</code>, optimizer <code>");
  put_escaped(page, plan->config.optimizers);
  (void)fprintf(page, "</code></p>\n");
  LS_TRY(any_done(all) ? put_overview(page, all) : LS_OK);
  put_table(page, all);
  put_failures(page, all);
  LS_TRY(any_done(all) ? put_curves(page, all) : LS_OK);
  (void)fputs("</body>\n</html>\n", page);
  return LS_OK;
}

ls_status ls_page_write(const ls_standings *all)
{
  char path[LS_COMPARE_PATH];
  char *text = NULL;
  size_t bytes = 0;

  LS_TRY(any_done(all) ? ls_pictures_draw(all) : LS_OK);
  FILE *page = open_memstream(&text, &bytes);
  if (!page) {
    return ls_fail(LS_E_NOMEM, "cannot write a page: %s", strerror(errno));
  }
  ls_status status = put_page(page, all);
  bool good = !ferror(page);
  good = fclose(page) == 0 && good;
  if (status == LS_OK && !good) {
    status = ls_fail(LS_E_NOMEM, "out of memory for the page");
  }
  if (status == LS_OK) {
    (void)snprintf(path, sizeof path, "%s/report.html", all->plan->config.out);
    status = ls_file_write(path, text);
  }
  free(text);
  return status;
}
