#!/usr/bin/env python3
"""The reference job in PyTorch, as somebody who cares about speed would write it.

All tensors are loaded beforehand; a batch is one index_select; there is no DataLoader.

usage: torch_train.py DATA [--epochs N] [--batch B] [--threads T] [--ddp RANK SIZE PORT]

Prints one line: seconds of the training and validation loop, test accuracy.  Fails
where that is so low that what was timed was no training.
"""
import argparse
import os
import sys
import time

import numpy
import torch
from torch.distributed import init_process_group
from torch.nn.parallel import DistributedDataParallel


def read_idx(path, header_bytes):
    return numpy.fromfile(path, dtype=numpy.uint8)[header_bytes:]


def load(directory, split):
    images = read_idx(os.path.join(directory, split + "-images-idx3-ubyte"), 16)
    labels = read_idx(os.path.join(directory, split + "-labels-idx1-ubyte"), 8)
    rows = torch.from_numpy(images.reshape(len(labels), -1).astype(numpy.float32) / 255)
    return rows, torch.from_numpy(labels.astype(numpy.int64))


def evaluate(model, rows, labels):
    with torch.no_grad():
        return (model(rows).argmax(1) == labels).float().mean().item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--ddp", nargs=3, type=int, metavar=("RANK", "SIZE", "PORT"))
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    rank, size = 0, 1
    model = torch.nn.Sequential(
        torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
    trained = model
    if options.ddp:
        rank, size, port = options.ddp
        init_process_group(
            "gloo", init_method="tcp://127.0.0.1:%d" % port, rank=rank, world_size=size)
        trained = DistributedDataParallel(model)

    rows, labels = load(options.data, "train")
    test_rows, test_labels = load(options.data, "t10k")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss_of = torch.nn.CrossEntropyLoss()
    step = 0
    begin = time.perf_counter()
    for epoch in range(options.epochs):
        order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(epoch))
        for first in range(0, len(rows), options.batch):
            batch = order[first:first + options.batch].tensor_split(size)[rank]
            for group in optimizer.param_groups:
                group["lr"] = 0.1 * 0.96 ** (step // 1000)
            optimizer.zero_grad(set_to_none=True)
            loss_of(trained(rows[batch]), labels[batch]).backward()
            optimizer.step()
            step += 1
        accuracy = evaluate(model, test_rows, test_labels)
    if accuracy < 0.8:
        sys.exit("PyTorch has not learnt: accuracy %.4f" % accuracy)
    if rank == 0:
        print("seconds=%.3f accuracy=%.4f" % (time.perf_counter() - begin, accuracy))


main()
