"""The clock by which the daemon and the devices live (test/clock/clock_drive.c)."""

import mmap
import struct
import time

LAYOUT = struct.Struct("=IIqq")  # sequence, rate in thousandths, base and offset in ns
REST = struct.Struct("=QQ")  # firmware/port/host/host_rest.h


class Clock:
    """Runs at a rate, and leaps."""

    def __init__(self, path):
        with open(path, "wb") as f:
            f.write(bytes(LAYOUT.size))
        with open(path, "r+b") as f:
            self.map = mmap.mmap(f.fileno(), LAYOUT.size)
        self.sequence, self.rate, self.base, self.offset = 0, 1.0, time.monotonic_ns(), 0
        self.write()

    def write(self):
        """Readers take nothing while the sequence is odd."""
        self.map[0:4] = struct.pack("=I", self.sequence + 1)
        self.map[4:] = LAYOUT.pack(0, round(self.rate * 1000), self.base, self.offset)[4:]
        self.sequence += 2
        self.map[0:4] = struct.pack("=I", self.sequence)

    def ahead_ns(self, now):
        return self.offset + round((now - self.base) * (self.rate - 1))

    def set(self, rate, leap_s=0):
        now = time.monotonic_ns()
        self.offset = self.ahead_ns(now) + round(leap_s * 1e9)
        self.rate, self.base = rate, now
        self.write()

    def monotonic_ms(self):
        now = time.monotonic_ns()
        return (now + self.ahead_ns(now)) // 1000000

    def wall_ms(self):
        return (time.time_ns() + self.ahead_ns(time.monotonic_ns())) // 1000000


class Rest:
    """How far the virtual devices are."""

    def __init__(self, path):
        with open(path, "r+b") as f:
            self.map = mmap.mmap(f.fileno(), REST.size)

    def due_ms(self):
        return REST.unpack(self.map[:])[0]

    def busy(self):
        return REST.unpack(self.map[:])[1]
