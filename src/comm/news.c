#include "comm/news.h"

#include "base/alloc.h"
#include "base/assert.h"

// Bytes of a message, of which the next can begin at a cache line.
static size_t room_of(const ls_stage_message *message)
{
  size_t bytes = ls_thin_most_bytes(message->span.count);
  return (bytes + LS_ALIGNMENT - 1) / LS_ALIGNMENT * LS_ALIGNMENT;
}

// Returns the place behind them.
static char *lay_out(ls_thin *thin, const ls_stage_message *messages, int count,
                     char *at)
{
  for (int i = 0; i < count; i++) {
    thin[i] = ls_thin_at(at, messages[i].span.count);
    at += room_of(&messages[i]);
  }
  return at;
}

static size_t room_of_all(const ls_stage_message *messages, int count)
{
  size_t bytes = 0;

  for (int i = 0; i < count; i++) {
    bytes += room_of(&messages[i]);
  }
  return bytes;
}

ls_status ls_news_init(ls_news *news, const ls_stage *stage, int others_sent)
{
  size_t bytes = room_of_all(stage->receives, stage->bands) +
                 room_of_all(stage->sends, others_sent);

  *news = (ls_news){.bands = stage->bands};
  news->own = ls_alloc((size_t)stage->bands, sizeof *news->own);
  news->others = ls_alloc((size_t)others_sent, sizeof *news->others);
  news->memory = ls_alloc(bytes, 1);
  if (!news->own || !news->others || !news->memory) {
    return LS_E_NOMEM;
  }
  char *others = lay_out(news->own, stage->receives, stage->bands, news->memory);
  lay_out(news->others, stage->sends, others_sent, others);
  return LS_OK;
}

void ls_news_clear(ls_news *news)
{
  ls_free(news->own);
  ls_free(news->others);
  ls_free(news->memory);
  *news = (ls_news){0};
}

void ls_news_note(ls_news *news, const ls_stage *stage, const float *before,
                  const float *now, ls_span piece)
{
  int band = 0;

  // A band that is empty has nothing to note.
  while (piece.first >=
         stage->receives[band].span.first + stage->receives[band].span.count) {
    band++;
    LS_ASSERT(band < news->bands);
  }
  ls_thin *own = &news->own[band];
  int64_t first = piece.first - stage->receives[band].span.first;
  if (first == 0) {
    own->kept = 0;
  }
  ls_thin_append(own, first, now, before, piece.count);
}
