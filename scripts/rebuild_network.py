#!/usr/bin/env python3
"""Rebuild a network from a checkpoint and judge it on test data, with h5py and NumPy.

usage: rebuild_network.py CHECKPOINT DIRECTORY_WITH_RAW_IDX_FILES
"""
import sys

import h5py
import numpy

images = numpy.fromfile(sys.argv[2] + "/t10k-images-idx3-ubyte", numpy.uint8)[16:]
labels = numpy.fromfile(sys.argv[2] + "/t10k-labels-idx1-ubyte", numpy.uint8)[8:]
x = images.reshape(len(labels), -1).astype(numpy.float32) / 255
with h5py.File(sys.argv[1], "r") as file:
    model = file["model"]
    names = [name.decode() for name in model.attrs["tensors"]]
    for weight, bias in zip(names[::2], names[1::2]):
        x = x @ model[weight][:] + model[bias][:]
        if model[weight].attrs["activation"] == b"relu":
            x = numpy.maximum(x, 0)
correct = int((x.argmax(axis=1) == labels).sum())
print(f"count={len(labels)} correct={correct} accuracy={correct / len(labels):.9g}")
