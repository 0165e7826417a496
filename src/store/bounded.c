#include "store/bounded.h"

#include "base/alloc.h"
#include "base/fault.h"
#include "store/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static ls_status open_regular(int *descriptor, size_t *length, const char *path)
{
  struct stat about;
  int fd;

  // Without O_NONBLOCK, opening a FIFO waits for its other end.
  do {
    fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
  } while (fd < 0 && errno == EINTR);
  *descriptor = fd;
  if (fd < 0 && errno == ENOENT) {
    return ls_fail(LS_E_MISSING, "'%s' does not exist", path);
  }
  if (fd < 0 && errno == ELOOP) {
    return ls_fail(LS_E_FORMAT, "'%s' is a symbolic link; name the file itself", path);
  }
  if (fd < 0 && errno == ENXIO) {
    return ls_fail(LS_E_FORMAT, "'%s' is not a regular file", path);
  }
  if (fd < 0 || fstat(fd, &about) != 0) {
    return ls_fail(LS_E_IO, "cannot open '%s': %s", path, strerror(errno));
  }
  if (!S_ISREG(about.st_mode)) {
    return ls_fail(LS_E_FORMAT, "'%s' is not a regular file", path);
  }
  if (about.st_size <= LS_SEAL_BYTES || (size_t)about.st_size > LS_FILE_BYTES_MAX) {
    return ls_fail(LS_E_FORMAT, "'%s' has %lld bytes, which no checkpoint has", path,
                   (long long)about.st_size);
  }
  *length = (size_t)about.st_size;
  return LS_OK;
}

static ls_status read_at(int fd, uint8_t *bytes, size_t count, size_t offset,
                         const char *path)
{
  size_t done = 0;

  while (done < count) {
    ssize_t got = pread(fd, bytes + done, count - done, (off_t)(offset + done));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return ls_fail(LS_E_IO, "cannot read '%s': %s", path, strerror(errno));
    }
    if (got == 0) {
      return ls_fail(LS_E_IO, "cannot read '%s': it shrank meanwhile", path);
    }
    done += (size_t)got;
  }
  return LS_OK;
}

static ls_status expect_seal(int fd, size_t length, const char *path)
{
  static const uint8_t signature[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  uint8_t head[sizeof signature];
  uint8_t tail[LS_SEAL_BYTES];

  LS_TRY(read_at(fd, head, sizeof head, 0, path));
  LS_TRY(read_at(fd, tail, sizeof tail, length - sizeof tail, path));
  if (ls_seal_fits(tail, length)) {
    return LS_OK;
  }
  if (memcmp(head, signature, sizeof head) != 0) {
    return ls_fail(LS_E_FORMAT, "'%s' is not a checkpoint", path);
  }
  return ls_fail(LS_E_FORMAT,
                 "'%s' is HDF5 but not sealed: edited, cut short, or another program's",
                 path);
}

ls_status ls_bounded_read(uint8_t **bytes, size_t *length, const char *path)
{
  int fd = -1;

  *bytes = NULL;
  *length = 0;
  if (ls_fault("store.read", 0)) {
    return ls_fail(LS_E_IO, "fault point 'store.read'");
  }
  ls_status status = open_regular(&fd, length, path);
  if (status == LS_OK) {
    status = expect_seal(fd, *length, path);
  }
  if (status == LS_OK) {
    *bytes = ls_alloc(*length, 1);
    status = *bytes ? read_at(fd, *bytes, *length, 0, path) : LS_E_NOMEM;
  }
  if (fd >= 0) {
    (void)close(fd); // nothing was written through it
  }
  if (status != LS_OK) {
    ls_free(*bytes);
    *bytes = NULL;
  }
  return status;
}
