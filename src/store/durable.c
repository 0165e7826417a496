#include "store/durable.h"

#include "base/fault.h"
#include "lockstep/recovery.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

ls_status ls_durable_path(char *path, const char *directory, const char *name)
{
  int length = snprintf(path, LS_PATH_BYTES, "%s/%s", directory, name);

  if (length < 0 || length >= LS_PATH_BYTES) {
    return ls_fail(LS_E_ARG, "the path '%.64s...' is too long", directory);
  }
  return LS_OK;
}

// An armed fault point, as an error of the call it stands for.
static bool armed(const char *point)
{
  if (ls_fault(point, 0)) {
    errno = EIO;
    return true;
  }
  return false;
}

static ls_status failed(const char *call, const char *path)
{
  return ls_fail(LS_E_IO, "cannot %s '%s': %s", call, path, strerror(errno));
}

static int open_again(const char *path, int flags)
{
  int fd;

  do {
    fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0644);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

static int sync_again(int fd)
{
  int result;

  // Only an interruption is tried again.  After an error the kernel may have dropped
  // the pages and would report success.
  do {
    result = fsync(fd);
  } while (result != 0 && errno == EINTR);
  return result;
}

// A file is gone or was never there.
static ls_status remove_stale(const char *path)
{
  int result;

  do {
    result = unlink(path);
  } while (result != 0 && errno == EINTR);
  // On a file system that is read-only, the creation that follows says so better.
  return result == 0 || errno == ENOENT || errno == EROFS ? LS_OK
                                                          : failed("remove", path);
}

static int allocate(int fd, size_t length)
{
  int result;

  // fallocate(2), not posix_fallocate, which glibc replaces by writing where it must.
  do {
    result = fallocate(fd, 0, 0, (off_t)length);
  } while (result != 0 && errno == EINTR);
  return result != 0 && errno != EOPNOTSUPP && errno != ENOSYS ? -1 : 0;
}

static int write_all(int fd, const uint8_t *bytes, size_t length)
{
  for (size_t done = 0; done < length;) {
    ssize_t put = write(fd, bytes + done, length - done);
    if (put == 0) {
      errno = EIO;
    }
    if (put <= 0 && !(put < 0 && errno == EINTR)) {
      return -1;
    }
    done += put > 0 ? (size_t)put : 0;
  }
  return 0;
}

// Fill and sync an open file, and close it in any case.
static ls_status fill(int fd, const ls_durable *file, const char *path)
{
  ls_status status = LS_OK;

  // Whether there is room is known before a byte is written.
  if (armed("store.allocate") || allocate(fd, file->length) != 0) {
    status = failed("allocate room for", path);
  } else if (armed("store.write") || write_all(fd, file->bytes, file->length) != 0) {
    status = failed("write", path);
  } else if (armed("store.fsync") || sync_again(fd) != 0) {
    status = failed("sync", path);
  }
  // NFS reports a full quota here.  An interrupted close has closed.
  bool closed = close(fd) == 0 || errno == EINTR;
  if (status == LS_OK && (!closed || armed("store.close"))) {
    status = failed("close", path);
  }
  return status;
}

// Whether an open file holds exactly the bytes.
static int compare_open(int fd, const ls_durable *file)
{
  uint8_t piece[64 * 1024];
  struct stat about;
  size_t done = 0;

  if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) ||
      (size_t)about.st_size != file->length) {
    return 1;
  }
  while (done < file->length) {
    size_t rest = file->length - done;
    ssize_t got = read(fd, piece, rest < sizeof piece ? rest : sizeof piece);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0 || memcmp(piece, file->bytes + done, (size_t)got) != 0) {
      return got < 0 ? -1 : 1;
    }
    done += (size_t)got;
  }
  return 0;
}

// What was written is what is read: catches a file system that lies at once.
static ls_status compare(const ls_durable *file, const char *path)
{
  int fd = armed("store.compare") ? -1 : open_again(path, O_RDONLY);
  int differs = fd < 0 ? -1 : compare_open(fd, file);
  ls_status status = LS_OK;

  if (differs < 0) {
    status = failed("read back", path);
  } else if (differs > 0) {
    status = ls_fail(LS_E_IO, "'%s' reads back as other bytes than were written", path);
  }
  if (fd >= 0) {
    (void)close(fd); // nothing was written through it
  }
  return status;
}

static ls_status write_temporary(const ls_durable *file, const char *path)
{
  LS_TRY(remove_stale(path));
  int fd = armed("store.open") ? -1 : open_again(path, O_CREAT | O_EXCL | O_WRONLY);
  if (fd < 0) {
    return failed("create", path);
  }
  LS_TRY(fill(fd, file, path));
  return compare(file, path);
}

// Give the file its name.  A network file system may have renamed and then lost the
// answer, so an error counts only if the temporary file is still there.
static ls_status give_name(const char *temporary, const char *path)
{
  struct stat before;
  struct stat after;
  int result;

  if (stat(temporary, &before) != 0) {
    return failed("find", temporary);
  }
  do {
    result = armed("store.rename") ? -1 : rename(temporary, path);
  } while (result != 0 && errno == EINTR);
  if (result != 0) {
    int error = errno;
    if (stat(path, &after) != 0 || after.st_dev != before.st_dev ||
        after.st_ino != before.st_ino) {
      errno = error;
      return failed("rename", temporary);
    }
  }
  return LS_OK;
}

ls_status ls_durable_sync_directory(const char *directory)
{
  int fd = armed("store.dirsync") ? -1 : open_again(directory, O_RDONLY | O_DIRECTORY);
  ls_status status = LS_OK;

  if (fd < 0 || sync_again(fd) != 0) {
    status = failed("sync the directory", directory);
  }
  if (fd >= 0) {
    (void)close(fd); // nothing was written through it
  }
  return status;
}

// Whether the file is there with these very bytes, on the disk.
static bool stands_already(const ls_durable *file, const char *path)
{
  int fd = open_again(path, O_RDONLY | O_NONBLOCK);
  bool stands = fd >= 0 && compare_open(fd, file) == 0 && sync_again(fd) == 0;

  if (fd >= 0) {
    (void)close(fd); // nothing was written through it
  }
  return stands;
}

ls_status ls_durable_write(const ls_durable *file, bool *visible)
{
  char path[LS_PATH_BYTES];
  char temporary[LS_PATH_BYTES];
  char name[NAME_MAX];

  *visible = false;
  (void)snprintf(name, sizeof name, ".%s.tmp", file->name);
  LS_TRY(ls_durable_path(path, file->directory, file->name));
  LS_TRY(ls_durable_path(temporary, file->directory, name));
  if (!stands_already(file, path)) {
    ls_status status = write_temporary(file, temporary);
    if (status == LS_E_IO) {
      // Once more from the bytes in memory, into a new file; never a second sync of the
      // same one.
      status = write_temporary(file, temporary);
    }
    if (status == LS_OK) {
      status = give_name(temporary, path);
    }
    if (status != LS_OK) {
      (void)unlink(temporary);
      return status;
    }
  }
  *visible = true;
  return ls_durable_sync_directory(file->directory);
}

ls_status ls_durable_write_path(const char *path, const uint8_t *bytes, size_t length)
{
  char directory[LS_PATH_BYTES] = ".";
  const char *slash = strrchr(path, '/');
  bool visible;

  if (strlen(path) >= LS_PATH_BYTES) {
    return ls_fail(LS_E_ARG, "the path '%.64s...' is too long", path);
  }
  if (slash == path) {
    memcpy(directory, "/", 2);
  } else if (slash) {
    memcpy(directory, path, (size_t)(slash - path));
    directory[slash - path] = '\0';
  }
  const ls_durable file = {directory, slash ? slash + 1 : path, bytes, length};
  return ls_durable_write(&file, &visible);
}
