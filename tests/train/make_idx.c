/**
 * make_idx DIRECTORY [SEED [EMPTY]]: write a small data set in IDX form that can be
 * learnt.
 *
 * 1,003 training and 207 test rows of 12x9 pixels in 7 classes: numbers that no number
 * of ranks, shards or rows of a batch divides.  A row is its class's pattern with
 * noise, and its last EMPTY [0] pixels are 0.
 */

#include "base/random.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { HEIGHT = 12, WIDTH = 9, CLASSES = 7, TRAIN = 1003, TEST = 207 };

typedef struct source {
  uint64_t seed;
  uint64_t empty; /* pixels */
} source;

static uint32_t word(uint64_t seed, uint64_t stream, uint64_t counter)
{
  uint32_t words[4];

  ls_random_words(words, seed, stream, counter);
  return words[0];
}

static FILE *create(const char *directory, const char *name)
{
  char path[4096];

  (void)snprintf(path, sizeof path, "%s/%s", directory, name);
  FILE *file = fopen(path, "wb");
  if (!file) {
    perror(path);
    exit(EXIT_FAILURE);
  }
  return file;
}

static void put_number(FILE *file, uint32_t number)
{
  for (int shift = 24; shift >= 0; shift -= 8) {
    (void)putc((int)(number >> shift & 255), file);
  }
}

static int label_of(uint64_t seed, uint64_t row)
{
  // The first rows name all classes, whatever the seed.
  return (int)(row < CLASSES ? row : word(seed, 1, row) % CLASSES);
}

static int pixel_of(const source *from, uint64_t row, uint64_t place)
{
  uint64_t label = (uint64_t)label_of(from->seed, row);
  bool is_lit = word(7, 2, label * HEIGHT * WIDTH + place) % 3 == 0;
  uint32_t noise = word(from->seed, 3, row * HEIGHT * WIDTH + place) % 160;

  if (place + from->empty >= HEIGHT * WIDTH) {
    return 0;
  }
  return (int)((is_lit ? 96 : 0) + noise);
}

static void write_split(const char *directory, const char *split, const source *from,
                        uint32_t first, uint32_t count)
{
  char name[64];

  (void)snprintf(name, sizeof name, "%s-images-idx3-ubyte", split);
  FILE *images = create(directory, name);
  (void)snprintf(name, sizeof name, "%s-labels-idx1-ubyte", split);
  FILE *labels = create(directory, name);
  put_number(images, 0x803);
  put_number(images, count);
  put_number(images, HEIGHT);
  put_number(images, WIDTH);
  put_number(labels, 0x801);
  put_number(labels, count);
  for (uint64_t row = first; row < first + count; row++) {
    (void)putc(label_of(from->seed, row), labels);
    for (uint64_t place = 0; place < HEIGHT * WIDTH; place++) {
      (void)putc(pixel_of(from, row, place), images);
    }
  }
  if (fclose(images) != 0 || fclose(labels) != 0) {
    perror(directory);
    exit(EXIT_FAILURE);
  }
}

int main(int argc, char **argv)
{
  if (argc < 2) {
    (void)fprintf(stderr, "usage: make_idx DIRECTORY [SEED [EMPTY]]\n");
    return EXIT_FAILURE;
  }
  const source from = {.seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1,
                       .empty = argc > 3 ? strtoull(argv[3], NULL, 10) : 0};
  write_split(argv[1], "train", &from, 0, TRAIN);
  write_split(argv[1], "t10k", &from, TRAIN, TEST);
  return EXIT_SUCCESS;
}
