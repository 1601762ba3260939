"""A simulated fleet: a good release reaches all, a bad one stops itself. See scripts/fleet."""

import argparse
import os
import random
import signal
import subprocess
import sys
import time

from bad import FINDINGS, KINDS, LATE, BadRelease, choose, print_rows
from sandbox import BOARD, FIRST, TOP, Sandbox, mac_of
from sketches import BOARD as SKETCH_BOARD
from sketches import FIRST as SKETCH_FIRST
from sketches import Sketches

HOUR, DAY = 3600, 86400
PATIENCE_H = 120  # for a release
GOOD = f"{BOARD}-00.00.02"
SKETCH_GOOD, SKETCH_BAD = f"{SKETCH_BOARD}-00.00.08.h", f"{SKETCH_BOARD}-00.00.08.i"
SKETCH_SOAK_H = 72  # in which each of its sketches that fails is found
SKETCH_STATUS_MS = 40000  # it keeps its connection by them, which the broker's clock times
PIECE_S = 2  # simulated time, for a piece of the daemon's look at health
QUIET_S = 0.4  # real time in which nothing happens, before the clock leaps although work is open
STAGES = ("waiting", "downloading", "installing", "updated", "failed", "left out")
STATES = ("running", "soaking", "paused", "done", "aborted")
UPDATED, FAILED = 3, 4  # stages
PAUSED, DONE = 2, 3  # states
ENDS = (PAUSED, DONE, 4)
EXPIRED = 4  # a command's state


class Fleet:
    def __init__(self, options):
        self.options = options
        self.box = Sandbox(options.dir, options.variant, options.devices, options.interval * 1000)
        self.sketches = Sketches(self.box, options.sketches, SKETCH_STATUS_MS)
        self.began = time.monotonic()
        self.epoch_ms = self.box.clock.wall_ms()
        self.bad, self.sleepers = [], []
        self.sketch_bad = BadRelease("bad-sketches", SKETCH_BAD, {})
        self.seen, self.seen_at = None, 0
        self.told_at = 0
        self.wrong = []
        self.leaps = 0
        self.is_watched = False  # the health of devices

    # --- what fails

    def choose_faults(self):
        """A share of the devices fails with each bad image; some sleep while the good one comes."""
        options = self.options
        rng = random.Random(options.seed)
        alone = [kind for kind in options.alone.split(",") if kind]
        image = lambda i: f"{BOARD}-00.00.{3 + i:02}"
        self.bad = [(BadRelease("bad", image(0), {}), KINDS)] + [
            (BadRelease(f"bad-{kind}", image(i + 1), {}), (kind,)) for i, kind in enumerate(alone)]
        macs = [mac_of(n) for n in range(1, options.devices + 1)]
        others = choose(rng, macs, self.bad, options.faulty)
        self.sleepers = rng.sample(others, max(1, len(self.bad[0][0].faulty) // 6))
        self.sketch_bad.faulty = dict(zip(self.sketches.macs, KINDS[:options.faulty_sketches]))
        with open(self.box.faults_file, "w", encoding="ascii") as f:
            for release in [release for release, _ in self.bad] + [self.sketch_bad]:
                for mac, kind in release.faulty.items():
                    f.write(f"{mac} {kind} {release.image}{' 1800' if kind == 'asleep' else ''}\n")
            for mac in self.sleepers:
                f.write(f"{mac} asleep {FIRST} {options.history * DAY - HOUR // 2}\n")
            for mac, kind in self.sketch_bad.faulty.items():
                if kind == "asleep":  # as it does now and then
                    f.write(f"{mac} asleep {SKETCH_FIRST} {HOUR}\n")

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
        """A leap, and what follows from it, until all rest again. Where health is to be seen, the daemon
        has the time to look at all devices: 200 in a piece, each twice, and a pause behind each."""
        pieces = self.options.devices // 100 + 2 if self.is_watched else 0
        self.box.clock.set(self.options.rate, max(1, seconds - pieces * PIECE_S))
        self.leaps += 1
        self.settle()
        for _ in range(pieces):
            self.box.clock.set(self.options.rate, PIECE_S)
            time.sleep(0.03)

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
        terms = terms or ("--phases", self.options.phases, "--failures", self.options.failures,
                          "--soak", f"{self.options.soak}h")
        self.box.run("secureesp", "rollouts", "create", name, "--image", image, "--all", "--yes",
                     "--rate", "0", "--at-once", "60", *terms)
        self.say(f"published {image}")
        return self.hours()

    def rollout(self, name, column):
        return self.box.value(f"SELECT {column} FROM rollouts WHERE name = ?", name)

    def expect(self, what, holds):
        if not holds:
            self.wrong.append(what)
        return "ok" if holds else "WRONG"


def commands_of_ours(fleet):
    """Commands sent to our devices: how many, how many no device began, how many one began twice. One
    that met a device as it died or crashed must have ended without an outcome; it is given again."""
    dead = {mac for release, _ in fleet.bad for mac, kind in release.faulty.items()
            if kind in ("never-return", "crash-loop", "heap-leak")}
    sent = {(f"{mac:012x}", number): state for mac, number, state in fleet.box.rows(
        "SELECT device, id, state FROM commands WHERE sent_at_ms > 0")
            if f"{mac:012x}" not in fleet.sketches.macs}
    journal = fleet.box.journal()
    missing = set(sent) - set(journal)
    return (len(sent), sum(sent[key] != EXPIRED or key[0] not in dead for key in missing),
            len(journal) - len(set(journal)))


def commands_of_sketches(fleet):
    """The same for sketches, which know no ids: by how many each has obeyed."""
    obeyed, lost, twice, all_sent = fleet.sketches.obeyed(), 0, 0, 0
    for mac in fleet.sketches.macs:
        states = [state for state, in fleet.box.rows(
            "SELECT state FROM commands WHERE sent_at_ms > 0 AND device = ?", int(mac, 16))]
        is_dead = fleet.sketch_bad.faulty.get(mac) == "never-return"
        due = len(states) - (states.count(EXPIRED) if is_dead else 0)
        all_sent += len(states)
        lost += max(0, due - obeyed[mac])
        twice += max(0, obeyed[mac] - len(states))
    return all_sent, lost, twice


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


def living(fleet):
    """How many devices no bad release has killed so far; a rollout waits for those that it has."""
    dead = {mac for release, _ in fleet.bad for mac in release.harmed("never-return")}
    return fleet.options.devices - len(dead)


def is_over(fleet, release):
    if fleet.rollout(release.name, "state") in ENDS:
        return True
    updated = fleet.box.value("SELECT count(*) FROM rollouts r JOIN rollout_devices d ON d.rollout = r.id"
                              " WHERE r.name = ? AND d.stage = ?", release.name, UPDATED)
    return updated >= living(fleet)


def bad_release(fleet, release, kinds):
    """Until it is paused, and some hours on; then it is taken back, and gives way to the next."""
    fleet.box.add_image(release.image)
    published = fleet.release(release.name, release.image)
    fleet.live_until(published + PATIENCE_H, lambda: is_over(fleet, release))
    release.paused_h = fleet.hours() - published
    release.state = fleet.rollout(release.name, "state")
    release.reason = fleet.rollout(release.name, "reason")
    fleet.say(f"{release.name} is {STATES[release.state]}: {release.reason}")
    fleet.live_until(fleet.hours() + fleet.options.after)
    release.read(fleet)
    say_blamed(fleet, release)
    release.check(fleet, [kind for kind in kinds if LATE in FINDINGS[kind] or
                          len(kinds) == 1 and release.is_to_stop()])
    if release.state == PAUSED:
        fleet.box.run("secureesp", "rollouts", "abort", release.name)
        fleet.box.run("secureesp", "images", "withdraw", release.image)


def say_blamed(fleet, release):
    for mac, hours, reason in sorted(release.blamed):
        fleet.say(f"{release.name} {mac} {release.faulty.get(mac, 'NOTHING')} after {hours:.1f} h: "
                  f"{reason}")


def begin_sketches(fleet):
    """A bad release that goes on until each sketch is found that is to be: when it is paused."""
    blamable = sum(kind != "asleep" for kind in fleet.sketch_bad.faulty.values())
    if blamable == 0:
        return
    fleet.sketches.add_image(SKETCH_BAD)
    fleet.release(
        fleet.sketch_bad.name, SKETCH_BAD, "--phases", "100%", "--failures", str(blamable),
        "--soak", f"{SKETCH_SOAK_H}h")


def end_sketches(fleet):
    release = fleet.sketch_bad
    if not release.faulty:
        return
    ended = lambda: fleet.rollout(release.name, "state") in ENDS
    fleet.live_until(fleet.hours() + PATIENCE_H, ended)
    release.state = fleet.rollout(release.name, "state")
    release.reason = fleet.rollout(release.name, "reason")
    release.paused_h = fleet.box.value(
        "SELECT (max(d.ended_at_ms) - r.created_at_ms) / 3.6e6 FROM rollouts r "
        "JOIN rollout_devices d ON d.rollout = r.id WHERE r.name = ? AND d.stage = ?",
        release.name, FAILED)
    fleet.say(f"{release.name} is {STATES[release.state]}: {release.reason}")
    release.read(fleet)
    say_blamed(fleet, release)
    release.check(fleet, [kind for kind in release.faulty.values() if kind != "asleep"])
    fleet.expect("all sketches that fail are found", release.state == PAUSED)


def rows_of(fleet, release):
    devices, bound = fleet.options.devices, bound_of(fleet.options)
    share = lambda n: f"{n}: {100 * n / devices:.2f} %"
    harmed = ("  devices harmed", share(len(release.harmed())), "")
    if not release.is_to_stop():
        return [(f"{release.name} reaches", share(len(release.have)),
                 fleet.expect(f"{release.name} reaches all that live", release.state != PAUSED and
                              len(release.have) >= living(fleet))), harmed]
    return [
        (f"{release.name} is paused after", f"{release.paused_h:.1f} h",
         fleet.expect(f"{release.name} is paused", release.state == PAUSED)),
        ("  devices that had it", f"{share(len(release.have))} of at most {100 * bound / devices:.2f} %",
         fleet.expect(f"{release.name}: no more than the configured share has it",
                      len(release.have) <= bound)),
        harmed,
    ]


def table(fleet, good, wall_s):
    options = fleet.options
    share, awake, everybody = good
    sent, lost, twice = (a + b for a, b in zip(commands_of_ours(fleet), commands_of_sketches(fleet)))
    alarms = false_alarms(fleet)
    rows = [
        ("devices", f"{options.devices} of ours, {options.sketches} sketches", ""),
        ("faulty with a bad image", f"{len(fleet.bad[0][0].faulty)}; {len(fleet.sketch_bad.faulty)} sketches", ""),
        ("time that has passed", f"{fleet.hours() / 24:.2f} days in {wall_s:.0f} s, {fleet.leaps} leaps", ""),
        ("good release reaches", f"{100 * share:.2f} %", fleet.expect("it reaches all", share == 1)),
        ("publication to a current fleet", f"{everybody:.1f} h; {awake:.1f} h but for "
         f"{len(fleet.sleepers)} asleep for a day", ""),
        *(row for release, _ in fleet.bad for row in rows_of(fleet, release)),
        ("commands sent", f"{sent}", fleet.expect("commands were sent", sent >= 2 * options.devices)),
        ("commands lost", f"{lost}", fleet.expect("no command is lost", lost == 0)),
        ("commands run twice", f"{twice}", fleet.expect("none is run twice", twice == 0)),
        ("false alarms", f"{alarms} in {options.alarms} simulated good releases",
         fleet.expect("false alarms", alarms * 100 <= options.alarms)),
    ]
    print()
    for row in rows:
        print("{:<34}{:<46}{}".format(*row))


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
    fleet.is_watched = True
    begin_sketches(fleet)
    for release, kinds in fleet.bad:
        bad_release(fleet, release, kinds)
    end_sketches(fleet)
    fleet.expect("no sketch ends", not fleet.sketches.ended())
    table(fleet, good, time.monotonic() - fleet.began)
    print_rows(fleet.bad + [(fleet.sketch_bad, tuple(fleet.sketch_bad.faulty.values()))])


def read_options():
    parser = argparse.ArgumentParser(prog="fleet")
    for name, default in (("devices", 2000), ("sketches", 40), ("faulty", 5), ("history", 3),
                          ("interval", 900), ("soak", 12), ("rate", 4), ("seed", 1),
                          ("bad-phase", 2), ("after", 6), ("alarms", 200),
                          ("faulty-sketches", len(KINDS))):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--phases", default="1,10%,50%,100%")
    parser.add_argument("--failures", default="2%")
    parser.add_argument("--alone", default="crash-loop,heap-leak,flapping-wifi,asleep")
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
