"""A broker in an attacker's hands, for one device: its certificate is genuine, what it sends is not.
Each connection begins as at any broker, on which the device says what it thinks of the last attack;
then comes the next one. Says for each what became of it, and ends with exit status 0 if after each the
device

- reported what it met with the right result, or went on as if nothing had been;
- had not restarted, unless told to, and runs the same image;
- had not stood still for longer than its watchdog waits.

usage: attack_broker.py FOLDER PORT CA CERTIFICATE KEY MAC IMAGE"""

import json
import random
import socket
import sys
import time

from attack_tls import ALERT, DATA, HANDSHAKE, Session, forget_secrets, make_context
from mqtt_packet import packet

CONNACK = b"\x20\x02\x00\x00"
SUBACK = b"\x90\x03\x00\x01\x00"
ANSWER_S = 60  # for the device to come back, or to say something
WATCHDOG_MS = 6000
MALFORMED = "mqtt-malformed"
REFUSED = "mqtt-refused"
LOST = "connect-failed"
GOES_ON = "goes on"
NOTHING = "nothing-downloaded"
REBOOTS = "flood-of-reboot"

ROWS = []  # name, when, bytes or what makes them, result


def text(s):
    return len(s).to_bytes(2, "big") + s


def command(mac, name, payload=b"{}", qos=0, packet_id=7, first=0x30):
    """A command for the device, as a broker passes it on."""
    topic = text(b"/command/" + mac + b"/" + name)
    return packet(first | qos << 1, topic + (packet_id.to_bytes(2, "big") if qos else b"") + payload)


# --- the attacks: their bytes are functions of the MAC


def attack(name, when, result, make):
    ROWS.append((name, when, result, make if callable(make) else lambda mac: make))


for kind in 0, 1, 3, 4, 5, 9, 14, 15:
    attack(f"type-{kind}-for-connack", "connect", MALFORMED, packet(kind << 4, b"\x00\x00"))
for kind in 0, 2, 4, 6, 8, 11, 14, 15:
    attack(f"type-{kind}-for-suback", "subscribe", MALFORMED, packet(kind << 4, b"\x00\x01"))
for kind in range(16):
    if kind != 13:
        attack(f"type-{kind}-empty", "online", MALFORMED, packet(kind << 4, b""))
    if kind != 3:
        attack(f"type-{kind}-with-flags", "online", MALFORMED, packet(kind << 4 | 0xf, b"\x00\x01"))

for name, result, data in (
    ("connack-short", MALFORMED, b"\x20\x01\x00"),
    ("connack-long", MALFORMED, b"\x20\x05\x00\x00\x00\x00\x00"),
    ("connack-flags", MALFORMED, b"\x20\x02\xfe\x00"),
    ("connack-refused", REFUSED, b"\x20\x02\x00\x05"),
    ("connack-of-no-code", REFUSED, b"\x20\x02\x00\xff"),
    ("connack-oversize", MALFORMED, packet(0x20, bytes(5000))),
    ("connack-twice", MALFORMED, CONNACK * 2),
    ("suback-before-connack", MALFORMED, SUBACK + CONNACK),
    ("length-of-five-bytes-for-connack", MALFORMED, b"\x20\xff\xff\xff\xff\x7f"),
    ("connection-ends-for-connack", LOST, None),
):
    attack(name, "connect", result, data)

for name, result, data in (
    ("suback-empty", MALFORMED, b"\x90\x00"),
    ("suback-without-code", MALFORMED, b"\x90\x02\x00\x01"),
    ("suback-of-another", MALFORMED, b"\x90\x03\x7f\xff\x00"),
    ("suback-refused", REFUSED, b"\x90\x03\x00\x01\x80"),
    ("suback-of-no-code", MALFORMED, b"\x90\x03\x00\x01\x03"),
    ("suback-of-two-codes", MALFORMED, b"\x90\x04\x00\x01\x00\x00"),
    ("connection-ends-for-suback", LOST, None),
):
    attack(name, "subscribe", result, data)

for name, result, data in (
    ("length-of-five-bytes", MALFORMED, b"\x30\xff\xff\xff\xff\x7f"),
    ("length-without-end", MALFORMED, b"\x30" + b"\xff" * 1000),
    ("oversize-pingresp", MALFORMED, packet(0xd0, bytes(5000))),
    ("publish-topic-too-long", MALFORMED, b"\x30\x05\xff\xffabc"),
    ("publish-topic-empty", MALFORMED, packet(0x30, b"\x00\x00{}")),
    ("publish-of-a-byte", MALFORMED, b"\x30\x01\x00"),
    ("publish-qos-2", MALFORMED, lambda mac: command(mac, b"flash", qos=2)),
    ("publish-qos-3", MALFORMED, lambda mac: command(mac, b"flash", qos=3)),
    ("publish-id-0", MALFORMED, lambda mac: command(mac, b"flash", qos=1, packet_id=0)),
    ("publish-without-id", MALFORMED, lambda mac: packet(0x32, text(b"/command/" + mac + b"/flash"))),
    ("publish-oversize-malformed", MALFORMED, packet(0x30, b"\xff\xff" + bytes(5000))),
    ("puback-of-nothing", MALFORMED, b"\x40\x02\x12\x34"),
    ("puback-of-id-0", MALFORMED, b"\x40\x02\x00\x00"),
    ("puback-twice-as-long", MALFORMED, b"\x40\x04\x00\x02\x00\x02"),
    ("suback-again", MALFORMED, SUBACK),
    ("connack-again", MALFORMED, CONNACK),
    ("pingresp-long", MALFORMED, b"\xd0\x01\x00"),
    ("text", MALFORMED, b"GET / HTTP/1.1\r\n\r\n"),
    ("connection-ends", LOST, None),
    ("packet-cut", LOST, (b"\x30\x7f\x00\x14", None)),
    ("packet-of-256-mb-cut", LOST, (b"\x30\xff\xff\xff\x7f" + text(b"/t") + bytes(500000), None)),
):
    attack(name, "online", result, data)

# What it must overlook.
for name, data in (
    ("pingresp-unasked", b"\xd0\x00" * 3),
    ("topic-of-nobody", packet(0x30, text(b"x") + b"{}")),
    ("topic-with-wildcard", packet(0x30, text(b"/command/+/flash") + b"{}")),
    ("topic-of-another-device", command(b"84f3eb0000ff", b"flash")),
    ("topic-with-nul", lambda mac: command(mac, b"fla\0sh")),
    ("topic-no-utf-8", lambda mac: command(mac, b"\xff\xc0\xaf")),
    ("topic-of-two-levels", lambda mac: command(mac, b"flash/flash")),
    ("topic-of-600-bytes", lambda mac: command(mac, b"f" * 600)),
    ("topic-without-a-command", lambda mac: command(mac, b"")),
    ("own-status", lambda mac: packet(0x30, text(b"/status/" + mac) + b"{}")),
    ("retained-flash", lambda mac: command(mac, b"flash", first=0x31)),
    ("retained-reboot", lambda mac: command(mac, b"reboot", qos=1, first=0x31)),
    ("oversize", lambda mac: command(mac, b"flash", b"x" * 5000)),
    ("oversize-qos-1", lambda mac: command(mac, b"flash", b"x" * 5000, qos=1)),
    ("oversize-many", lambda mac: command(mac, b"flash", b"x" * 2000, qos=1) * 50),
    ("oversize-1-mb", lambda mac: command(mac, b"flash", b"x" * 1000000)),
    ("pingresp-flood", b"\xd0\x00" * 20000),
    ("publish-flood", packet(0x32, text(b"x") + b"\x00\x09") * 20000),
):
    attack(name, "online", GOES_ON, data)

# Commands whose payload is none; the id is taken only if it is a whole number.
for name, payload in {
    "none": b"", "nul": b"\0", "binary": bytes(range(256)), "open": b'{"id":', "array": b"[1]",
    "nested": b'{"a":' * 100 + b"1" + b"}" * 100, "brackets": b"[" * 600, "string": b'{"id": "1"}',
    "negative": b'{"id": -1}', "huge": b'{"id": 99999999999999999999}', "infinite": b'{"id": 1e999}',
    "fraction": b'{"id": 1.5}', "object": b'{"id": {}}', "behind": b'{"id": 1} x', "null": b"null",
    "escape": b'{"\\ud800": "\\u0000", "id": null}', "no-utf-8": b'{"\xff\xfe": 1}',
}.items():
    attack(f"payload-{name}", "online", NOTHING, lambda mac, p=payload: command(mac, b"flash", p))

for name, result, data in (
    ("flood-of-flash", NOTHING, lambda mac: command(mac, b"flash", b'{"id": 5}') * 1000),
    ("flood-of-flash-qos-1", NOTHING, lambda mac: command(mac, b"flash", b'{"id": 6}', qos=1) * 1000),
    ("flood-of-unknown", GOES_ON, lambda mac: command(mac, b"explode") * 1000),
    ("flood-of-firmware", "busy", lambda mac: b"".join(
        command(mac, b"firmware", b'{"id": %d}' % (100 + i)) for i in range(500))),
    ("flood-of-firmware-and-flash", "busy",
     lambda mac: (command(mac, b"firmware") + command(mac, b"flash")) * 300),
    (REBOOTS, "busy", lambda mac: command(mac, b"reboot") * 500),
):
    attack(name, "online", result, data)


def random_bytes(seed):
    return random.Random(seed).randbytes(400)


# Of no packet's length and type that a device waits for more of.
for seed in range(4):
    attack(f"garbage-{seed}", "online", f"{MALFORMED}", b"\xf0" + random_bytes(seed))


def warnings(session):
    """TLS warnings as fast as they can be made, for two seconds."""
    end = time.monotonic() + 2
    while time.monotonic() < end:
        session.send_raw(b"".join(session.record(ALERT, b"\x01\x5a") for _ in range(500)))


def hello_requests(session):
    session.send_raw(b"".join(session.record(HANDSHAKE, bytes(4)) for _ in range(200)))


attack("record-forged", "online", "tls-failed", lambda mac: lambda s: s.send_raw(s.forged(DATA, b"x")))
# To which the device says no, which OpenSSL does not take.
attack("hello-requests", "online", LOST, lambda mac: (hello_requests, None))
attack("warnings-of-two-seconds", "online", GOES_ON, lambda mac: warnings)


# --- the device at this broker


class Failed(Exception):
    pass


class Gone(Exception):
    """The device has closed the connection."""


def check(condition, why):
    if not condition:
        raise Failed(why)


class Device:
    """What the device says, over all its connections."""

    def __init__(self, mac, image):
        self.mac, self.image = mac.encode(), image
        self.results = set()  # of events since the last attack
        self.answered = set()  # ids of commands
        self.uptime_ms = self.statuses = self.boots = 0
        self.may_restart = False

    def take(self, topic, payload):
        said = json.loads(payload)
        if topic == b"/status/" + self.mac:
            self.take_status(said)
            return
        check(topic == b"/event/" + self.mac, f"speaks about {topic}")
        if said["event"] == "accepted":
            return
        if said["event"] == "boot":
            self.boots += 1
            check(self.may_restart, "has restarted")
            check(said["image"] == self.image, f"runs {said['image']}")
        if said["event"] != "boot":
            self.results.add(said["result"])
        self.answered.add(said.get("id"))

    def take_status(self, said):
        check(said["espimage"] == self.image, f"runs {said['espimage']}")
        check(said["maxmillis"] < WATCHDOG_MS, f"stood still for {said['maxmillis']} ms")
        check(said["uptimemillis"] >= self.uptime_ms or self.may_restart, "has restarted")
        self.uptime_ms = said["uptimemillis"]
        self.statuses += 1


class Connection:
    def __init__(self, session, device):
        self.session, self.device, self.bytes = session, device, b""

    def read_packet(self):
        """The next one: its first byte and its body."""
        while True:
            length = shift = 0
            for i, byte in enumerate(self.bytes[1:5]):
                length |= (byte & 127) << shift
                shift += 7
                if byte < 128 and len(self.bytes) >= i + 2 + length:
                    first, body = self.bytes[0], self.bytes[i + 2:i + 2 + length]
                    self.bytes = self.bytes[i + 2 + length:]
                    return first, body
                if byte < 128:
                    break
            try:
                got = self.session.receive()
            except TimeoutError as late:
                raise Failed("says nothing") from late
            except OSError as gone:
                raise Gone from gone
            if not got:
                raise Gone
            self.bytes += got

    def expect(self, first):
        got, _ = self.read_packet()
        check(got == first, f"sends 0x{got:02x} instead of 0x{first:02x}")

    def handle(self):
        """One packet, as a broker does."""
        first, body = self.read_packet()
        if first >> 4 == 3:
            size = int.from_bytes(body[:2], "big")
            rest = body[2 + size:]
            if first & 6:
                self.session.send(b"\x40\x02" + rest[:2])
                rest = rest[2:]
            self.device.take(body[2:2 + size], rest)
        elif first == 0xc0:
            self.session.send(b"\xd0\x00")
        elif first == 0xe0:
            raise Gone
        else:
            check(first >> 4 == 4, f"sends 0x{first:02x}")

    def wait_for(self, condition, what):
        end = time.monotonic() + ANSWER_S
        while not condition():
            check(time.monotonic() < end, what)
            self.handle()


class Broker:
    def __init__(self, folder, port, credentials, device):
        self.context = make_context(*credentials, forget_secrets(folder))
        self.listener = socket.create_server(("127.0.0.1", port))
        self.listener.settimeout(ANSWER_S)
        self.device = device
        self.open = None
        self.boots_owed = 0

    def accept(self):
        """The next connection of the device itself."""
        self.close()
        while True:
            try:
                raw, _ = self.listener.accept()
            except TimeoutError as late:
                raise Failed("does not come back") from late
            raw.settimeout(ANSWER_S)
            try:
                session = Session(raw, self.context)
            except OSError:
                raw.close()
                continue
            if session.client == self.device.mac.decode():
                self.open = Connection(session, self.device)
                self.open.expect(0x10)
                return
            raw.close()

    def close(self):
        if self.open:
            self.open.session.keep()
            self.open.session.connection.close()
        self.open = None

    def greet(self):
        """Up to where the device is online and has reported."""
        self.accept()
        self.open.session.send(CONNACK)
        self.open.expect(0x82)
        self.open.session.send(SUBACK)
        self.wait_status()

    def wait_status(self):
        seen = self.device.statuses
        self.open.wait_for(lambda: self.device.statuses > seen, "reports no status")

    def strike(self, when, data):
        if when != "online":
            self.accept()
        if when == "subscribe":
            self.open.session.send(CONNACK)
            self.open.expect(0x82)
        for part in data if isinstance(data, tuple) else (data,):
            if part is None:
                self.close()
            elif callable(part):
                part(self.open.session)
            else:
                self.open.session.send(part)

    def hear(self, result, marker):
        """Until the device has said that result, on this connection or one of the next."""
        device = self.device
        if result == GOES_ON:
            payload = b'{"id": %d}' % marker
            self.open.session.send(command(device.mac, b"marker", payload))
            self.open.wait_for(lambda: marker in device.answered, "does no more commands")
            return
        while True:
            try:
                if self.open is None:
                    self.greet()
                self.open.wait_for(lambda: result in device.results, f"does not report {result}")
                return
            except Gone:
                self.close()

    def run(self, name, when, result, make, marker):
        device = self.device
        device.results.clear()
        device.may_restart = name == REBOOTS
        self.boots_owed = device.boots + device.may_restart
        if when == "online" and self.open is None:
            self.greet()
        elif when != "online":
            self.close()
        try:
            self.strike(when, make(device.mac))
        except OSError:
            pass  # the device hung up meanwhile
        except Gone:
            self.close()
        if when != "online" and self.open is not None:
            self.until_gone()
        self.hear(result, marker)
        if name.startswith("flood"):
            self.settle(marker)

    def until_gone(self):
        try:
            while True:
                self.open.read_packet()
        except Gone:
            self.close()

    def settle(self, marker):
        """Until all is said about a flood, and the device has done the restart it was told to do."""
        device, asked = self.device, None
        while marker not in device.answered or self.boots_owed > device.boots:
            try:
                if self.open is None:
                    self.greet()
                if self.open is not asked:
                    self.open.session.send(command(device.mac, b"marker", b'{"id": %d}' % marker))
                    asked = self.open
                self.open.handle()
            except (Gone, OSError):
                self.close()
        device.may_restart = False


def main():
    folder, port, *credentials, mac, image = sys.argv[1:]
    device = Device(mac, image)
    broker = Broker(folder, int(port), credentials, device)
    failures = 0
    print("listens", flush=True)
    for number, (name, when, result, make) in enumerate(ROWS):
        started = time.monotonic()
        try:
            broker.run(name, when, result, make, 1000 + number)
            said = result
        except (Failed, Gone) as failure:
            broker.close()
            failures += 1
            said = f"FAILED: {failure or 'hangs up'}"
        print(f"{name}: {said} ({time.monotonic() - started:.1f} s)", flush=True)
    broker.close()
    print(f"{len(ROWS)} attacks, {failures} failed", flush=True)
    return 1 if failures else 0


sys.exit(main())
