#include "comm/hop.h"

#include "base/alloc.h"
#include "base/assert.h"

enum { RETURN_TAG = 64 };

static ls_status plan_joins(ls_hop *hop, const ls_cover *c,
                            const ls_node_shards *shards)
{
  ls_tree_node wanted[LS_TREE_NODES_MAX];
  int parts = c->firsts[hop->stage->run_count];
  int count = ls_cover_nodes(wanted, shards, hop->stage->nodes);
  int scratch = 0;

  hop->joins = ls_alloc((size_t)count, sizeof *hop->joins);
  if (!hop->joins) {
    return LS_E_NOMEM;
  }
  hop->sums.count = count;
  for (int i = 0; i < count; i++) {
    LS_TRY(ls_join_plan(&hop->joins[i], c->nodes, parts, wanted[i]));
    int rows = hop->joins[i].scratch_count;
    scratch = rows > scratch ? rows : scratch;
  }
  hop->losses = ls_alloc((size_t)parts + (size_t)scratch, sizeof *hop->losses);
  LS_TRY(ls_chunk_table_init(&hop->table, parts, scratch));
  return hop->losses ? LS_OK : LS_E_NOMEM;
}

// Whether what this node has for itself can be read where it lies.
static bool lies_joined(const ls_partials *own, ls_span span)
{
  bool lies = !ls_span_is_empty(span);

  for (int row = 0; row < own->count; row++) {
    lies = lies && ls_partials_place(own, row, span);
  }
  return lies;
}

// The messages that others send, and what this node has for itself behind them.
static ls_status lay_out_receives(ls_hop *hop, const ls_cover *c)
{
  const ls_stage *stage = hop->stage;
  size_t bytes = 0;

  hop->receives = ls_alloc((size_t)stage->receive_count, sizeof *hop->receives);
  if (!hop->receives) {
    return LS_E_NOMEM;
  }
  for (int i = 0; i < stage->receive_count; i++) {
    const ls_stage_message *m = &stage->receives[i];
    int first = c->firsts[m->run];
    int parts = c->firsts[m->run + 1] - first;
    bool is_own = i >= hop->others_received;
    ls_span span = m->span;
    if (is_own && lies_joined(hop->own, span)) {
      span.count = 0;
    }
    hop->receives[i] = ls_letter_plan(first, parts, span, hop->thin && !is_own);
    bytes += hop->receives[i].bytes;
  }
  hop->letter_bytes += bytes;
  hop->received = ls_alloc(bytes, 1);
  char *at = hop->received;
  for (int i = 0; at && i < stage->receive_count; i++) {
    hop->receives[i].place = at;
    at += hop->receives[i].bytes;
  }
  return hop->received ? LS_OK : LS_E_NOMEM;
}

static ls_status lay_out_sends(ls_hop *hop, const ls_cover *c)
{
  const ls_stage *stage = hop->stage;
  int first = c->firsts[stage->own_run];
  int parts = c->firsts[stage->own_run + 1] - first;
  size_t bytes = 0;

  hop->sends = ls_alloc((size_t)stage->send_count, sizeof *hop->sends);
  if (!hop->sends) {
    return LS_E_NOMEM;
  }
  for (int i = 0; i < hop->others_sent; i++) {
    hop->sends[i] = ls_letter_plan(first, parts, stage->sends[i].span, hop->thin);
    bytes += hop->sends[i].bytes;
  }
  hop->letter_bytes += bytes;
  hop->sent = ls_alloc(bytes, 1);
  char *at = hop->sent;
  for (int i = 0; at && i < hop->others_sent; i++) {
    hop->sends[i].place = at;
    at += hop->sends[i].bytes;
  }
  for (int i = hop->others_sent, own = hop->others_received; i < stage->send_count;
       i++) {
    hop->sends[i] = hop->receives[own++];
  }
  return hop->sent ? LS_OK : LS_E_NOMEM;
}

// Where each part's float of a place in the piece is.  Thin ones begin there: in a
// stage that is the only one all send the same spans.
static void find_parts(const float **parts, ls_thin *thin, const ls_hop *hop,
                       int64_t place)
{
  for (int i = 0; i < hop->stage->receive_count; i++) {
    ls_span span = hop->stage->receives[i].span;
    const ls_letter *letter = &hop->receives[i];
    int64_t offset = place - span.first;
    if (offset < 0 || offset >= span.count) {
      continue;
    }
    bool lies = ls_span_is_empty(letter->span);
    if (lies && hop->is_filled) {
      thin[letter->first] = ls_hop_place(hop);
      continue;
    }
    for (int part = 0; part < letter->parts; part++) {
      if (letter->thin) {
        LS_ASSERT(offset == 0);
        thin[letter->first + part] = ls_letter_thin(letter, part);
        continue;
      }
      const float *floats = lies ? ls_partials_place(hop->own, part, span)
                                 : ls_letter_floats(letter) + part * span.count;
      parts[letter->first + part] = floats + offset;
    }
  }
}

// The next place after `place` where a message ends, or the piece does.
static int64_t end_of_stretch(const ls_stage *stage, int64_t place)
{
  int64_t end = stage->piece.first + stage->piece.count;

  for (int i = 0; i < stage->receive_count; i++) {
    ls_span span = stage->receives[i].span;
    int64_t span_end = span.first + span.count;
    end = span_end > place && span_end < end ? span_end : end;
  }
  return end;
}

static ls_status list_stretches(ls_hop *hop)
{
  const ls_stage *stage = hop->stage;
  int64_t first = stage->piece.first;
  int64_t end = first + stage->piece.count;
  size_t parts = (size_t)hop->table.part_count;
  size_t count = 0;

  for (int64_t at = first; at < end; at = end_of_stretch(stage, at)) {
    count++;
  }
  hop->stretches = ls_alloc(count, sizeof *hop->stretches);
  hop->parts = ls_alloc(count * parts, sizeof *hop->parts);
  hop->thins = ls_alloc(hop->thin ? count * parts : 0, sizeof *hop->thins);
  if (!hop->stretches || !hop->parts || !hop->thins) {
    return LS_E_NOMEM;
  }
  int64_t at = first;
  for (size_t i = 0; i < count; i++) {
    int64_t next = end_of_stretch(stage, at);
    ls_thin *thin = hop->thin ? hop->thins + i * parts : NULL;
    hop->stretches[i] = (ls_stretch){{at, next - at}, hop->parts + i * parts, thin};
    find_parts(hop->stretches[i].parts, thin, hop, at);
    at = next;
  }
  hop->sums.table = &hop->table;
  hop->sums.joins = hop->joins;
  hop->sums.stretches = hop->stretches;
  hop->sums.stretch_count = (int)count;
  return LS_OK;
}

static int request_count(const ls_hop *hop)
{
  return 2 * (hop->others_received + hop->others_sent);
}

static ls_status allocate_requests(ls_hop *hop)
{
  size_t count = (size_t)request_count(hop);

  hop->requests = ls_alloc(count, sizeof *hop->requests);
  if (!hop->requests) {
    return LS_E_NOMEM;
  }
  for (size_t i = 0; i < count; i++) {
    hop->requests[i] = MPI_REQUEST_NULL;
  }
  return LS_OK;
}

static ls_status allocate(ls_hop *hop, const ls_cover *c, const ls_node_shards *shards)
{
  const ls_stage *stage = hop->stage;
  const ls_stage_message *last = &stage->sends[stage->send_count - 1];
  int to_itself =
      stage->send_count > 0 && last->node == shards->node ? stage->bands : 0;

  hop->others_sent = stage->send_count - to_itself;
  hop->others_received = stage->receive_count - to_itself;
  LS_TRY(allocate_requests(hop));
  LS_TRY(plan_joins(hop, c, shards));
  LS_TRY(lay_out_receives(hop, c));
  LS_TRY(lay_out_sends(hop, c));
  if (hop->thin) {
    LS_TRY(ls_chunk_table_init_thin(&hop->table));
  }
  if (hop->tells_news) {
    LS_TRY(ls_news_init(&hop->news, stage, hop->others_sent));
  }
  return list_stretches(hop);
}

ls_status ls_hop_init(ls_hop *hop, const ls_stage *stage, const ls_hop_config *config)
{
  ls_cover c;

  *hop = (ls_hop){.stage = stage,
                  .own = config->own,
                  .tag = config->tag,
                  .thin = config->thin,
                  .is_filled = config->filled,
                  .tells_news = config->news};
  ls_status status = ls_cover_init(&c, stage, config->shards);
  if (status == LS_OK) {
    status = allocate(hop, &c, config->shards);
  }
  ls_cover_clear(&c);
  return status;
}

void ls_hop_clear(ls_hop *hop)
{
  for (int i = 0; i < hop->sums.count && hop->joins; i++) {
    ls_join_clear(&hop->joins[i]);
  }
  ls_chunk_table_clear(&hop->table);
  ls_news_clear(&hop->news);
  ls_free(hop->joins);
  ls_free(hop->losses);
  ls_free(hop->sends);
  ls_free(hop->receives);
  ls_free(hop->requests);
  ls_free(hop->sent);
  ls_free(hop->received);
  ls_free(hop->stretches);
  ls_free(hop->parts);
  ls_free(hop->thins);
  *hop = (ls_hop){0};
}

void ls_hop_expect(ls_hop *hop, MPI_Comm peers)
{
  for (int i = 0; i < hop->others_received; i++) {
    const ls_letter *letter = &hop->receives[i];
    MPI_Irecv(letter->place, ls_comm_count(letter->bytes), MPI_BYTE,
              hop->stage->receives[i].node, hop->tag, peers, &hop->requests[i]);
  }
}

ls_thin ls_hop_place(const ls_hop *hop)
{
  LS_ASSERT(hop->is_filled);
  return ls_letter_thin(&hop->sends[0], 0);
}

void ls_hop_fill(ls_hop *hop, int64_t kept)
{
  hop->filled = kept;
}

static size_t write_letter(const ls_hop *hop, const ls_letter *letter,
                           const ls_letter_ride *ride, ls_reduction_add *add)
{
  // What it keeps for itself is but the head.
  if (hop->is_filled) {
    return ls_letter_write_head(letter, ride, letter->thin ? hop->filled : 0);
  }
  return ls_letter_write(letter, ride, hop->own, add);
}

void ls_hop_send(ls_hop *hop, MPI_Comm peers, int index, const ls_letter_ride *ride,
                 ls_reduction_add *add)
{
  const ls_stage_message *message = &hop->stage->sends[index];
  const ls_letter *letter = &hop->sends[index];

  size_t bytes = write_letter(hop, letter, ride, add);
  if (index < hop->others_sent) {
    MPI_Isend(letter->place, ls_comm_count(bytes), MPI_BYTE, message->node, hop->tag,
              peers, &hop->requests[hop->others_received + index]);
  }
}

void ls_hop_poke(ls_hop *hop)
{
  int all = 0;

  MPI_Testall(request_count(hop), hop->requests, &all, MPI_STATUSES_IGNORE);
}

bool ls_hop_has(ls_hop *hop, int band, bool wait)
{
  int has = 1;

  for (int i = band; has && i < hop->others_received; i += hop->stage->bands) {
    if (wait) {
      MPI_Wait(&hop->requests[i], MPI_STATUS_IGNORE);
    } else {
      MPI_Test(&hop->requests[i], &has, MPI_STATUS_IGNORE);
    }
  }
  return has != 0;
}

void ls_hop_read_rides(ls_hop *hop, ls_letter_ride *ride)
{
  ride->correct = 0;
  ride->flags = 0;
  for (int i = 0; i < hop->stage->receive_count; i++) {
    const ls_letter *letter = &hop->receives[i];
    if (hop->stage->receives[i].counts) {
      ls_letter_read_ride(letter, ride, hop->losses + letter->first);
    }
  }
  for (int i = 0; i < hop->sums.count; i++) {
    ride->losses[i] = ls_join_numbers(&hop->joins[i], hop->losses);
  }
}

bool ls_hop_has_all(ls_hop *hop)
{
  int all = 0;

  MPI_Testall(hop->others_received, hop->requests, &all, MPI_STATUSES_IGNORE);
  return all != 0;
}

void ls_hop_receive(ls_hop *hop)
{
  MPI_Waitall(hop->others_received, hop->requests, MPI_STATUSES_IGNORE);
}

static MPI_Request *requests_back(const ls_hop *hop)
{
  return hop->requests + hop->others_received + hop->others_sent;
}

static void spread_news(ls_hop *hop)
{
  for (int i = 0; hop->weights && i < hop->others_sent; i++) {
    MPI_Wait(&requests_back(hop)[i], MPI_STATUS_IGNORE);
    ls_thin_spread(&hop->news.others[i],
                   hop->weights + hop->stage->sends[i].span.first);
  }
  hop->weights = NULL;
}

void ls_hop_flush(ls_hop *hop)
{
  if (hop->tells_news) {
    spread_news(hop);
  }
  MPI_Waitall(request_count(hop), hop->requests, MPI_STATUSES_IGNORE);
}

void ls_hop_note(ls_hop *hop, const float *before, const float *now, ls_span piece)
{
  ls_news_note(&hop->news, hop->stage, before, now, piece);
}

void ls_hop_expect_back(ls_hop *hop, MPI_Comm peers, float *weights)
{
  hop->weights = weights;
  for (int i = 0; i < hop->others_sent; i++) {
    const ls_stage_message *m = &hop->stage->sends[i];
    void *place = weights + m->span.first;
    size_t bytes = (size_t)m->span.count * sizeof *weights;
    if (hop->tells_news) {
      place = hop->news.others[i].map;
      bytes = ls_thin_most_bytes(m->span.count);
    }
    if (!ls_span_is_empty(m->span)) {
      MPI_Irecv(place, ls_comm_count(bytes), MPI_BYTE, m->node, RETURN_TAG + hop->tag,
                peers, &requests_back(hop)[i]);
    }
  }
}

void ls_hop_send_back(ls_hop *hop, MPI_Comm peers, int band, const float *weights)
{
  for (int i = band; i < hop->others_received; i += hop->stage->bands) {
    const ls_stage_message *m = &hop->stage->receives[i];
    const void *place = weights + m->span.first;
    size_t bytes = (size_t)m->span.count * sizeof *weights;
    if (hop->tells_news) {
      place = hop->news.own[band].map;
      bytes = ls_thin_bytes(&hop->news.own[band]);
    }
    if (!ls_span_is_empty(m->span)) {
      MPI_Isend(place, ls_comm_count(bytes), MPI_BYTE, m->node, RETURN_TAG + hop->tag,
                peers, &requests_back(hop)[hop->others_sent + i]);
    }
  }
}
