#include "store/directory.h"

#include "base/alloc.h"
#include "base/fault.h"
#include "store/durable.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void ls_directory_name(char name[LS_NAME_BYTES], int64_t step)
{
  (void)snprintf(name, LS_NAME_BYTES, "ckpt-%012lld.h5", (long long)step);
}

bool ls_directory_step(int64_t *step, const char *name)
{
  char again[LS_NAME_BYTES];

  if (strncmp(name, "ckpt-", 5) != 0 || name[5] < '0' || name[5] > '9') {
    return false;
  }
  // What does not print back as it was read (overflow, sign, a tail) is another name.
  *step = strtoll(name + 5, NULL, 10);
  ls_directory_name(again, *step);
  return strcmp(name, again) == 0;
}

static ls_status make_one(const char *path, int *made)
{
  if (mkdir(path, 0755) == 0) {
    ++*made;
    return LS_OK;
  }
  int error = errno;
  struct stat about;
  if (error == EEXIST && stat(path, &about) == 0 && S_ISDIR(about.st_mode)) {
    return LS_OK;
  }
  return ls_fail(LS_E_IO, "cannot make the directory '%s': %s", path, strerror(error));
}

// The directory that a path is in: "a/b" and "a/b/" are in "a", "b" in ".".
static ls_status parent_of(char parent[LS_PATH_BYTES], const char *path)
{
  LS_TRY(ls_durable_path(parent, path, ""));
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/') {
    length--;
  }
  while (length > 0 && path[length - 1] != '/') {
    length--;
  }
  while (length > 1 && path[length - 1] == '/') {
    length--;
  }
  parent[length] = '\0';
  if (length == 0) {
    memcpy(parent, ".", 2);
  }
  return LS_OK;
}

ls_status ls_directory_make(int *made, const char *directory)
{
  char parent[LS_PATH_BYTES];
  struct stat about;

  *made = 0;
  LS_TRY(parent_of(parent, directory));
  if (stat(directory, &about) == 0 && S_ISDIR(about.st_mode)) {
    return LS_OK;
  }
  LS_TRY(make_one(parent, made));
  LS_TRY(make_one(directory, made));
  return ls_durable_sync_directory(parent);
}

// rmdir leaves what is not empty, and that is what is wanted.
void ls_directory_unmake(const char *directory, int made)
{
  char parent[LS_PATH_BYTES];

  if (made > 0 && rmdir(directory) == 0 && made > 1 &&
      parent_of(parent, directory) == LS_OK) {
    (void)rmdir(parent);
  }
}

ls_status ls_directory_sweep(const char *directory)
{
  DIR *stream = opendir(directory);
  ls_status status = LS_OK;

  if (!stream || ls_fault("store.scan", 0)) {
    status = ls_fail(LS_E_IO, "cannot list '%s': %s", directory, strerror(errno));
  }
  for (struct dirent *entry; status == LS_OK && (entry = readdir(stream));) {
    char path[LS_PATH_BYTES];
    size_t length = strlen(entry->d_name);
    bool is_ours = strncmp(entry->d_name, ".ckpt-", 6) == 0 ||
                   strncmp(entry->d_name, ".status.", 8) == 0;
    if (!is_ours || length < 4 || strcmp(entry->d_name + length - 4, ".tmp") != 0) {
      continue;
    }
    status = ls_durable_path(path, directory, entry->d_name);
    if (status == LS_OK && unlink(path) != 0) {
      status = ls_fail(LS_E_IO, "cannot remove '%s': %s", path, strerror(errno));
    }
  }
  if (stream) {
    (void)closedir(stream);
  }
  return status;
}

static int newest_first(const void *left, const void *right)
{
  int64_t a = ((const ls_store_file *)left)->step;
  int64_t b = ((const ls_store_file *)right)->step;

  return (a < b) - (a > b);
}

// Room for one more, by doubling.
static ls_status reserve(ls_store_file **files, size_t *room, size_t count)
{
  if (count < *room) {
    return LS_OK;
  }
  size_t more = *room == 0 ? 16 : 2 * *room;
  ls_store_file *larger = ls_alloc(more, sizeof *larger);
  if (!larger) {
    return LS_E_NOMEM;
  }
  if (count > 0) {
    memcpy(larger, *files, count * sizeof *larger);
  }
  ls_free(*files);
  *files = larger;
  *room = more;
  return LS_OK;
}

static ls_status collect(ls_store_file **files, size_t *count, DIR *stream,
                         const char *directory)
{
  size_t room = 0;

  for (;;) {
    int64_t step;
    errno = 0;
    struct dirent *entry = readdir(stream);
    if (!entry && errno != 0) {
      return ls_fail(LS_E_IO, "cannot list '%s': %s", directory, strerror(errno));
    }
    if (!entry) {
      return LS_OK;
    }
    if (ls_directory_step(&step, entry->d_name)) {
      LS_TRY(reserve(files, &room, *count));
      (*files)[*count].step = step;
      ls_directory_name((*files)[*count].name, step);
      ++*count;
    }
  }
}

ls_status ls_store_list(ls_store_file **files, size_t *count, const char *directory)
{
  *files = NULL;
  *count = 0;
  DIR *stream = opendir(directory);
  if (!stream && errno == ENOENT) {
    return LS_OK;
  }
  if (!stream) {
    return ls_fail(LS_E_IO, "cannot list '%s': %s", directory, strerror(errno));
  }
  ls_status status = collect(files, count, stream, directory);
  (void)closedir(stream);
  if (status != LS_OK || *count == 0) {
    ls_free(*files);
    *files = NULL;
    *count = 0;
  } else {
    qsort(*files, *count, sizeof **files, newest_first);
  }
  return status;
}

void ls_store_list_free(ls_store_file *files)
{
  ls_free(files);
}
