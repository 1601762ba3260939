"""A broker that lies. What it does with each new connection stands in FOLDER/attack: the name of an
attack below. It has the real broker's certificate, and writes "ATTACK CLIENT" to FOLDER/connections
for each connection, CLIENT being the common name of the client's certificate, or "-".

usage: hostile_broker.py FOLDER PORT CA CERTIFICATE KEY
       hostile_broker.py --list"""

import os
import random
import socket
import ssl
import sys
import threading
import time

from mqtt_packet import packet

CONNACK = b"\x20\x02\x00\x00"
TOPIC = b"\x00\x14/status/84f3eb000001"


# In place of a TLS handshake.
BEFORE_TLS = {
    "close-at-once": b"",
    "not-tls": bytes(range(256)) * 16,
    "alert": b"\x15\x03\x03\x00\x02\x02\x28",
    "half-a-hello": b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03" + b"\x55" * 40,
    "record-too-long": b"\x16\x03\x03\xff\xff" + b"\x55" * 2000,
}

# In answer to CONNECT.
AFTER_CONNECT = {
    "silence": b"",
    "connack-short": b"\x20\x01\x00",
    "connack-long": b"\x20\x05\x00\x00\x00\x00\x00",
    "connack-refused": b"\x20\x02\x00\x05",
    "connack-unknown-code": b"\x20\x02\x00\xff",
    "connack-flags": b"\x20\x02\xfe\x00",
    "connack-twice": CONNACK * 2,
    "length-of-five-bytes": CONNACK + b"\x30\xff\xff\xff\xff\x7f",
    "longest-packet": CONNACK + b"\x30\xff\xff\xff\x7f" + TOPIC + b"x" * 5000,
    "publish-empty": CONNACK + b"\x30\x00",
    "publish-topic-too-long": CONNACK + b"\x30\x05\xff\xffabc",
    "publish-topic-empty": CONNACK + packet(0x30, b"\x00\x00{}"),
    "publish-topic-no-utf8": CONNACK + packet(0x30, b"\x00\x04/\xff\x00\xc0{}"),
    "publish-wildcard": CONNACK + packet(0x30, b"\x00\x09/status/+{}"),
    "publish-without-id": CONNACK + packet(0x32, TOPIC),
    "publish-id-0": CONNACK + packet(0x32, TOPIC + b"\x00\x00{}"),
    "publish-qos-3": CONNACK + packet(0x36, TOPIC + b"\x00\x01{}"),
    "publish-qos-2-unreleased": CONNACK + packet(0x34, TOPIC + b"\x00\x01{}") * 50,
    "suback-empty": CONNACK + b"\x90\x00",
    "suback-without-code": CONNACK + b"\x90\x02\x00\x01",
    "suback-of-another": CONNACK + b"\x90\x03\x7f\xff\x00" * 9,
    "suback-refused": CONNACK + b"\x90\x03\x00\x01\x80",
    "suback-code-3": CONNACK + b"\x90\x03\x00\x01\x03",
    "puback-of-nothing": CONNACK + b"\x40\x02\x12\x34" + b"\x62\x02\x12\x34" + b"\x70\x02\x12\x34",
    "packets-of-a-client": CONNACK + b"\xc0\x00" + b"\x82\x06\x00\x01\x00\x01a\x00" + b"\xe0\x00",
    "reserved-packets": CONNACK + b"\x00\x00" + b"\xf0\x00",
}

# Made as they are sent.
OTHER = ["garbage", "endless-statuses", "endless-packet", "close-after-tls", "stalls"]


def endless(stream, chunk):
    end = time.monotonic() + 2
    while time.monotonic() < end:
        stream.sendall(chunk)


def answer(stream, attack):
    if attack == "close-after-tls":
        return
    stream.recv(4096)  # CONNECT
    if attack == "garbage":
        for _ in range(20):
            stream.sendall(random.randbytes(random.randrange(1, 400)))
    elif attack == "endless-statuses":
        stream.sendall(CONNACK)
        endless(stream, packet(0x30, TOPIC + b"{}") * 100)
    elif attack == "endless-packet":
        stream.sendall(CONNACK + b"\x30\xff\xff\xff\x7f" + TOPIC)
        endless(stream, b"x" * 10000)
    else:
        stream.sendall(AFTER_CONNECT[attack])
    stream.settimeout(0.5)  # whether it hangs up, or waits for more
    try:
        while stream.recv(4096):
            pass
    except TimeoutError:
        pass


def serve(connection, context, folder):
    client = "-"
    with open(folder + "/attack", encoding="ascii") as file:
        attack = file.read().strip()
    try:
        connection.settimeout(20)
        if attack == "stalls":
            connection.settimeout(None)
            while connection.recv(4096):  # says nothing until the client gives up
                pass
        elif attack in BEFORE_TLS:
            connection.sendall(BEFORE_TLS[attack])
            time.sleep(0.3 if BEFORE_TLS[attack] else 0)
        else:
            stream = context.wrap_socket(connection, server_side=True)
            client = dict(item[0] for item in stream.getpeercert()["subject"])["commonName"]
            answer(stream, attack)
            stream.close()
    except (OSError, ValueError):
        pass  # it hung up, as it should
    finally:
        connection.close()
        with open(folder + "/connections", "a", encoding="ascii") as file:
            file.write(f"{attack} {client}\n")


def main():
    if sys.argv[1] == "--list":
        print("\n".join([*BEFORE_TLS, *AFTER_CONNECT, *OTHER]))
        return
    folder, port, authority, certificate, key = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(authority)
    context.verify_mode = ssl.CERT_REQUIRED
    listener = socket.create_server(("127.0.0.1", int(port)))
    with open(os.path.join(folder, "listens"), "w", encoding="ascii"):
        pass
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, context, folder), daemon=True).start()


main()
