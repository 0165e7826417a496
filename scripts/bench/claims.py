#!/usr/bin/env -S python3 -B
"""Prints what is promised of speed and what was measured of it, a line per claim.

usage: claims.py FILE

FILE has the measurements of all scripts beside this one (scripts/bench.sh).  A figure
is a median, and least..most.  The last figure is what has an aim: the ratio of the two
before it, taken within each run or over the turns that both took within it, or what the
first is beyond the second where it has a sign.  An aim is met or not by the figure as
it is shown, two places of a ratio.
"""
import operator
import sys
from typing import NamedTuple

from measurements import (Measurements, Series, print_columns, signed, three_digits,
                          two_places)


class Aim(NamedTuple):
    sign: str
    bound: float

    def is_met(self, shown):
        compare = operator.ge if self.sign == ">=" else operator.le
        return compare(float(shown), self.bound)


class Claim(NamedTuple):
    what: str
    figure: Series
    beside: Series
    result: Series
    aim: Aim = None
    form: object = two_places


NOT_MEASURED = Claim("any", Series(), Series(), Series())


def at_least(bound):
    return Aim(">=", bound)


def at_most(bound):
    return Aim("<=", bound)


def ratio(what, figure, beside, aim=None):
    return Claim(what, figure, beside, figure / beside, aim)


def beyond(what, figure, beside, aim):
    return Claim(what, figure, beside, figure - beside, aim, signed)


def alone(what, figure, aim):
    return Claim(what, figure, Series(), figure, aim, three_digits)


def jobs(measured):
    yield "1  Whole processes beside lockstep on 2 ranks (reference job: batch 32); s"
    for batch, aims in ((32, (at_least(5), at_least(40))), (512, (None, None))):
        def of(side, case="batch %d" % batch):
            return measured.of("jobs", case, side)
        threads = of("torch 1 thread"), of("torch 2 threads")
        best = min(filter(None, threads), key=lambda one: one.median, default=Series())
        lockstep = of("lockstep 2 ranks")
        yield ratio("PyTorch, batch %d" % batch, best, lockstep, aims[0])
        yield ratio("PyTorch DDP, batch %d" % batch, of("torch ddp"), lockstep, aims[1])


def products(measured):
    yield "2  A step on 2 ranks beside its matrix products (1024-1024: batch 512); us"
    for rows in ("MNIST", "dense"):
        for batch, hidden, bound in ((32, "128", 1.5), (512, "128", 1.2),
                                     (512, "1024-1024", 1.3)):
            case = "ranks 2 batch %d %s 784-%s-10" % (batch, rows, hidden)
            label = hidden if hidden != "128" else "batch %d" % batch
            step, sgemms, turns = (measured.of("products", case, side)
                                   for side in ("step", "products", "turns"))
            yield Claim("%s, %s" % (rows, label), step, sgemms, turns, at_most(bound))


def ranks(measured):
    yield "3  A step on one rank beside one on two; us"
    for rows in ("MNIST", "dense"):
        for batch, bound in ((32, 1.6), (512, 1.9)):
            one, two, turns = (measured.of("pair", "%s batch %d" % (rows, batch), side)
                               for side in ("1 rank", "2 ranks", "turns"))
            yield Claim("%s, batch %d" % (rows, batch), one, two, turns,
                        at_least(bound))
    yield from places(measured)
    yield "   No cliff: the worst of 3 to 8 ranks beside what its busiest core does"
    for batch in (32, 512):
        def beside_ideal(count, batch=batch):
            case = "ranks %d batch %d" % (count, batch)
            return ratio("%d ranks, batch %d" % (count, batch), *(
                measured.of("ranks", case, side) for side in ("step", "ideal")),
                at_most(2))
        yield max(map(beside_ideal, range(3, 9)),
                  key=lambda claim: claim.result.median if claim.result else 0)


def places(measured):
    if measured.cases("places"):
        yield "   only on threads of one core, on cores that share a cache, or apart"
    for rows in ("MNIST", "dense"):
        for batch in (32, 512):
            for place in ("core", "cache", "apart"):
                case = "%s batch %d %s" % (rows, batch, place)
                one, two, turns = (measured.of("places", case, side)
                                   for side in ("1 rank", "2 ranks", "turns"))
                if turns:
                    yield Claim("%s, %d, %s" % (rows, batch, place), one, two, turns)


def sums(measured):
    yield "4  The ordered sum beside MPI_Allreduce; ranks of pretended nodes, dense; us"
    if not measured.cases("ordered"):
        yield NOT_MEASURED
    for case in measured.cases("ordered"):
        ordered, mpi, turns = (measured.of("ordered", case, side)
                               for side in ("ordered", "mpi", "turns"))
        words = case.split()
        yield Claim("%s, batch %s" % (words[2], words[4]), ordered, mpi, turns,
                    at_most(1))
    yield "   and on two hosts, MNIST"
    for network in ("veth", "1gbit"):
        for batch in (32, 512):
            ordered, mpi = (measured.of("ways", "%s batch %d" % (network, batch), side)
                            for side in ("chosen", "mpi"))
            yield ratio("%s, batch %d" % (network, batch), ordered, mpi, at_most(1))
    yield "   8 logical shards beside as many as ranks, dense rows"
    if not measured.cases("shards"):
        yield NOT_MEASURED
    for case in measured.cases("shards"):
        eight, least, turns = (measured.of("shards", case, side)
                               for side in ("8 shards", "as ranks", "turns"))
        words = case.split()
        yield Claim("%s, batch %s" % (words[1], words[3]), eight, least, turns,
                    at_most(1.05))


def start(measured):
    yield "5  From the launch to the first step, and memory, beyond an empty program"
    for what, table, case, bound in (
            ("first step saved, s", "start", "first step and its checkpoint", 0.15),
            ("memory of rank 1, MB", "memory", "of a further rank", 20)):
        lockstep, empty = (measured.of(table, case, side)
                           for side in ("lockstep", "empty"))
        yield beyond(what, lockstep, empty, at_most(bound))


def hosts(measured):
    yield "6  Two hosts: a step beside the longer of its work and its wire; us"
    for network in ("veth", "1gbit"):
        for batch in (32, 512):
            case = "%s batch %d chosen" % (network, batch)
            step, must = (measured.of("hosts", case, side) for side in ("step", "must"))
            yield ratio("%s, batch %d" % (network, batch), step, must, at_most(1.25))
    yield "   Sums that overlap with work (rounds) beside sums at once"
    rounds, at_once = (measured.of("ways", "1gbit batch 512", side)
                       for side in ("rounds", "sums"))
    yield ratio("1gbit, batch 512", rounds, at_once, at_most(1))


def others(measured):
    yield "-  What saving each epoch and watching cost the reference job"
    for what, table, case, side, bound in (
            ("a save's stall, ms", "saves", "reference job", "stall", 1),
            ("all saves, % of a run", "saves", "reference job", "held up", 1),
            ("watching, % of a step", "watching", "ranks 2 batch 32", "all", 1)):
        yield alone(what, measured.of(table, case, side), at_most(bound))


def cells(claim):
    """A row of the table."""
    if not claim.result:
        return ["   " + claim.what, "not measured", "", "", "", "-"]
    met = claim.aim and claim.aim.is_met(claim.form(claim.result.median))
    result = "" if claim.result is claim.figure else claim.result.text(claim.form)
    beside = claim.beside.text(three_digits) if claim.beside else ""
    aim = "%s%g" % claim.aim if claim.aim else ""
    answer = {True: "yes", False: "no", None: ""}[met]
    return ["   " + claim.what, claim.figure.text(three_digits), beside, result, aim,
            answer]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    measured = Measurements(sys.argv[1])
    rows = [["", "median least..most", "beside it", "ratio, or beyond", "aim", "met"]]
    for point in (jobs, products, ranks, sums, start, hosts, others):
        for line in point(measured):
            if isinstance(line, str):
                rows.append([line])
            else:
                rows.append(cells(line))
    print_columns(rows)
    answers = [row[-1] for row in rows]
    print("%d of %d aims met; not measured: %d" % (
        answers.count("yes"), answers.count("yes") + answers.count("no"),
        answers.count("-")))


main()
