#include "reference.h"

#include <math.h>
#include <string.h>

static int stride_of(const ls_layer *layer)
{
  return (layer->outputs + 15) / 16 * 16;
}

// out[j] = bias[j] + sum of in[i] weight[i][j]
static void apply_layer(double *out, const double *in, const ls_layer *layer,
                        const double *parameters)
{
  for (int j = 0; j < layer->outputs; j++) {
    double sum = parameters[layer->bias + j];
    for (int i = 0; i < layer->inputs; i++) {
      sum += in[i] * parameters[layer->weight + (int64_t)i * stride_of(layer) + j];
    }
    out[j] = sum;
  }
}

static double cross_entropy(const double *logits, int classes, int label,
                            double smoothing)
{
  double largest = logits[0];
  double sum = 0.0;
  double loss = 0.0;

  for (int c = 1; c < classes; c++) {
    largest = fmax(largest, logits[c]);
  }
  for (int c = 0; c < classes; c++) {
    sum += exp(logits[c] - largest);
  }
  for (int c = 0; c < classes; c++) {
    double target = (c == label ? 1.0 - smoothing : 0.0) + smoothing / classes;
    loss -= target * (logits[c] - largest - log(sum));
  }
  return loss;
}

static double row_loss(const ls_layout *layout, const double *parameters,
                       const double *inputs, int label, double smoothing)
{
  double in[REFERENCE_WIDTH_MAX];
  double out[REFERENCE_WIDTH_MAX];
  int last = layout->layer_count - 1;

  memcpy(in, inputs, (size_t)layout->layers[0].inputs * sizeof *in);
  for (int i = 0; i < last; i++) {
    apply_layer(out, in, &layout->layers[i], parameters);
    for (int j = 0; j < layout->layers[i].outputs; j++) {
      in[j] = fmax(out[j], 0.0);
    }
  }
  apply_layer(out, in, &layout->layers[last], parameters);
  return cross_entropy(out, layout->layers[last].outputs, label, smoothing);
}

double reference_loss(const ls_layout *layout, const double *parameters,
                      const reference_rows *rows, double smoothing)
{
  double sum = 0.0;

  for (int row = 0; row < rows->count; row++) {
    sum += row_loss(layout, parameters,
                    rows->inputs + (int64_t)row * layout->layers[0].inputs,
                    rows->labels[row], smoothing);
  }
  return sum;
}
