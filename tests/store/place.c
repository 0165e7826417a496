#include "store/place.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void join(char path[2 * PLACE_BYTES], const char *place, const char *name)
{
  (void)snprintf(path, 2 * PLACE_BYTES, "%s/%s", place, name);
}

void place_make(char place[PLACE_BYTES])
{
  const char *above = getenv("TMPDIR");

  // In memory where there is such a place: thousands of trials sync thousands of files.
  if (!above) {
    above = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  }
  (void)snprintf(place, PLACE_BYTES, "%s/lockstep-test-XXXXXX", above);
  if (!mkdtemp(place)) {
    perror(place);
    abort();
  }
}

void place_remove(const char *place)
{
  DIR *stream = opendir(place);

  for (struct dirent *entry; stream && (entry = readdir(stream));) {
    char path[2 * PLACE_BYTES];
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
      continue;
    }
    join(path, place, entry->d_name);
    if (unlink(path) != 0) {
      place_remove(path);
    }
  }
  if (stream) {
    (void)closedir(stream);
  }
  (void)rmdir(place);
}

void place_write(const char *place, const char *name, const void *bytes, size_t length)
{
  char path[2 * PLACE_BYTES];

  join(path, place, name);
  FILE *stream = fopen(path, "wb");
  if (!stream || fwrite(bytes, 1, length, stream) != length || fclose(stream) != 0) {
    perror(path);
    abort();
  }
}

int64_t place_read(const char *place, const char *name, void *bytes, size_t room)
{
  char path[2 * PLACE_BYTES];

  join(path, place, name);
  FILE *stream = fopen(path, "rb");
  if (!stream) {
    return -1;
  }
  size_t length = fread(bytes, 1, room, stream);
  (void)fclose(stream);
  return (int64_t)length;
}

bool place_has(const char *place, const char *name)
{
  char path[2 * PLACE_BYTES];
  struct stat about;

  join(path, place, name);
  return lstat(path, &about) == 0;
}
