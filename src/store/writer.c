#include "store/writer.h"

#include "base/alloc.h"
#include "base/assert.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

struct ls_writer {
  void (*work)(void *context);
  void *context;
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  bool busy; /* guarded by the mutex */
  bool stop; /* guarded by the mutex */
};

static void *run(void *argument)
{
  ls_writer *writer = argument;

  (void)pthread_mutex_lock(&writer->mutex);
  for (;;) {
    while (!writer->busy && !writer->stop) {
      (void)pthread_cond_wait(&writer->changed, &writer->mutex);
    }
    if (!writer->busy) {
      break;
    }
    (void)pthread_mutex_unlock(&writer->mutex);
    writer->work(writer->context);
    (void)pthread_mutex_lock(&writer->mutex);
    writer->busy = false;
    (void)pthread_cond_broadcast(&writer->changed);
  }
  (void)pthread_mutex_unlock(&writer->mutex);
  return NULL;
}

// A thread takes over its maker's mask: signals stay with the program's own threads.
static int create_deaf(ls_writer *writer)
{
  sigset_t all;
  sigset_t before;

  (void)sigfillset(&all);
  (void)pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = pthread_create(&writer->thread, NULL, run, writer);
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error;
}

ls_status ls_writer_create(ls_writer **out, void (*work)(void *context), void *context)
{
  ls_writer *writer = ls_alloc(1, sizeof *writer);

  *out = NULL;
  if (!writer) {
    return LS_E_NOMEM;
  }
  writer->work = work;
  writer->context = context;
  (void)pthread_mutex_init(&writer->mutex, NULL);
  (void)pthread_cond_init(&writer->changed, NULL);
  int error = create_deaf(writer);
  if (error != 0) {
    (void)pthread_cond_destroy(&writer->changed);
    (void)pthread_mutex_destroy(&writer->mutex);
    ls_free(writer);
    return ls_fail(LS_E_IO, "cannot start the writing thread: %s", strerror(error));
  }
  *out = writer;
  return LS_OK;
}

void ls_writer_start(ls_writer *writer)
{
  (void)pthread_mutex_lock(&writer->mutex);
  LS_ASSERT(!writer->busy);
  writer->busy = true;
  (void)pthread_cond_broadcast(&writer->changed);
  (void)pthread_mutex_unlock(&writer->mutex);
}

bool ls_writer_is_done(ls_writer *writer)
{
  (void)pthread_mutex_lock(&writer->mutex);
  bool done = !writer->busy;
  (void)pthread_mutex_unlock(&writer->mutex);
  return done;
}

void ls_writer_wait(ls_writer *writer)
{
  (void)pthread_mutex_lock(&writer->mutex);
  while (writer->busy) {
    (void)pthread_cond_wait(&writer->changed, &writer->mutex);
  }
  (void)pthread_mutex_unlock(&writer->mutex);
}

void ls_writer_destroy(ls_writer *writer)
{
  if (!writer) {
    return;
  }
  (void)pthread_mutex_lock(&writer->mutex);
  writer->stop = true;
  (void)pthread_cond_broadcast(&writer->changed);
  (void)pthread_mutex_unlock(&writer->mutex);
  (void)pthread_join(writer->thread, NULL);
  (void)pthread_cond_destroy(&writer->changed);
  (void)pthread_mutex_destroy(&writer->mutex);
  ls_free(writer);
}
