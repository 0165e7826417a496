#!/usr/bin/env python3
"""Medians, spreads and ratios of a CSV file of `job,run,seconds`.

A ratio is the median over runs of the ratio within a run, because both sides of a run
were measured within seconds of each other.
"""
import csv
import statistics
import sys

BASE = "lockstep 2 ranks batch %s"


def main():
    seconds = {}
    with open(sys.argv[1]) as file:
        for row in csv.DictReader(file):
            seconds.setdefault(row["job"], {})[row["run"]] = float(row["seconds"])
    print("%-32s %9s %9s %9s   %s" % ("whole process, seconds", "median", "least", "most",
                                     "times lockstep on 2 ranks"))
    for job, runs in seconds.items():
        if "epoch" in job:
            continue
        values = list(runs.values())
        base = seconds.get(BASE % job.split()[-1], {})
        ratios = [runs[run] / base[run] for run in runs if run in base]
        print("%-32s %9.2f %9.2f %9.2f   %.2f" % (
            job, statistics.median(values), min(values), max(values),
            statistics.median(ratios) if ratios else float("nan")))
    one = seconds.get("torch ddp batch 32 1 epoch", {}).get("1")
    two = seconds.get("torch ddp batch 32 2 epochs", {}).get("1")
    if one and two:
        whole = one + 14 * (two - one)
        base = statistics.median(seconds[BASE % 32].values())
        print("%-32s %9.2f %29s %.1f   (one epoch %.2f s, from two runs)" % (
            "torch ddp 2 ranks batch 32", whole, "", whole / base, two - one))


main()
