#include "comm/watch.h"

#include "base/clock.h"
#include "base/log.h"
#include "comm/comm_private.h"
#include "comm/pulse.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

static struct watch {
  bool running;
  pthread_t thread;
  pthread_mutex_t mutex; /* guards what follows, but for what the thread alone has */
  bool ending;
  bool joined;
  double deadline; /* while not joined; infinite: none */
  const char *waiting_for;
  ls_ward ward;
  int wake_fd;
  struct pollfd alone;   /* the waker, until join */
  struct pollfd *polled; /* [ward.count + 1] the waker, the processes */
  MPI_Win window;
  MPI_Comm host;
} watch = {.mutex = PTHREAD_MUTEX_INITIALIZER};

// Where heartbeats go while nobody shares them.
static ls_pulse unshared;
static ls_pulse *own = &unshared;

static double tick_seconds(const ls_watch_config *limits)
{
  double tick = 0.25;

  if (limits->hang_seconds > 0) {
    tick = fmin(tick, limits->hang_seconds / 20);
  }
  return fmax(tick, 0.01);
}

// Waits until a process ends, the main thread has something to say or the tick is over.
static void wait_for_news(struct pollfd *polled, int count, double seconds)
{
  const double milliseconds = 1e3;

  if (poll(polled, (nfds_t)count + 1, (int)(seconds * milliseconds)) <= 0) {
    return;
  }
  for (int i = 0; i < count; i++) {
    if ((polled[i + 1].revents & POLLIN) != 0) {
      watch.ward.patients[i].ended = true;
      polled[i + 1].fd = -1;
    }
  }
}

static void check_deadline(double now)
{
  if (now > watch.deadline && !ls_process_is_traced(getpid())) {
    ls_log_alarm("process %d has waited too long for the other ranks in %s",
                 (int)getpid(), watch.waiting_for);
    _exit(ls_status_exit_code(LS_E_LOST));
  }
}

static void look(double lost)
{
  double now = ls_clock_seconds();

  if (watch.joined) {
    ls_ward_look(&watch.ward, now, lost);
  } else {
    watch.deadline += lost;
    check_deadline(now);
  }
}

static void *run(void *unused)
{
  double tick = tick_seconds(&watch.ward.limits);
  bool ending = false;

  while (!ending) {
    double begin = ls_clock_seconds();
    (void)pthread_mutex_lock(&watch.mutex);
    int count = watch.joined ? watch.ward.count : 0;
    struct pollfd *polled = watch.joined ? watch.polled : &watch.alone;
    (void)pthread_mutex_unlock(&watch.mutex);
    wait_for_news(polled, count, tick);
    double late = ls_clock_seconds() - begin - 2 * tick;
    (void)pthread_mutex_lock(&watch.mutex);
    ending = watch.ending;
    if (!ending) {
      look(fmax(late, 0));
    }
    (void)pthread_mutex_unlock(&watch.mutex);
  }
  return unused;
}

static void set_deadline(const char *waiting_for)
{
  double limit = watch.ward.limits.io_seconds;

  watch.waiting_for = waiting_for;
  watch.deadline = limit > 0 ? ls_clock_seconds() + limit : (double)INFINITY;
}

bool ls_watch_begin(const ls_watch_config *config)
{
  sigset_t all;
  sigset_t before;

  if (watch.running) {
    return false;
  }
  watch.ward = (ls_ward){.limits = *config};
  watch.ending = false;
  watch.joined = false;
  watch.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  watch.alone = (struct pollfd){.fd = watch.wake_fd, .events = POLLIN};
  set_deadline("start-up");
  // A thread takes over its maker's mask: signals stay with the program's own threads.
  (void)sigfillset(&all);
  (void)pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = pthread_create(&watch.thread, NULL, run, NULL);
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
  watch.running = error == 0;
  if (error) {
    ls_log_warn("nobody watches the ranks: no thread: %s", strerror(error));
  }
  return watch.running;
}

static uint64_t process_space(void)
{
  struct stat info;

  return stat("/proc/self/ns/pid", &info) == 0 ? info.st_ino : 0;
}

// Shares the page; the host's first rank has all of it.
static void open_page(int rank, int count, int comm_rank)
{
  size_t bytes = sizeof(ls_pulse_page) + ((size_t)count + 1) * sizeof(ls_pulse);
  void *base = NULL;
  MPI_Aint size = 0;
  int unit = 0;

  MPI_Win_allocate_shared(rank == 0 ? (MPI_Aint)bytes : 0, 1, MPI_INFO_NULL, watch.host,
                          &base, &watch.window);
  MPI_Win_shared_query(watch.window, 0, &size, &unit, &base);
  // The mapping is whole pages, so every rank skips the same number of bytes.
  uintptr_t address = (uintptr_t)base;
  uintptr_t skip = (LS_ALIGNMENT - address % LS_ALIGNMENT) % LS_ALIGNMENT;
  watch.ward.page = (ls_pulse_page *)(void *)((char *)base + skip);
  if (rank == 0) {
    memset(watch.ward.page, 0, bytes - LS_ALIGNMENT);
  }
  MPI_Barrier(watch.host);
  own = &watch.ward.page->pulses[rank];
  own->rank = comm_rank;
  own->process = (int32_t)getpid();
  own->process_space = process_space();
  atomic_store(&own->phase, LS_PHASE_START);
  MPI_Barrier(watch.host);
}

static void admit_patients(void)
{
  ls_ward *ward = &watch.ward;
  uint64_t space = process_space();
  double now = ls_clock_seconds();

  watch.polled[0] = watch.alone;
  for (int i = 0; i < ward->count; i++) {
    ls_pulse *pulse = &ward->page->pulses[i];
    pid_t process = pulse->process_space == space ? (pid_t)pulse->process : 0;
    ward->patients[i] = (ls_patient){
        .pulse = pulse,
        .process = process,
        .process_fd = process != 0 && pulse != own ? pidfd_open(process, 0) : -1,
        .seen = now};
    watch.polled[i + 1] =
        (struct pollfd){.fd = ward->patients[i].process_fd, .events = POLLIN};
  }
}

typedef struct host_name {
  char name[64];
  int32_t first_rank; /* of the host */
} host_name;

// The hosts that this one may have to wait for.
static void list_other_hosts(const host_name *hosts, int count, int32_t here)
{
  char *list = watch.ward.other_hosts;
  size_t used = 0;

  for (int rank = 0; rank < count; rank++) {
    if (hosts[rank].first_rank != rank || rank == here) {
      continue;
    }
    int added = snprintf(list + used, sizeof watch.ward.other_hosts - used, "%s%s",
                         used ? ", " : "", hosts[rank].name);
    if (added < 0 || used + (size_t)added >= sizeof watch.ward.other_hosts) {
      return; // the list is cut, as a line is
    }
    used += (size_t)added;
  }
}

static ls_status find_hosts(ls_comm *comm)
{
  host_name *hosts = ls_alloc((size_t)comm->size, sizeof *hosts);
  ls_status status = ls_comm_agree(comm, hosts ? LS_OK : LS_E_NOMEM);
  int32_t first = comm->rank;

  if (status == LS_OK) {
    MPI_Bcast(&first, 1, MPI_INT32_T, 0, watch.host);
    (void)gethostname(watch.ward.host, sizeof watch.ward.host - 1);
    memcpy(hosts[comm->rank].name, watch.ward.host, sizeof watch.ward.host);
    hosts[comm->rank].first_rank = first;
    status = ls_comm_collect(comm, hosts, sizeof *hosts, comm->size);
  }
  if (status == LS_OK) {
    list_other_hosts(hosts, comm->size, first);
  }
  ls_free(hosts);
  return status;
}

ls_status ls_watch_join(ls_comm *comm)
{
  int rank = 0;
  int count = 0;

  MPI_Comm_split_type(comm->all, MPI_COMM_TYPE_SHARED, comm->rank, MPI_INFO_NULL,
                      &watch.host);
  MPI_Comm_rank(watch.host, &rank);
  MPI_Comm_size(watch.host, &count);
  watch.ward.patients = ls_alloc((size_t)count, sizeof *watch.ward.patients);
  watch.polled = ls_alloc((size_t)count + 1, sizeof *watch.polled);
  ls_status status = watch.ward.patients && watch.polled ? LS_OK : LS_E_NOMEM;
  status = ls_comm_agree(comm, status);
  if (status == LS_OK) {
    status = find_hosts(comm);
  }
  if (status != LS_OK) {
    MPI_Comm_free(&watch.host);
    return status;
  }
  open_page(rank, count, comm->rank);
  watch.ward.count = count;
  admit_patients();
  (void)pthread_mutex_lock(&watch.mutex);
  watch.joined = true;
  (void)pthread_mutex_unlock(&watch.mutex);
  return LS_OK;
}

// One writer, and readers that only compare: no order is needed.
static inline void bump(_Atomic uint32_t *count)
{
  uint32_t next = atomic_load_explicit(count, memory_order_relaxed) + 1;
  atomic_store_explicit(count, next, memory_order_relaxed);
}

void ls_watch_enter(ls_phase phase, int64_t step)
{
  atomic_store_explicit(&own->step, step, memory_order_relaxed);
  atomic_store_explicit(&own->phase, (uint32_t)phase, memory_order_relaxed);
  bump(&own->beats);
}

void ls_watch_beat(void)
{
  bump(&own->beats);
}

void ls_watch_arrive(void)
{
  bump(&own->arrivals);
  bump(&own->beats);
}

void ls_watch_excuse(void)
{
  atomic_store(&own->excused, 1);
}

void ls_watch_leave(void)
{
  if (!watch.joined) {
    return;
  }
  ls_watch_excuse();
  (void)pthread_mutex_lock(&watch.mutex);
  watch.joined = false;
  set_deadline("the end");
  (void)pthread_mutex_unlock(&watch.mutex);
  own = &unshared;
  MPI_Win_free(&watch.window);
  MPI_Comm_free(&watch.host);
}

static void stop_thread(void)
{
  (void)pthread_mutex_lock(&watch.mutex);
  watch.ending = true;
  (void)pthread_mutex_unlock(&watch.mutex);
  (void)eventfd_write(watch.wake_fd, 1);
  (void)pthread_join(watch.thread, NULL);
  (void)close(watch.wake_fd);
  watch.running = false;
}

void ls_watch_end(void)
{
  if (watch.running) {
    stop_thread();
  }
  for (int i = 0; i < watch.ward.count; i++) {
    if (watch.ward.patients[i].process_fd >= 0) {
      (void)close(watch.ward.patients[i].process_fd);
    }
  }
  watch.ward.count = 0;
  ls_free(watch.ward.patients);
  ls_free(watch.polled);
  watch.polled = NULL;
  watch.ward.patients = NULL;
}
