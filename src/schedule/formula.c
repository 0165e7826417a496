#include "schedule/formula.h"

#include <string.h>

static bool is_name(char c)
{
  return (c >= 'a' && c <= 'z') || c == '_';
}

static bool names(const char *formula, const char *name)
{
  size_t length = strlen(name);
  for (const char *c = strstr(formula, name); c != NULL; c = strstr(c + 1, name)) {
    if ((c == formula || !is_name(c[-1])) && !is_name(c[length])) {
      return true;
    }
  }
  return false;
}

static void put_name(ls_text *text, const ls_leaf *leaf, const char *name,
                     size_t length)
{
  int index = ls_kind_argument(leaf->kind, name, length);
  if (index < 0 || leaf->kind->arguments[index].form == LS_FORM_FLAG ||
      (leaf->values[index].count == 0 && leaf->values[index].word < 0)) {
    ls_text_add(text, name, length);
  } else {
    ls_text_put_value(text, &leaf->kind->arguments[index], &leaf->values[index]);
  }
}

// The value of an argument that the formula does not name, such as a bound.
static void put_unnamed(ls_text *text, const ls_leaf *leaf, const char *formula)
{
  for (int i = 0; i < leaf->kind->argument_count; i++) {
    const ls_argument *row = &leaf->kind->arguments[i];
    bool told = row->form == LS_FORM_FLAG || row->form == LS_FORM_WORD;
    if (told || !leaf->values[i].given || names(formula, row->name)) {
      continue;
    }
    ls_text_put(text, "; ");
    ls_text_put(text, row->name);
    ls_text_put(text, " = ");
    ls_text_put_value(text, row, &leaf->values[i]);
  }
}

static void put_leaf_formula(ls_text *text, const ls_leaf *leaf)
{
  const char *formula =
      leaf->kind->formula_of != NULL ? leaf->kind->formula_of(leaf) : NULL;
  formula = formula != NULL ? formula : leaf->kind->formula;
  ls_text_put(text, leaf->kind->name);
  ls_text_put(text, ": ");
  for (const char *c = formula; *c != '\0';) {
    size_t length = 0;
    while (is_name(c[length])) {
      length++;
    }
    if (length > 0) {
      put_name(text, leaf, c, length);
    } else {
      ls_text_add(text, c, length = 1);
    }
    c += length;
  }
  put_unnamed(text, leaf, formula);
}

void ls_formula_put(ls_text *text, const ls_factor *factors)
{
  for (const ls_factor *factor = factors; factor != NULL; factor = factor->next) {
    ls_text_put(text, factor == factors ? "" : "\n");
    if (factor->leaf != NULL) {
      put_leaf_formula(text, factor->leaf);
      continue;
    }
    for (const ls_stage *stage = factor->sequence->stages; stage != NULL;
         stage = stage->next) {
      ls_formula_put(text, stage->factors);
      ls_text_put(text, stage->next != NULL ? "\n" : "");
    }
  }
}
