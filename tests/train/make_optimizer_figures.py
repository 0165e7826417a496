#!/usr/bin/python3
"""Writes tests/data/optimizers/torch.csv: what PyTorch makes of a small problem.

    make_optimizer_figures.py >tests/data/optimizers/torch.csv

A bowl of 20 parameters, 15 weights and 5 biases, whose gradient is a * (w - c); the rate
falls with the step.  A row is the parameters after 1, 10 or 100 updates.  Run with
Debian's python3-torch 1.13.1; the test that reads the figures is optimizer_test.c.
"""
import torch

CASES = [
    # as lockstep writes it, weight decay, largest norm, rate, how PyTorch writes it
    ("sgd", "none", 0, 0.1, lambda p: torch.optim.SGD(p, lr=1)),
    ("sgd", "l2(0.05)", 0.5, 0.1, lambda p: torch.optim.SGD(p, lr=1)),
    ("sgd(momentum=0.9)", "none", 0, 0.05,
     lambda p: torch.optim.SGD(p, lr=1, momentum=0.9)),
    ("sgd(momentum=0.9, dampening=0.5)", "l2(0.01, biases)", 0, 0.05,
     lambda p: torch.optim.SGD(p, lr=1, momentum=0.9, dampening=0.5)),
    ("sgd(0.9, nesterov)", "l2(0.01)", 1, 0.05,
     lambda p: torch.optim.SGD(p, lr=1, momentum=0.9, nesterov=True)),
    ("adam", "none", 0, 0.02, lambda p: torch.optim.Adam(p, lr=1)),
    ("adam(beta1=0.8, beta2=0.99, eps=1e-3)", "l2(0.05)", 0.5, 0.02,
     lambda p: torch.optim.Adam(p, lr=1, betas=(0.8, 0.99), eps=1e-3)),
    ("adamw", "none", 0, 0.02, lambda p: torch.optim.AdamW(p, lr=1)),
    ("adamw(weight_decay=0.3, biases)", "none", 0, 0.02,
     lambda p: torch.optim.AdamW(p, lr=1)),
    ("adam", "decoupled(0.3)", 0, 0.02, lambda p: torch.optim.AdamW(p, lr=1)),
    ("rmsprop", "none", 0, 0.01, lambda p: torch.optim.RMSprop(p, lr=1)),
    ("rmsprop(alpha=0.9, momentum=0.5)", "l2(0.05)", 0, 0.01,
     lambda p: torch.optim.RMSprop(p, lr=1, alpha=0.9, momentum=0.5)),
    ("adagrad", "none", 0, 0.1, lambda p: torch.optim.Adagrad(p, lr=1)),
    ("adagrad(eps=1e-4)", "l2(0.05, biases)", 0.5, 0.1,
     lambda p: torch.optim.Adagrad(p, lr=1, eps=1e-4)),
]
WEIGHTS, PARAMETERS, STEPS = 15, 20, 100


def decay_of(optimizer, decay):
    """Rates of decay for weights and for biases."""
    text = decay if decay != "none" else optimizer
    if text == "adamw":
        return 0.01, 0.0
    if "(" not in text or text.startswith(("sgd", "adam(", "rmsprop", "adagrad")):
        return 0.0, 0.0
    rate = float(text.split("(")[1].split(",")[0].rstrip(")").split("=")[-1])
    return rate, rate if "biases" in text else 0.0


def run(optimizer, decay, clip, rate, make):
    ids = torch.arange(PARAMETERS)
    slope = (ids % 7 + 1).float() / 4
    centre = ((ids * 5) % 9 - 4).float() / 8
    start = ((ids * 3) % 11 - 5).float() / 8
    parts = [slice(0, WEIGHTS), slice(WEIGHTS, PARAMETERS)]
    tensors = [start[part].clone().requires_grad_() for part in parts]
    rates = decay_of(optimizer, decay)
    torch_optimizer = make([{"params": [tensor], "weight_decay": rate_of_decay}
                            for tensor, rate_of_decay in zip(tensors, rates)])
    for step in range(STEPS):
        for tensor, part in zip(tensors, parts):
            tensor.grad = slope[part] * (tensor.detach() - centre[part])
        if clip:
            torch.nn.utils.clip_grad_norm_(tensors, clip)
        for group in torch_optimizer.param_groups:
            group["lr"] = rate * (1 - step / (2 * STEPS))
        torch_optimizer.step()
        if step + 1 in (1, 10, STEPS):
            yield step + 1, torch.cat(tensors).detach().tolist()


print("optimizer;weight_decay;clip_norm;rate;step;parameters")
for case in CASES:
    for step, values in run(*case):
        print(*case[:4], step, " ".join(f"{value:.9g}" for value in values), sep=";")
