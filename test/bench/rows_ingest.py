"""Statuses from the broker into the database."""

import json
import os
import sqlite3
import subprocess
import time

from bed import PROGRAMS, Bed, cpu_ns, run
from figures import Row, ratios

DEVICES = 1000


def publish(bed, count, devices, tls=False, rate=0):
    """Starts the load, so many a second or as many as the broker takes; it prints when it began and
    ended."""
    command = [os.path.join(PROGRAMS, "mqtt_load"), str(bed.plain_port), str(count), str(devices),
               str(rate)]
    if tls:
        command[1] = str(bed.mqtt_port)
        command += [f"{bed.pki}/ca.crt", *(f"{bed.devices}/84f3eb000001{x}" for x in (".crt", ".key"))]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def discard(bed, count, tls=False):
    """Messages a second that a subscriber takes and forgets, on a connection like the daemon's."""
    sink = subprocess.Popen(
        [os.path.join(PROGRAMS, "mqtt_sink"), str(bed.mqtt_port), f"{bed.pki}/ca.crt",
         *bed.server_files("secureespd")], stdout=subprocess.PIPE, text=True)
    sink.stdout.readline()  # it has subscribed
    load = json.loads(publish(bed, count, DEVICES, tls).communicate()[0])
    got = json.loads(sink.communicate()[0])
    return got["received"] / (got["last_ns"] - load["began_ns"]) * 1e9, got["received"]


def store(bed, count, devices=DEVICES, tls=False, rate=0):
    """Messages a second that the daemon has committed, how many, and its processor time in us for
    each: the device's row and one of its history."""
    db = sqlite3.connect(f"file:{bed.db}?mode=ro", uri=True)
    last_id = lambda: db.execute("SELECT max(id) FROM statuses").fetchone()[0] or 0
    before, cpu = last_id(), cpu_ns(bed.daemon.pid)
    load = publish(bed, count, devices, tls, rate)
    now, last_ns = before, time.monotonic_ns()
    while now - before < count and (load.poll() is None or time.monotonic_ns() - last_ns < 1.5e9):
        time.sleep(0.01)
        found = last_id()
        if found != now:
            now, last_ns = found, time.monotonic_ns()
    began_ns = json.loads(load.communicate()[0])["began_ns"]
    db.close()
    rows = now - before
    if rows == 0:
        raise RuntimeError(f"no status of {count} was stored; see {bed.folder}/daemon.log")
    return rows / (last_ns - began_ns) * 1e9, rows, (cpu_ns(bed.daemon.pid) - cpu) / 1000 / rows


def measure(bench, tls):
    bed = Bed("ec")
    count = bench.work(400000)
    stored, discarded, cpu, kept = [], [], [], []
    try:
        for _ in range(bench.rounds):
            bed.start_daemon()
            rate, rows, each_us = store(bed, count, tls=tls)
            bed.stop_daemon()
            stored.append(rate)
            cpu.append(each_us)
            kept.append(rows / count)
            discarded.append(discard(bed, count, tls)[0])
            bench.progress()
        assert run("sqlite3", bed.db, "PRAGMA quick_check").strip() == "ok"
    finally:
        bed.stop()
    return stored, discarded, cpu, kept


def compare(bench):
    if not bench.begin("statuses/s into SQLite"):
        return
    stored, discarded, cpu, kept = measure(bench, tls=False)
    bench.add(
        Row("statuses into SQLite", "a subscriber that discards", ratios(stored, discarded), 0.9,
            "x per second", f"{DEVICES} devices; both over TLS"),
        Row("statuses/s into SQLite", "", stored, None, "/s", "at the broker's full speed"),
        Row("the same, discarded", "", discarded, None, "/s", ""),
        Row("daemon's CPU for a status", "", cpu, None, "us", "all threads"),
        Row("kept at that speed", "", [100 * k for k in kept], None, "%",
            "of QoS 0: a broker drops for a slow reader, the daemon when its queue is full"))


def tls(bench):
    if not bench.begin("statuses/s with TLS at the broker"):
        return
    stored, discarded, _, _ = measure(bench, tls=True)
    bench.add(
        Row("statuses/s with TLS at the broker", "", stored, None, "/s", "publishers over TLS, too"),
        Row("the same", "a subscriber that discards", ratios(stored, discarded), None,
            "x per second", ""))
