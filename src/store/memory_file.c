#include "store/memory_file.h"

#include "store/seal.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Two images opened under one name are silently the same file, so each gets its own;
// and HDF5 tries to open the name on disk first, which below /dev/null fails at once.
static void unique_name(char *name, size_t bytes)
{
  static atomic_ullong sequence;

  (void)snprintf(name, bytes, "/dev/null/lockstep-%ld-%llu", (long)getpid(),
                 atomic_fetch_add(&sequence, 1));
}

// The next four are HDF5's image callbacks while a file is built: its buffer is ours.
static void *grow(void *buffer, size_t size, H5FD_file_image_op_t operation, void *data)
{
  ls_image *image = data;

  (void)operation;
  if (size <= image->capacity) {
    return buffer;
  }
  uint8_t *bytes = realloc(buffer, size);
  if (!bytes) {
    return NULL;
  }
  // HDF5 leaves gaps between objects; equal states must be equal bytes.
  memset(bytes + image->capacity, 0, size - image->capacity);
  image->bytes = bytes;
  image->capacity = size;
  return bytes;
}

static herr_t keep(void *buffer, H5FD_file_image_op_t operation, void *data)
{
  (void)buffer;
  (void)operation;
  (void)data;
  return 0;
}

static void *same_data(void *data)
{
  return data;
}

static herr_t keep_data(void *data)
{
  (void)data;
  return 0;
}

// These two, while a file is read: every "copy" is the one buffer.
static void *share(size_t size, H5FD_file_image_op_t operation, void *data)
{
  ls_image *image = data;

  (void)operation;
  return size <= image->length ? image->bytes : NULL;
}

static void *share_copy(void *to, const void *from, size_t size,
                        H5FD_file_image_op_t operation, void *data)
{
  (void)size;
  (void)operation;
  (void)data;
  return to == from ? to : NULL;
}

static void *refuse(void *buffer, size_t size, H5FD_file_image_op_t operation,
                    void *data)
{
  (void)buffer;
  (void)size;
  (void)operation;
  (void)data;
  return NULL;
}

// Close an identifier whose use may already have failed.
static bool closed(herr_t (*close)(hid_t), hid_t id)
{
  return id >= 0 && close(id) >= 0;
}

void ls_memory_file_prepare(void)
{
  (void)H5dont_atexit();
}

hid_t ls_memory_file_creation(hid_t list_class)
{
  hid_t list = H5Pcreate(list_class);

  // 8 attributes is where HDF5 would move them out of the header.
  if (list >= 0 && (H5Pset_obj_track_times(list, false) < 0 ||
                    H5Pset_attr_phase_change(list, 4096, 4095) < 0)) {
    (void)H5Pclose(list);
    list = -1;
  }
  return list;
}

ls_status ls_memory_file_begin(hid_t *file, ls_image *image, size_t expected)
{
  H5FD_file_image_callbacks_t callbacks = {NULL,      NULL,      grow, keep,
                                           same_data, keep_data, image};
  char name[64];

  *file = -1;
  *image = (ls_image){0};
  unique_name(name, sizeof name);
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  hid_t creation = ls_memory_file_creation(H5P_FILE_CREATE);
  if (access >= 0 && creation >= 0 && H5Pset_fapl_core(access, expected, false) >= 0 &&
      H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18) >= 0 &&
      H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
      H5Pset_file_image_callbacks(access, &callbacks) >= 0) {
    *file = H5Fcreate(name, H5F_ACC_TRUNC, creation, access);
  }
  bool lists_closed = closed(H5Pclose, access) && closed(H5Pclose, creation);
  if (*file < 0 || !lists_closed) {
    return ls_fail(LS_E_NOMEM, "HDF5 cannot begin a file in memory");
  }
  return LS_OK;
}

// The end-of-file address in a version 2 superblock.
static uint64_t superblock_end(const uint8_t *bytes)
{
  uint64_t end = 0;

  for (int i = 7; i >= 0; i--) {
    end = end << 8 | bytes[28 + i];
  }
  return end;
}

ls_status ls_memory_file_finish(ls_image *image, hid_t file)
{
  herr_t flushed = H5Fflush(file, H5F_SCOPE_GLOBAL);
  // The length, not the image: this HDF5 gives images with a broken checksum.
  ssize_t length = H5Fget_file_image(file, NULL, 0);
  herr_t closed_file = H5Fclose(file);

  if (flushed < 0 || length < 48 || closed_file < 0 || !image->bytes) {
    return ls_fail(LS_E_NOMEM, "HDF5 cannot finish a file in memory");
  }
  image->length = (size_t)length;
  if (image->length > image->capacity ||
      superblock_end(image->bytes) != image->length) {
    return ls_fail(LS_E_INTERNAL, "HDF5 gave a file whose length is not its own");
  }
  if (image->capacity - image->length < LS_SEAL_BYTES) {
    uint8_t *bytes = realloc(image->bytes, image->length + LS_SEAL_BYTES);
    if (!bytes) {
      return ls_fail(LS_E_NOMEM, "out of memory: %zu bytes",
                     image->length + LS_SEAL_BYTES);
    }
    image->bytes = bytes;
    image->capacity = image->length + LS_SEAL_BYTES;
  }
  return LS_OK;
}

ls_status ls_memory_file_open(hid_t *file, ls_image *image)
{
  H5FD_file_image_callbacks_t callbacks = {share,     share_copy, refuse, keep,
                                           same_data, keep_data,  image};
  char name[64];

  *file = -1;
  unique_name(name, sizeof name);
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  if (access >= 0 && H5Pset_fapl_core(access, 64 * 1024, false) >= 0 &&
      H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
      H5Pset_file_image_callbacks(access, &callbacks) >= 0 &&
      H5Pset_file_image(access, image->bytes, image->length) >= 0) {
    *file = H5Fopen(name, H5F_ACC_RDONLY, access);
  }
  if (!closed(H5Pclose, access) || *file < 0) {
    return ls_fail(LS_E_FORMAT, "HDF5 cannot open it");
  }
  return LS_OK;
}

ls_status ls_memory_file_close(hid_t file)
{
  if (H5Fclose(file) < 0) {
    return ls_fail(LS_E_FORMAT, "HDF5 cannot close it");
  }
  return LS_OK;
}
