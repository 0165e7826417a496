"""Lines of `table,case,side,run,value,unit` (record.sh writes them), and their medians.

A ratio of two sides is taken within each run, because both were measured within seconds
of each other there, and then has a median and a spread of its own.
"""
import csv
import math
import operator
import statistics


class Series:
    """One side's values by run; empty where it was not measured."""

    def __init__(self, values=None, unit=""):
        self.values = values or {}
        self.unit = unit

    def __bool__(self):
        return bool(self.values)

    def _join(self, other, operation):
        return Series({run: operation(value, other.values[run])
                       for run, value in self.values.items() if run in other.values})

    def __truediv__(self, other):
        return self._join(other, operator.truediv)

    def __sub__(self, other):
        return self._join(other, operator.sub)

    @property
    def is_number(self):
        return all(isinstance(value, float) for value in self.values.values())

    @property
    def median(self):
        return statistics.median(self.values.values())

    def median_text(self, figure):
        """The median; words as they are, the last one counts."""
        if not self:
            return "-"
        if not all(isinstance(value, float) for value in self.values.values()):
            return list(self.values.values())[-1]
        return figure(self.median)

    def text(self, figure):
        """The median and least..most, where these differ."""
        middle = self.median_text(figure)
        if not self or middle in self.values.values():
            return middle
        if len(self.values) == 1:
            return middle
        return "%s %s..%s" % (middle, *(figure(end(self.values.values())).lstrip("+")
                                        for end in (min, max)))


def three_digits(value):
    """Three digits that count, but no more than three behind the point."""
    exponent = math.floor(math.log10(abs(value))) if value else 0
    return "%.*f" % (min(max(2 - exponent, 0), 3), value)


def two_places(value):
    return "%.2f" % value


def signed(value):
    return ("+" if value >= 0 else "") + three_digits(value)


def number_or_word(text):
    try:
        return float(text)
    except ValueError:
        return text


class Measurements:
    """All series of a file, in the order in which they were first measured."""

    def __init__(self, path):
        self.series = {}
        with open(path, newline="") as file:
            for row in csv.DictReader(file):
                key = row["table"], row["case"], row["side"]
                found = self.series.setdefault(key, Series(unit=row["unit"]))
                # A file that was appended to may have a run of that number already.
                again = sum(1 for run in found.values if run[0] == row["run"])
                found.values[row["run"], again] = number_or_word(row["value"])

    def of(self, table, case, side):
        return self.series.get((table, case, side), Series())

    def cases(self, table):
        return list(dict.fromkeys(key[1] for key in self.series if key[0] == table))

    def sides(self, table):
        return list(dict.fromkeys(key[2] for key in self.series if key[0] == table))


def print_columns(rows):
    """Rows of cells, the first of which stands left; a lone one is as wide as it is."""
    full = [row for row in rows if len(row) > 1]
    widths = [max(len(cell) for cell in column) for column in zip(*full)]
    for row in rows:
        left = [row[0].ljust(widths[0])]
        right = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(left + right).rstrip())
