"""A device that sends the broker what is no message, once, until the broker ends the connection; or an
honest one, whose ways of saying little at a time or much at once are no flood.

usage: control_flood.py PORT CA CREDENTIALS WHAT [VERSION]

CREDENTIALS.crt and .key, whose name is the MAC. VERSION of TLS: 1.2, 1.3, chacha or cbc (of 1.2).
Prints a line of JSON: "ended" (whether the broker parted with it), "after_s", "bytes", "connections"; for an
honest one "acknowledged", too, how many of its messages were, and "missing", how many were not. WHAT:

  pings           PINGREQ
  small           the same, each in a TLS record of its own
  acks            PUBACK, PUBREC, PUBREL and PUBCOMP of nothing
  releases        messages of QoS 2, each released again and again
  unsubscribe     UNSUBSCRIBE
  denied          SUBSCRIBE to what it may not hear
  empty           empty retained messages
  lasting         PINGREQ, with a keep alive of 0
  auth            MQTT 5: AUTH
  unfinished      no CONNECT that ever ends, in TLS records of one byte, on one connection after the other
  honest-bytes    PUBLISH in TLS records of one byte, commands' acknowledgements, PINGREQ
  honest-burst    as many of the largest messages as it may send at once
  honest-beside   a message five times a second, until the standard input ends
  many-pings      100,000 times PINGREQ, by who is bounded by nothing"""

import json
import os
import select
import socket
import ssl
import sys
import time

import mqtt_packet

GIVE_UP_S = 20
PORT, CA, CREDENTIALS, WHAT = sys.argv[1:5]
VERSION = sys.argv[5] if len(sys.argv) > 5 else "1.3"
MAC = os.path.basename(CREDENTIALS)
OWN = f"/command/{MAC}/#"
EVENT = f"/event/{MAC}"
CIPHERS = {"chacha": "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305",
           "cbc": "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA"}

report = {"ended": False, "after_s": 0, "bytes": 0, "connections": 0}
began = time.monotonic()


def tls():
    context = ssl.create_default_context(cafile=CA)
    context.load_cert_chain(CREDENTIALS + ".crt", CREDENTIALS + ".key")
    context.maximum_version = ssl.TLSVersion.TLSv1_3 if VERSION == "1.3" else ssl.TLSVersion.TLSv1_2
    if VERSION in CIPHERS:
        context.set_ciphers(CIPHERS[VERSION])
    plain = socket.create_connection(("127.0.0.1", int(PORT)), timeout=GIVE_UP_S)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link = context.wrap_socket(plain, server_hostname="localhost")
    report["connections"] += 1
    report["cipher"] = link.cipher()[0]
    return link


def connect(version=4, keep_alive=60):
    link = tls()
    packet = bytearray(mqtt_packet.connect(MAC, keep_alive=keep_alive))
    if version == 5:
        packet[8] = 5
        packet[12:12] = b"\x00"  # no properties
        packet[1] += 1
    link.sendall(packet)
    answer = link.recv(4)
    if len(answer) < 4 or answer[3] != 0:
        sys.exit(f"not let in: {answer!r}")
    return link


def drain(link, wait_s=0):
    """What has come; ConnectionError at the connection's end."""
    data = b""
    while link.pending() or select.select([link], [], [], wait_s)[0]:
        link.setblocking(False)
        try:
            piece = link.recv(65536)
        except ssl.SSLWantReadError:  # only a ticket, or part of a record
            piece = None
        link.settimeout(GIVE_UP_S)
        if piece == b"":
            raise ConnectionError("ended")
        data += piece or b""
        wait_s = 0
    return data


def send(link, data, piece=1 << 20):
    for at in range(0, len(data), piece):
        link.sendall(data[at:at + piece])
        report["bytes"] += len(data[at:at + piece])


def flood(link, data, piece=1 << 20):
    while time.monotonic() - began < GIVE_UP_S:
        send(link, data, piece)
        drain(link)


def named(first, text, number=1):
    """SUBSCRIBE (with QoS 0) or UNSUBSCRIBE."""
    return mqtt_packet.packet(first, number.to_bytes(2, "big") + mqtt_packet.text(text) +
                              (b"\x00" if first == 0x82 else b""))


def releases():
    number = (7).to_bytes(2, "big")
    return mqtt_packet.publish(EVENT, b"{}", 2, 7) + mqtt_packet.packet(0x62, number) * 2000


def acks():
    return b"".join(mqtt_packet.packet(kind, i.to_bytes(2, "big"))
                    for i in range(1, 2000) for kind in (0x40, 0x50, 0x62, 0x70))


FLOODS = {
    "pings": lambda: flood(connect(), mqtt_packet.PINGREQ * 16384),
    "small": lambda: flood(connect(), mqtt_packet.PINGREQ * 500, 2),
    "acks": lambda: flood(connect(), acks()),
    "releases": lambda: flood(connect(), releases()),
    "unsubscribe": lambda: flood(connect(), named(0xA2, OWN) * 500),
    "denied": lambda: flood(connect(), named(0x82, "/command/+/#") * 500),
    "empty": lambda: flood(connect(), mqtt_packet.publish(EVENT, b"", 0, 1, True) * 500),
    "lasting": lambda: flood(connect(keep_alive=0), mqtt_packet.PINGREQ * 16384),
    "auth": lambda: flood(connect(5), b"\xf0\x00" * 500),
}


def unfinished():
    """Ends when no connection is taken any more."""
    while time.monotonic() - began < GIVE_UP_S:
        link = tls()
        taken = report["bytes"]
        try:
            drain(link, 0.05)  # who is turned away learns it soon
            flood(link, b"\x10\xff\x7f" + b"x" * 15000, 1)
        except OSError:
            pass
        if report["bytes"] - taken < 1000:
            raise ConnectionError("turned away")


def wait_for(link, answers, head, count):
    """How many answers with that head there are, once there are as many as that."""
    waited = time.monotonic()
    while answers.count(head) < count and time.monotonic() - waited < GIVE_UP_S:
        answers += drain(link, 1)
    return answers.count(head)


def honest(link, messages, piece=1 << 20, pause_s=0):
    send(link, mqtt_packet.subscribe([OWN]), piece)
    answers = drain(link, 5)
    sent = 0
    for message in messages:
        send(link, message, piece)
        sent += 1
        answers += drain(link, pause_s)
    report["missing"] = sent - wait_for(link, answers, b"\x40\x02", sent)
    report["acknowledged"] = sent - report["missing"]


def body(size):
    return b'{"event": "error", "result": "crashed", "uptimemillis": 5, "detail": "' + b"x" * (size - 72) + b'"}'


def honest_bytes():
    # What a sketch says in one go takes no more than the messages' own bounds, however it is cut.
    rest = mqtt_packet.PINGREQ + mqtt_packet.puback(1)
    honest(connect(), [mqtt_packet.publish(EVENT, body(300), 1, i) + rest for i in range(1, 101)], 1)


def honest_burst():
    honest(connect(), (mqtt_packet.publish(EVENT, body(8000), 1, i) for i in range(1, 61)))


def until_input_ends():
    print("ready", flush=True)
    number = 0
    while not select.select([sys.stdin], [], [], 0.2)[0]:
        number += 1
        yield mqtt_packet.publish(EVENT, body(100), 1, number)


def honest_beside():
    honest(connect(), until_input_ends())


def many_pings():
    link = connect()
    answers = b""
    for _ in range(100):
        send(link, mqtt_packet.PINGREQ * 1000)
        answers += drain(link)
    report["missing"] = 100000 - wait_for(link, answers, b"\xd0\x00", 100000)


def main():
    os.nice(19)
    try:
        {"unfinished": unfinished, "honest-bytes": honest_bytes, "honest-burst": honest_burst,
         "honest-beside": honest_beside, "many-pings": many_pings, **FLOODS}[WHAT]()
    except OSError:
        report["ended"] = True
    report["after_s"] = round(time.monotonic() - began, 3)
    print(json.dumps(report))


main()
