"""A download server in an attacker's hands: its certificate is genuine, what it answers is not. What
it does stands in FOLDER/attack: the name of an attack below, or "offer" for the plain answer. Where
an attack needs an image, it is FOLDER/image; its port is in FOLDER/port. config.json is always given
as it is in FOLDER, so that devices can be led away. Whatever they do, devices are to end with one of
the attack's results. If several names stand in FOLDER/attack, line by line, each connection takes the
next one, and the last one stays; FOLDER/met has those that were met.

usage: attack_server.py FOLDER CA CERTIFICATE KEY     which may be made before the first connection
       attack_server.py --list board|virtual          names, groups and results"""

import os
import select
import socket
import sys
import threading
import time

from attack_tls import ALERT, DATA, FRAGMENT, HANDSHAKE, Session, forget_secrets, make_context

OK = b"HTTP/1.1 200 OK\r\n"
END = b"\r\n\r\n"
FLOOD_S = 8  # longer than a device's watchdog waits
MALFORMED = "http-malformed"
BROKEN = "tls-failed"
TAKEN = "signature-invalid"  # the answer was good enough to look at the image
STATUS = "http-status"

ROWS = {}  # name: (group, results, behaviour)


def attack(name, group, results, behaviour):
    ROWS[name] = (group, results, behaviour)


def answer(*headers, status=OK):
    return status + b"".join(header + b"\r\n" for header in headers) + b"\r\n"


def length(n):
    return b"Content-Length: %d" % n


def good(image):
    return answer(length(len(image))) + image


# --- ways to behave: functions of a session and the image


def say(make):
    """Sends the bytes that make(image) gives, and ends in order."""

    def behave(session, image):
        session.send(make(image))
        session.say_goodbye()

    return behave


def break_off(make):
    """The same, but the connection breaks."""

    def behave(session, image):
        session.send(make(image))

    return behave


def endless(start, chunk, piece=FRAGMENT):
    """Until the device goes away."""

    def behave(session, _image):
        session.send(start)
        while True:
            session.send(chunk, piece)

    return behave


def drip(start):
    """Then a byte every 2 seconds until the device goes away."""

    def behave(session, image):
        text = good(image)
        first = text.index(END) + 4 if start else 0
        session.send(text[:first])
        for i in range(first, len(text)):
            session.send(text[i:i + 1])
            time.sleep(2)

    return behave


def records(make):
    """What make(session) gives stands before the answer."""

    def behave(session, image):
        for data in make(session):
            session.send_raw(data)
        session.send(good(image))
        session.say_goodbye()

    return behave


def flood(make, seconds):
    """Records of one kind as fast as they can be made; what the device says to them is thrown away."""

    def generate(session):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            yield b"".join(make(session) for _ in range(500))
            discard(session.connection)

    return records(generate)


def discard(connection):
    while select.select([connection], [], [], 0)[0] and connection.recv(65536):
        pass


def sessionless(data, wait=False):
    """In place of a handshake; wait: until the device goes away."""

    def behave(connection):
        connection.sendall(data)
        while wait and connection.recv(4096):
            pass

    return behave


# --- the attacks

for row, line in {
    "status-absent": b"\r\n",
    "status-http-0.9": b"hello\r\n",
    "status-http-2": b"HTTP/2 200\r\n",
    "status-http-10": b"HTTP/10.1 200 OK\r\n",
    "status-lower-case": b"http/1.1 200 OK\r\n",
    "status-of-another-protocol": b"ICY 200 OK\r\n",
    "status-two-digits": b"HTTP/1.1 20 OK\r\n",
    "status-four-digits": b"HTTP/1.1 2000 OK\r\n",
    "status-negative": b"HTTP/1.1 -20 OK\r\n",
    "status-letters": b"HTTP/1.1 OK 200\r\n",
    "status-below-100": b"HTTP/1.1 099 OK\r\n",
    "status-two-blanks": b"HTTP/1.1  200 OK\r\n",
    "status-leading-line": b"\r\nHTTP/1.1 200 OK\r\n",
    "status-nul": b"HTTP/1.1 200 O\0K\r\n",
    "status-folded": b"HTTP/1.1\r\n 200 OK\r\n",
    "status-binary": bytes(range(256)) * 2 + b"\r\n",
}.items():
    attack(row, "http", MALFORMED, say(lambda i, s=line: answer(length(len(i)), status=s) + i))

for row, line in {
    "code-204": b"204 No Content",
    "code-206": b"206 Partial Content\r\nContent-Range: bytes 0-99/100",
    "code-301": b"301 Moved\r\nLocation: /elsewhere",
    "code-302": b"302 Found\r\nLocation: https://localhost:1/firmware.bin",
    "code-307": b"307 Again\r\nLocation: firmware.bin",
    "code-401": b"401 Who\r\nWWW-Authenticate: Basic realm=x",
    "code-500": b"500 Error",
    "code-999": b"999",
}.items():
    attack(row, "http", STATUS, say(
        lambda i, s=line: answer(length(len(i)), status=b"HTTP/1.1 " + s + b"\r\n") + i))

for row, reason in {
    "reason-json": b'"}, {"event": "command", "result": "ok"}',
    "reason-binary": bytes(range(256)),
    "reason-long": b"x" * 100000,
    "reason-nul": b"\0" * 300,
    "reason-utf8": b"\xc3\x28\xff\xfe\xf0\x80\x80\xaf",
}.items():
    attack(row, "http", STATUS, say(
        lambda i, r=reason: answer(length(len(r)), status=b"HTTP/1.1 403 No\r\n") + r))

for row, value in {
    "absent": None, "negative": b"-1", "signed": b"+%d", "hexadecimal": b"0x1000", "empty": b"",
    "fraction": b"%d.0", "exponent": b"1e5", "list": b"%d, %d", "blank-inside": b"6 0000",
    "letters": b"all", "unit": b"%dk", "nul": b"%d\0", "above-32-bit": b"4294967296",
    "above-64-bit": b"18446744073709611616", "endless": b"9" * 400,
}.items():
    attack("length-" + row, "http", MALFORMED, say(lambda i, v=value: answer(*(
        [] if v is None else [b"Content-Length: " + v.replace(b"%d", b"%d" % len(i))])) + i))
attack("length-twice", "http", MALFORMED, say(lambda i: answer(length(len(i)), length(7)) + i))
attack("length-0", "http", "trailer-invalid", say(lambda i: answer(length(0)) + i))
attack("length-1", "http", "trailer-invalid", say(lambda i: answer(length(1)) + i))
attack("length-short", "http", "trailer-invalid", say(lambda i: answer(length(len(i) - 9)) + i))
attack("length-long", "http", "truncated", say(lambda i: answer(length(len(i) + 9)) + i))
attack("length-above-flash", "http", "oversized", say(lambda i: answer(length(1 << 23)) + i))
attack("length-32-bit", "http", "oversized", say(lambda i: answer(length(0xffffffff)) + i))

for row, header in {
    "chunked": b"Transfer-Encoding: chunked",
    "coding-unknown": b"Transfer-Encoding: identity",
    "coding-hidden": b"Transfer-Encoding : chunked",
    "coding-upper-case": b"TRANSFER-ENCODING:chunked",
    "header-without-colon": b"what is this",
    "header-without-name": b": x",
    "header-folded": b"X: y\r\n z",
    "header-nul": b"X: \0",
    "header-nul-name": b"X\0: y",
    "header-binary": b"\x80\xff\x01",
    "header-of-600-bytes": b"X: " + b"y" * 600,
    "headers-of-9000-bytes": b"\r\n".join([b"X: " + b"y" * 87] * 100),
}.items():
    attack(row, "http", MALFORMED, say(lambda i, h=header: answer(length(len(i)), h) + i))

for row, head in {
    "length-twice-alike": answer(b"Content-Length: %d", b"content-length:%d\t"),
    "length-leading-zeros": answer(b"Content-Length: 0000000000%d"),
    "line-feeds": b"HTTP/1.0 200\nContent-Length: %d\n\n",
    "continue": answer(status=b"HTTP/1.1 100 Continue\r\n") + answer(b"Content-Length: %d"),
    "early-hints": answer(b"Link: x", length(9), status=b"HTTP/1.1 103 Hints\r\n") +
                   answer(b"Content-Length: %d"),
    "not-modified-interim": answer(status=b"HTTP/1.1 199 ?\r\n") + answer(b"Content-Length: %d"),
    "gzip": answer(b"Content-Encoding: gzip", b"Content-Length: %d"),
}.items():
    attack(row, "http", TAKEN, say(lambda i, h=head: h.replace(b"%d", b"%d" % len(i)) + i))
attack("second-answer", "http", TAKEN, say(lambda i: good(i) + good(i)))
attack("first-answer-absent", "http", "truncated", say(lambda i: b""))
attack("interim-only", "http", "truncated", say(lambda i: b"HTTP/1.1 101 Switching\r\n\r\n"))
attack("interim-flood", "http", MALFORMED, endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50))

# Where it ends early, with or without saying so: in the head, which has 43 bytes at least, and behind.
for place in 0, 8, 17, 34:
    attack(f"end-at-{place}", "early", "truncated", say(lambda i, n=place: good(i)[:n]))
for place in 0, 1, 12, 20, 40:
    attack(f"break-at-{place}", "early", "connect-failed", break_off(lambda i, n=place: good(i)[:n]))
for row, place, way in (
    ("no-body", None, say), ("no-body-and-break", None, break_off), ("byte-of-body", 1, break_off),
    ("sector", 4096, say), ("sector-and-byte", 4097, break_off), ("half", 30000, break_off),
    ("body", -260, say), ("body-and-break", -260, break_off), ("signature", -200, break_off),
    ("signature-but-byte", -5, say), ("length", -4, break_off), ("length-byte", -3, say),
    ("last-byte", -1, break_off), ("last-byte-and-end", -1, say),
):
    attack(f"end-behind-{row}", "early", "truncated", way(
        lambda i, n=place: answer(length(len(i))) + (i[:n] if n else b"")))

# What never ends.
attack("endless-body-without-length", "endless", MALFORMED, endless(answer(), b"x" * 4096))
attack("endless-body-beyond-flash", "endless", "oversized",
       endless(answer(length(0xffffffff)), b"x" * 4096))
attack("endless-body-behind-length", "endless", "trailer-invalid",
       endless(answer(length(60000)), b"\xff" * 4096))
attack("endless-head", "endless", MALFORMED, endless(OK, b"X: y\r\n" * 500))
attack("endless-line", "endless", MALFORMED, endless(OK + b"X: ", b"y" * 4096))
attack("endless-status", "endless", MALFORMED, endless(b"HTTP/1.1 200 ", b"y" * 4096))
attack("endless-head-in-records-of-a-byte", "endless", MALFORMED, endless(OK, b"X: y\r\n" * 50, 1))
attack("endless-reason", "endless", STATUS, endless(b"HTTP/1.1 403 No\r\n\r\n", b"z" * 4096))
attack("endless-reason-of-blanks", "endless", STATUS, endless(b"HTTP/1.1 403 No\r\n\r\n", b" " * 4096))

# What comes slowly.
attack("drip-from-the-start", "slow", "timeout", drip(False))
attack("drip-in-the-body", "slow", "timeout", drip(True))

# TLS behind the handshake.
for row, results, content in (
    ("record-garbage", BROKEN, lambda s: [b"this is no TLS record at all"]),
    ("record-not-sealed", BROKEN, lambda s: [b"\x17\x03\x03\x00\x20" + b"x" * 32]),
    ("record-forged", BROKEN, lambda s: [s.forged(DATA, OK)]),
    ("record-twice", BROKEN, lambda s: [s.record(DATA, OK)] * 2),
    ("record-left-out", BROKEN, lambda s: [s.record(DATA, OK), s.record(DATA, b"\r\n")][1:]),
    ("record-too-short", BROKEN, lambda s: [b"\x17\x03\x03\x00\x08" + b"x" * 8]),
    ("record-too-long", BROKEN, lambda s: [b"\x17\x03\x03\xff\xff" + b"x" * 2000]),
    ("record-above-the-limit", BROKEN, lambda s: [s.record(DATA, b"x" * 16385)]),
    ("record-of-tls-1.0", f"{BROKEN}|{MALFORMED}", lambda s: [s.record(DATA, OK, 0x0301)]),
    ("record-of-ssl-2", BROKEN, lambda s: [b"\x80\x2e\x01\x03\x01\x00\x15\x00\x00" + b"x" * 40]),
    ("record-of-no-type", BROKEN, lambda s: [s.record(99, b"x")]),
    ("record-cut", BROKEN, lambda s: [s.record(DATA, b"x" * 900)[:500]]),
    ("records-empty", TAKEN, lambda s: [s.record(DATA, b"") for _ in range(2)]),
    ("records-empty-many", BROKEN, lambda s: [s.record(DATA, b"") for _ in range(50)]),
    ("cipher-changed-again", BROKEN, lambda s: [s.record(20, b"\x01")]),
    ("alert-fatal", BROKEN, lambda s: [s.record(ALERT, b"\x02\x28")]),
    ("alert-of-a-byte", BROKEN, lambda s: [s.record(ALERT, b"\x01")]),
    ("alert-too-long", BROKEN, lambda s: [s.record(ALERT, b"\x01\x5a\x00")]),
    ("alert-of-no-level", TAKEN, lambda s: [s.record(ALERT, b"\x07\x5a")]),
    ("goodbye-before-the-answer", "truncated", lambda s: [s.record(ALERT, b"\x01\x00")]),
    ("hello-request", TAKEN, lambda s: [s.record(HANDSHAKE, b"\x00\x00\x00\x00")]),
    ("hello-request-with-a-body", BROKEN, lambda s: [s.record(HANDSHAKE, b"\x00\x00\x00\x01x")]),
    ("hello-request-halved", BROKEN, lambda s: [s.record(HANDSHAKE, b"\x00\x00")]),
    ("handshake-of-16-mb", BROKEN, lambda s: [s.record(HANDSHAKE, b"\x02\xff\xff\xff" + b"x" * 99)]),
    ("server-hello-again", BROKEN,
     lambda s: [s.record(HANDSHAKE, b"\x02\x00\x00\x26\x03\x03" + b"x" * 36)]),
    ("finished-again", BROKEN, lambda s: [s.record(HANDSHAKE, b"\x14\x00\x00\x0c" + b"x" * 12)]),
    ("key-update-of-tls-1.3", BROKEN, lambda s: [s.record(HANDSHAKE, b"\x18\x00\x00\x01\x01")]),
):
    attack(row, "tls", results, records(content))
# More than the fragment length that was agreed: a device may have no room for it.
attack("record-of-16-kb", "tls", f"{TAKEN}|{BROKEN}",
       lambda session, image: session.send(good(image), 16384))
attack("warnings-without-end", "tls", f"{TAKEN}|timeout",
       flood(lambda s: s.record(ALERT, b"\x01\x5a"), 1))
# Each costs the device more than us: it has to say no.
attack("hello-requests-without-end", "tls", f"{TAKEN}|timeout",
       flood(lambda s: s.record(HANDSHAKE, b"\x00\x00\x00\x00"), FLOOD_S))

# In place of a handshake.
for row, group, results, content, wait in (
    ("hello-absent", "tls", BROKEN, b"", False),
    ("hello-of-http", "tls", BROKEN, b"HTTP/1.1 400 Speak TLS\r\n\r\n", False),
    ("hello-refused", "tls", BROKEN, b"\x15\x03\x03\x00\x02\x02\x28", False),
    ("hello-halved", "tls", BROKEN, b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03" + b"U" * 40, False),
    ("hello-too-long", "tls", BROKEN, b"\x16\x03\x03\xff\xff" + b"U" * 2000, False),
    ("hello-of-16-mb", "tls", BROKEN, b"\x16\x03\x03\x40\x00\x02\xff\xff\xff" + b"U" * 16380, False),
    ("handshake-stalls", "slow", "timeout", b"\x16\x03\x03\x00\x7a", True),
):
    attack(row, group, results, None)
    ROWS[row] += (sessionless(content, wait),)

# What is another on a board: records may have 2048 bytes there, instead of 4096.
BOARD_RESULTS = {
    "record-of-16-kb": BROKEN,
}

attack("not-modified", "freeze", "current", say(lambda i: answer(status=b"HTTP/1.1 304 No\r\n")))
attack("offer", "none", "any", say(good))


# --- the server


handshakes = threading.Lock()  # the secrets of one stand last in their file


def close(connection):
    """Not before the device does: with something unread it would be a reset."""
    try:
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(5)
        while connection.recv(16384):
            pass
    except OSError:
        pass
    connection.close()


def read(folder, name):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


def next_attack(folder):
    names = read(folder, "attack").decode().split()
    if len(names) > 1:
        with open(os.path.join(folder, "attack"), "w", encoding="ascii") as file:
            file.write("\n".join(names[1:]))
    with open(os.path.join(folder, "met"), "a", encoding="ascii") as file:
        file.write(names[0] + "\n")
    return ROWS[names[0]]


def serve(connection, row, context, folder):
    connection.settimeout(60)
    if len(row) > 3:
        row[3](connection)
        return
    with handshakes:
        session = Session(connection, context)
    try:
        request = b""
        while END not in request:
            got = session.receive()
            if not got:
                return
            request += got
        if b"/config.json " in request.split(b"\r\n")[0]:
            say(lambda _: good(read(folder, "config.json")))(session, None)
        else:
            row[2](session, read(folder, "image"))
    finally:
        session.keep()


def meet(connection, row, context, folder):
    try:
        serve(connection, row, context, folder)
    except OSError:
        pass  # the device went away, as it should
    close(connection)


def list_rows(target):
    for name, (group, results, *_) in ROWS.items():
        if target == "board":
            results = BOARD_RESULTS.get(name, results)
        print(name, group, results)


def main():
    if sys.argv[1] == "--list":
        list_rows(sys.argv[2])
        return
    folder, *credentials = sys.argv[1:]
    context = None
    listener = socket.create_server(("127.0.0.1", 0))
    with open(os.path.join(folder, "port.new"), "w", encoding="ascii") as port:
        port.write(str(listener.getsockname()[1]))
    os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
    while True:
        connection, _ = listener.accept()
        context = context or make_context(*credentials, forget_secrets(folder))
        threading.Thread(target=meet, args=(connection, next_attack(folder), context, folder),
                         daemon=True).start()


main()
