#include "data/gunzip.h"

#include "base/alloc.h"
#include "base/assert.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { INPUT_BYTES = 64 * 1024, OUTPUT_MAX = 1 << 30 };

struct ls_gunzip {
  z_stream stream;
  int fd;
  const char *path;
  bool begun; /* inflateInit2 succeeded */
  bool between_members;
  bool at_end;
  uint8_t input[INPUT_BYTES];
};

ls_status ls_gunzip_create(ls_gunzip **out, int fd, const char *path)
{
  ls_gunzip *gunzip = ls_alloc(1, sizeof *gunzip);

  *out = NULL;
  if (!gunzip) {
    return LS_E_NOMEM;
  }
  gunzip->fd = fd;
  gunzip->path = path;
  // 16: gzip and nothing else.
  gunzip->begun = inflateInit2(&gunzip->stream, 15 + 16) == Z_OK;
  if (!gunzip->begun) {
    ls_gunzip_destroy(gunzip);
    return ls_fail(LS_E_NOMEM, "out of memory to unpack '%s'", path);
  }
  *out = gunzip;
  return LS_OK;
}

// Gets more input if there is none left; none after that is the end of the file.
static ls_status fill(ls_gunzip *gunzip)
{
  ssize_t got = 0;

  if (gunzip->stream.avail_in > 0) {
    return LS_OK;
  }
  do {
    got = read(gunzip->fd, gunzip->input, sizeof gunzip->input);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    return ls_fail(LS_E_IO, "cannot read '%s': %s", gunzip->path, strerror(errno));
  }
  gunzip->stream.next_in = gunzip->input;
  gunzip->stream.avail_in = (uInt)got; // at most INPUT_BYTES
  return LS_OK;
}

// A gzip file may have several members, one after the other; only another one may
// follow.
static ls_status begin_member(ls_gunzip *gunzip)
{
  if (gunzip->stream.avail_in == 0) {
    gunzip->at_end = true;
    return LS_OK;
  }
  if (gunzip->stream.next_in[0] != 0x1f) {
    return ls_fail(LS_E_FORMAT, "'%s' goes on after its gzip data, expected its end",
                   gunzip->path);
  }
  gunzip->between_members = false;
  (void)inflateReset(&gunzip->stream);
  return LS_OK;
}

static ls_status inflate_some(ls_gunzip *gunzip)
{
  if (gunzip->stream.avail_in == 0) {
    return ls_fail(LS_E_FORMAT, "'%s' ends in the middle of its gzip data",
                   gunzip->path);
  }
  switch (inflate(&gunzip->stream, Z_NO_FLUSH)) {
  case Z_OK:
  case Z_BUF_ERROR: // no room or no input: the caller sees to both
    return LS_OK;
  case Z_STREAM_END:
    gunzip->between_members = true;
    return LS_OK;
  case Z_MEM_ERROR:
    return ls_fail(LS_E_NOMEM, "out of memory to unpack '%s'", gunzip->path);
  default:
    return ls_fail(LS_E_FORMAT, "'%s' is not the gzip data that its name says: %s",
                   gunzip->path,
                   gunzip->stream.msg ? gunzip->stream.msg : "unexpected contents");
  }
}

ls_status ls_gunzip_read(ls_gunzip *gunzip, uint8_t *bytes, size_t wanted, size_t *got)
{
  z_stream *stream = &gunzip->stream;

  LS_ASSERT(wanted <= OUTPUT_MAX);
  *got = 0;
  stream->next_out = bytes;
  stream->avail_out = (uInt)wanted;
  while (stream->avail_out > 0 && !gunzip->at_end) {
    LS_TRY(fill(gunzip));
    LS_TRY(gunzip->between_members ? begin_member(gunzip) : inflate_some(gunzip));
  }
  *got = wanted - stream->avail_out;
  return LS_OK;
}

void ls_gunzip_destroy(ls_gunzip *gunzip)
{
  if (gunzip && gunzip->begun) {
    (void)inflateEnd(&gunzip->stream);
  }
  ls_free(gunzip);
}
