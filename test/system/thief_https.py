"""Whoever has one device's certificate and key, or none, at the download server.

usage: thief_https.py ATTACK ARGUMENT...

Prints "ready" when the attack is under way, keeps it up until the standard input ends, opening anew what
the server closes, and then prints what came of it as JSON. ATTACK:

  silent PORT COUNT RATE ADDRESS...
        COUNT connections that say nothing, from each address in turn; at most RATE new ones a second
  stalled PORT BYTES COUNT RATE ADDRESS...
        the same, which say the first BYTES of what a handshake begins with, or, if BYTES is "all",
        all of it, and do not go on
  handshakes CREDENTIALS COUNT ADDRESS
        COUNT connections whose handshakes are complete, and which ask nothing
  downloads CREDENTIALS PATH COUNT SPEED
        COUNT downloads, each read at SPEED bytes a second
  chains CREDENTIALS COUNT BYTES
        COUNT full handshakes, one after the other, each with certificates of BYTES bytes beside its own
        (0: its own alone), and a question

An address may be a network of IPv6, as 2001:db8::/64, which this machine has a route for: then
each connection comes from another of it."""

import ipaddress
import itertools
import json
import os
import random
import resource
import select
import socket
import ssl
import subprocess
import sys
import time

import mqtt_client

counts = {"opened": 0, "closed": 0, "failed": 0, "most": 0}
server = os.environ.get("THIEF_SERVER", "127.0.0.1")


def stopped():
    return bool(select.select([sys.stdin], [], [], 0)[0])


def from_address(address):
    """A socket that is bound to it, or to any of a network."""
    if "/" not in address:
        plain = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    else:
        network = ipaddress.ip_network(address)
        address = str(network[random.randrange(1, 2 ** 62)])
        plain = socket.socket(socket.AF_INET6)
        plain.setsockopt(socket.IPPROTO_IPV6, 78, 1)  # IPV6_FREEBIND, of linux/in6.h
    plain.settimeout(5)
    plain.bind((address, 0))
    return plain


def silent(port, count, rate, *addresses, said=b""):
    links, poll = {}, select.epoll()
    turns = itertools.cycle(addresses)
    began, ready, wanted = time.monotonic(), False, int(count) * len(addresses)
    while not stopped():
        for number, events in poll.poll(0.005):
            if events == select.EPOLLOUT:
                say(links[number], said)
                poll.modify(number, select.EPOLLIN)
            elif not goes_on(links[number]):
                links.pop(number).close()
                counts["closed"] += 1
        counts["most"] = max(counts["most"], len(links))
        # Under way: as many as there can be, or for a while all that is closed opened anew.
        if not ready and (len(links) >= wanted or time.monotonic() > began + wanted / int(rate) + 2):
            ready = True
            print("ready", flush=True)
        due = min(wanted - len(links), (time.monotonic() - began) * int(rate) - counts["opened"], 50)
        for _ in range(int(due)):
            plain = from_address(next(turns))
            plain.setblocking(False)
            plain.connect_ex((server, int(port)))
            links[plain.fileno()] = plain
            poll.register(plain, select.EPOLLIN | (select.EPOLLOUT if said else 0))
            counts["opened"] += 1


def goes_on(link):
    """Whether the server says more, which is not wanted."""
    try:
        return link.recv(65536) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def say(link, said):
    try:
        link.send(said)
    except OSError:
        pass  # seen as its end


def stalled(port, size, *rest):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = mqtt_client.context(os.environ["SANDBOX_PKI"] + "/ca.crt", None).wrap_bio(
        incoming, outgoing, server_hostname="localhost")
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    hello = outgoing.read()
    silent(port, *rest, said=hello if size == "all" else hello[:int(size)])


def handshakes(credentials, count, address):
    tls = mqtt_client.context(os.environ["SANDBOX_PKI"] + "/ca.crt", credentials)
    links = []
    ready = False
    while not stopped():
        for link in [link for link in links if select.select([link], [], [], 0)[0]]:
            links.remove(link)
            link.close()
            counts["closed"] += 1
        counts["most"] = max(counts["most"], len(links))
        if len(links) < int(count):
            plain = from_address(address)
            try:
                plain.connect((server, int(os.environ["SANDBOX_HTTPS_PORT"])))
                links.append(tls.wrap_socket(plain, server_hostname="localhost"))
                counts["opened"] += 1
            except OSError:
                plain.close()
                counts["failed"] += 1
        if not ready and counts["opened"] + counts["failed"] >= int(count):
            ready = True
            print("ready", flush=True)


class Download:
    def __init__(self, tls, path):
        plain = socket.socket()
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        plain.settimeout(20)
        plain.connect(("127.0.0.1", int(os.environ["SANDBOX_HTTPS_PORT"])))
        self.link = tls.wrap_socket(plain, server_hostname="localhost")
        self.link.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        self.began, self.read = time.monotonic(), 0
        counts["opened"] += 1

    def go_on(self, speed):
        """Reads what is due; False when it is over."""
        try:
            while self.read < (time.monotonic() - self.began) * speed:
                piece = self.link.recv(82)
                if not piece:
                    return False
                self.read += len(piece)
            return True
        except OSError:
            return False


def downloads(credentials, path, count, speed):
    tls = mqtt_client.context(os.environ["SANDBOX_PKI"] + "/ca.crt", credentials)
    running = []
    ready = False
    while not stopped():
        while len(running) < int(count):
            try:
                running.append(Download(tls, path))
            except OSError:
                counts["failed"] += 1
                break
        if not ready:
            ready = True
            print("ready", flush=True)
        for one in list(running):
            if not one.go_on(int(speed)):
                running.remove(one)
                one.link.close()
                counts["closed"] += 1
        counts["most"] = max(counts["most"], len(running))
        time.sleep(0.1)


def chain_of(credentials, size):
    """Files with the device's certificate, and others beside it, of so many bytes in all."""
    base = f"{os.environ['THIEF_FOLDER']}/chain"
    text = open(credentials + ".crt", encoding="ascii").read()
    names = ",".join(f"DNS:{i:06d}.example.org" for i in range(300))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", base + ".other.key", "-subj",
                    "/CN=other", "-addext", f"subjectAltName={names}", "-out", base + ".other.crt"],
                   check=True, capture_output=True)
    other = open(base + ".other.crt", encoding="ascii").read()
    der = len(ssl.PEM_cert_to_DER_cert(other))
    with open(base + ".crt", "w", encoding="ascii") as out:
        out.write(text + other * max(0, size // der))
    with open(base + ".key", "w", encoding="ascii") as out:
        out.write(open(credentials + ".key", encoding="ascii").read())
    return base


def chains(credentials, count, size):
    if int(size) > 0:
        credentials = chain_of(credentials, int(size))
    tls = mqtt_client.context(os.environ["SANDBOX_PKI"] + "/ca.crt", credentials)
    print("ready", flush=True)
    port = int(os.environ["SANDBOX_HTTPS_PORT"])
    for _ in range(int(count)):
        if stopped():
            return
        status, _, _ = mqtt_client.get(port, tls, "/download/ca.crt")
        counts["opened"] += 1
        counts["failed"] += status != "200"


def main():
    os.nice(19)  # what it computes, it would compute elsewhere
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    {"silent": silent, "stalled": stalled, "handshakes": handshakes, "downloads": downloads,
     "chains": chains}[sys.argv[1]](*sys.argv[2:])
    print(json.dumps(counts), flush=True)


main()
