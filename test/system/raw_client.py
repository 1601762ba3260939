#!/usr/bin/env python3
"""A client of the download server that behaves as it is told: raw_client.py PORT CA CREDENTIALS
ACTION... on one connection each. ACTION:

  whole PATH             reads all of it, then closes
  keep PATH              the same, asking to keep the connection, and closes it in order
  range PATH FIRST LAST  reads that range, then closes
  cut PATH BYTES         reads so many bytes of the body, then closes
  cutkeep PATH BYTES     the same, having asked to keep the connection
  cutrange PATH FIRST BYTES   reads so many bytes of a range from FIRST on, then closes
  none PATH              asks and closes without reading
  head PATH              HEAD
  pipeline PATH BYTES    asks twice at once, reads so many bytes of the first body, then closes
  vanish PATH BYTES      reads so many bytes, then resets the connection
  eof PATH               reads to the end of the connection, which is to be in order
  slow PATH SECONDS      reads all within so many seconds, with next to no buffer; prints its SHA-256
"""

import hashlib
import socket
import ssl
import struct
import sys
import time


def connect(port, ca, credentials, buffer=0):
    context = ssl.create_default_context(cafile=ca)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(credentials + ".crt", credentials + ".key")
    plain = socket.socket()
    if buffer:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    plain.settimeout(30)
    plain.connect(("localhost", port))
    return context.wrap_socket(plain, server_hostname="localhost")


def ask(link, method, path, keep, headers=()):
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [] if keep else ["Connection: close"]
    lines += headers
    link.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())


def read_head(link):
    head = b""
    while b"\r\n\r\n" not in head:
        piece = link.recv(1)
        if not piece:
            sys.exit("raw_client: no answer")
        head += piece
    lines = head.decode().split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    return int(lines[0].split()[1]), int(fields.get("content-length", 0))


def read_body(link, n):
    done = 0
    while done < n:
        piece = link.recv(min(1024, n - done))
        if not piece:
            sys.exit(f"raw_client: ends after {done} of {n}")
        done += len(piece)


def read_slowly(link, n, seconds):
    digest, pause = hashlib.sha256(), seconds * 4096 / n
    while n > 0:
        piece = link.recv(min(4096, n))
        if not piece:
            sys.exit(f"raw_client: ends {n} before the end")
        digest.update(piece)
        n -= len(piece)
        time.sleep(pause * len(piece) / 4096)
    print(digest.hexdigest())


def act(link, action, path, numbers):
    keep = action in ("keep", "cutkeep", "pipeline")
    headers = []
    if action == "range":
        headers = [f"Range: bytes={numbers[0]}-{numbers[1]}"]
    if action == "cutrange":
        headers = [f"Range: bytes={numbers[0]}-"]
    ask(link, "HEAD" if action == "head" else "GET", path, keep, headers)
    if action == "pipeline":
        ask(link, "GET", path, True)
    if action == "none":
        return
    status, length = read_head(link)
    print(f"{status} {length}", flush=True)
    if action in ("cut", "cutkeep", "vanish", "pipeline"):
        read_body(link, numbers[0])
    elif action == "cutrange":
        read_body(link, numbers[1])
    elif action == "slow":
        read_slowly(link, length, numbers[0])
    elif action != "head":
        read_body(link, length)
    if action == "eof" and link.recv(1) != b"":
        sys.exit("raw_client: more than there should be")
    if action == "vanish":
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def main():
    port, ca, credentials, action, path = sys.argv[1:6]
    link = connect(int(port), ca, credentials, 4096 if action == "slow" else 0)
    act(link, action, path, [int(n) for n in sys.argv[6:]])
    link.close()


main()
