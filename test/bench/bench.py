"""Measures the daemon beside what a user would take instead; see scripts/bench."""

import argparse
import os
import signal
import sys

import rows_broker
import rows_fleet
import rows_growth
import rows_https
import rows_ingest
import rows_rollout
from bed import FOLDER
from figures import print_json, print_table

PARTS = (
    rows_https.compare, rows_ingest.compare, rows_broker.plugin, rows_fleet.devices_list, rows_fleet.devices_filter,
    rows_fleet.metrics, rows_fleet.memory,
    rows_fleet.idle_connections,
    rows_https.compare_rsa, rows_https.rate, rows_https.latency, rows_ingest.tls,
    rows_fleet.database_size, rows_rollout.creation, rows_rollout.running, rows_growth.growth)


class Bench:
    def __init__(self, options):
        self.quick, self.chosen = options.quick, options.rows
        self.rounds = 2 if options.quick else 5
        self.rows = []
        self.unmatched = set(options.rows)

    def work(self, count):
        return max(count // 10, 100) if self.quick else count

    def begin(self, name):
        """Whether a row, or a group of rows, is to be measured."""
        matching = {choice for choice in self.chosen if choice in name}
        self.unmatched -= matching
        wanted = not self.chosen or bool(matching)
        if wanted:
            print(f"{name} ", end="", file=sys.stderr, flush=True)
        return wanted

    @staticmethod
    def progress():
        print(".", end="", file=sys.stderr, flush=True)

    def add(self, *rows):
        for row in rows:
            print(f"\n  {row.what}: {row.figure:.2f} {row.unit}", end="", file=sys.stderr)
        print(file=sys.stderr, flush=True)
        self.rows.extend(rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("rows", nargs="*")
    options = parser.parse_args()
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: sys.exit(128 + number))  # ends what runs, too
    os.makedirs(FOLDER, exist_ok=True)
    bench = Bench(options)
    for part in PARTS:
        part(bench)
    if bench.unmatched:
        print(f"bench: no part is named like {' or '.join(sorted(bench.unmatched))}", file=sys.stderr)
    if not bench.rows:
        sys.exit(2)
    (print_json if options.json else print_table)(bench.rows)
    missed = [row.what for row in bench.rows if not row.met]
    if missed:
        sys.exit(f"bench: a bound was missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
