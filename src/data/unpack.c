#include "data/unpack.h"

#include "base/alloc.h"
#include "data/gunzip.h"
#include "data/header.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_BYTES = 256 * 1024 };

// No gzip file unpacks to more than this many times its size (zlib's technical notes).
enum { GZIP_RATIO_MAX = 1032 };

// Refuses what cannot be true, and what would not leave room to work, before unpacking.
static ls_status check_size(const ls_idx_header *header, int fd, const char *path)
{
  struct stat about;
  uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);

  if (fstat(fd, &about) != 0) {
    return ls_fail(LS_E_IO, "cannot ask for the size of '%s': %s", path,
                   strerror(errno));
  }
  if (header->file_bytes / GZIP_RATIO_MAX > (uint64_t)about.st_size) {
    return ls_fail(LS_E_FORMAT,
                   "'%s' says %" PRIu64
                   " items of %dx%d bytes, expected at most %" PRIu64
                   " bytes from so small a gzip file",
                   path, header->count, header->rows, header->columns,
                   (uint64_t)about.st_size * GZIP_RATIO_MAX);
  }
  if (header->file_bytes > memory / 2) {
    return ls_fail(LS_E_NOMEM,
                   "'%s' unpacks to %" PRIu64 " bytes, expected at most %" PRIu64
                   ", half of this machine's memory; gunzip it",
                   path, header->file_bytes, memory / 2);
  }
  return LS_OK;
}

static ls_status write_all(int copy, const uint8_t *bytes, size_t count,
                           const char *path)
{
  while (count > 0) {
    ssize_t written = write(copy, bytes, count);
    if (written < 0 && errno != EINTR) {
      return ls_fail(LS_E_NOMEM, "no memory to unpack '%s': %s", path, strerror(errno));
    }
    if (written > 0) {
      bytes += written;
      count -= (size_t)written; // positive
    }
  }
  return LS_OK;
}

// Copies exactly what the header promises and proves that the file ends there.
static ls_status copy_items(int copy, ls_gunzip *gunzip, uint8_t *piece,
                            const ls_idx_header *header, const char *path)
{
  uint64_t done = header->header_bytes;
  size_t got = 0;

  LS_TRY(write_all(copy, piece, header->header_bytes, path));
  while (done < header->file_bytes) {
    uint64_t left = header->file_bytes - done;
    LS_TRY(
        ls_gunzip_read(gunzip, piece, left < PIECE_BYTES ? left : PIECE_BYTES, &got));
    if (got == 0) {
      return ls_fail(LS_E_FORMAT,
                     "'%s' unpacks to %" PRIu64 " bytes, expected %" PRIu64
                     ": its header says %" PRIu64 " items of %dx%d",
                     path, done, header->file_bytes, header->count, header->rows,
                     header->columns);
    }
    LS_TRY(write_all(copy, piece, got, path));
    done += got;
  }
  LS_TRY(ls_gunzip_read(gunzip, piece, 1, &got));
  if (got != 0) {
    return ls_fail(LS_E_FORMAT,
                   "'%s' unpacks to more than the expected %" PRIu64
                   " bytes: its header says %" PRIu64 " items of %dx%d",
                   path, header->file_bytes, header->count, header->rows,
                   header->columns);
  }
  return LS_OK;
}

static ls_status unpack_stream(int copy, ls_gunzip *gunzip, uint8_t *piece, int fd,
                               const char *path, int dimensions)
{
  ls_idx_header header;
  size_t least = ls_idx_header_bytes(dimensions);
  size_t got = 0;

  LS_TRY(ls_gunzip_read(gunzip, piece, least, &got));
  if (got < least) {
    return ls_fail(LS_E_FORMAT, "'%s' unpacks to %zu bytes, expected a header of %zu",
                   path, got, least);
  }
  LS_TRY(ls_idx_header_read(&header, piece, dimensions, path));
  LS_TRY(check_size(&header, fd, path));
  return copy_items(copy, gunzip, piece, &header, path);
}

// What other processes have mapped must neither change nor shrink under them.
static ls_status seal(int copy, const char *path)
{
  if (fcntl(copy, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
    return ls_fail(LS_E_IO, "cannot seal the unpacked '%s': %s", path, strerror(errno));
  }
  return LS_OK;
}

ls_status ls_unpack(int *copy, int fd, const char *path, int dimensions)
{
  uint8_t *piece = ls_alloc(PIECE_BYTES, 1);
  ls_gunzip *gunzip = NULL;
  ls_status status = piece ? ls_gunzip_create(&gunzip, fd, path) : LS_E_NOMEM;

  *copy = -1;
  if (status != LS_OK) {
    goto done;
  }
  *copy = memfd_create("lockstep-data", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (*copy < 0) {
    status =
        ls_fail(LS_E_IO, "no memory file to unpack '%s': %s", path, strerror(errno));
    goto done;
  }
  status = unpack_stream(*copy, gunzip, piece, fd, path, dimensions);
  if (status == LS_OK) {
    status = seal(*copy, path);
  }

done:
  ls_gunzip_destroy(gunzip);
  ls_free(piece);
  return status;
}
