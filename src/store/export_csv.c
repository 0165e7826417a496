#include "store/export.h"

#include "base/alloc.h"
#include "store/buffer.h"
#include "store/durable.h"
#include "store/state.h"

ls_status ls_export_csv(const char *path, const ls_checkpoint *checkpoint)
{
  ls_buffer text = {0};

  ls_buffer_print(&text, "tensor,row,column,value\n");
  for (int64_t i = 0; i < checkpoint->tensor_count; i++) {
    const ls_tensor *tensor = &checkpoint->tensors[i];
    int64_t columns = tensor->columns == 0 ? 1 : tensor->columns;
    for (int64_t j = 0; j < ls_tensor_count(tensor); j++) {
      float value = tensor->columns == 0
                        ? tensor->values[j]
                        : ls_tensor_row(tensor, j / columns)[j % columns];
      ls_buffer_print(&text, "%s,%lld,%lld,%.9g\n", tensor->name,
                      (long long)(j / columns), (long long)(j % columns),
                      (double)value);
    }
  }
  ls_status status = text.status;
  if (status == LS_OK) {
    status = ls_durable_write_path(path, text.bytes, text.length);
  }
  ls_free(text.bytes);
  return status;
}
