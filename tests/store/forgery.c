#include "store/forgery.h"

#include "store/builder.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

// The edits.  Each opens what it needs and leaves it to the file's strong close.

static void replace_set(hid_t file, const char *name, hid_t type, int rank,
                        const hsize_t *dims, hid_t list)
{
  (void)H5Ldelete(file, name, H5P_DEFAULT);
  hid_t space = rank < 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, dims, NULL);
  hid_t set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
  hid_t one = H5Screate(H5S_SCALAR);
  hid_t text = ls_string_type(4);
  hid_t mark = H5Acreate2(set, "activation", text, one, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(set >= 0 && H5Awrite(mark, text, "relu") >= 0);
}

static void other_shape(hid_t file)
{
  replace_set(file, "model/layer0/weight", H5T_IEEE_F32LE, 2, (hsize_t[]){119, 20},
              H5P_DEFAULT);
}

static void other_rank(hid_t file)
{
  replace_set(file, "model/layer0/weight", H5T_IEEE_F32LE, 3, (hsize_t[]){120, 20, 1},
              H5P_DEFAULT);
}

static void other_type(hid_t file)
{
  replace_set(file, "model/layer0/weight", H5T_IEEE_F64LE, 2, (hsize_t[]){120, 20},
              H5P_DEFAULT);
}

static void huge_shape(hid_t file)
{
  // Late allocation: a terabyte that the file does not hold.
  replace_set(file, "model/layer0/weight", H5T_IEEE_F32LE, 2,
              (hsize_t[]){1 << 20, 1 << 18}, H5P_DEFAULT);
}

static void chunked(hid_t file)
{
  hid_t list = H5Pcreate(H5P_DATASET_CREATE);

  (void)H5Pset_chunk(list, 2, (hsize_t[]){120, 20});
  (void)H5Pset_deflate(list, 1);
  replace_set(file, "model/layer0/weight", H5T_IEEE_F32LE, 2, (hsize_t[]){120, 20},
              list);
}

static void external_data(hid_t file)
{
  hid_t list = H5Pcreate(H5P_DATASET_CREATE);

  (void)H5Pset_external(list, "/dev/zero", 0, 120 * 20 * 4);
  replace_set(file, "model/layer0/weight", H5T_IEEE_F32LE, 2, (hsize_t[]){120, 20},
              list);
}

static void soft_link(hid_t file)
{
  (void)H5Ldelete(file, "model/layer0/bias", H5P_DEFAULT);
  (void)H5Lcreate_soft("/model/layer1/bias", file, "model/layer0/bias", H5P_DEFAULT,
                       H5P_DEFAULT);
}

static void external_link(hid_t file)
{
  (void)H5Ldelete(file, "run", H5P_DEFAULT);
  (void)H5Lcreate_external("/etc/hostname", "/", file, "run", H5P_DEFAULT, H5P_DEFAULT);
}

static void group_for_set(hid_t file)
{
  (void)H5Ldelete(file, "history", H5P_DEFAULT);
  (void)H5Gcreate2(file, "history", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
}

static void loop_of_groups(hid_t file)
{
  (void)H5Ldelete(file, "model/layer1", H5P_DEFAULT);
  (void)H5Lcreate_hard(file, "model", file, "model/layer1", H5P_DEFAULT, H5P_DEFAULT);
}

static void one_more_object(hid_t file)
{
  (void)H5Gcreate2(file, "extra", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
}

static void one_more_attribute(hid_t file)
{
  hid_t one = H5Screate(H5S_SCALAR);
  hid_t group = H5Gopen2(file, "epoch", H5P_DEFAULT);

  (void)H5Acreate2(group, "extra", H5T_STD_I64LE, one, H5P_DEFAULT, H5P_DEFAULT);
}

static void missing_attribute(hid_t file)
{
  (void)H5Adelete_by_name(file, "run", "seed", H5P_DEFAULT);
}

// Replace a scalar attribute by one of another type or value.
static void replace_attribute(hid_t file, const char *group_name, const char *name,
                              hid_t type, const void *value)
{
  hid_t group = H5Gopen2(file, group_name, H5P_DEFAULT);
  hid_t one = H5Screate(H5S_SCALAR);

  (void)H5Adelete(group, name);
  hid_t attribute = H5Acreate2(group, name, type, one, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(attribute >= 0 && H5Awrite(attribute, type, value) >= 0);
}

static void negative_step(hid_t file)
{
  hid_t set = H5Dopen2(file, "optimizer/step", H5P_DEFAULT);

  assert_true(H5Dwrite(set, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                       &(int64_t){-1}) >= 0);
}

static void short_integer(hid_t file)
{
  replace_attribute(file, "run", "shards", H5T_STD_I32LE, &(int32_t){8});
}

static void string_of_any_length(hid_t file)
{
  const char *text = "adam";
  hid_t type = H5Tcopy(H5T_C_S1);

  (void)H5Tset_size(type, H5T_VARIABLE);
  replace_attribute(file, "optimizer", "kind", type, &text);
}

static void endless_string(hid_t file)
{
  char text[4096];
  hid_t type = H5Tcopy(H5T_C_S1);

  memset(text, 'a', sizeof text);
  (void)H5Tset_size(type, sizeof text);
  replace_attribute(file, "optimizer", "kind", type, text);
}

static void later_version(hid_t file)
{
  replace_attribute(file, "/", "format_version", H5T_STD_I64LE, &(int64_t){3});
}

// As many rows as are said to be finished must be there, and nothing after them.
static void set_finished(hid_t file, int64_t finished)
{
  hid_t set = H5Dopen2(file, "epoch/finished", H5P_DEFAULT);

  assert_true(
      H5Dwrite(set, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, &finished) >= 0);
}

static void fewer_rows_finished(hid_t file)
{
  set_finished(file, 3);
}

static void more_rows_finished(hid_t file)
{
  set_finished(file, 17);
}

static void negative_rows_finished(hid_t file)
{
  set_finished(file, -1);
}

static void number_of_two(hid_t file)
{
  replace_set(file, "epoch/count", H5T_STD_I64LE, 1, (hsize_t[]){2}, H5P_DEFAULT);
}

static void attribute_for_set(hid_t file)
{
  hid_t group = H5Gopen2(file, "optimizer", H5P_DEFAULT);
  hid_t one = H5Screate(H5S_SCALAR);

  (void)H5Ldelete(group, "skipped", H5P_DEFAULT);
  (void)H5Acreate2(group, "skipped", H5T_STD_I64LE, one, H5P_DEFAULT, H5P_DEFAULT);
}

static void weight_that_is_not_finite(hid_t file)
{
  float values[20] = {0};
  hid_t set = H5Dopen2(file, "model/layer0/bias", H5P_DEFAULT);

  values[7] = strtof("inf", NULL);
  assert_true(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >=
              0);
}

const forgery forgeries[] = {
    {"other shape", other_shape, "does not match the model's"},
    {"other rank", other_rank, "'weight' is not a float32 vector or matrix"},
    {"other type", other_type, "'weight' is not a float32 vector or matrix"},
    {"huge shape", huge_shape, "'weight' is not smaller than its file"},
    {"chunked", chunked, "'weight' is not a plain data set"},
    {"external data", external_data, "'weight' is not a plain data set"},
    {"soft link", soft_link, "'bias' is not there, by a hard link"},
    {"external link", external_link, "'run' is not there, by a hard link"},
    {"group for set", group_for_set, "'history' is not a data set"},
    {"loop of groups", loop_of_groups, "'layer1' is not a group with exactly"},
    {"one more object", one_more_object, "'/' is not a group with exactly"},
    {"one more attribute", one_more_attribute, "'epoch' is not a group with exactly"},
    {"missing attribute", missing_attribute, "'run' is not a group with exactly"},
    {"negative step", negative_step, "the step is -1"},
    {"fewer rows", fewer_rows_finished, "'history' is not empty after its rows"},
    {"more rows", more_rows_finished, "'history' is not of the length"},
    {"negative rows", negative_rows_finished, "'finished' is negative"},
    {"number of two", number_of_two, "'count' is not a scalar"},
    {"attribute for set", attribute_for_set, "'skipped' is not there, by a hard link"},
    {"short integer", short_integer, "'shards' is not of the known type"},
    {"string of any length", string_of_any_length, "'kind' is not a string of sane"},
    {"endless string", endless_string, "'kind' is not a string of sane length"},
    {"later version", later_version, "version 3 is not known"},
    {"not finite", weight_that_is_not_finite, "not finite"},
};

const size_t forgery_count = sizeof forgeries / sizeof forgeries[0];
