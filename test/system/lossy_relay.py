#!/usr/bin/env python3
"""Stands between a device and the broker, on a port of its own, whose number it writes to PORT-FILE.
After SIGUSR1 what the broker sends is lost, after SIGUSR2 all connections end, and those that come
are led on again.

usage: lossy_relay.py TARGET-PORT PORT-FILE"""

import os
import select
import signal
import socket
import sys

target = int(sys.argv[1])
loses = False
ends = False


def lose(*_):
    global loses
    loses = True


def end(*_):
    global loses, ends
    loses = False
    ends = True


def close_all(pairs):
    for end_point in pairs:
        end_point.close()
    pairs.clear()


def close_pair(pairs, one):
    other = pairs.pop(one)
    pairs.pop(other)
    one.close()
    other.close()


def pass_on(pairs, one, servers):
    try:
        data = one.recv(65536)
        if not data:
            close_pair(pairs, one)
        elif not (loses and one in servers):
            pairs[one].sendall(data)
    except OSError:
        close_pair(pairs, one)


def accept(listener, pairs, servers):
    client, _ = listener.accept()
    try:
        server = socket.create_connection(("localhost", target))
    except OSError:
        client.close()
        return
    pairs[client], pairs[server] = server, client
    servers.add(server)


def main():
    global ends
    signal.signal(signal.SIGUSR1, lose)
    signal.signal(signal.SIGUSR2, end)
    listener = socket.create_server(("127.0.0.1", 0))
    with open(sys.argv[2] + ".new", "w", encoding="ascii") as file:
        file.write(str(listener.getsockname()[1]))
    os.rename(sys.argv[2] + ".new", sys.argv[2])
    pairs = {}
    servers = set()
    while True:
        ready, _, _ = select.select([listener, *pairs], [], [], 0.2)
        if ends:
            ends = False
            close_all(pairs)
            continue
        for one in ready:
            if one is listener:
                accept(listener, pairs, servers)
            elif one in pairs:
                pass_on(pairs, one, servers)


main()
