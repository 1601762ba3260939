"""Opens COUNT connections from ADDRESS as fast as it can and says how many the server closed, then
keeps the others until standard input ends. They say nothing.

usage: connection_flood.py ADDRESS PORT COUNT
       connection_flood.py [--uid UID] SOCKET COUNT
                                               a Unix socket, by its path; as that user, who need not
                                               be able to reach it: for root"""

import ctypes
import os
import resource
import select
import socket
import sys
import time


def main():
    arguments = sys.argv[1:]
    if arguments[0] == "--uid":
        os.setresuid(0, int(arguments[1]), 0)
        ctypes.CDLL(None).setfsuid(0)
        del arguments[:2]
    *target, count = arguments[:-1] + [int(arguments[-1])]
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    began = time.monotonic()
    poll = select.poll()
    opened = {}
    closed = 0

    def collect(timeout_ms):
        nonlocal closed
        ready = poll.poll(timeout_ms)
        for number, _ in ready:
            poll.unregister(number)
            opened.pop(number).close()
            closed += 1
        return bool(ready)

    def connect(client):
        if len(target) == 1:
            client.connect(target[0])
        else:
            client.bind((target[0], 0))
            client.connect(("127.0.0.1", int(target[1])))

    for _ in range(count):
        client = socket.socket(socket.AF_UNIX if len(target) == 1 else socket.AF_INET)
        client.settimeout(30)
        try:
            connect(client)
        except ConnectionError:
            closed += 1
            client.close()
            continue
        opened[client.fileno()] = client
        poll.register(client, select.POLLIN)  # nobody says a word, so only an end
        collect(0)
    while collect(2000):
        pass
    print(f"{closed} closed, {len(opened)} open, {time.monotonic() - began - 2:.1f} s", flush=True)
    sys.stdin.read()


main()
