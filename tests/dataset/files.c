#include "files.h"

#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static char directory[64];

const char *files_begin(void)
{
  (void)snprintf(directory, sizeof directory, "/tmp/lockstep-data-XXXXXX");
  assert_non_null(mkdtemp(directory));
  return directory;
}

void files_end(void)
{
  DIR *entries = opendir(directory);
  struct dirent *entry = NULL;

  assert_non_null(entries);
  while ((entry = readdir(entries))) {
    if (entry->d_name[0] != '.') {
      (void)remove(files_path(entry->d_name));
    }
  }
  (void)closedir(entries);
  (void)rmdir(directory);
}

void files_put(files_bytes *bytes, size_t offset, uint32_t value)
{
  for (size_t i = 0; i < 4; i++) {
    bytes->data[offset + i] = (uint8_t)(value >> (24 - 8 * i) & 0xff);
  }
  bytes->used = bytes->used < offset + 4 ? offset + 4 : bytes->used;
}

files_bytes files_images(void)
{
  files_bytes bytes = {.used = 0};

  files_put(&bytes, 0, 0x803);
  files_put(&bytes, 4, FILES_COUNT);
  files_put(&bytes, 8, FILES_ROWS);
  files_put(&bytes, 12, FILES_COLUMNS);
  for (int i = 0; i < FILES_COUNT * FILES_ROWS * FILES_COLUMNS; i++) {
    bytes.data[bytes.used++] = (uint8_t)(i & 0xff);
  }
  return bytes;
}

files_bytes files_labels(void)
{
  files_bytes bytes = {.used = 0};

  files_put(&bytes, 0, 0x801);
  files_put(&bytes, 4, FILES_COUNT);
  for (int i = 0; i < FILES_COUNT; i++) {
    bytes.data[bytes.used++] = (uint8_t)(i % FILES_CLASSES);
  }
  return bytes;
}

files_bytes files_gzip(const files_bytes *bytes)
{
  files_bytes packed = {.used = 0};
  files_bytes input = *bytes;
  z_stream stream = {.next_in = input.data,
                     .avail_in = (uInt)input.used,
                     .next_out = packed.data,
                     .avail_out = sizeof packed.data};

  assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY),
                   Z_OK);
  assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.used = stream.total_out;
  (void)deflateEnd(&stream);
  return packed;
}

const char *files_path(const char *name)
{
  static char path[512];

  (void)snprintf(path, sizeof path, "%s/%s", directory, name);
  return path;
}

// Cut to size at the end, not when it is opened: replacing a file by an empty one makes
// some file systems wait for the disk, a thousand times here.
void files_write(const char *name, const files_bytes *bytes)
{
  int fd = open(files_path(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

  assert_true(fd >= 0);
  assert_int_equal(write(fd, bytes->data, bytes->used), bytes->used);
  assert_int_equal(ftruncate(fd, (off_t)bytes->used), 0);
  assert_int_equal(close(fd), 0);
}

void files_write_split(const char *split, bool packed)
{
  files_bytes contents[2] = {files_images(), files_labels()};
  const char *const endings[2] = {"images-idx3-ubyte", "labels-idx1-ubyte"};

  for (int i = 0; i < 2; i++) {
    char name[64];
    (void)snprintf(name, sizeof name, "%s-%s%s", split, endings[i],
                   packed ? ".gz" : "");
    if (packed) {
      contents[i] = files_gzip(&contents[i]);
    }
    files_write(name, &contents[i]);
  }
}
