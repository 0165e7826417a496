#include "store/lock.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fault.h"
#include "lockstep/recovery.h"
#include "store/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WORD = 65, LINE = 1024 };

// lockstep-lock v1 host=h boot=<id> pids=<namespace> pid=1 start=2 job=- restart=-
// since=s
typedef struct holder {
  char host[WORD];
  char boot[WORD];
  char pids[WORD]; /* process numbers mean nothing outside it */
  long pid;
  unsigned long long start; /* clock ticks after boot */
  char job[WORD];           /* "-": not under Slurm */
  char restart[WORD];
  char since[WORD];
} holder;

struct ls_lock {
  char path[LS_PATH_BYTES];
  char text[LINE];
  char takeover[LINE];
};

// The first word of a small file, "-" if there is none.
static void read_word(char word[WORD], const char *path)
{
  FILE *stream = fopen(path, "re");

  if (!stream || fscanf(stream, "%64s", word) != 1) {
    memcpy(word, "-", 2);
  }
  if (stream) {
    (void)fclose(stream);
  }
}

// When a process started, in clock ticks after boot; 0: there is none, or it has ended
// and waits for its parent to take note.
static unsigned long long start_of(long pid)
{
  char path[64];
  char text[LINE];
  unsigned long long start = 0;

  (void)snprintf(path, sizeof path, "/proc/%ld/stat", pid);
  FILE *stream = fopen(path, "re");
  if (!stream) {
    return 0;
  }
  size_t length = fread(text, 1, sizeof text - 1, stream);
  (void)fclose(stream);
  text[length] = '\0';
  // The second field is a name that may hold anything, so count from its last ')'.
  char *field = strrchr(text, ')');
  if (field && (strncmp(field, ") Z", 3) == 0 || strncmp(field, ") X", 3) == 0)) {
    return 0;
  }
  for (int i = 2; field && i < 22; i++) {
    field = strchr(field + 1, ' ');
  }
  if (field) {
    start = strtoull(field, NULL, 10);
  }
  return start;
}

static void copy_word(char word[WORD], const char *text)
{
  (void)snprintf(word, WORD, "%s", text && *text ? text : "-");
  for (char *c = word; *c; c++) {
    *c = *c <= ' ' ? '_' : *c;
  }
}

static void describe_self(holder *self)
{
  char host[WORD] = "";
  char names[WORD] = "";

  *self = (holder){.pid = (long)getpid(), .start = start_of((long)getpid())};
  (void)gethostname(host, sizeof host - 1);
  copy_word(self->host, host);
  read_word(self->boot, "/proc/sys/kernel/random/boot_id");
  (void)readlink("/proc/self/ns/pid", names, sizeof names - 1);
  copy_word(self->pids, names);
  copy_word(self->job, getenv("SLURM_JOB_ID"));
  copy_word(self->restart, getenv("SLURM_RESTART_COUNT"));
  ls_clock_stamp(self->since, sizeof self->since);
}

static void print_holder(char text[LINE], const holder *who)
{
  (void)snprintf(text, LINE,
                 "lockstep-lock v1 host=%s boot=%s pids=%s pid=%ld start=%llu job=%s "
                 "restart=%s since=%s\n",
                 who->host, who->boot, who->pids, who->pid, who->start, who->job,
                 who->restart, who->since);
}

static bool parse_holder(holder *who, const char *text)
{
  char again[LINE];

  *who = (holder){0};
  if (sscanf(
          text,
          "lockstep-lock v1 host=%64s boot=%64s pids=%64s pid=%ld start=%llu job=%64s "
          "restart=%64s since=%64s",
          who->host, who->boot, who->pids, &who->pid, &who->start, who->job,
          who->restart, who->since) != 8) {
    return false;
  }
  print_holder(again, who);
  return strcmp(text, again) == 0;
}

// Whether a holder is certainly gone.  Everything doubtful counts as alive.
static bool is_gone(const holder *who, const holder *self)
{
  bool same_host = strcmp(who->host, self->host) == 0;

  if (strcmp(who->job, "-") != 0 && strcmp(who->job, self->job) == 0 &&
      strcmp(who->restart, self->restart) != 0) {
    return true; // Slurm ends a job before it starts it again
  }
  if (same_host && strcmp(who->boot, "-") != 0 && strcmp(who->boot, self->boot) != 0) {
    return true;
  }
  if (!same_host || strcmp(who->pids, self->pids) != 0) {
    return false;
  }
  return kill((pid_t)who->pid, 0) != 0 ? errno == ESRCH
                                       : start_of(who->pid) != who->start;
}

static ls_status read_lock(char text[LINE], const char *path)
{
  int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  ssize_t length = fd < 0 ? -1 : read(fd, text, LINE - 1);
  ls_status status = LS_OK;

  if (length < 0) {
    status = errno == ENOENT
                 ? LS_E_MISSING
                 : ls_fail(LS_E_IO, "cannot read '%s': %s", path, strerror(errno));
  }
  text[length < 0 ? 0 : length] = '\0';
  if (fd >= 0) {
    (void)close(fd);
  }
  return status;
}

// A finished file under a name of our own, to be linked to the lock's.
static ls_status write_own(char own[LS_PATH_BYTES], const char *directory,
                           const ls_lock *lock)
{
  char name[WORD];
  size_t length = strlen(lock->text);

  (void)snprintf(name, sizeof name, ".lock-%ld", (long)getpid());
  LS_TRY(ls_durable_path(own, directory, name));
  (void)unlink(own);
  int fd = open(own, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  if (fd < 0) {
    return ls_fail(LS_E_IO, "cannot create '%s': %s", own, strerror(errno));
  }
  bool written = write(fd, lock->text, length) == (ssize_t)length && fsync(fd) == 0;
  int error = errno;
  if ((close(fd) != 0 && errno != EINTR) || !written) {
    (void)unlink(own);
    return ls_fail(LS_E_IO, "cannot write '%s': %s", own,
                   strerror(written ? errno : error));
  }
  return LS_OK;
}

// Whether the link was made; an answer lost on the network counts as made.
static bool link_own(const char *own, const char *path)
{
  struct stat about;

  if (link(own, path) == 0) {
    return true;
  }
  int error = errno;
  if (stat(own, &about) == 0 && about.st_nlink == 2) {
    return true;
  }
  errno = error;
  return false;
}

// Remove exactly this stale lock.  Between reading and removing, another process may
// have taken it over: what was moved away is looked at, and put back if it is not that.
static void remove_stale(const char *path, const char *stale_text, const char *own)
{
  char moved[LS_PATH_BYTES + 8];
  char text[LINE];

  (void)snprintf(moved, sizeof moved, "%s.stale", own);
  if (rename(path, moved) == 0) {
    if (read_lock(text, moved) != LS_OK || strcmp(text, stale_text) != 0) {
      (void)link(moved, path);
    }
    (void)unlink(moved);
  }
}

static ls_status refuse(const char *path, const holder *who)
{
  if (!who) {
    return ls_fail(LS_E_IO,
                   "'%s' is no lock of lockstep; if no run is there, remove it", path);
  }
  return ls_fail(LS_E_IO,
                 "another run holds '%s': host=%s pid=%ld since=%s; if it is gone, "
                 "remove that file",
                 path, who->host, who->pid, who->since);
}

static ls_status take(ls_lock *lock, const char *own, const holder *self)
{
  for (int attempt = 0; attempt < 8; attempt++) {
    char text[LINE];
    holder who;

    if (link_own(own, lock->path)) {
      return LS_OK;
    }
    if (errno != EEXIST) {
      return ls_fail(LS_E_IO, "cannot make '%s': %s", lock->path, strerror(errno));
    }
    ls_status status = read_lock(text, lock->path);
    if (status == LS_E_MISSING) {
      continue;
    }
    LS_TRY(status);
    if (!parse_holder(&who, text)) {
      return refuse(lock->path, NULL);
    }
    if (!is_gone(&who, self)) {
      return refuse(lock->path, &who);
    }
    (void)snprintf(lock->takeover, sizeof lock->takeover,
                   "took over the lock of a run that is gone: host=%s pid=%ld since=%s",
                   who.host, who.pid, who.since);
    remove_stale(lock->path, text, own);
  }
  return ls_fail(LS_E_IO, "cannot take '%s': others keep taking it", lock->path);
}

// One process of this host at a time reads, removes and takes: two that saw the same
// stale lock could otherwise undo each other.  The kernel gives the directory back when
// a process dies.  Where a file system cannot do it, remove_stale alone must serve.
static int enter(const char *directory)
{
  int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  // Not for ever: whoever is in may have been stopped there.
  for (int i = 0; fd >= 0 && i < 200 && flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    if (errno != EWOULDBLOCK) {
      break;
    }
    (void)nanosleep(&pause, NULL);
  }
  return fd;
}

static void leave(int fd)
{
  if (fd >= 0) {
    (void)close(fd);
  }
}

ls_status ls_lock_take(ls_lock **out, const char *directory)
{
  char own[LS_PATH_BYTES];
  holder self;
  ls_lock *lock = ls_alloc(1, sizeof *lock);

  *out = NULL;
  if (!lock) {
    return LS_E_NOMEM;
  }
  describe_self(&self);
  print_holder(lock->text, &self);
  ls_status status = ls_durable_path(lock->path, directory, "lock");
  if (status == LS_OK && ls_fault("store.lock", 0)) {
    status = ls_fail(LS_E_IO, "fault point 'store.lock'");
  }
  if (status == LS_OK && (status = write_own(own, directory, lock)) == LS_OK) {
    int entered = enter(directory);
    status = take(lock, own, &self);
    leave(entered);
    (void)unlink(own);
  }
  if (status != LS_OK) {
    ls_free(lock);
    lock = NULL;
  }
  *out = lock;
  return status;
}

const char *ls_lock_takeover(const ls_lock *lock)
{
  return lock->takeover;
}

void ls_lock_release(ls_lock *lock)
{
  char text[LINE];

  if (lock) {
    // Somebody may have removed it by hand, and another run may be in.
    if (read_lock(text, lock->path) == LS_OK && strcmp(text, lock->text) == 0) {
      (void)unlink(lock->path);
    }
    ls_free(lock);
  }
}
