"""What is measured, and how it is printed."""

import json
import sys

from bed import median


def ratios(above, below):
    return [a / b for a, b in zip(above, below)]


class Row:
    """One line of the table. values: one for each round; their median is the figure. bound: what the
    figure must reach, or, with at_most, must not exceed; None: only told."""

    def __init__(self, what, against, values, bound, unit, detail, at_most=False):
        self.what, self.against, self.values, self.unit = what, against, values, unit
        self.bound, self.at_most, self.detail = bound, at_most, detail

    @property
    def figure(self):
        return median(self.values)

    @property
    def met(self):
        if self.bound is None:
            return True
        return self.figure <= self.bound if self.at_most else self.figure >= self.bound

    def as_json(self):
        return {"what": self.what, "against": self.against, "figure": self.figure,
                "unit": self.unit, "rounds": self.values, "bound": self.bound,
                "bound_is": None if self.bound is None else "at most" if self.at_most else "at least",
                "met": self.met, "detail": self.detail}


def number(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def columns_of(row):
    bound = ""
    if row.bound is not None:
        bound = ("<= " if row.at_most else ">= ") + number(row.bound) + ("" if row.met else "  MISSED")
    spread = f"{number(min(row.values))}..{number(max(row.values))}" if len(row.values) > 1 else ""
    return [row.what, row.against or "-", f"{number(row.figure)} {row.unit}", spread, bound, row.detail]


def print_table(rows):
    table = [["WHAT", "AGAINST", "MEDIAN", "MIN..MAX", "BOUND", "DETAIL"]]
    table += [columns_of(row) for row in rows]
    widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


def print_json(rows):
    json.dump([row.as_json() for row in rows], sys.stdout, indent=2)
    print()
