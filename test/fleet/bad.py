"""Bad releases to a simulated fleet: each stops itself, and who fails is found. Who only sleeps is not
blamed, and nothing stops for it."""

HEALTH = "is not well since: "
TOGETHER = " updated devices are "
LATE, SAME = "time-out", "the same image"
PAUSED, FAILED = 2, 4  # a rollout's state, a device's stage

# What may be found against a device by how it fails.
FINDINGS = {
    "never-return": (LATE,),
    "crash-loop": ("restarts",),
    "heap-leak": ("free heap", "restarts"),
    "wrong-report": (LATE, SAME),  # of a sketch, a restart with the image before is seen
    "flapping-wifi": ("lost connections",),
    "asleep": (),
}
KINDS = tuple(FINDINGS)


def finding_of(reason):
    """What a reason is about: a measure of health, or time."""
    if "in time" in reason:
        return LATE
    for name in (SAME, "restarts", "lost connections", "errors", "free heap", "signal", "silen"):
        if name in reason:
            return "silence" if name == "silen" else name
    return reason


class BadRelease:
    """What came of one. faulty: how a device fails with its image, by MAC."""

    def __init__(self, name, image, faulty):
        self.name, self.image, self.faulty = name, image, faulty
        self.paused_h, self.state, self.reason = 0, None, ""
        self.have, self.blamed = [], []  # MACs; (MAC, hours since it was told, reason)

    def read(self, fleet):
        """Notes who has it, and who is blamed."""
        rows = fleet.box.rows(
            "SELECT d.device, d.stage, d.began_at_ms, d.ended_at_ms, d.reason FROM rollouts r "
            "JOIN rollout_devices d ON d.rollout = r.id WHERE r.name = ? AND d.began_at_ms > 0",
            self.name)
        self.have = [f"{mac:012x}" for mac, *_ in rows]
        self.blamed = [(f"{mac:012x}", (ended - began) / 3.6e6, reason)
                       for mac, stage, began, ended, reason in rows if stage == FAILED]

    def harmed(self, kind=None):
        return [mac for mac in self.have
                if mac in self.faulty and kind in (None, self.faulty[mac])]

    def found(self, kind):
        return [(hours, finding_of(reason)) for mac, hours, reason in self.blamed
                if self.faulty.get(mac) == kind]

    def is_by_all(self):
        return TOGETHER in self.reason

    def check(self, fleet, kinds):
        """Nobody is blamed without a fault, or for what is not its own. Of kinds, all are found, or
        all together are."""
        for mac, _, reason in self.blamed:
            kind = self.faulty.get(mac)
            fleet.expect(f"{self.name}: {mac} is blamed and has no fault: {reason}", kind is not None)
            if kind is not None:
                fleet.expect(f"{self.name}: {mac}, {kind}, is blamed: {reason}",
                             finding_of(reason) in FINDINGS[kind])
        for kind in kinds:
            fleet.expect(f"{self.name}: {kind} is found", self.is_found(kind))

    def is_found(self, kind):
        """Who is late is found in any case; of others some, or all together."""
        found, allowed = self.found(kind), FINDINGS[kind]
        if LATE in allowed:
            return len(found) == len(self.harmed(kind))
        return bool(found) or self.is_by_all() and finding_of(self.reason) in allowed

    def is_to_stop(self):
        return any(FINDINGS[kind] for kind in self.faulty.values())

    def row(self, kind):
        """Its row in the table: who is blamed, by what, after how long."""
        found = self.found(kind)
        names = [name for _, name in found]
        by = ", ".join(f"{name} {names.count(name)}" for name in sorted(set(names)))
        hours = [hours for hours, _ in found]
        when = f"{min(hours):.1f} to {max(hours):.1f} h" if hours else ""
        if self.is_by_all():
            by = ", ".join(filter(None, (by, f"{finding_of(self.reason)}, all together")))
        return (self.name, kind, f"{len(self.have)}", f"{len(self.harmed(kind))}",
                f"{len(found)}", by, when, f"{self.paused_h:.1f} h" if self.state == PAUSED else "no")


def choose(rng, macs, releases, share):
    """For each release, a share of the devices: those with which no other release fails."""
    left = list(macs)
    for release, kinds in releases:
        chosen = rng.sample(left, round(len(macs) * share / 100))
        release.faulty = {mac: kinds[i % len(kinds)] for i, mac in enumerate(chosen)}
        left = [mac for mac in left if mac not in release.faulty]
    return left


def print_rows(releases):
    print("\n{:<20}{:<15}{:>6}{:>8}{:>8}  {:<42}{:<16}{}".format(
        "release", "kind", "had it", "harmed", "blamed", "by", "after", "paused after"))
    for release, kinds in releases:
        for kind in kinds:
            name, kind_, have, harmed, blamed, by, when, paused = release.row(kind)
            print(f"{name:<20}{kind_:<15}{have:>6}{harmed:>8}{blamed:>8}  {by:<42}{when:<16}{paused}")
