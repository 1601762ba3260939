"""Clients that stop, or nearly stop, at some point of a connection. Opens COUNT of each KIND, prints
"ready", and keeps them so, opening anew those that the server closes, until standard input ends.

usage: slow_clients.py ADDRESS PORT CA CERTIFICATE KEY IMAGE-PATH COUNT KIND...

KIND is one of the names of `kinds` below. ADDRESS is the one to connect from."""

import select
import socket
import ssl
import sys
import time

TICK_S = 0.1
CHANGE_CIPHER_SPEC = 20  # RFC 5246, 6.2.1


class Client:
    """One connection; trickle is what is still to be sent, a byte at a time."""

    def __init__(self, world):
        self.world = world
        self.trickle = b""
        self.plain = socket.socket()
        self.plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.plain.settimeout(20)
        self.plain.bind((world.address, 0))
        self.plain.connect(("127.0.0.1", world.port))

    def begin_tls(self, session=None):
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = self.world.context.wrap_bio(
            self.incoming, self.outgoing, server_hostname="localhost", session=session)
        return self.step()

    def step(self):
        """Goes on with the handshake as far as what was received allows; returns what to send."""
        try:
            self.tls.do_handshake()
            self.done = True
        except ssl.SSLWantReadError:
            self.done = False
        return self.outgoing.read()

    def receive(self):
        got = self.plain.recv(65536)
        if not got:
            raise ConnectionError("closed during the handshake")
        self.incoming.write(got)

    def finish_tls(self):
        self.plain.sendall(self.begin_tls())
        while not self.done:
            self.receive()
            self.plain.sendall(self.step())

    def encrypt(self, data):
        self.tls.write(data)
        return self.outgoing.read()


def request(path):
    return b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path.encode()


# --- kinds: each opens a connection and leaves it where it stops


def tcp(_client):
    pass


def record_header(client):
    client.plain.sendall(client.begin_tls()[:3])


def half_hello(client):
    hello = client.begin_tls()
    client.plain.sendall(hello[: len(hello) // 2])


def hello(client):
    client.plain.sendall(client.begin_tls())


def certificate(client):
    """All that the client says before it changes to the cipher; not the rest."""
    client.plain.sendall(client.begin_tls())
    flight = b""
    while not flight:
        client.receive()
        flight = client.step()
    at = 0
    while flight[at] != CHANGE_CIPHER_SPEC:
        at += 5 + int.from_bytes(flight[at + 3 : at + 5], "big")
    client.plain.sendall(flight[:at])


def resumption(client):
    client.plain.sendall(client.begin_tls(client.world.session))


def handshake(client):
    client.finish_tls()


def half_request(client):
    client.finish_tls()
    client.plain.sendall(client.encrypt(request("/download/ca.crt")[:-20]))


def unread(client):
    """More answers than the kernel takes for it."""
    client.finish_tls()
    client.plain.sendall(client.encrypt(request(client.world.image) * 12))


def slow_headers(client):
    client.finish_tls()
    for byte in request("/download/ca.crt")[:-2] + b"X: " + b"y" * 1000:
        client.trickle += client.encrypt(bytes([byte]))


def slow_hello(client):
    client.trickle = client.begin_tls()


kinds = {kind.__name__: kind for kind in (
    tcp, record_header, half_hello, hello, certificate, resumption, handshake, half_request, unread,
    slow_headers, slow_hello)}


class World:
    def __init__(self, address, port, authority, certificate_file, key, image):
        self.address = address
        self.port = int(port)
        self.image = image
        self.context = ssl.create_default_context(cafile=authority)
        self.context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.context.load_cert_chain(certificate_file, key)
        first = Client(self)
        first.finish_tls()
        self.session = first.tls.session
        first.plain.close()

    def open(self, kind):
        client = Client(self)
        kinds[kind](client)
        client.plain.settimeout(0)
        return client


def is_closed(client, kind):
    """Whether the server has ended it; reads nothing else."""
    try:
        return not client.plain.recv(1, socket.MSG_PEEK) if kind != "unread" else False
    except BlockingIOError:
        return False
    except OSError:
        return True


def tick(world, clients):
    """Sends the next byte of each that has one, a record's bytes in turn."""
    for client in clients:
        try:
            if is_closed(client, clients[client]):
                raise ConnectionError
            if client.trickle:
                client.plain.send(client.trickle[:1])
                client.trickle = client.trickle[1:]
        except BlockingIOError:
            pass
        except OSError:
            kind = clients.pop(client)
            client.plain.close()
            clients[world.open(kind)] = kind
            return  # the dictionary has changed


def main():
    *place, count, first = sys.argv[1:9]
    world = World(*place)
    clients = {}
    for kind in [first] + sys.argv[9:]:
        for _ in range(int(count)):
            clients[world.open(kind)] = kind
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], 0)[0]:
        tick(world, clients)
        time.sleep(TICK_S)


main()
