#include "lockstep/schedule_guide.h"

#include "base/assert.h"
#include "schedule/kind.h"

static const char *form_text(const ls_argument *row)
{
  static const char *const forms[2][5] = {
      {"number", "factor", "length", "", "flag"},
      {"numbers, a|b|c", "factors, a|b|c", "lengths, a|b|c", "", "flag"},
  };
  return row->form == LS_FORM_WORD ? row->words : forms[row->many][row->form];
}

int ls_schedule_kind_count(void)
{
  return ls_kind_count();
}

ls_schedule_kind ls_schedule_kind_get(int index)
{
  LS_ASSERT(index >= 0 && index < ls_kind_count());
  const ls_kind *kind = ls_kind_get(index);
  return (ls_schedule_kind){.name = kind->name,
                            .summary = kind->summary,
                            .formula = kind->formula,
                            .argument_count = kind->argument_count};
}

ls_schedule_argument ls_schedule_kind_argument(int kind, int index)
{
  const ls_argument *row = &ls_kind_get(kind)->arguments[index];
  LS_ASSERT(index >= 0 && index < ls_kind_get(kind)->argument_count);
  return (ls_schedule_argument){.name = row->name,
                                .form = form_text(row),
                                .value = row->value,
                                .must_be_given =
                                    row->value == NULL && row->form != LS_FORM_FLAG,
                                .help = row->help};
}
