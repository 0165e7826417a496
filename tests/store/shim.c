/**
 * An LD_PRELOAD library that spoils the n-th file operation below a path, and keeps a
 * log of all that changed something.  shim.h says how it is told.
 */

#include "store/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FILES = 1024 };

static const char *prefix;
static const char *how = "";
static long spoil_at;
static long count;
static int log_fd = -1;
static int flock_error;
static char paths[FILES][256]; /* of open files below the prefix; "" for others */
static bool is_directory[FILES];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) void shim_begin(void)
{
  const char *text = getenv("LOCKSTEP_SHIM_LOG");

  count = 0;
  prefix = getenv("LOCKSTEP_SHIM_PATH");
  if (text) {
    log_fd = (int)syscall(SYS_openat, AT_FDCWD, text,
                          O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  }
  if ((text = getenv("LOCKSTEP_SHIM_AT"))) {
    spoil_at = strtol(text, NULL, 10);
  }
  if ((text = getenv("LOCKSTEP_SHIM_DO"))) {
    how = text;
  }
  if ((text = getenv("LOCKSTEP_SHIM_FLOCK"))) {
    flock_error = (int)strtol(text, NULL, 10);
  }
}

__attribute__((destructor)) static void end(void)
{
  const char *name = getenv("LOCKSTEP_SHIM_COUNT");
  char text[32];
  int length = snprintf(text, sizeof text, "%ld\n", count);

  if (name) {
    int fd =
        (int)syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    (void)!syscall(SYS_write, fd, text, (size_t)length);
    (void)syscall(SYS_close, fd);
  }
}

static bool is_ours(const char *path)
{
  return prefix && path && strncmp(path, prefix, strlen(prefix)) == 0;
}

static const char *path_of(int fd)
{
  return fd >= 0 && fd < FILES && paths[fd][0] ? paths[fd] : NULL;
}

static void put(shim_kind kind, const char *path, const char *other, int64_t length,
                int64_t offset)
{
  shim_record record = {.kind = (int32_t)kind, .length = length, .offset = offset};

  if (log_fd >= 0) {
    record.data_bytes = kind == SHIM_WRITE ? (int32_t)length : 0;
    (void)snprintf(record.path, sizeof record.path, "%s", path);
    (void)snprintf(record.other, sizeof record.other, "%s", other);
    (void)!syscall(SYS_write, log_fd, &record, sizeof record);
  }
}

static void die(void)
{
  (void)syscall(SYS_kill, getpid(), SIGKILL);
  for (;;) {
    (void)pause();
  }
}

static int error_number(const char *name)
{
  return strcmp(name, "ENOSPC") == 0   ? ENOSPC
         : strcmp(name, "EDQUOT") == 0 ? EDQUOT
         : strcmp(name, "EINTR") == 0  ? EINTR
         : strcmp(name, "EIO") == 0    ? EIO
                                       : 0;
}

typedef struct plan {
  int error;      /* fail with it, without doing anything */
  bool half;      /* a write: only half */
  bool die_after; /* then kill */
} plan;

// Count an operation and say what becomes of it.  A full disk spoils only what needs
// room; a broken one spoils everything.
static plan enter(bool needs_room)
{
  plan chosen = {0, false, false};

  (void)pthread_mutex_lock(&mutex);
  long number = ++count;
  (void)pthread_mutex_unlock(&mutex);
  if (strncmp(how, "sticky-", 7) == 0 && spoil_at > 0 && number >= spoil_at) {
    int error = error_number(how + 7);
    chosen.error = error == ENOSPC && !needs_room ? 0 : error;
  } else if (number == spoil_at) {
    if (strcmp(how, "before") == 0) {
      die();
    }
    chosen.error = error_number(how);
    chosen.half = strcmp(how, "short") == 0 || strcmp(how, "torn") == 0;
    chosen.die_after = strcmp(how, "after") == 0 || strcmp(how, "torn") == 0;
  }
  return chosen;
}

static int leave(plan chosen, int result)
{
  if (chosen.die_after) {
    die();
  }
  return result;
}

static int spoil(plan chosen)
{
  errno = chosen.error;
  return -1;
}

static void track(int fd, const char *path, int flags)
{
  struct stat about;

  if (fd >= 0 && fd < FILES) {
    (void)snprintf(paths[fd], sizeof paths[fd], "%s", path);
    is_directory[fd] = fstat(fd, &about) == 0 && S_ISDIR(about.st_mode);
    if (flags & O_CREAT) {
      put(SHIM_CREATE, path, "", 0, 0);
    }
  }
}

int open(const char *path, int flags, ...)
{
  mode_t mode = 0;

  if (flags & O_CREAT) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  if (!is_ours(path)) {
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  }
  plan chosen = enter(flags & O_CREAT);
  if (chosen.error) {
    return spoil(chosen);
  }
  int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  track(fd, path, flags);
  return leave(chosen, fd);
}

ssize_t write(int fd, const void *bytes, size_t length)
{
  const char *path = path_of(fd);

  if (!path) {
    if (fd == STDOUT_FILENO && length > 11 && memcmp(bytes, "saved step=", 11) == 0) {
      put(SHIM_SAVED, "", "", strtoll((const char *)bytes + 11, NULL, 10), 0);
    }
    return syscall(SYS_write, fd, bytes, length);
  }
  plan chosen = enter(true);
  if (chosen.error) {
    return spoil(chosen);
  }
  off_t offset = lseek(fd, 0, SEEK_CUR);
  ssize_t put_bytes =
      syscall(SYS_write, fd, bytes, chosen.half && length > 1 ? length / 2 : length);
  if (put_bytes > 0) {
    put(SHIM_WRITE, path, "", put_bytes, offset);
    if (log_fd >= 0) {
      (void)!syscall(SYS_write, log_fd, bytes, (size_t)put_bytes);
    }
  }
  if (chosen.die_after) {
    die();
  }
  return put_bytes;
}

ssize_t read(int fd, void *bytes, size_t length)
{
  plan chosen = path_of(fd) ? enter(false) : (plan){0, false, false};

  if (chosen.error) {
    return spoil(chosen);
  }
  ssize_t got =
      syscall(SYS_read, fd, bytes, chosen.half && length > 1 ? length / 2 : length);
  (void)leave(chosen, 0);
  return got;
}

int fallocate(int fd, int mode, off_t offset, off_t length)
{
  plan chosen = path_of(fd) ? enter(true) : (plan){0, false, false};

  if (chosen.error) {
    return spoil(chosen);
  }
  int result = (int)syscall(SYS_fallocate, fd, mode, offset, length);
  if (result == 0 && path_of(fd)) {
    put(SHIM_EXTEND, path_of(fd), "", offset + length, 0);
  }
  return leave(chosen, result);
}

int fsync(int fd)
{
  plan chosen = path_of(fd) ? enter(true) : (plan){0, false, false};

  if (chosen.error) {
    return spoil(chosen);
  }
  int result = (int)syscall(SYS_fsync, fd);
  if (result == 0 && path_of(fd)) {
    put(is_directory[fd] ? SHIM_SYNC_NAMES : SHIM_SYNC, path_of(fd), "", 0, 0);
  }
  return leave(chosen, result);
}

int close(int fd)
{
  bool ours = path_of(fd) != NULL;
  plan chosen = ours ? enter(false) : (plan){0, false, false};

  if (ours) {
    paths[fd][0] = '\0';
  }
  int result = (int)syscall(SYS_close, fd);
  // As Linux does it: closed, and yet an error.
  return chosen.error ? spoil(chosen) : leave(chosen, result);
}

int rename(const char *from, const char *to)
{
  plan chosen = is_ours(from) ? enter(true) : (plan){0, false, false};

  if (chosen.error) {
    return spoil(chosen);
  }
  int result = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
  if (result == 0 && is_ours(from)) {
    put(SHIM_RENAME, from, to, 0, 0);
  }
  return leave(chosen, result);
}

int link(const char *from, const char *to)
{
  plan chosen = is_ours(from) ? enter(true) : (plan){0, false, false};

  if (chosen.error) {
    return spoil(chosen);
  }
  int result = (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
  if (result == 0 && is_ours(from)) {
    put(SHIM_LINK, from, to, 0, 0);
  }
  return leave(chosen, result);
}

int unlink(const char *path)
{
  plan chosen = is_ours(path) ? enter(false) : (plan){0, false, false};

  if (chosen.error) {
    return spoil(chosen);
  }
  int result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  if (result == 0 && is_ours(path)) {
    put(SHIM_UNLINK, path, "", 0, 0);
  }
  return leave(chosen, result);
}

int stat(const char *path, struct stat *about)
{
  plan chosen = is_ours(path) ? enter(false) : (plan){0, false, false};

  if (chosen.error) {
    return spoil(chosen);
  }
  return leave(chosen, (int)syscall(SYS_newfstatat, AT_FDCWD, path, about, 0));
}

int flock(int fd, int operation)
{
  if (flock_error) {
    errno = flock_error;
    return -1;
  }
  return (int)syscall(SYS_flock, fd, operation);
}
