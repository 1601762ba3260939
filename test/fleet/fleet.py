"""A simulated fleet: a good release reaches all, a bad one stops itself. See scripts/fleet."""

import argparse
import os
import random
import signal
import subprocess
import sys
import time

from sandbox import BOARD, FIRST, TOP, Sandbox, mac_of
from sketches import BOARD as SKETCH_BOARD
from sketches import Sketches

HOUR, DAY = 3600, 86400
PATIENCE_H = 120  # for a release
KINDS = ("never-return", "crash-loop", "heap-leak", "wrong-report", "flapping-wifi", "asleep")
GOOD, BAD = f"{BOARD}-00.00.02", f"{BOARD}-00.00.03"
SKETCH_GOOD = f"{SKETCH_BOARD}-00.00.08.h"
SKETCH_STATUS_MS = 40000  # it keeps its connection by them, which the broker's clock times
QUIET_S = 0.4  # real time in which nothing happens, before the clock leaps although work is open
STAGES = ("waiting", "downloading", "installing", "updated", "failed", "left out")
STATES = ("running", "soaking", "paused", "done", "aborted")
FAILED = 4  # a stage
EXPIRED = 4  # a command's state


class Fleet:
    def __init__(self, options):
        self.options = options
        self.box = Sandbox(options.dir, options.variant, options.devices, options.interval * 1000)
        self.sketches = Sketches(self.box, options.sketches, SKETCH_STATUS_MS)
        self.began = time.monotonic()
        self.epoch_ms = self.box.clock.wall_ms()
        self.faulty, self.sleepers = {}, []
        self.seen, self.seen_at = None, 0
        self.told_at = 0
        self.wrong = []
        self.leaps = 0

    # --- what fails

    def choose_faults(self):
        """A share of the devices fails with the bad image; some sleep while the good one comes."""
        count = self.options.devices
        rng = random.Random(self.options.seed)
        chosen = rng.sample(range(1, count + 1), round(count * self.options.faulty / 100))
        self.faulty = {mac_of(n): KINDS[i % len(KINDS)] for i, n in enumerate(chosen)}
        others = [n for n in range(1, count + 1) if mac_of(n) not in self.faulty]
        self.sleepers = [mac_of(n) for n in rng.sample(others, max(1, len(chosen) // 6))]
        with open(self.box.faults_file, "w", encoding="ascii") as f:
            for mac, kind in self.faulty.items():
                f.write(f"{mac} {kind} {BAD}{' 1800' if kind == 'asleep' else ''}\n")
            for mac in self.sleepers:
                f.write(f"{mac} asleep {FIRST} {self.options.history * DAY - HOUR // 2}\n")

    # --- time

    def hours(self):
        return (self.box.clock.wall_ms() - self.epoch_ms) / 3.6e6

    def say(self, text, always=True):
        now = time.monotonic()
        if always or now - self.told_at > 5:
            self.told_at = now
            print(f"{now - self.began:5.0f} s  day {self.hours() / 24:5.2f}  {text}", flush=True)

    def open_work(self):
        """What would change if anything does: devices by stage, of rollouts that run; commands."""
        return (self.box.rows("SELECT r.name, r.state, r.phase, d.stage, count(*) FROM rollouts r "
                              "JOIN rollout_devices d ON d.rollout = r.id GROUP BY 1, 4"),
                self.box.rows("SELECT state, count(*) FROM commands GROUP BY 1"))

    def is_working(self):
        """Whether a rollout waits for devices, rather than for time."""
        return self.box.value(
            "SELECT count(*) FROM rollouts r JOIN rollout_devices d ON d.rollout = r.id "
            "WHERE d.stage IN (1, 2) OR r.state = 0 AND d.stage = 0 AND d.phase <= r.phase "
            "AND d.device IN (SELECT mac FROM devices WHERE online)") > 0

    def rests(self):
        """Whether no device is at work, or has anything to do by now."""
        return self.box.rest.due_ms() > self.box.clock.monotonic_ms() and self.box.rest.busy() == 0

    def settle(self):
        """Waits until the devices have done what was due, and the daemon knows what they said."""
        until = time.monotonic() + 60
        before = -1
        while time.monotonic() < until:
            if self.rests():
                now = self.box.status()["counters"]["statuses"]
                if now == before:
                    return
                before = now
                time.sleep(0.03)
            else:
                time.sleep(0.005)

    def advance(self, seconds):
        """A leap, and what follows from it, until all rest again."""
        self.box.clock.set(self.options.rate, seconds)
        self.leaps += 1
        self.settle()

    def live_until(self, hours, ended=lambda: False):
        """Time passes: at a rate, and by leaps while all rest."""
        while self.hours() < hours and not ended():
            if not self.is_working():
                self.settle()
                left = (hours - self.hours()) * HOUR
                self.advance(min(self.options.interval, max(1, left)))
                self.say(self.progress(), False)
                continue
            work = self.open_work()
            now = time.monotonic()
            if work != self.seen or not self.rests():
                self.seen, self.seen_at = work, now
            elif now - self.seen_at > QUIET_S:
                self.seen_at = now
                self.box.clock.set(self.options.rate, 60)
                self.leaps += 1
            self.say(self.progress(), False)
            time.sleep(0.02)

    def progress(self):
        online = self.box.value("SELECT count(*) FROM devices WHERE online")
        parts = [f"{online} online"]
        for name, state, phase, reason in self.box.rows(
                "SELECT name, state, phase, reason FROM rollouts WHERE state <> 3"):
            counts = ", ".join(f"{n} {STAGES[stage]}" for stage, n in self.stages(name))
            parts.append(f"{name} {STATES[state]} in phase {phase + 1}: {counts} {reason}".rstrip())
        return "; ".join(parts)

    # --- releases

    def stages(self, name):
        return self.box.rows(
            "SELECT d.stage, count(*) FROM rollouts r JOIN rollout_devices d ON d.rollout = r.id "
            "WHERE r.name = ? GROUP BY 1", name)

    def release(self, name, image, *terms):
        self.box.run("secureesp", "rollouts", "create", name, "--image", image, "--all", "--yes",
                     "--rate", "0", "--at-once", "60", "--phases", self.options.phases, "--failures",
                     self.options.failures, "--soak", f"{self.options.soak}h", *terms)
        self.say(f"published {image}")
        return self.hours()

    def rollout(self, name, column):
        return self.box.value(f"SELECT {column} FROM rollouts WHERE name = ?", name)

    def expect(self, what, holds):
        if not holds:
            self.wrong.append(what)
        return "ok" if holds else "WRONG"


def commands_of_ours(fleet):
    """Commands sent to our devices: how many, how many no device began, how many one began twice. What
    a dead device was told must have ended without an outcome."""
    dead = {mac for mac, kind in fleet.faulty.items() if kind == "never-return"}
    sent = {(f"{mac:012x}", number): state for mac, number, state in fleet.box.rows(
        "SELECT device, id, state FROM commands WHERE sent_at_ms > 0")
            if f"{mac:012x}" not in fleet.sketches.macs}
    journal = fleet.box.journal()
    missing = set(sent) - set(journal)
    return (len(sent), sum(sent[key] != EXPIRED or key[0] not in dead for key in missing),
            len(journal) - len(set(journal)))


def commands_of_sketches(fleet):
    """The same for sketches, which know no ids: by how many each has obeyed."""
    sent = {f"{mac:012x}": n for mac, n in fleet.box.rows(
        "SELECT device, count(*) FROM commands WHERE sent_at_ms > 0 GROUP BY 1")}
    obeyed = fleet.sketches.obeyed()
    differences = [obeyed[mac] - sent.get(mac, 0) for mac in fleet.sketches.macs]
    return (sum(sent.get(mac, 0) for mac in fleet.sketches.macs),
            sum(-d for d in differences if d < 0), sum(d for d in differences if d > 0))


def false_alarms(fleet):
    """How many simulated good releases were paused (test/sim)."""
    said = subprocess.run([os.path.join(TOP, "build", fleet.options.variant, "test/sim/rollout_health"),
                           "50", str(fleet.options.alarms), "1", str(fleet.options.seed)],
                          capture_output=True, text=True, check=False).stdout
    return int(said.split(" false alarms")[0].rsplit(": ", 1)[1])


def good_release(fleet):
    """Returns the hours until all that were awake have it, and all."""
    options = fleet.options
    fleet.box.add_image(GOOD)
    published = fleet.release("good", GOOD)
    if options.sketches:
        fleet.sketches.add_image(SKETCH_GOOD)
        fleet.release("good-sketches", SKETCH_GOOD)
    total = options.devices + options.sketches
    current = lambda: fleet.box.value("SELECT count(*) FROM devices WHERE image IN (?, ?)",
                                      GOOD, SKETCH_GOOD)
    done = lambda: all(state == 3 for state, in fleet.box.rows("SELECT state FROM rollouts"))
    fleet.live_until(published + PATIENCE_H, lambda: current() >= total - len(fleet.sleepers))
    awake = fleet.hours() - published
    fleet.say(f"all that are awake are current: {current()} of {total}")
    fleet.live_until(published + PATIENCE_H, lambda: current() >= total)
    everybody = fleet.hours() - published
    fleet.live_until(published + PATIENCE_H, done)
    if not done():
        raise RuntimeError(f"the good release does not end: {fleet.progress()}")
    fleet.say(f"{current()} of {total} are current")
    fleet.expect("the good release reaches all", current() == total)
    fleet.expect("nobody fails with the good release", not any(
        stage == FAILED for name in ("good", "good-sketches") for stage, _ in fleet.stages(name)))
    return current() / total, awake, everybody


def bad_release(fleet):
    """Returns the hours until it was paused, who has it, and who of these was harmed."""
    fleet.box.add_image(BAD)
    published = fleet.release("bad", BAD)
    fleet.live_until(published + PATIENCE_H, lambda: fleet.rollout("bad", "state") == 2)
    paused = fleet.hours() - published
    fleet.say(f"it is {STATES[fleet.rollout('bad', 'state')]}: {fleet.rollout('bad', 'reason')}")
    fleet.live_until(fleet.hours() + fleet.options.after)
    have = [f"{mac:012x}" for mac, in fleet.box.rows(
        "SELECT d.device FROM rollouts r JOIN rollout_devices d ON d.rollout = r.id "
        "WHERE r.name = 'bad' AND d.began_at_ms > 0")]
    for mac, stage, reason in fleet.box.rows(
            "SELECT d.device, d.stage, d.reason FROM rollouts r JOIN rollout_devices d "
            "ON d.rollout = r.id WHERE r.name = 'bad' AND d.stage = ? ORDER BY 1", FAILED):
        fleet.say(f"{mac:012x} {fleet.faulty.get(f'{mac:012x}', 'NOTHING')}: {reason}")
        fleet.expect(f"{mac:012x} is blamed and has no fault", f"{mac:012x}" in fleet.faulty)
    return paused, have, [mac for mac in have if mac in fleet.faulty]


def table(fleet, good, bad, wall_s):
    options = fleet.options
    share, awake, everybody = good
    paused, have, harmed = bad
    configured = bound_of(options)
    sent, lost, twice = (a + b for a, b in zip(commands_of_ours(fleet), commands_of_sketches(fleet)))
    alarms = false_alarms(fleet)
    state = fleet.rollout("bad", "state")
    rows = [
        ("devices", f"{options.devices} of ours, {options.sketches} sketches", ""),
        ("faulty with the bad image", f"{len(fleet.faulty)}", ""),
        ("time that has passed", f"{fleet.hours() / 24:.2f} days in {wall_s:.0f} s, {fleet.leaps} leaps", ""),
        ("good release reaches", f"{100 * share:.2f} %", fleet.expect("it reaches all", share == 1)),
        ("publication to a current fleet", f"{everybody:.1f} h; {awake:.1f} h but for "
         f"{len(fleet.sleepers)} asleep for a day", ""),
        ("bad release is paused after", f"{paused:.1f} h",
         fleet.expect("the bad release is paused", state == 2)),
        ("devices that had it", f"{len(have)}: {100 * len(have) / options.devices:.2f} % of at most "
         f"{100 * configured / options.devices:.2f} %",
         fleet.expect("no more than the configured share has it", len(have) <= configured)),
        ("devices harmed", f"{len(harmed)}: {100 * len(harmed) / options.devices:.2f} %", ""),
        ("commands sent", f"{sent}", fleet.expect("commands were sent", sent >= 2 * options.devices)),
        ("commands lost", f"{lost}", fleet.expect("no command is lost", lost == 0)),
        ("commands run twice", f"{twice}", fleet.expect("none is run twice", twice == 0)),
        ("false alarms", f"{alarms} in {options.alarms} simulated good releases",
         fleet.expect("false alarms", alarms * 100 <= options.alarms)),
    ]
    print()
    for row in rows:
        print("{:<32}{:<44}{}".format(*row))


def bound_of(options):
    """How many devices may have the image before the last phase but one has passed."""
    text = options.phases.split(",")[options.bad_phase - 1]
    return -(-options.devices * int(text[:-1]) // 100) if text.endswith("%") else int(text)


def live(fleet):
    options = fleet.options
    fleet.choose_faults()
    fleet.say(f"{options.devices} devices connect, and {options.sketches} sketches")
    fleet.box.up()
    fleet.box.run("secureesp", "images", "add", fleet.box.env["SANDBOX_IMAGE"], "--publish")
    fleet.sketches.start()
    fleet.epoch_ms = fleet.box.clock.wall_ms()
    total = options.devices + options.sketches
    while fleet.box.value("SELECT count(*) FROM devices WHERE online") < total:
        if fleet.sketches.ended():
            raise RuntimeError(f"a sketch ended: see {fleet.sketches.log(fleet.sketches.ended()[0])}")
        time.sleep(0.1)
    fleet.say("all are online")
    fleet.live_until(options.history * 24)
    good = good_release(fleet)
    bad = bad_release(fleet)
    fleet.expect("no sketch ends", not fleet.sketches.ended())
    table(fleet, good, bad, time.monotonic() - fleet.began)


def read_options():
    parser = argparse.ArgumentParser(prog="fleet")
    for name, default in (("devices", 2000), ("sketches", 40), ("faulty", 5), ("history", 3),
                          ("interval", 900), ("soak", 12), ("rate", 4), ("seed", 1),
                          ("bad-phase", 2), ("after", 6), ("alarms", 200)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--phases", default="1,10%,50%,100%")
    parser.add_argument("--failures", default="2%")
    parser.add_argument("--variant", default="release")
    parser.add_argument("--dir", default=os.path.join(TOP, "build", "fleet"))
    return parser.parse_args()


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    fleet = Fleet(read_options())
    try:
        live(fleet)
    finally:
        fleet.sketches.stop()
        fleet.box.down()
    for what in fleet.wrong:
        print(f"WRONG: {what}")
    return 1 if fleet.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
