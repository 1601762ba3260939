"""How each cost grows with the fleet, as a plot and an exponent."""

import math
import os
import sys

import plot
from bed import FOLDER, PATH_304, Bed
from figures import Row
from rows_fleet import list_command, resident_kb, timed
from rows_ingest import store

SIZES = (1000, 10000, 100000, 1000000)
MESSAGES = 200000


def exponent(points):
    """The slope of a straight line through the logarithms: 0 does not grow, 1 grows in proportion."""
    xs, ys = [math.log(x) for x, _ in points], [math.log(y) for _, y in points]
    mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys)) / sum((x - mx) ** 2 for x in xs)


def costs_of(bench, size):
    bed = Bed("ec")
    try:
        bed.start_daemon()
        bed.publish_images()
        bed.stop_daemon()
        bed.fill_devices(size)
        bed.start_daemon()
        bench.progress()
        poll = bed.load_daemon(PATH_304, 304, "resumed", bench.work(4000))
        status_us = store(bed, bench.work(MESSAGES), size)[2]
        bench.progress()
        seconds = timed(list_command(bed))[0]
        kb = resident_kb(bed.daemon.pid, "VmHWM")
        bed.stop_daemon()
        bench.progress()
    finally:
        bed.stop()
    return {
        "a poll, CPU us": poll["server_cpu_us"] / poll["requests"],
        "a status, CPU us": status_us,
        "devices list, s": seconds,
        "daemon's highest memory, MB": kb / 1024,
    }


def growth(bench):
    if not bench.begin("growth"):
        return
    sizes = SIZES[:3] if bench.quick else SIZES
    found = [(size, costs_of(bench, size)) for size in sizes]
    series = {name: [(size, costs[name]) for size, costs in found] for name in found[0][1]}
    path = os.path.join(FOLDER, "growth.svg")
    with open(path, "w", encoding="utf-8") as f:
        f.write(plot.log_log(series, "Cost against the number of devices"))
    for name, points in series.items():
        told = ", ".join(f"{cost:.3g} at {size:,}" for size, cost in points)
        bench.add(Row(f"growth: {name}", "", [exponent(points)], None, "exponent", told))
    print(f"plot: {os.path.relpath(path)}", file=sys.stderr)
