#!/usr/bin/env python3
"""A client of the download server that holds what it has while it is shut out:
held_client.py PORT CA CREDENTIALS FOLDER IMAGE

It keeps a connection on which it has asked, a download of IMAGE under way, and a TLS session of
each kind, then makes FOLDER/held and waits for FOLDER/go. What it says then, a line each:

  kept NUMBER|ended       the status of the next request on the kept connection
  download BYTES of SIZE  how much of the download came, once it ended
  ticket STATUS REUSED AGAIN   a request in a session resumed by ticket, and another behind it
  id STATUS REUSED AGAIN  and by ID
  full STATUS|alert NAME  a request in a new session
"""

import os
import socket
import ssl
import sys
import time

PATIENCE_S = 30


def context_of(ca, credentials, tickets):
    context = ssl.create_default_context(cafile=ca)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(credentials + ".crt", credentials + ".key")
    if not tickets:
        context.options |= ssl.OP_NO_TICKET
    return context


def connect(port, context, session=None, buffer=0):
    plain = socket.socket()
    if buffer:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    plain.settimeout(PATIENCE_S)
    plain.connect(("localhost", port))
    return context.wrap_socket(plain, server_hostname="localhost", session=session)


def ask(link, path):
    link.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())


def read_head(link):
    head = b""
    while b"\r\n\r\n" not in head:
        piece = link.recv(1)
        if not piece:
            raise EOFError
        head += piece
    lines = head.decode().split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    return int(lines[0].split()[1]), int(fields.get("content-length", 0))


def read_body(link, size):
    done = 0
    while done < size:
        try:
            piece = link.recv(min(4096, size - done))
        except OSError:
            break
        if not piece:
            break
        done += len(piece)
    return done


def get(link, path):
    """The status, or "ended" if there was no answer."""
    try:
        ask(link, path)
        status, size = read_head(link)
        read_body(link, size)
        return status
    except (OSError, EOFError):
        return "ended"


def say_session(name, port, context, session):
    try:
        link = connect(port, context, session)
        path = "/download/config.json"
        print(name, get(link, path), link.session_reused, get(link, path), flush=True)
    except OSError as error:
        print(name, "alert", getattr(error, "reason", error), flush=True)


def main():
    port, ca, credentials, folder, image = sys.argv[1:]
    port = int(port)
    contexts = {name: context_of(ca, credentials, name == "ticket") for name in ("ticket", "id")}
    sessions = {}
    for name, context in contexts.items():
        link = connect(port, context)
        if get(link, "/download/config.json") != 200:
            sys.exit("held_client: it is not let in")
        sessions[name] = link.session
        kept = link
    slow = connect(port, contexts["id"], buffer=4096)
    ask(slow, f"/download/firmware.bin?curimage={image}")
    status, size = read_head(slow)
    if status != 200:
        sys.exit(f"held_client: no download: {status}")

    os.close(os.open(os.path.join(folder, "held"), os.O_CREAT, 0o600))
    until = time.monotonic() + PATIENCE_S
    while not os.path.exists(os.path.join(folder, "go")):
        if time.monotonic() > until:
            sys.exit("held_client: waits in vain")
        time.sleep(0.01)

    print("kept", get(kept, "/download/config.json"), flush=True)
    print("download", read_body(slow, size), "of", size, flush=True)
    for name in ("ticket", "id"):
        say_session(name, port, contexts[name], sessions[name])
    say_session("full", port, contexts["id"], None)


main()
