#include "base/alloc.h"
#include "data/dataset_private.h"

#include <inttypes.h>
#include <unistd.h>

/* [split] */
static const char *const image_names[] = {"train-images-idx3-ubyte",
                                          "t10k-images-idx3-ubyte"};
static const char *const label_names[] = {"train-labels-idx1-ubyte",
                                          "t10k-labels-idx1-ubyte"};

static ls_status open_files(ls_dataset *dataset, const char *directory, ls_split split)
{
  LS_TRY(ls_idx_open(&dataset->images, directory, image_names[split], LS_IDX_IMAGES));
  return ls_idx_open(&dataset->labels, directory, label_names[split], LS_IDX_LABELS);
}

static ls_idx_origin origin_of(const ls_dataset_share *share, int file)
{
  return (ls_idx_origin){.pid = share->pid,
                         .fd = share->files[file].fd,
                         .bytes = share->files[file].bytes,
                         .device = share->files[file].device,
                         .inode = share->files[file].inode};
}

static ls_status attach_files(ls_dataset *dataset, const char *directory,
                              ls_split split, const ls_dataset_share *share)
{
  ls_idx_origin images = origin_of(share, 0);
  ls_idx_origin labels = origin_of(share, 1);

  LS_TRY(ls_idx_attach(&dataset->images, directory, image_names[split], LS_IDX_IMAGES,
                       &images));
  return ls_idx_attach(&dataset->labels, directory, label_names[split], LS_IDX_LABELS,
                       &labels);
}

// Checks that images and labels agree, and counts the classes.
static ls_status examine(ls_dataset *dataset)
{
  const uint8_t *labels = ls_idx_items(&dataset->labels);
  uint64_t count = dataset->images.header.count;
  int largest = 0;

  if (dataset->labels.header.count != count) {
    return ls_fail(LS_E_FORMAT,
                   "'%s' has %" PRIu64 " labels, expected %" PRIu64
                   ", one for each image of '%s'",
                   dataset->labels.path, dataset->labels.header.count, count,
                   dataset->images.path);
  }
  for (uint64_t i = 0; i < count; i++) {
    largest = labels[i] > largest ? labels[i] : largest;
  }
  dataset->classes = largest + 1;
  return LS_OK;
}

// Opens alone, or attaches where `share` is given.
static ls_status open_either(ls_dataset **out, const char *directory, ls_split split,
                             const ls_dataset_share *share)
{
  ls_dataset *dataset = ls_alloc(1, sizeof *dataset);
  ls_status status = LS_OK;

  *out = NULL;
  if (!dataset) {
    return LS_E_NOMEM;
  }
  dataset->images = ls_idx_none();
  dataset->labels = ls_idx_none();
  status = share ? attach_files(dataset, directory, split, share)
                 : open_files(dataset, directory, split);
  if (status == LS_OK) {
    status = examine(dataset);
  }
  if (status != LS_OK) {
    ls_dataset_close(dataset);
    return status;
  }
  *out = dataset;
  return LS_OK;
}

ls_status ls_dataset_open(ls_dataset **out, const char *directory, ls_split split)
{
  return open_either(out, directory, split, NULL);
}

ls_status ls_dataset_open_shared(ls_dataset **out, const char *directory,
                                 ls_split split, const ls_dataset_share *share)
{
  return open_either(out, directory, split, share);
}

void ls_dataset_get_share(ls_dataset_share *share, const ls_dataset *dataset)
{
  const ls_idx *files[] = {&dataset->images, &dataset->labels};

  *share = (ls_dataset_share){.pid = getpid()};
  for (int i = 0; i < 2; i++) {
    share->files[i].fd = files[i]->fd;
    share->files[i].bytes = files[i]->header.file_bytes;
    share->files[i].device = files[i]->device;
    share->files[i].inode = files[i]->inode;
  }
}

void ls_dataset_close(ls_dataset *dataset)
{
  if (dataset) {
    ls_idx_close(&dataset->images);
    ls_idx_close(&dataset->labels);
    ls_free(dataset);
  }
}

int64_t ls_dataset_count(const ls_dataset *dataset)
{
  return (int64_t)dataset->images.header.count; // below 2^32, as the header has it
}

int ls_dataset_rows(const ls_dataset *dataset)
{
  return dataset->images.header.rows;
}

int ls_dataset_columns(const ls_dataset *dataset)
{
  return dataset->images.header.columns;
}

int ls_dataset_features(const ls_dataset *dataset)
{
  // The header was refused if this overflows.
  return dataset->images.header.rows * dataset->images.header.columns;
}

int ls_dataset_classes(const ls_dataset *dataset)
{
  return dataset->classes;
}

const uint8_t *ls_dataset_images(const ls_dataset *dataset)
{
  return ls_idx_items(&dataset->images);
}

const uint8_t *ls_dataset_labels(const ls_dataset *dataset)
{
  return ls_idx_items(&dataset->labels);
}

ls_status ls_dataset_check(const ls_dataset *dataset, int features, int classes,
                           const char *wanted_by)
{
  const uint8_t *labels = ls_dataset_labels(dataset);

  if (ls_dataset_features(dataset) != features) {
    return ls_fail(LS_E_FORMAT,
                   "'%s' has images of %dx%d, expected the %d pixels of %s",
                   dataset->images.path, ls_dataset_rows(dataset),
                   ls_dataset_columns(dataset), features, wanted_by);
  }
  for (int64_t i = 0; i < ls_dataset_count(dataset); i++) {
    if (labels[i] >= classes) {
      return ls_fail(LS_E_FORMAT,
                     "'%s' has label %d at image %" PRId64
                     ", expected 0 to %d as in %s",
                     dataset->labels.path, labels[i], i, classes - 1, wanted_by);
    }
  }
  return LS_OK;
}
