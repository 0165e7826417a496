#include "store/buffer.h"

#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void grow(ls_buffer *buffer, size_t count)
{
  size_t room = buffer->room == 0 ? 64 * 1024 : buffer->room;

  while (room < buffer->length + count) {
    room *= 2;
  }
  uint8_t *bytes = ls_alloc(room, 1);
  if (!bytes) {
    buffer->status = LS_E_NOMEM;
    return;
  }
  if (buffer->length > 0) {
    memcpy(bytes, buffer->bytes, buffer->length);
  }
  ls_free(buffer->bytes);
  buffer->bytes = bytes;
  buffer->room = room;
}

void ls_buffer_add(ls_buffer *buffer, const void *bytes, size_t count)
{
  if (buffer->status == LS_OK && count > buffer->room - buffer->length) {
    grow(buffer, count);
  }
  if (buffer->status == LS_OK && count > 0) {
    memcpy(buffer->bytes + buffer->length, bytes, count);
    buffer->length += count;
  }
}

void ls_buffer_number(ls_buffer *buffer, uint64_t value, int width)
{
  for (int i = 0; i < width; i++) {
    uint8_t byte = (uint8_t)(value >> (8 * i) & 0xff);
    ls_buffer_add(buffer, &byte, 1);
  }
}

void ls_buffer_print(ls_buffer *buffer, const char *format, ...)
{
  char text[256];
  va_list arguments;

  va_start(arguments, format);
  (void)vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  ls_buffer_add(buffer, text, strlen(text));
}
