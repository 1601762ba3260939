"""Honest devices, and how long each thing that they do takes: they report over MQTT, ask for the next
image over HTTPS in full and in resumed handshakes, take the commands that `secureesp command` gives
them and answer with the outcome; all in a steady rhythm, whatever goes on beside them.

usage: honest.py COUNT FIRST IMAGE [--commands SECONDS] [--polls SECONDS]

COUNT devices from FIRST (a MAC) on, of which a certificate is in the sandbox, run IMAGE, the newest.
Each reports once a second, polls every SECONDS (1), and gets a command every SECONDS (2; 0: none). Prints
"ready" when all are online. Then each line on the standard input begins a phase; the end of a phase is
a line on the standard output, when all that began in it has come to its end or is lost: JSON, for each
kind of thing how many there were, how many were lost, and p50, p99 and worst in ms; "disconnected", how
often a device lost its connection to the broker, and "refused", how often it was not let in again.
Ends with the standard input.

    poll      a question answered with 304, full handshake
    resumed   the same in a resumed session
    status    from PUBLISH to its row in the database
    command   from the start of `secureesp command` to the device
    outcome   from the device's event to the command's state in the database"""

import asyncio
import json
import os
import socket
import sqlite3
import ssl
import sys
import threading
import time

import mqtt_packet

KINDS = ("poll", "resumed", "status", "command", "outcome")
LOST_S = 20  # what has not come to its end by then is lost
LOOK_S = 0.005


def percentile(sorted_ms, share):
    return sorted_ms[min(len(sorted_ms) - 1, int(len(sorted_ms) * share))]


class Phase:
    def __init__(self):
        self.took_ms = {kind: [] for kind in KINDS}
        self.open = {kind: 0 for kind in KINDS}
        self.lost = {kind: 0 for kind in KINDS}
        self.why = {}
        self.disconnected = 0
        self.refused = 0
        self.lock = threading.Lock()

    def begin(self, kind):
        with self.lock:
            self.open[kind] += 1
        return self, kind, time.monotonic()

    def figures(self):
        report = {"disconnected": self.disconnected, "refused": self.refused, "why": self.why}
        for kind in KINDS:
            took = sorted(self.took_ms[kind])
            row = {"n": len(took), "lost": self.lost[kind] + self.open[kind]}
            if took:
                row |= {"p50": percentile(took, 0.5), "p99": percentile(took, 0.99), "worst": took[-1]}
            report[kind] = {key: round(value, 1) for key, value in row.items()}
        return report


def end(begun, at=None):
    phase, kind, began = begun
    with phase.lock:
        phase.open[kind] -= 1
        phase.took_ms[kind].append(((at or time.monotonic()) - began) * 1000)


def lose(begun, why):
    phase, kind, _ = begun
    with phase.lock:
        phase.open[kind] -= 1
        phase.lost[kind] += 1
        phase.why[f"{kind}: {why}"] = phase.why.get(f"{kind}: {why}", 0) + 1


class Fleet:
    def __init__(self, count, first, image, command_s, poll_s):
        self.pki = os.environ["SANDBOX_PKI"]
        self.mqtt_port = int(os.environ["SANDBOX_MQTT_PORT"])
        self.https_port = int(os.environ["SANDBOX_HTTPS_PORT"])
        self.image, self.command_s, self.poll_s = image, command_s, poll_s
        self.phase = Phase()
        self.stopping = False
        self.statuses = {}  # (MAC as a number, uptime) -> begun
        self.commands = {}  # id -> begun
        self.received = {}  # id -> when, of commands whose id was not known yet
        self.outcomes = {}  # id -> begun
        self.lock = threading.Lock()
        base = int(first, 16)
        self.devices = [Device(self, f"{base + i:012x}", i / count) for i in range(count)]

    def context(self, mac):
        context = ssl.create_default_context(cafile=f"{self.pki}/ca.crt")
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # as boards speak it
        context.load_cert_chain(*(f"{self.pki}/devices/{mac}.{part}" for part in ("crt", "key")))
        return context

    # --- a thread looks into the database for what has arrived

    def watch(self):
        base = sqlite3.connect(f"file:{os.environ['SANDBOX_DB']}?mode=ro", uri=True, timeout=10)
        last = base.execute("select coalesce(max(id), 0) from statuses").fetchone()[0]
        ours = ",".join(str(int(device.mac, 16)) for device in self.devices)
        while not self.stopping:
            time.sleep(LOOK_S)
            newest = base.execute("select coalesce(max(id), 0) from statuses").fetchone()[0]
            rows = base.execute("select device, uptime_ms from statuses where id > ? and id <= ?"
                                f" and device in ({ours})", (last, newest)).fetchall()
            last = newest
            with self.lock:
                seen = [self.statuses.pop(row, None) for row in rows]
                asked = list(self.outcomes)
            for begun in filter(None, seen):
                end(begun)
            if asked:
                marks = ",".join("?" * len(asked))
                ended = base.execute(f"select id from commands where state > 1 and id in ({marks})",
                                     asked).fetchall()
                with self.lock:
                    done = [self.outcomes.pop(number) for number, in ended]
                for begun in done:
                    end(begun)
            self.give_up()

    def give_up(self):
        limit = time.monotonic() - LOST_S
        for table, why in ((self.statuses, "no row in the database"),
                           (self.commands, "did not reach the device"),
                           (self.outcomes, "no outcome in the database")):
            with self.lock:
                late = [key for key, begun in table.items() if begun[2] < limit]
                gone = [table.pop(key) for key in late]
            for begun in gone:
                lose(begun, why)

    # --- commands

    async def give_command(self, device):
        begun = self.phase.begin("command")
        program = await asyncio.create_subprocess_exec(
            "secureesp", "command", device.mac, "config", "--json",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        answer, complaint = await program.communicate()
        if program.returncode != 0:
            lose(begun, complaint.decode(errors="replace").strip())
            return
        number = json.loads(answer)[0]["id"]
        with self.lock:
            at = self.received.pop(number, None)
            if at is None:
                self.commands[number] = begun
        if at is not None:
            end(begun, at)

    def take_command(self, number):
        """Returns when it began."""
        now = time.monotonic()
        outcome = self.phase.begin("outcome")
        with self.lock:
            begun = self.commands.pop(number, None)
            if begun is None:
                self.received[number] = now
            self.outcomes[number] = outcome
        if begun is not None:
            end(begun, now)

    # --- polls: a thread for each device, as each waits for its own answer

    def poll_for(self, device):
        context = self.context(device.mac)
        session = None
        path = f"/download/firmware.bin?curimage={self.image}"
        turn = time.monotonic() + device.shift * self.poll_s
        time.sleep(device.shift * self.poll_s)
        while not self.stopping:
            kind = "poll" if session is None else "resumed"
            begun = self.phase.begin(kind)
            try:
                kept = self.ask(context, session, path)
                if session is not None and not kept[1]:
                    # The cache may have let it go: so it was a full one.
                    with begun[0].lock:
                        begun[0].open[kind] -= 1
                        begun[0].open["poll"] += 1
                    begun = (begun[0], "poll", begun[2])
                session = kept[0] if session is None else None
                end(begun)
            except (OSError, ValueError) as error:
                session = None
                lose(begun, str(error) or repr(error))
            turn = max(turn + self.poll_s, time.monotonic())
            time.sleep(max(0, turn - time.monotonic()))

    def ask(self, context, session, path):
        with socket.create_connection(("localhost", self.https_port), timeout=LOST_S) as plain:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with context.wrap_socket(plain, server_hostname="localhost", session=session) as link:
                link.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                             .encode())
                answer = b""
                while piece := link.recv(4096):
                    answer += piece
                if not answer.startswith(b"HTTP/1.1 304 "):
                    raise ValueError(f"answer {answer[:12].decode(errors='replace')!r}")
                return link.session, link.session_reused

    # --- the whole

    def all_online(self):
        base = sqlite3.connect(f"file:{os.environ['SANDBOX_DB']}?mode=ro", uri=True, timeout=10)
        ours = ",".join(str(int(device.mac, 16)) for device in self.devices)
        count = base.execute(
            f"select count(*) from devices where online and mac in ({ours})").fetchone()[0]
        base.close()
        return count == len(self.devices)

    async def next_phase(self):
        """Ends the one before when nothing of it is under way."""
        phase, self.phase = self.phase, Phase()
        limit = time.monotonic() + LOST_S + 5
        while sum(phase.open.values()) > 0 and time.monotonic() < limit:
            await asyncio.sleep(0.02)
        return phase.figures()

    async def run(self):
        tasks = [asyncio.create_task(device.live()) for device in self.devices]
        threading.Thread(target=self.watch, daemon=True).start()
        while not self.all_online():
            await asyncio.sleep(0.1)
        if self.command_s > 0:
            tasks += [asyncio.create_task(device.be_commanded()) for device in self.devices]
        for device in self.devices:
            threading.Thread(target=self.poll_for, args=(device,), daemon=True).start()
        print("ready", flush=True)
        loop = asyncio.get_running_loop()
        began = False
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            figures = await self.next_phase()
            if began:
                print(json.dumps(figures), flush=True)
            began = line.strip() != "rest"
        self.stopping = True
        for task in tasks:
            task.cancel()


class Device:
    def __init__(self, fleet, mac, shift):
        self.fleet, self.mac, self.shift = fleet, mac, shift
        self.born = time.monotonic() - 1000
        self.link = None

    async def live(self):
        """Connects, and again when the connection is lost, as a board does."""
        context = self.fleet.context(self.mac)
        await asyncio.sleep(self.shift)
        while True:
            phase = self.fleet.phase
            connected = False
            try:
                reader, self.link = await asyncio.wait_for(asyncio.open_connection(
                    "localhost", self.fleet.mqtt_port, ssl=context, server_hostname="localhost"), 10)
                self.link.write(mqtt_packet.connect(
                    self.mac, will=(f"/will/{self.mac}", '{"espname": "honest"}', False)))
                await self.expect(reader, mqtt_packet.CONNACK)
                self.link.write(mqtt_packet.subscribe([f"/command/{self.mac}/#"]))
                await self.expect(reader, mqtt_packet.SUBACK)
                connected = True
                await self.speak(reader)
            except (OSError, EOFError, ValueError, asyncio.TimeoutError) as error:
                if connected:
                    self.fleet.phase.disconnected += 1
                else:
                    phase.refused += 1
                phase.why[f"broker: {error!r}"] = phase.why.get(f"broker: {error!r}", 0) + 1
            if self.link is not None:
                self.link.close()
            await asyncio.sleep(0.5)

    async def speak(self, reader):
        reports = asyncio.create_task(self.report())
        try:
            while True:
                first, body = await self.read(reader)
                if first >> 4 == mqtt_packet.PUBLISH:
                    self.heard(first, body)
        finally:
            reports.cancel()

    async def report(self):
        turn = time.monotonic()
        while True:
            uptime = int((time.monotonic() - self.born) * 1000)
            begun = self.fleet.phase.begin("status")
            with self.fleet.lock:
                self.fleet.statuses[(int(self.mac, 16), uptime)] = begun
            status = {"uptimemillis": uptime, "maxmillis": 5, "mqttmillis": 1, "rssi": -50,
                      "espname": f"measure-{self.mac}", "espimage": self.fleet.image,
                      "espbuild": "Nov 11 2026 11:11:11", "espip": "127.0.0.1", "espfreeheap": 40960}
            self.link.write(mqtt_packet.publish(f"/status/{self.mac}", json.dumps(status)))
            turn = max(turn + 1, time.monotonic())
            await asyncio.sleep(turn - time.monotonic())

    def heard(self, first, body):
        topic, number, payload = mqtt_packet.split_publish(first, body)
        if number:
            self.link.write(mqtt_packet.puback(number))
        command = json.loads(payload)["id"]
        self.fleet.take_command(command)
        outcome = {"event": "command", "command": topic.split("/")[-1], "id": command,
                   "result": "ok", "image": self.fleet.image}
        self.link.write(mqtt_packet.publish(
            f"/event/{self.mac}", json.dumps(outcome), qos=1, number=command % 65535 + 1))

    async def be_commanded(self):
        await asyncio.sleep(self.shift * self.fleet.command_s)
        turn = time.monotonic()
        while True:
            await self.fleet.give_command(self)
            turn = max(turn + self.fleet.command_s, time.monotonic())
            await asyncio.sleep(turn - time.monotonic())

    @staticmethod
    async def read(reader):
        first = (await reader.readexactly(1))[0]
        length = shift = 0
        while True:
            digit = (await reader.readexactly(1))[0]
            length |= (digit & 127) << shift
            shift += 7
            if digit < 128:
                return first, await reader.readexactly(length)

    async def expect(self, reader, kind):
        first, body = await asyncio.wait_for(self.read(reader), 10)
        # A return code comes last in both: 0 in CONNACK, the QoS in SUBACK.
        if first >> 4 != kind or body[-1] > 1:
            raise ValueError(f"the broker answers {first:#x} {body.hex()}")


def main():
    arguments = sys.argv[1:]
    seconds = {"--commands": 2.0, "--polls": 1.0}
    for option in seconds:
        if option in arguments:
            at = arguments.index(option)
            seconds[option] = float(arguments[at + 1])
            del arguments[at:at + 2]
    count, first, image = arguments
    asyncio.run(Fleet(int(count), first, image, *seconds.values()).run())


main()
