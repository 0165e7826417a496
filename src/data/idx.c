#include "data/idx.h"

#include "base/alloc.h"
#include "data/find.h"
#include "data/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

ls_idx ls_idx_none(void)
{
  return (ls_idx){.fd = -1};
}

// What cannot be read would be SIGBUS in the middle of a step; here it is a status.
static ls_status expect_readable(const ls_idx *idx, uint64_t bytes)
{
#ifdef MADV_POPULATE_READ
  if (madvise(idx->map, bytes, MADV_POPULATE_READ) != 0 && errno == EFAULT) {
    return ls_fail(LS_E_IO, "cannot read '%s': %s", idx->path, strerror(EIO));
  }
#else
  (void)idx;
  (void)bytes;
#endif
  return LS_OK;
}

// Maps a file whose size is known, reads its header and compares the two.
static ls_status map_file(ls_idx *idx, int fd, uint64_t bytes, int dimensions)
{
  uint64_t least = ls_idx_header_bytes(dimensions);

  if (bytes < least) {
    return ls_fail(LS_E_FORMAT,
                   "'%s' has %" PRIu64 " bytes, expected a header of %" PRIu64,
                   idx->path, bytes, least);
  }
  void *map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) {
    return ls_fail(LS_E_IO, "cannot map '%s': %s", idx->path, strerror(errno));
  }
  idx->map = map;
  idx->header.file_bytes = bytes; // what ls_idx_close unmaps if the header is wrong

  LS_TRY(expect_readable(idx, least));
  ls_idx_header header;
  LS_TRY(ls_idx_header_read(&header, idx->map, dimensions, idx->path));
  if (header.file_bytes != bytes) {
    return ls_fail(LS_E_FORMAT,
                   "'%s' has %" PRIu64 " bytes, expected %" PRIu64
                   ": its header says %" PRIu64 " items of %dx%d",
                   idx->path, bytes, header.file_bytes, header.count, header.rows,
                   header.columns);
  }
  LS_TRY(expect_readable(idx, bytes));
  idx->header = header;
  return LS_OK;
}

// Remembers which file is mapped, and gives its size.
static ls_status identify(ls_idx *idx, int fd, uint64_t *bytes)
{
  struct stat about;

  if (fstat(fd, &about) != 0 || about.st_size < 0) {
    return ls_fail(LS_E_IO, "cannot ask for the size of '%s': %s", idx->path,
                   strerror(errno));
  }
  idx->device = about.st_dev;
  idx->inode = about.st_ino;
  *bytes = (uint64_t)about.st_size; // not negative, as checked
  return LS_OK;
}

static ls_status open_found(ls_idx *idx, int fd, bool packed, int dimensions)
{
  int source = fd;
  uint64_t bytes = 0;

  if (packed) {
    LS_TRY(ls_unpack(&idx->fd, fd, idx->path, dimensions));
    source = idx->fd;
  }
  LS_TRY(identify(idx, source, &bytes));
  return map_file(idx, source, bytes, dimensions);
}

ls_status ls_idx_open(ls_idx *idx, const char *directory, const char *name,
                      int dimensions)
{
  int fd = -1;
  bool packed = false;
  ls_status status = ls_find(&idx->path, &fd, &packed, directory, name);

  if (status == LS_OK) {
    status = open_found(idx, fd, packed, dimensions);
  }
  if (fd >= 0) {
    (void)close(fd);
  }
  return status;
}

// The raw file that this process sees must be the one that the other process mapped.
static ls_status check_origin(const ls_idx *idx, const ls_idx_origin *origin)
{
  if (idx->fd >= 0 || idx->device != origin->device || idx->inode != origin->inode ||
      idx->header.file_bytes != origin->bytes) {
    return ls_fail(LS_E_IO, "'%s' is not the file that process %" PRId64 " has open",
                   idx->path, origin->pid);
  }
  return LS_OK;
}

static ls_status attach_unpacked(ls_idx *idx, int dimensions,
                                 const ls_idx_origin *origin)
{
  char link[64];
  uint64_t bytes = 0;

  (void)snprintf(link, sizeof link, "/proc/%" PRId64 "/fd/%" PRId64, origin->pid,
                 origin->fd);
  // A descriptor of another process is reached through its name: it must be ours to
  // see.
  idx->fd = open(link, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (idx->fd < 0) {
    return ls_fail(LS_E_IO,
                   "cannot reach the unpacked '%s' of process %" PRId64
                   ": %s (a raw file needs no such access: gunzip it)",
                   idx->path, origin->pid, strerror(errno));
  }
  LS_TRY(identify(idx, idx->fd, &bytes));
  if (idx->device != origin->device || idx->inode != origin->inode ||
      bytes != origin->bytes) {
    return ls_fail(LS_E_IO, "'%s' is not the unpacked '%s' of process %" PRId64, link,
                   idx->path, origin->pid);
  }
  return map_file(idx, idx->fd, bytes, dimensions);
}

ls_status ls_idx_attach(ls_idx *idx, const char *directory, const char *name,
                        int dimensions, const ls_idx_origin *origin)
{
  if (origin->fd < 0) {
    LS_TRY(ls_idx_open(idx, directory, name, dimensions));
    return check_origin(idx, origin);
  }
  LS_TRY(ls_find_path(&idx->path, directory, name));
  return attach_unpacked(idx, dimensions, origin);
}

const uint8_t *ls_idx_items(const ls_idx *idx)
{
  return (const uint8_t *)idx->map + idx->header.header_bytes;
}

void ls_idx_close(ls_idx *idx)
{
  if (idx->map) {
    (void)munmap(idx->map, idx->header.file_bytes);
  }
  if (idx->fd >= 0) {
    (void)close(idx->fd);
  }
  ls_free(idx->path);
  *idx = ls_idx_none();
}
