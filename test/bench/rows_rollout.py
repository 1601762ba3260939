"""What a release costs: a rollout to a large fleet, and to devices that run."""

import json
import os
import shutil
import subprocess
import time

from bed import BIN, PATH_304, Bed, Process, median, run, wait_for
from figures import Row, ratios
from rows_fleet import FLEET, filled_bed, many_files, timed
from rows_https import cpu_per_request
from rows_ingest import store

RUNNING = 10000
RUNNING_IMAGE_BYTES = 64 * 1024
BOARD = "ESP8266_WEMOS_D1MINIPRO"
OLD, NEW = f"{BOARD}-00.00.08.g", f"{BOARD}-00.00.09.g"


def create_command(bed, name, image):
    return [os.path.join(BIN, "secureesp"), "--socket", bed.socket, "rollouts", "create", name,
            "--image", image, "--filter", f"board={image.rpartition('-')[0]}", "--yes"]


def creation(bench):
    """A rollout to every device that is known, and what it costs the others' polls and statuses."""
    if not bench.begin("rollout creation"):
        return
    fleet = bench.work(FLEET)
    bed = filled_bed(fleet)
    took, polls, statuses = [], ([], []), ([], [])

    def cost(where):  # for seconds: a look at the rollout, once a second, has its share of each
        polls[where].append(cpu_per_request(
            bed.load_daemon(PATH_304, 304, "resumed", bench.work(40000))))
        statuses[where].append(store(bed, bench.work(100000), 1000)[2])

    try:
        bed.start_daemon()
        bed.publish_images()
        bed.add_image(OLD, 1000, "--publish")
        bed.add_image(NEW, 1000)
        for i in range(bench.rounds):
            cost(0)
            took.append(timed(create_command(bed, f"round-{i}", NEW))[0])
            bed.cli("rollouts", "pause", f"round-{i}")
            cost(1)
            bed.cli("rollouts", "abort", f"round-{i}")
            bench.progress()
    finally:
        bed.stop()
    bench.add(
        Row(f"rollout created, {fleet:,} devices", "", took, 2, "s", "", at_most=True),
        *(Row(f"{what} while it is there", "without", ratios(beside, alone), 1.1, "x its CPU",
              f"{median(beside):.1f} us against {median(alone):.1f} us", at_most=True)
          for what, (alone, beside) in (("a poll", polls), ("a status", statuses))))


def make_devices(bed, count):
    """Their folders, each with the first image; returns the folder above them."""
    folder = os.path.join(bed.folder, "virtual")
    macs = [f"84f3eb{i:06x}" for i in range(1, count + 1)]
    missing = [mac for mac in macs if not os.path.exists(f"{bed.devices}/{mac}.crt")]
    run(os.path.join(BIN, "secureesp"), "pki", "device", bed.pki, *missing)
    config = os.path.join(bed.folder, "config.json")
    with open(config, "w", encoding="ascii") as f:
        json.dump({"downloadserver": "localhost", "downloadport": bed.https_port,
                   "downloadpath": "/download", "mqttserver": "localhost",
                   "mqttport": bed.mqtt_port, "mqtttls": True, "ntpserver": "pool.ntp.org",
                   "statusinterval": 60000, "waittimeout": 60000, "retrytimeout": 3000}, f)
    for mac in macs:
        os.makedirs(os.path.join(folder, mac))
        run(os.path.join(BIN, "device-files"), f"{folder}/{mac}/files.bin", "put",
            f"config.json={config}", f"ca.crt={bed.pki}/ca.crt",
            *(f"{mac}{x}={bed.devices}/{mac}{x}" for x in (".crt", ".key")))
        shutil.copy(f"{bed.folder}/images/1.bin", f"{folder}/{mac}/slot0.bin")
    return folder


def running(bench):
    """Devices that run, from one image to the next: download, check, restart, and the first report."""
    if not bench.begin("rollout to running devices"):
        return
    count = bench.work(RUNNING)
    bed = Bed("ec")
    try:
        with many_files():
            bed.restart_broker()
            bed.start_daemon(connections=2 * count)
            bed.publish_images(bytes_of_second=RUNNING_IMAGE_BYTES, publish_second=False)
            folder = make_devices(bed, count)
            bench.progress()
            virtual = Process("virtual", [os.path.join(BIN, "virtual-esp"), "--dir", folder,
                                          "--count", str(count), "--log-level", "error"], bed.folder)
            on = lambda what: int(run("sqlite3", "-readonly", bed.db,
                                      f"SELECT count(*) FROM devices WHERE {what}"))
            wait_for("all are online", lambda: on("online = 1") == count, 600)
            bench.progress()
            before = bed.cpu_of_all(virtual)
            began = time.monotonic()
            subprocess.run([*create_command(bed, "next", "ESP8266_VIRTUAL-00.00.02"), "--phases",
                            "100%", "--rate", "1000000", "--at-once", "200", "--soak", "0s"],
                           check=True, stdout=subprocess.DEVNULL)
            wait_for("all run the next", lambda: on("image = 'ESP8266_VIRTUAL-00.00.02'") == count, 1800)
            seconds = time.monotonic() - began
            used = [after - b for after, b in zip(bed.cpu_of_all(virtual), before)]
            virtual.stop()
    finally:
        bed.stop()
    moved = count * os.path.getsize(os.path.join(bed.folder, "images", "2.bin")) / 1e6
    told = ", ".join(f"{name} {ns / 1e9:.0f} s" for name, ns in zip(("daemon", "broker", "devices"), used))
    bench.add(
        Row(f"{count:,} running devices, from one image to the next", "", [seconds], None, "s",
            f"{moved:,.0f} MB of images had to move; CPU: {told}"),
        Row("the daemon's CPU for each of them", "", [used[0] / 1e6 / count], None, "ms",
            "two commands, a download, its statuses and events"))
