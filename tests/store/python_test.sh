#!/bin/sh
# Other people's readers open our files as they are: h5py rebuilds the network and gets
# the accuracy that `lockstep eval` gets; NumPy and h5py read the exports.
set -eu
python=
for candidate in python3 /usr/bin/python3; do
  if "$candidate" -c 'import h5py' 2>/dev/null; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  echo "SKIPPED: no python3 with h5py (Debian: python3-h5py)"
  exit 77
fi
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

# A small problem that can be learned: 4 classes, each a bright quarter of 8 x 8 pixels.
"$python" - "$place" <<'PYTHON'
import struct, sys
import numpy
draw = numpy.random.RandomState(1)
for name, count in (("train", 600), ("t10k", 251)):
    labels = draw.randint(0, 4, count).astype(numpy.uint8)
    images = draw.randint(0, 160, (count, 8, 8)).astype(numpy.uint8)
    for image, label in zip(images, labels):
        row, column = 4 * (label // 2), 4 * (label % 2)
        image[row:row + 4, column:column + 4] += 30
    with open(f"{sys.argv[1]}/{name}-images-idx3-ubyte", "wb") as file:
        file.write(struct.pack(">4I", 0x803, count, 8, 8) + images.tobytes())
    with open(f"{sys.argv[1]}/{name}-labels-idx1-ubyte", "wb") as file:
        file.write(struct.pack(">2I", 0x801, count) + labels.tobytes())
PYTHON
"$LOCKSTEP" train --data "$place" --hidden 16,8 --epochs 3 --batch 8 \
  --optimizer 'adam(beta1=0.8)' --lr 0.003 --out "$place/run" --quiet >/dev/null
file=$place/run/ckpt-000000000225.h5
ours=$("$LOCKSTEP" eval "$file" --data "$place" | sed 's/.* accuracy=//')
theirs=$("$python" "$LOCKSTEP_SOURCE/scripts/rebuild_network.py" "$file" "$place" |
  sed 's/.* accuracy=//')
echo "accuracy: lockstep $ours, h5py $theirs"
test "$ours" = "$theirs"

"$LOCKSTEP" export "$file" --to npz --out "$place/w.npz" >/dev/null
"$LOCKSTEP" export "$file" --to keras.h5 --out "$place/w.h5" >/dev/null
"$LOCKSTEP" export "$file" --to csv --out "$place/w.csv" >/dev/null
"$python" - "$file" "$place" <<'PYTHON'
import csv, sys, zipfile
import h5py, numpy
place = sys.argv[2]
file = h5py.File(sys.argv[1], "r")
ours = file["model"]
assert zipfile.ZipFile(place + "/w.npz").testzip() is None
arrays = numpy.load(place + "/w.npz")
names = [name.decode() for name in ours.attrs["tensors"]]
assert [slot.decode() for slot in file["optimizer"].attrs["slots"]] == ["mean", "square"]
for slot in "mean", "square":
    for name in names:
        values = file["optimizer"][slot][name]
        assert values.shape == ours[name].shape and values[:].any(), (slot, name)
        assert numpy.array_equal(arrays[f"optimizer/{slot}/{name}"], values), (slot, name)
assert len(arrays.keys()) == 3 * len(names)
keras = h5py.File(place + "/w.h5", "r")
layers = [name.decode() for name in keras.attrs["layer_names"]]
assert layers == ["dense", "dense_1", "dense_2"], layers
# What Keras' legacy loader reads, by type too: byte strings of a fixed size.
assert keras.attrs["layer_names"].dtype.kind == "S"
assert keras.attrs["backend"] == b"tensorflow"
assert int(keras.attrs["keras_version"].split(b".")[0]) >= 2
assert sorted(keras) == sorted(layers)
for layer in layers:
    names_of = keras[layer].attrs["weight_names"]
    assert names_of.dtype.kind == "S" and names_of.shape == (2,)
    assert [n.decode() for n in names_of] == [f"{layer}/kernel:0", f"{layer}/bias:0"]
    kernel, bias = (keras[layer][n.decode()] for n in names_of)
    assert kernel.dtype == bias.dtype == numpy.float32
    assert kernel.ndim == 2 and bias.shape == kernel.shape[1:]
weights = [keras[layer][name.decode()]
           for layer in layers for name in keras[layer].attrs["weight_names"]]
text = {}
for row in csv.DictReader(open(place + "/w.csv")):
    text.setdefault(row["tensor"], []).append(numpy.float32(row["value"]))
for name, weight in zip(names, weights):
    values = ours[name][:]
    assert values.dtype == numpy.float32 and numpy.array_equal(arrays[name], values)
    assert numpy.array_equal(weight[:], values), name
    assert numpy.array_equal(numpy.array(text[name]), values.ravel()), name
PYTHON

# Edited files lose their seal, and say so.
"$python" - "$file" <<'PYTHON'
import sys
import h5py
h5py.File(sys.argv[1], "r+")["run"].attrs["seed"] = 2
PYTHON
if "$LOCKSTEP" inspect "$file" 2>"$place/why"; then
  exit 1
fi
grep -q "is HDF5 but not sealed: edited" "$place/why"
