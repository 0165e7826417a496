#include "store/disk.h"

#include "base/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INODES = 4096, PENDING = 64 };

typedef struct inode {
  uint8_t *seen; /* by the program */
  size_t seen_length;
  uint8_t *safe; /* as last synced */
  size_t safe_length;
} inode;

typedef struct entry {
  char name[256];
  int inode;
} entry;

typedef struct names {
  int count;
  entry entries[DISK_NAMES];
} names;

typedef struct change {
  char add[256];    /* "": nothing */
  char remove[256]; /* "": nothing */
  int inode;        /* of `add` */
} change;

struct disk {
  int inode_count;
  inode inodes[INODES];
  names seen;
  names safe;
  int pending_count;
  change pending[PENDING];
};

static void *must(void *memory)
{
  if (!memory) {
    abort();
  }
  return memory;
}

disk *disk_create(void)
{
  return must(calloc(1, sizeof(disk)));
}

void disk_destroy(disk *all)
{
  for (int i = 0; i < all->inode_count; i++) {
    free(all->inodes[i].seen);
    free(all->inodes[i].safe);
  }
  free(all);
}

static int find(const names *where, const char *name)
{
  for (int i = 0; i < where->count; i++) {
    if (strcmp(where->entries[i].name, name) == 0) {
      return i;
    }
  }
  return -1;
}

static void change_names(names *where, const change *what)
{
  int i = what->remove[0] ? find(where, what->remove) : -1;

  if (i >= 0) {
    where->entries[i] = where->entries[--where->count];
  }
  if (what->add[0]) {
    i = find(where, what->add);
    if (i < 0) {
      i = where->count++;
    }
    if (i >= DISK_NAMES) {
      abort();
    }
    (void)snprintf(where->entries[i].name, 256, "%s", what->add);
    where->entries[i].inode = what->inode;
  }
}

static void note(disk *all, const char *add, const char *remove, int node)
{
  change what = {.inode = node};

  (void)snprintf(what.add, sizeof what.add, "%s", add);
  (void)snprintf(what.remove, sizeof what.remove, "%s", remove);
  if (all->pending_count == PENDING) {
    abort();
  }
  change_names(&all->seen, &what);
  all->pending[all->pending_count++] = what;
}

static int inode_of(const disk *all, const char *path)
{
  int i = find(&all->seen, path);

  if (i < 0) {
    (void)fprintf(stderr, "the log speaks of the unknown '%s'\n", path);
    abort();
  }
  return all->seen.entries[i].inode;
}

static void extend(inode *node, size_t length)
{
  if (length > node->seen_length) {
    node->seen = must(realloc(node->seen, length));
    memset(node->seen + node->seen_length, 0, length - node->seen_length);
    node->seen_length = length;
  }
}

static void sync_inode(inode *node)
{
  free(node->safe);
  node->safe = must(malloc(node->seen_length + 1));
  if (node->seen_length > 0) {
    memcpy(node->safe, node->seen, node->seen_length);
  }
  node->safe_length = node->seen_length;
}

static void sync_names(disk *all)
{
  for (int i = 0; i < all->pending_count; i++) {
    change_names(&all->safe, &all->pending[i]);
  }
  all->pending_count = 0;
}

void disk_apply(disk *all, const shim_record *record, const uint8_t *data)
{
  const char *path = record->path;

  switch ((shim_kind)record->kind) {
  case SHIM_CREATE:
    if (find(&all->seen, path) < 0) {
      if (all->inode_count == INODES) {
        abort();
      }
      note(all, path, "", all->inode_count++);
    }
    break;
  case SHIM_WRITE: {
    inode *node = &all->inodes[inode_of(all, path)];
    extend(node, (size_t)(record->offset + record->length));
    memcpy(node->seen + record->offset, data, (size_t)record->length);
    break;
  }
  case SHIM_EXTEND:
    extend(&all->inodes[inode_of(all, path)], (size_t)record->length);
    break;
  case SHIM_SYNC:
    sync_inode(&all->inodes[inode_of(all, path)]);
    break;
  case SHIM_SYNC_NAMES:
    sync_names(all);
    break;
  case SHIM_RENAME:
    note(all, record->other, path, inode_of(all, path));
    break;
  case SHIM_LINK:
    note(all, record->other, "", inode_of(all, path));
    break;
  case SHIM_UNLINK:
    note(all, "", path, 0);
    break;
  case SHIM_SAVED:
    break;
  }
}

int disk_pending(const disk *all)
{
  return all->pending_count;
}

// Pages of `page` bytes, each the one that was written or what the disk held before.
static void tear(uint8_t *bytes, const inode *node, size_t page, uint64_t seed)
{
  for (size_t at = 0; at < node->seen_length; at += page) {
    uint32_t words[4];
    size_t rest = node->seen_length - at;
    size_t length = rest < page ? rest : page;
    ls_random_words(words, seed, at, 1);
    if (words[0] & 1) {
      memcpy(bytes + at, node->seen + at, length);
    }
  }
}

static void keep_some(disk_file *file, const inode *node, disk_data data, uint64_t seed)
{
  bool grown = data != DISK_NOTHING;
  uint32_t words[4];

  file->length = grown ? node->seen_length : node->safe_length;
  file->bytes = must(calloc(file->length + 1, 1));
  if (node->safe_length > 0) {
    size_t both = node->safe_length < file->length ? node->safe_length : file->length;
    memcpy(file->bytes, node->safe, both);
  }
  ls_random_words(words, seed, 0, 2);
  switch (data) {
  case DISK_EVERYTHING:
  case DISK_CUT:
    if (node->seen_length > 0) {
      memcpy(file->bytes, node->seen, node->seen_length);
    }
    break;
  case DISK_HALF:
    if (node->seen_length > 0) {
      memcpy(file->bytes, node->seen, node->seen_length / 2);
    }
    break;
  case DISK_PAGES:
  case DISK_SECTORS:
    tear(file->bytes, node, data == DISK_PAGES ? 4096 : 512, seed);
    break;
  case DISK_NOTHING:
  case DISK_SIZE:
  case DISK_DATA_COUNT:
    break;
  }
  // A cut never takes away what was synced.
  if (data == DISK_CUT && file->length > node->safe_length) {
    file->length =
        node->safe_length + words[0] % (file->length - node->safe_length + 1);
  }
}

void disk_cut(disk_state *state, const disk *all, uint64_t survivors, disk_data data,
              uint64_t seed)
{
  names left = all->safe;

  for (int i = 0; i < all->pending_count; i++) {
    if (survivors >> i & 1) {
      change_names(&left, &all->pending[i]);
    }
  }
  state->count = left.count;
  for (int i = 0; i < left.count; i++) {
    disk_file *file = &state->files[i];
    memcpy(file->name, left.entries[i].name, sizeof file->name);
    keep_some(file, &all->inodes[left.entries[i].inode], data, seed + (uint64_t)i);
  }
}

void disk_state_release(disk_state *state)
{
  for (int i = 0; i < state->count; i++) {
    free(state->files[i].bytes);
  }
  state->count = 0;
}
