"""Opens COUNT connections to PORT of this machine, in turns from each ADDRESS, that say nothing.
Says how many are there and how many were closed, and keeps them until standard input ends.

usage: silent_crowd.py PORT COUNT ADDRESS..."""

import resource
import select
import socket
import sys


def connect(address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    client = socket.socket(family)
    client.settimeout(30)
    try:
        client.bind((address, 0))
        client.connect((address if family == socket.AF_INET6 else "127.0.0.1", port))
    except ConnectionError:
        client.close()
        return None
    return client


def main():
    port, count = int(sys.argv[1]), int(sys.argv[2])
    addresses = sys.argv[3:]
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    clients = [connect(addresses[i % len(addresses)], port) for i in range(count)]
    poll = select.poll()
    for client in clients:
        if client is not None:
            poll.register(client, select.POLLIN)
    ended = len(poll.poll(500))  # nobody says a word, so only an end
    stay = sum(client is not None for client in clients) - ended
    print(f"{count - stay} closed, {stay} open", flush=True)
    sys.stdin.read()


main()
