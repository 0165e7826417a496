#!/usr/bin/env -S python3 -B
"""Prints one table of a file of measurements.

usage: table.py FILE TABLE [--medians] [COLUMN ...]
       table.py FILE TABLE --beside SIDE

The first has a line per case.  A column is the name of a side, or two sides and what is
between them: `ordered/mpi`, `lockstep-empty`; without columns, all sides.  The second
has a line per case and side, with the ratio to SIDE.  A figure is a median and its
spread, least to most; with --medians, only the former.
"""
import operator
import sys

from measurements import Measurements, print_columns, signed, three_digits, two_places


def series_of(measured, table, case, column):
    """What a column shows of a case, and how to write its figures."""
    for sign, operation, figure in (("/", operator.truediv, two_places),
                                    ("-", operator.sub, signed)):
        if sign in column:
            sides = [measured.of(table, case, side) for side in column.split(sign)]
            return operation(*sides), figure
    return measured.of(table, case, column), three_digits


def unit_of(measured, table, column):
    units = {series.unit for key, series in measured.series.items()
             if key[0] == table and key[2] == column}
    return " ".join(sorted(units - {"word", "ratio"}))


def lines_of_cases(measured, table, columns, only_medians):
    columns = columns or measured.sides(table)
    yield [""] + columns
    yield [""] + [unit_of(measured, table, column) for column in columns]
    for case in measured.cases(table):
        cells = [series_of(measured, table, case, column) for column in columns]
        yield [case] + [
            series.median_text(figure) if only_medians else series.text(figure)
            for series, figure in cells]


def lines_of_sides(measured, table, first):
    yield ["", "", "", "beside " + first]
    for case in measured.cases(table):
        base = measured.of(table, case, first)
        for side in measured.sides(table):
            series = measured.of(table, case, side)
            if series:
                ratio = (series / base).text(two_places) if side != first else ""
                yield [case, side, series.text(three_digits) + " " + series.unit, ratio]


def main():
    words = sys.argv[1:]
    only_medians = "--medians" in words
    words = [word for word in words if word != "--medians"]
    if len(words) < 2:
        sys.exit(__doc__)
    measured, table, columns = Measurements(words[0]), words[1], words[2:]
    if columns[:1] == ["--beside"] and len(columns) == 2:
        rows = lines_of_sides(measured, table, columns[1])
    else:
        rows = lines_of_cases(measured, table, columns, only_medians)
    print_columns(list(rows))


main()
