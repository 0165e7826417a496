#include "comm/hop.h"

#include "base/alloc.h"
#include "base/assert.h"

#include <string.h>

enum { RETURN_TAG = 64 };

typedef struct header {
  int64_t correct;
  uint64_t flags;
  double losses[];
} header;

// Every header begins at a cache line, and so do the floats behind it.
static size_t whole_lines(size_t bytes)
{
  return (bytes + LS_ALIGNMENT - 1) / LS_ALIGNMENT * LS_ALIGNMENT;
}

static size_t bytes_of_header(int part_count)
{
  return whole_lines(sizeof(header) + (size_t)part_count * sizeof(double));
}

static size_t bytes_of_message(int part_count, ls_span span)
{
  size_t floats = (size_t)part_count * (size_t)span.count;
  return bytes_of_header(part_count) + floats * sizeof(float);
}

// The subtrees that some nodes cover.
static int cover_of(ls_tree_node *out, const ls_hop_shards *shards, ls_span nodes)
{
  return ls_tree_cover(out, (int)shards->firsts[shards->node_count],
                       (int)shards->firsts[nodes.first],
                       (int)shards->firsts[nodes.first + nodes.count]);
}

// What each run covers: [run_count] where its subtrees begin, the end behind them.
typedef struct cover {
  ls_tree_node *nodes;
  int *firsts; /* [run_count + 1] */
} cover;

static void clear_cover(cover *c)
{
  ls_free(c->nodes);
  ls_free(c->firsts);
}

static ls_status list_cover(cover *c, const ls_stage *stage,
                            const ls_hop_shards *shards)
{
  size_t runs = (size_t)stage->run_count;
  ls_tree_node some[LS_TREE_NODES_MAX];
  int count = 0;

  *c = (cover){.firsts = ls_alloc(runs + 1, sizeof *c->firsts)};
  if (!c->firsts) {
    return LS_E_NOMEM;
  }
  for (int run = 0; run < stage->run_count; run++) {
    c->firsts[run] = count;
    count += cover_of(some, shards, ls_stage_run(stage, run));
  }
  c->firsts[stage->run_count] = count;
  c->nodes = ls_alloc((size_t)count + LS_TREE_NODES_MAX, sizeof *c->nodes);
  if (!c->nodes) {
    return LS_E_NOMEM;
  }
  for (int run = 0; run < stage->run_count; run++) {
    (void)cover_of(c->nodes + c->firsts[run], shards, ls_stage_run(stage, run));
  }
  return LS_OK;
}

static ls_status plan_joins(ls_hop *hop, const cover *c, const ls_hop_shards *shards)
{
  ls_tree_node wanted[LS_TREE_NODES_MAX];
  int parts = c->firsts[hop->stage->run_count];
  int count = cover_of(wanted, shards, hop->stage->nodes);
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

// The messages that others send, and what this node has for itself behind them.
static ls_status lay_out_receives(ls_hop *hop, const cover *c)
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
    hop->receives[i] = (ls_hop_letter){
        .bytes = bytes_of_message(parts, m->span), .first = first, .parts = parts};
    bytes += whole_lines(hop->receives[i].bytes);
  }
  hop->received = ls_alloc(bytes, 1);
  char *at = hop->received;
  for (int i = 0; at && i < stage->receive_count; i++) {
    hop->receives[i].place = at;
    at += whole_lines(hop->receives[i].bytes);
  }
  return hop->received ? LS_OK : LS_E_NOMEM;
}

static ls_status lay_out_sends(ls_hop *hop, const cover *c)
{
  const ls_stage *stage = hop->stage;
  int first = c->firsts[stage->own_run];
  int parts = c->firsts[stage->own_run + 1] - first;
  size_t bytes = 0;

  hop->sends = ls_alloc((size_t)stage->send_count, sizeof *hop->sends);
  if (!hop->sends) {
    return LS_E_NOMEM;
  }
  for (int i = 0; i < stage->send_count; i++) {
    hop->sends[i] =
        (ls_hop_letter){.bytes = bytes_of_message(parts, stage->sends[i].span),
                        .first = first,
                        .parts = parts};
    bytes += i < hop->others_sent ? whole_lines(hop->sends[i].bytes) : 0;
  }
  hop->sent = ls_alloc(bytes, 1);
  char *at = hop->sent;
  for (int i = 0; at && i < hop->others_sent; i++) {
    hop->sends[i].place = at;
    at += whole_lines(hop->sends[i].bytes);
  }
  if (hop->others_sent < stage->send_count) {
    hop->sends[hop->others_sent].place = hop->receives[hop->others_received].place;
  }
  return hop->sent ? LS_OK : LS_E_NOMEM;
}

// Where each part's float of a place in the piece is.
static void find_parts(const float **parts, const ls_hop *hop, int64_t place)
{
  for (int i = 0; i < hop->stage->receive_count; i++) {
    ls_span span = hop->stage->receives[i].span;
    const ls_hop_letter *letter = &hop->receives[i];
    int64_t offset = place - span.first;
    if (offset < 0 || offset >= span.count) {
      continue;
    }
    const void *floats = letter->place + bytes_of_header(letter->parts);
    for (int part = 0; part < letter->parts; part++) {
      parts[letter->first + part] = (const float *)floats + part * span.count + offset;
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
  if (!hop->stretches || !hop->parts) {
    return LS_E_NOMEM;
  }
  int64_t at = first;
  for (size_t i = 0; i < count; i++) {
    int64_t next = end_of_stretch(stage, at);
    hop->stretches[i] = (ls_stretch){{at, next - at}, hop->parts + i * parts};
    find_parts(hop->stretches[i].parts, hop, at);
    at = next;
  }
  hop->sums.table = &hop->table;
  hop->sums.joins = hop->joins;
  hop->sums.stretches = hop->stretches;
  hop->sums.stretch_count = (int)count;
  return LS_OK;
}

static ls_status allocate(ls_hop *hop, const cover *c, const ls_hop_shards *shards)
{
  const ls_stage *stage = hop->stage;
  const ls_stage_message *last = &stage->sends[stage->send_count - 1];
  int to_itself = stage->send_count > 0 && last->node == shards->node;

  hop->others_sent = stage->send_count - to_itself;
  hop->others_received = stage->receive_count - to_itself;
  hop->requests =
      ls_alloc((size_t)(hop->others_sent + hop->others_received), sizeof(MPI_Request));
  if (!hop->requests) {
    return LS_E_NOMEM;
  }
  LS_TRY(plan_joins(hop, c, shards));
  LS_TRY(lay_out_receives(hop, c));
  LS_TRY(lay_out_sends(hop, c));
  return list_stretches(hop);
}

ls_status ls_hop_init(ls_hop *hop, const ls_stage *stage, int tag,
                      const ls_hop_shards *shards)
{
  cover c;

  *hop = (ls_hop){.stage = stage, .tag = tag};
  ls_status status = list_cover(&c, stage, shards);
  if (status == LS_OK) {
    status = allocate(hop, &c, shards);
  }
  clear_cover(&c);
  return status;
}

void ls_hop_clear(ls_hop *hop)
{
  for (int i = 0; i < hop->sums.count && hop->joins; i++) {
    ls_join_clear(&hop->joins[i]);
  }
  ls_chunk_table_clear(&hop->table);
  ls_free(hop->joins);
  ls_free(hop->losses);
  ls_free(hop->sends);
  ls_free(hop->receives);
  ls_free(hop->requests);
  ls_free(hop->sent);
  ls_free(hop->received);
  ls_free(hop->stretches);
  ls_free(hop->parts);
  *hop = (ls_hop){0};
}

void ls_hop_expect(ls_hop *hop, MPI_Comm peers)
{
  for (int i = 0; i < hop->others_received; i++) {
    const ls_hop_letter *letter = &hop->receives[i];
    MPI_Irecv(letter->place, ls_comm_count(letter->bytes), MPI_BYTE,
              hop->stage->receives[i].node, hop->tag, peers, &hop->requests[i]);
  }
}

static void pack(const ls_hop_letter *letter, const ls_hop_ride *ride,
                 const ls_partials *sums, ls_reduction_add *add, ls_span span)
{
  header *head = (header *)(void *)letter->place;
  void *floats = letter->place + bytes_of_header(letter->parts);

  LS_ASSERT(letter->parts == sums->count);
  head->correct = ride->correct;
  head->flags = ride->flags;
  memcpy(head->losses, ride->losses, (size_t)letter->parts * sizeof(double));
  ls_partials_pack(floats, sums, add, span);
}

void ls_hop_send(ls_hop *hop, MPI_Comm peers, const ls_hop_ride *ride,
                 const ls_partials *sums, ls_reduction_add *add)
{
  const ls_stage *stage = hop->stage;

  for (int i = 0; i < stage->send_count; i++) {
    const ls_hop_letter *letter = &hop->sends[i];
    pack(letter, ride, sums, add, stage->sends[i].span);
    if (i < hop->others_sent) {
      MPI_Isend(letter->place, ls_comm_count(letter->bytes), MPI_BYTE,
                stage->sends[i].node, hop->tag, peers,
                &hop->requests[hop->others_received + i]);
    }
  }
}

void ls_hop_receive(ls_hop *hop, ls_hop_ride *ride)
{
  MPI_Waitall(hop->others_received, hop->requests, MPI_STATUSES_IGNORE);
  ride->correct = 0;
  ride->flags = 0;
  for (int i = 0; i < hop->stage->receive_count; i++) {
    const ls_hop_letter *letter = &hop->receives[i];
    const header *head = (const header *)(const void *)letter->place;
    if (hop->stage->receives[i].counts) {
      ride->correct += head->correct;
      ride->flags |= head->flags;
      memcpy(hop->losses + letter->first, head->losses,
             (size_t)letter->parts * sizeof(double));
    }
  }
  for (int i = 0; i < hop->sums.count; i++) {
    ride->losses[i] = ls_join_numbers(&hop->joins[i], hop->losses);
  }
}

void ls_hop_flush(ls_hop *hop)
{
  MPI_Waitall(hop->others_sent, hop->requests + hop->others_received,
              MPI_STATUSES_IGNORE);
}

void ls_hop_return(ls_hop *hop, MPI_Comm peers, float *weights)
{
  const ls_stage *stage = hop->stage;
  int used = 0;

  for (int i = 0; i < hop->others_sent; i++) {
    const ls_stage_message *m = &stage->sends[i];
    if (!ls_span_is_empty(m->span)) {
      MPI_Irecv(weights + m->span.first, ls_comm_count((size_t)m->span.count),
                MPI_FLOAT, m->node, RETURN_TAG + hop->tag, peers,
                &hop->requests[used++]);
    }
  }
  for (int i = 0; i < hop->others_received; i++) {
    const ls_stage_message *m = &stage->receives[i];
    if (!ls_span_is_empty(m->span)) {
      MPI_Isend(weights + m->span.first, ls_comm_count((size_t)m->span.count),
                MPI_FLOAT, m->node, RETURN_TAG + hop->tag, peers,
                &hop->requests[used++]);
    }
  }
  MPI_Waitall(used, hop->requests, MPI_STATUSES_IGNORE);
}
