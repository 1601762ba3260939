"""A name server that knows 10.0.2.2 for every name, and a time server, on loopback UDP ports that are
written to FOLDER/dns-port and FOLDER/ntp-port. FOLDER/time says how the time server answers:

  true         this machine's time
  at SECONDS   that time (since 1970)
  kiss         kiss-of-death: stratum 0
  zero         transmit time 0
  origin       another request's stamp
  stranger     true, but from another port
  client       true, but it says that it is a client
  short, long  true, but of 47 or 52 bytes
  garbage      48 bytes of all ones
  silence      not at all

Each request is a line of FOLDER/requests: "dns NAME" or "ntp WAY".

usage: time_server.py FOLDER"""

import os
import select
import socket
import struct
import sys
import time

NTP_FROM_UNIX = 2208988800
ADDRESS = bytes([10, 0, 2, 2])
folder = sys.argv[1]


def read(name):
    with open(os.path.join(folder, name), encoding="ascii") as file:
        return file.read().strip()


def note(line):
    with open(os.path.join(folder, "requests"), "a", encoding="ascii") as file:
        file.write(line + "\n")


def listen(name):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    path = os.path.join(folder, name)
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(f"{server.getsockname()[1]}\n")
    os.rename(path + ".new", path)
    return server


def answer_name(query):
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode("ascii"))
        at += 1 + query[at]
    note("dns " + ".".join(labels))
    question = query[12 : at + 5]
    header = query[:2] + b"\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"
    return header + question + b"\xc0\x0c\x00\x01\x00\x01" + struct.pack(">IH", 60, 4) + ADDRESS


def answer_time(query, words):
    way = words[0]
    seconds = int(words[1]) if way == "at" else int(time.time())
    stamp = struct.pack(">II", (seconds + NTP_FROM_UNIX) % 2**32, 1 << 31)
    first = (query[0] & 0x38) | (3 if way == "client" else 4)
    origin = query[40:48]
    if way == "origin":
        origin = bytes([origin[0] ^ 1]) + origin[1:]
    head = bytes([first, 0 if way == "kiss" else 2, 0, 0xEC]) + bytes(8) + b"TEST"
    text = head + stamp + origin + stamp + (bytes(8) if way == "zero" else stamp)
    if way == "garbage":
        text = b"\xff" * 48
    return {"short": text[:47], "long": text + bytes(4)}.get(way, text)


def main():
    names, times = listen("dns-port"), listen("ntp-port")
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    while True:
        for server in select.select([names, times], [], [])[0]:
            query, client = server.recvfrom(2048)
            if server is names:
                names.sendto(answer_name(query), client)
                continue
            way = read("time")
            note("ntp " + way)
            if way != "silence":
                (stranger if way == "stranger" else times).sendto(
                    answer_time(query, way.split()), client
                )


main()
