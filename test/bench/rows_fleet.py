"""What a large fleet costs: the list, memory, disk."""

import contextlib
import os
import resource
import subprocess
import time

from bed import BIN, DEVICES, PATH_304, Bed, cpu_ns, median, run
from figures import Row, ratios
from rows_https import cpu_per_request
from rows_ingest import store

FLEET = 100000
CONNECTIONS = 1000
IDLE_CONNECTIONS = 5000

# The members of `devices list --json`, from the same rows.
LIST_SQL = """SELECT printf('%012x', mac) AS mac, online, reason, first_seen_ms, last_seen_ms, name,
 image, build, ip, rssi_dbm AS rssi, free_heap_bytes, uptime_ms, max_loop_ms, mqtt_ms, error,
 reboots, bad_payloads, shared_identity_at_ms FROM devices ORDER BY mac"""


def resident_kb(pid, field="VmRSS"):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        for line in f:
            if line.startswith(field + ":"):
                return int(line.split()[1])
    raise RuntimeError(f"no {field} of process {pid}")


def timed(command):
    """Seconds, and the largest memory of the process in KB."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status != 0:
        raise RuntimeError(f"{command[0]} failed")
    return time.monotonic() - began, usage.ru_maxrss


def list_command(bed):
    return [os.path.join(BIN, "secureesp"), "--socket", bed.socket, "devices", "list", "--json"]


def filled_bed(devices):
    bed = Bed("ec")
    bed.start_daemon()  # makes the database
    bed.stop_daemon()
    bed.fill_devices(devices)
    return bed


def devices_list(bench):
    if not bench.begin("devices list"):
        return
    fleet = bench.work(FLEET)
    bed = filled_bed(fleet)
    ours, theirs, memory = [], [], []
    try:
        bed.start_daemon()
        before = resident_kb(bed.daemon.pid)
        for _ in range(bench.rounds):
            seconds, kb = timed(list_command(bed))
            ours.append(seconds)
            memory.append(kb)
            theirs.append(timed(["sqlite3", "-json", bed.db, LIST_SQL])[0])
            bench.progress()
        count = run(*list_command(bed)).count('"mac":')
        if count != fleet:
            raise RuntimeError(f"{count} devices listed of {fleet}")
        grown = resident_kb(bed.daemon.pid, "VmHWM") - before
    finally:
        bed.stop()
    bench.add(
        Row(f"devices list --json, {fleet:,} devices", "sqlite3 -json", ratios(ours, theirs), 2.0,
            "x its time", "", at_most=True),
        Row("the same, secureesp's memory", "", [kb / 1024 for kb in memory], None, "MB", ""),
        Row("the same, the daemon's growth", "", [grown / 1024], None, "MB",
            "from before the first list to its highest"))


# The whole answer of each, with the fleet's share that it means: what is rare, what is not, and what
# takes most looking up.
FILTERS = [
    "tag=rare rssi<-75",
    "image!=latest state=online heap<20100",
    "board=ESP8266_WEMOS_D1MINIPRO tag=cellar rssi<-75 heap<22000 seen>1h image!=latest not tag=lab",
    "(tag=lab or tag=cellar) hold=yes canary=no name=measure-*0",
]
TAGS_SQL = """INSERT INTO device_tags SELECT mac, 'cellar' FROM devices WHERE mac % 2 = 0;
 INSERT INTO device_tags SELECT mac, 'lab' FROM devices WHERE mac % 3 = 0;
 INSERT INTO device_tags SELECT mac, 'rare' FROM devices WHERE mac % 1000 = 0;
 INSERT INTO device_marks (device, held_at_ms, held_by, hold_reason, canary, pin)
   SELECT mac, 1, 'uid 0', '', 0, '' FROM devices WHERE mac % 100 = 0;
 INSERT INTO images (name, state, size_bytes, sha256, md5, signer, embeds_from, added_at_ms,
   published_at_ms) VALUES ('ESP8266_WEMOS_D1MINIPRO-00.00.09', 1, 1, '', '', '', '', 1, 1);
 UPDATE devices SET image = 'ESP8266_WEMOS_D1MINIPRO-00.00.09' WHERE mac % 10 = 0;
 UPDATE devices SET last_seen_ms = last_seen_ms - 7200000 WHERE mac % 7 = 0;"""


def devices_filter(bench):
    """From the command to its end, `secureesp` and all."""
    if not bench.begin("devices filter"):
        return
    fleet = bench.work(FLEET)
    bed = filled_bed(fleet)
    run("sqlite3", bed.db, TAGS_SQL)
    slowest = []
    try:
        bed.start_daemon()
        for _ in range(bench.rounds):
            took = [1000 * timed([*list_command(bed), "--filter", text])[0] for text in FILTERS]
            slowest.append(max(took))
            bench.progress()
        met = [run(*list_command(bed), "--filter", text).count('"mac":') for text in FILTERS]
    finally:
        bed.stop()
    bench.add(Row(f"devices list --filter, {fleet:,} devices", "", slowest, 200, "ms",
                  "the slowest of four filters, which " + ", ".join(f"{n:,}" for n in met) + " meet",
                  at_most=True))


# What a scrape counts, in a fleet that has lived: images, devices that are revoked or have enrolled,
# a rollout to all of them, and commands and events of before.
LIFE_SQL = """UPDATE devices SET image = printf('ESP8266_WEMOS_D1MINIPRO-00.00.%02d', mac % 40),
   online = mac % 9 > 0;
 INSERT INTO device_revocations SELECT mac, 1, 'superseded', 0, 0 FROM devices WHERE mac % 100 = 0;
 INSERT INTO enrolments (device, state, key_sha256, claim, address, first_asked_ms, last_asked_ms,
   tries, code_sha256, code_tries, decided_by, decided_at_ms, alarms, alarm_at_ms, serial, certificate)
   SELECT mac, 4, hex(zeroblob(32)), '', '192.0.2.1', 1, 1, 1, '', 0, 'uid 0', 1, 0, 0, 'ab',
   zeroblob(900) FROM devices;
 INSERT INTO rollouts VALUES (1, 'bench', 'ESP8266_WEMOS_D1MINIPRO-00.00.50', 2, 0, 0, 0, 1, '', 1, 0,
   '100%', 0, 0, 0, '', 0, '', 90, 0, '5%', 1, 0, 0, 0, '', '', '');
 INSERT INTO rollout_devices SELECT 1, mac, mac, 0, '', mac % 6, 0, 0, '', 0, 0, '' FROM devices;
 INSERT INTO commands (device, name, state, result, image, detail, created_at_ms, sent_at_ms,
   ended_at_ms) SELECT mac, 'firmware', 2, 'ok', '', '', 1, 1, 1 FROM devices;
 INSERT INTO events (device, at_ms, kind, command, command_id, result, image, detail)
   SELECT mac, 1, 'boot', '', 0, '', '', '' FROM devices;
 UPDATE event_clock SET newest = (SELECT max(id) FROM events);"""


def metrics(bench):
    """From the request to the end of the answer; and the daemon's own time."""
    if not bench.begin("metrics"):
        return
    fleet = bench.work(FLEET)
    bed = filled_bed(fleet)
    run("sqlite3", bed.db, LIFE_SQL)
    scrape = ["curl", "-sf", "--unix-socket", bed.socket, "http://localhost/metrics"]
    took, cpu = [], []
    try:
        bed.start_daemon()
        if 'state="offline"}' not in run(*scrape):
            raise RuntimeError("no devices were counted")
        for _ in range(4 * bench.rounds):
            before = cpu_ns(bed.daemon.pid)
            took.append(1000 * float(run(*scrape, "-o", "/dev/null", "-w", "%{time_total}")))
            cpu.append((cpu_ns(bed.daemon.pid) - before) / 1e6)
            bench.progress()
    finally:
        bed.stop()
    bench.add(
        Row(f"GET /metrics, {fleet:,} devices", "", took, 50, "ms",
            "40 images, as many enrolled, in a rollout, with a command and an event each",
            at_most=True),
        Row("the same, the daemon's CPU", "", cpu, None, "ms", ""))


@contextlib.contextmanager
def many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def memory(bench):
    """After what a day brings: each device has reported, a list, polls, and the connections."""
    if not bench.begin("memory"):
        return
    fleet = bench.work(FLEET)
    connections = bench.work(CONNECTIONS)
    bed = filled_bed(fleet)
    try:
        with many_files():
            bed.start_daemon(connections=2 * CONNECTIONS)
            bed.publish_images()
            arrived = store(bed, fleet, fleet, rate=fleet / 10)[1]  # six times one each minute
            if arrived < fleet:
                raise RuntimeError(f"only {arrived} statuses of {fleet} devices arrived")
            timed(list_command(bed))
            bed.load_daemon(PATH_304, 304, "full", bench.work(2000))
            with bed.held(connections):
                figure = resident_kb(bed.daemon.pid) / 1024
    finally:
        bed.stop()
    bench.add(
        Row(f"daemon's memory, {fleet:,} devices, {connections:,} connections", "", [figure], 100,
            "MB", f"resident, after a status of each, a list, polls of {DEVICES} devices",
            at_most=True))


def idle_connections(bench):
    """What a poll costs beside connections that only are there, A B A B."""
    if not bench.begin("idle connections"):
        return
    connections = bench.work(IDLE_CONNECTIONS)
    bed = Bed("ec")
    beside, alone = [], []
    try:
        with many_files():
            bed.start_daemon(connections=2 * connections)
            bed.publish_images()
            polls = lambda: cpu_per_request(
                bed.load_daemon(PATH_304, 304, "resumed", bench.work(4000)))
            for _ in range(bench.rounds):
                alone.append(polls())
                with bed.held(connections):
                    beside.append(polls())
                bench.progress()
    finally:
        bed.stop()
    bench.add(Row(f"CPU of a poll beside {connections:,} idle connections", "without them",
                  ratios(beside, alone), 1.3, "x",
                  f"{median(beside):.0f} us against {median(alone):.0f} us", at_most=True))


def database_size(bench):
    """Bytes for each device and day: its statuses each minute and their hourly roll-ups."""
    if not bench.begin("database size"):
        return
    devices, hours = 100, 24
    bed = filled_bed(devices)
    now = int(time.time() * 1000) // 3600000 * 3600000
    try:
        run("sqlite3", bed.db, f"""
          WITH RECURSIVE m(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM m WHERE i < {hours * 60} - 1)
          INSERT INTO statuses (device, at_ms, uptime_ms, max_loop_ms, mqtt_ms, rssi_dbm,
            free_heap_bytes)
          SELECT mac, {now - hours * 3600000} + i * 60000, i * 60000, 10 + i % 90, 5 + i % 40,
            -40 - i % 50, 20000 + i * 7 % 20000 FROM m, devices ORDER BY i""")
        before = int(run("sqlite3", bed.db, "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'status_hours%'"))
        bed.start_daemon()  # its housekeeping rolls up what is there
        rolled = lambda: int(run("sqlite3", bed.db, "SELECT count(*) FROM status_hours"))
        until = time.monotonic() + 120
        while rolled() < devices * hours and time.monotonic() < until:
            time.sleep(0.5)
        bed.stop_daemon()
        if rolled() != devices * hours:
            raise RuntimeError(f"{rolled()} hours rolled up of {devices * hours}")
        size = lambda name: int(run("sqlite3", bed.db,
                                    f"SELECT sum(pgsize) FROM dbstat WHERE name LIKE '{name}'"))
        raw, hourly = size("statuses"), size("status_hours%") - before
    finally:
        bed.stop()
    bench.add(Row("database, a device and day at a status a minute", "",
                  [(raw + hourly) / devices], None, "bytes",
                  f"{raw / devices:,.0f} of statuses, {hourly / devices:,.0f} of hours"))
