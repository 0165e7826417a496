#include "store/export.h"

#include "base/alloc.h"
#include "store/buffer.h"
#include "store/durable.h"
#include "store/state.h"

#include <stdio.h>
#include <string.h>

/*
 * An .npz file is a ZIP archive of .npy files, here stored as they are:
 *
 *   { local header, name, .npy } ...  { central header, name } ...  end of directory
 *
 * An .npy file is a magic number, the length of a header, the header (a Python dict,
 * padded with blanks so that the data begins at a multiple of 64), and the data.
 */

enum { DATE = 0x21 /* 1 January 1980: equal weights are equal files */ };

typedef struct archive {
  ls_buffer file;
  ls_buffer directory;
  int entries;
} archive;

// The checksum of ZIP files: CRC-32, reflected polynomial 0xedb88320.
static uint32_t checksum_of(const ls_buffer *content)
{
  uint32_t table[256];
  uint32_t value = UINT32_MAX;

  for (uint32_t i = 0; i < 256; i++) {
    table[i] = i;
    for (int bit = 0; bit < 8; bit++) {
      table[i] = table[i] >> 1 ^ (table[i] & 1 ? UINT32_C(0xedb88320) : 0);
    }
  }
  for (size_t i = 0; i < content->length; i++) {
    value = value >> 8 ^ table[(value ^ content->bytes[i]) & 0xff];
  }
  return ~value;
}

// The same 26 bytes stand in both kinds of header.
static void put_common(ls_buffer *where, uint32_t checksum, size_t size, size_t name)
{
  ls_buffer_number(where, 20, 2); // version needed
  ls_buffer_number(where, 0, 2);  // flags
  ls_buffer_number(where, 0, 2);  // stored
  ls_buffer_number(where, 0, 2);  // time
  ls_buffer_number(where, DATE, 2);
  ls_buffer_number(where, checksum, 4);
  ls_buffer_number(where, size, 4);
  ls_buffer_number(where, size, 4);
  ls_buffer_number(where, name, 2);
  ls_buffer_number(where, 0, 2); // extra
}

static void put_entry(archive *zip, const char *name, const ls_buffer *content)
{
  size_t offset = zip->file.length;
  size_t name_length = strlen(name);
  uint32_t checksum = checksum_of(content);

  ls_buffer_number(&zip->file, 0x04034b50, 4);
  put_common(&zip->file, checksum, content->length, name_length);
  ls_buffer_add(&zip->file, name, name_length);
  ls_buffer_add(&zip->file, content->bytes, content->length);

  ls_buffer_number(&zip->directory, 0x02014b50, 4);
  ls_buffer_number(&zip->directory, 20, 2); // version made by
  put_common(&zip->directory, checksum, content->length, name_length);
  ls_buffer_number(&zip->directory, 0, 2); // comment
  ls_buffer_number(&zip->directory, 0, 2); // disk
  ls_buffer_number(&zip->directory, 0, 2); // internal attributes
  ls_buffer_number(&zip->directory, 0, 4); // external attributes
  ls_buffer_number(&zip->directory, offset, 4);
  ls_buffer_add(&zip->directory, name, name_length);
  zip->entries++;
}

static void put_end(archive *zip)
{
  size_t offset = zip->file.length;

  ls_buffer_add(&zip->file, zip->directory.bytes, zip->directory.length);
  ls_buffer_number(&zip->file, 0x06054b50, 4);
  ls_buffer_number(&zip->file, 0, 4); // disks
  ls_buffer_number(&zip->file, (uint64_t)zip->entries, 2);
  ls_buffer_number(&zip->file, (uint64_t)zip->entries, 2);
  ls_buffer_number(&zip->file, zip->directory.length, 4);
  ls_buffer_number(&zip->file, offset, 4);
  ls_buffer_number(&zip->file, 0, 2); // comment
}

static void put_array(ls_buffer *npy, const ls_tensor *tensor)
{
  char shape[64];
  char header[256];
  int64_t rows = tensor->columns == 0 ? 1 : tensor->rows;
  int64_t columns = tensor->columns == 0 ? tensor->rows : tensor->columns;

  (void)snprintf(shape, sizeof shape, tensor->columns == 0 ? "%lld," : "%lld, %lld",
                 (long long)tensor->rows, (long long)tensor->columns);
  int used =
      snprintf(header, sizeof header,
               "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", shape);
  int padded = (used + 1 + 10 + 63) / 64 * 64 - 10; // magic and length are 10 bytes
  ls_buffer_add(npy, "\x93NUMPY\x01\x00", 8);
  ls_buffer_number(npy, (uint64_t)padded, 2);
  ls_buffer_print(npy, "%-*s\n", padded - 1, header);
  for (int64_t row = 0; row < rows; row++) {
    ls_buffer_add(npy, ls_tensor_row(tensor, row), (size_t)columns * sizeof(float));
  }
}

static void put_tensors(archive *zip, const char *prefix, const ls_tensor *tensors,
                        int64_t count)
{
  for (int64_t i = 0; i < count; i++) {
    char name[256];
    ls_buffer npy = {0};
    (void)snprintf(name, sizeof name, "%s%s.npy", prefix, tensors[i].name);
    put_array(&npy, &tensors[i]);
    put_entry(zip, name, &npy);
    if (npy.status != LS_OK) {
      zip->file.status = npy.status;
    }
    ls_free(npy.bytes);
  }
}

ls_status ls_export_npz(const char *path, const ls_checkpoint *checkpoint)
{
  archive zip = {0};

  if (ls_checkpoint_bytes_bound(checkpoint) > UINT32_MAX) {
    return ls_fail(LS_E_ARG, "the weights do not fit the 4 GiB of an .npz file");
  }
  put_tensors(&zip, "", checkpoint->tensors, checkpoint->tensor_count);
  for (int64_t i = 0; i < checkpoint->slot_count; i++) {
    char prefix[128];
    (void)snprintf(prefix, sizeof prefix, "optimizer/%s/", checkpoint->slots[i].name);
    put_tensors(&zip, prefix, checkpoint->slots[i].tensors, checkpoint->tensor_count);
  }
  put_end(&zip);
  ls_status status = zip.file.status != LS_OK ? zip.file.status : zip.directory.status;
  if (status == LS_OK) {
    status = ls_durable_write_path(path, zip.file.bytes, zip.file.length);
  }
  ls_free(zip.file.bytes);
  ls_free(zip.directory.bytes);
  return status;
}
