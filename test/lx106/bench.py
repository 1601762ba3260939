#!/usr/bin/env python3
"""Runs the firmware on the emulated board and measures what it needs: memory, stack, instructions,
accesses that the chip would refuse, and the least DRAM with which it does all of its work."""

import argparse
import bisect
import collections
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from figures import BUILD, ROOT, Table, symbols

SANDBOX = ROOT / "scripts/sandbox"
MAC = "84f3ec000001"
RESET = 0x50000000
PAINT = b"\x5a" * 4
ATTEMPT_S = 40
DRAM_STEP = 1024


class Monitor:
    """The emulator's QMP socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.stream = self.socket.makefile("rw")
        self.stream.readline()
        self.execute("qmp_capabilities")

    def execute(self, command, **arguments):
        self.stream.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.stream.flush()
        while True:
            answer = json.loads(self.stream.readline())
            if "error" in answer:
                raise RuntimeError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def memory(self, address, size, folder):
        path = folder / "memory"
        self.execute("pmemsave", val=address, size=size, filename=str(path))
        return path.read_bytes()

    def close(self):
        self.socket.close()


class Bed:
    """A sandbox with one board that runs a given program."""

    def __init__(self, program, options=(), probe=None):
        self.symbols = symbols(program.with_suffix(".elf"))
        self.program = program
        self.options = list(options)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="secureesp-board-"))
        self.sandbox = self.folder / "sandbox"
        self.environment = dict({"VARIANT": "release"}, **os.environ)
        self.environment.pop("SANDBOX_WRAPPER", None)
        if probe:
            self.environment["SANDBOX_QEMU_OPTIONS"] = f"-plugin {probe}"
        self.heap = 0
        self.stack = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.run(SANDBOX, self.sandbox, "down", check=False)
        shutil.rmtree(self.folder)

    def run(self, *command, check=True):
        return subprocess.run(
            [str(word) for word in command], env=self.environment, check=check,
            timeout=ATTEMPT_S, capture_output=True, text=True,
        ).stdout

    def up(self, *options):
        self.run(SANDBOX, self.sandbox, "up", "--devices", 0, *options)
        text = self.run("bash", "-c", f". {self.sandbox}/env.sh; env -0")
        self.environment.update(v.split("=", 1) for v in text.split("\0") if "=" in v)

    def image(self, version):
        body = self.folder / "body"
        image = self.folder / f"{version}.bin"
        key = self.sandbox / "pki/signing/1"
        self.run("secureesp", "images", "describe", "--name", f"ESP8266_LX106-{version}",
                 "--trust", f"{key}.pub", "--append-to", self.program, body)
        self.run("secureesp", "images", "sign", "--key", f"{key}.key", body, image)
        self.run("secureesp", "images", "add", image, "--publish")
        return image

    def start(self):
        """Until the board has reported."""
        self.up("--emulated", 0, *self.options)
        self.up("--emulated", 1, "--board-image", self.image("00.00.01"))
        self.image("00.00.02")

    def command(self, name):
        if name == "key":
            self.run("secureesp", "devices", "key", MAC, "on", "--key",
                     self.sandbox / f"pki/devices/{MAC}.key")
        self.run("secureesp", "command", MAC, name, f"--wait={ATTEMPT_S - 10}")

    def times_online(self):
        return (self.sandbox / f"log/{MAC}.log").read_text().count("\nonline ")

    def reboot(self):
        """Until it is back."""
        before = self.times_online()
        end = time.monotonic() + ATTEMPT_S
        self.command("reboot")
        while self.times_online() == before:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("reboot", ATTEMPT_S)
            time.sleep(0.1)

    def gauge(self):
        """Heap and stack at their highest, since the last of the board's starts."""
        monitor = Monitor(self.sandbox / f"run/{MAC}.qmp")
        bottom = self.symbols["_stack_bottom"]
        size = self.symbols["_stack_top"] - bottom
        heap = monitor.memory(self.symbols["heap_peak"], 4, self.folder)
        stack = monitor.memory(bottom, size, self.folder)
        monitor.close()
        unused = 0
        while stack[unused : unused + 4] == PAINT:
            unused += 4
        self.heap = max(self.heap, int.from_bytes(heap, "little"))
        self.stack = max(self.stack, size - unused)

    def work(self):
        """All that a board does: connects, downloads, installs, confirms, fetches files, restarts."""
        self.start()
        self.command("firmware")
        self.gauge()
        self.command("flash")
        self.gauge()
        for name in ("config", "ca", "cert", "key"):
            self.command(name)
        self.gauge()
        self.reboot()
        self.gauge()


def measure_memory(table):
    with Bed(BUILD / "firmware.bin") as bed:
        bed.work()
        table.row("heap at its highest, P-256, bytes", bed.heap, "heap_p256_bytes")
        stack = bed.stack
    with Bed(BUILD / "firmware.bin", ["--rsa-servers"]) as bed:
        bed.work()
        table.row("heap at its highest, RSA-2048 server chain, bytes", bed.heap, "heap_rsa_bytes")
        table.row("stack at its highest, bytes", max(stack, bed.stack), "stack_bytes")


def plugin_version():
    """That of the interface for plugins which the emulator takes."""
    text = subprocess.run(
        ["qemu-system-xtensa", "--version"], check=True, capture_output=True, text=True).stdout
    major = int(re.search(r"version (\d+)", text)[1])
    return 1 if major < 9 else 2


def compile_probe():
    probe = BUILD / "probe.so"
    subprocess.run(
        ["gcc", "-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC",
         f"-DQEMU_PLUGIN_VERSION={plugin_version()}", f"-I{ROOT}", "-o", probe, ROOT / "test/lx106/probe.c"], check=True)
    return probe


def read_probe(path):
    """Instructions at each mark, in order, and the accesses the chip would refuse, by address."""
    marks = []
    accesses = {"narrow-read": {}, "iram-narrow-read": {}, "window-write": {}}
    for line in path.read_text().splitlines():
        words = line.split()
        if words[0] == "mark":
            marks.append((words[1], int(words[2])))
        elif words[0] in accesses:
            accesses[words[0]][int(words[1], 16)] = int(words[2])
    return marks, accesses


def by_function(program, counts):
    places = sorted((address, name) for name, address in symbols(program).items())
    addresses = [address for address, _ in places]
    found = collections.Counter()
    for address, count in counts.items():
        found[places[bisect.bisect_right(addresses, address) - 1][1]] += count
    return found


def measure_instructions(table):
    program = BUILD / "firmware.elf"
    names = symbols(program)
    out = pathlib.Path(tempfile.mkstemp(prefix="secureesp-probe-")[1])
    probe = (f"{compile_probe()},out={out},mark=reset@{RESET:#x},"
             f"mark=first-puback@{names['trial_pass']:#x}")
    with Bed(BUILD / "firmware.bin", probe=probe) as bed:
        bed.start()
        bed.reboot()
        bed.command("config")
    marks, accesses = read_probe(out)
    out.unlink()
    spans = [end[1] - begin[1] for begin, end in zip(marks, marks[1:])
             if begin[0] == "reset" and end[0] == "first-puback"]
    table.row("instructions from start to first PUBACK, full handshake", spans[0],
              "instructions_full")
    table.row("the same, resumed", spans[1], "instructions_resumed")
    reads = by_function(program, accesses["narrow-read"])
    table.row("reads of less than a word, of flash-mapped constants", sum(reads.values()))
    for name, count in reads.most_common(12):
        table.row(f"    by {name}", count)
    table.row("the same, of IRAM", sum(accesses["iram-narrow-read"].values()), "iram_narrow_reads")
    table.row("writes to flash-mapped memory", sum(accesses["window-write"].values()),
              "window_writes")


def link_with_dram(size):
    """The program in that much DRAM; None if it does not even link."""
    program = BUILD / "small/firmware.bin"
    shutil.rmtree(program.parent, ignore_errors=True)
    made = subprocess.run(
        ["make", "-s", "-C", ROOT, f"LX_DRAM={size}", "build/lx106/small/firmware.bin"],
        capture_output=True, text=True, check=False)
    return program if made.returncode == 0 else None


def works_in(size):
    program = link_with_dram(size)
    if program is None:
        return False
    try:
        with Bed(program) as bed:
            bed.work()
    except subprocess.SubprocessError:
        return False
    return True


def measure_dram(table, limit, once):
    size = limit
    while works_in(size):
        size -= DRAM_STEP
        if once:
            break
    smallest = size + DRAM_STEP
    if smallest > limit:
        table.row("smallest DRAM in which it does all of the above: more than", limit + 1,
                  "dram_bytes")
    else:
        table.row("smallest DRAM in which it does all of the above, bytes", smallest, "dram_bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true",
                        help="try no less DRAM than the ceiling")
    arguments = parser.parse_args()
    table = Table()
    try:
        measure_memory(table)
        measure_instructions(table)
        measure_dram(table, table.ceilings["dram_bytes"], arguments.quick)
    except subprocess.CalledProcessError as error:
        print(f"{error}\n{error.stdout}{error.stderr}", file=sys.stderr)
        return 1
    return table.end()


if __name__ == "__main__":
    sys.exit(main())
