#include "train/tensors.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void ls_tensors_view(ls_tensor *views, const ls_layout *layout, float *values)
{
  for (int i = 0; i < ls_layout_tensor_count(layout); i++) {
    ls_layout_tensor tensor = ls_layout_tensor_at(layout, i);
    ls_tensor *view = &views[i];
    *view = (ls_tensor){.rows = tensor.rows,
                        .columns = tensor.columns,
                        .stride = tensor.stride,
                        .values = values + tensor.first};
    (void)snprintf(view->name, sizeof view->name, "%s", tensor.name);
    (void)snprintf(view->activation, sizeof view->activation, "%s", tensor.activation);
  }
}

static bool same_shape(const ls_tensor *a, const ls_tensor *b)
{
  return strcmp(a->name, b->name) == 0 && a->rows == b->rows &&
         a->columns == b->columns;
}

ls_status ls_tensors_copy(const ls_tensor *to, int64_t to_count, const ls_tensor *from,
                          int64_t from_count)
{
  if (from_count != to_count) {
    return ls_fail(LS_E_FORMAT, "checkpoint has %lld tensors, the network %lld",
                   (long long)from_count, (long long)to_count);
  }
  for (int64_t i = 0; i < to_count; i++) {
    if (!same_shape(&to[i], &from[i])) {
      return ls_fail(LS_E_FORMAT,
                     "checkpoint has '%s' of %lld x %lld, the network '%s' of %lld x "
                     "%lld",
                     from[i].name, (long long)from[i].rows, (long long)from[i].columns,
                     to[i].name, (long long)to[i].rows, (long long)to[i].columns);
    }
    int64_t rows = to[i].columns ? to[i].rows : 1;
    size_t floats = (size_t)(to[i].columns ? to[i].columns : to[i].rows);
    for (int64_t row = 0; row < rows; row++) {
      memcpy(to[i].values + row * to[i].stride, from[i].values + row * from[i].stride,
             floats * sizeof(float));
    }
  }
  return LS_OK;
}
