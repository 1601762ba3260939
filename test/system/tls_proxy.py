"""Stands between a board and a server, on a port of its own, whose number it writes to FOLDER/port.
Each new connection gets what the first line of FOLDER/mode says, which is then removed unless it is
the last, and leads to the loopback port in FOLDER/target:

  relay                    nothing is changed
  cut SIDE RECORDS BYTES   both sides are cut off after so many TLS records and bytes of what comes
                           after them from SIDE: server or client
  old-version              the server's hello says TLS 1.1
  oversize                 a record of 4000 bytes is put among the server's, after the handshake
  refuse-resumption        who asks for it gets an alert, others are led on
  stall-resumption         who asks for it gets no answer, others are led on
  serve NAME [OPTION...]   it is a TLS server itself, with FOLDER/NAME.crt and .key, and refuses
                           whatever is asked; OPTIONs: no-client (certificate is asked for), ca=FILE
                           (that clients must have; else FOLDER/ca.crt), max=1.1, min=1.3

SIGHUP ends all connections. After its handshake, or at its end if there is none, each connection
appends a line to FOLDER/connections: MODE, what the client's hello asked for (new, resume or -), and what it got as the wire shows it:
full (there was a Certificate message), abbreviated, or -.

usage: tls_proxy.py FOLDER"""

import os
import signal
import socket
import ssl
import sys
import threading
import warnings

CHANGE_CIPHER_SPEC, HANDSHAKE, APPLICATION_DATA = 20, 22, 23
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE = 1, 2, 11
ALERT_HANDSHAKE_FAILURE = b"\x15\x03\x03\x00\x02\x02\x28"
OVERSIZED = b"\x17\x03\x03\x0f\xa0" + b"\x55" * 4000
HTTP_REFUSAL = b"HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\nConnection: close\r\n\r\nrefused"
CONNACK_REFUSED = b"\x20\x02\x00\x05"  # not authorised

connections = set()
lock = threading.Lock()
folder = sys.argv[1]


def read(name):
    with open(os.path.join(folder, name), encoding="ascii") as file:
        return file.read().strip()


def replace(name, text):
    path = os.path.join(folder, name)
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(text + "\n")
    os.rename(path + ".new", path)


def hang_up(*ends):
    for end in ends:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def take_mode():
    first, *others = read("mode").split("\n")
    if others:
        replace("mode", "\n".join(others))
    return first


class Records:
    """One direction's stream of bytes, as TLS records."""

    def __init__(self):
        self.pending = b""

    def feed(self, data):
        """The records that are now complete."""
        self.pending += data
        records = []
        while len(self.pending) >= 5:
            size = 5 + int.from_bytes(self.pending[3:5], "big")
            if len(self.pending) < size:
                break
            records.append(self.pending[:size])
            self.pending = self.pending[size:]
        return records


def messages(record):
    """The types of a plain handshake record's messages."""
    at, types = 5, []
    while record[0] == HANDSHAKE and at + 4 <= len(record):
        types.append(record[at])
        at += 4 + int.from_bytes(record[at + 1 : at + 4], "big")
    return types


class Connection:
    def __init__(self, client, mode):
        self.mode = mode
        self.words = mode.split()
        self.client = client
        self.server = None
        self.asked = self.got = "-"
        self.encrypted = {"client": False, "server": False}
        self.injected = False
        self.is_over = False  # what answers the last record does not pass
        self.noted = False

    def note(self):
        with lock:
            if self.noted:
                return
            self.noted = True
            with open(os.path.join(folder, "connections"), "a", encoding="ascii") as file:
                file.write(f"{self.mode}: {self.asked} {self.got}\n")

    def run(self):
        try:
            if self.words[0] == "serve":
                self.serve()
            else:
                self.relay()
        except (OSError, ValueError):
            pass  # it hung up, or was hung up on
        finally:
            hang_up(self.client)
            self.client.close()
            with lock:
                connections.discard(self.client)
            self.note()

    # --- a server of its own

    def serve(self):
        name = self.words[1]
        options = dict(word.split("=") for word in self.words[2:] if "=" in word)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        if options.get("max") == "1.1":
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        if options.get("min") == "1.3":
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(f"{folder}/{name}.crt", f"{folder}/{name}.key")
        if "no-client" not in self.words:
            context.load_verify_locations(options.get("ca", f"{folder}/ca.crt"))
            context.verify_mode = ssl.CERT_REQUIRED
        self.client.settimeout(20)
        below = self.client.dup()
        stream = context.wrap_socket(self.client, server_side=True, do_handshake_on_connect=False)
        self.client = stream
        with lock:
            connections.add(stream)
        try:
            stream.do_handshake()
        except OSError:
            while below.recv(4096):  # hung up now, a client that still sends would miss the alert
                pass
            raise
        finally:
            below.close()
        self.got = "full"
        self.note()
        asked = stream.recv(4096)
        stream.sendall(HTTP_REFUSAL if asked.startswith(b"GET ") else CONNACK_REFUSED)
        while stream.recv(4096):  # until it closes
            pass

    # --- between the two

    def relay(self):
        hello = self.read_hello()
        if self.asked == "resume" and self.words[0] == "refuse-resumption":
            self.client.sendall(ALERT_HANDSHAKE_FAILURE)
            return
        if self.asked == "resume" and self.words[0] == "stall-resumption":
            while self.client.recv(4096):
                pass
            return
        self.server = socket.create_connection(("127.0.0.1", int(read("target"))))
        with lock:
            connections.add(self.server)
        try:
            back = threading.Thread(target=self.pump, args=("server", b""), daemon=True)
            back.start()
            self.pump("client", hello)
            back.join()
        finally:
            with lock:
                connections.discard(self.server)
            self.server.close()

    def read_hello(self):
        data = b""
        records = Records()
        self.client.settimeout(20)
        while True:
            chunk = self.client.recv(4096)
            if not chunk:
                raise OSError
            data += chunk
            if records.feed(chunk):
                break
        self.client.settimeout(None)
        if data[0] == HANDSHAKE and data[5] == CLIENT_HELLO:
            self.asked = "resume" if data[5 + 4 + 2 + 32] else "new"
        return data

    def look(self, side, record):
        """Notes what a record says, and returns what takes its place."""
        if record[0] not in (HANDSHAKE, APPLICATION_DATA):
            self.encrypted[side] |= record[0] == CHANGE_CIPHER_SPEC
            if side == "server" and self.encrypted[side] and self.got == "-":
                self.got = "abbreviated"
            return record
        if side == "server" and not self.encrypted[side]:
            types = messages(record)
            if SERVER_HELLO in types and self.words[0] == "old-version":
                return record[:9] + b"\x03\x02" + record[11:]
            if CERTIFICATE in types:
                self.got = "full"
        if side == "server" and record[0] == APPLICATION_DATA and self.words[0] == "oversize":
            if not self.injected:
                self.injected = True
                return OVERSIZED + record
        return record

    def pump(self, side, data):
        source, sink = self.client, self.server
        if side == "server":
            source, sink = sink, source
        cuts = self.words[0] == "cut" and self.words[1] == side
        whole, rest = (int(self.words[2]), int(self.words[3])) if cuts else (0, 0)
        records = Records()
        passed = 0
        try:
            data = data or source.recv(16384)
            while data:
                for record in records.feed(data):
                    if cuts and passed == whole:
                        sink.sendall(record[:rest])
                        return
                    if self.is_over:
                        return
                    if cuts and passed + 1 == whole and rest == 0:
                        self.is_over = True
                    sink.sendall(self.look(side, record))
                    passed += 1
                if cuts and passed == whole and len(records.pending) >= rest:
                    sink.sendall(records.pending[:rest])
                    return
                if all(self.encrypted.values()) and (self.words[0] != "oversize" or self.injected):
                    self.note()
                data = source.recv(16384)
        except OSError:
            pass
        finally:
            hang_up(source, sink)


def end_all(*_):
    with lock:
        hang_up(*connections)


def main():
    warnings.simplefilter("ignore", DeprecationWarning)  # of TLS 1.1
    signal.signal(signal.SIGHUP, lambda *_: threading.Thread(target=end_all).start())
    listener = socket.create_server(("127.0.0.1", 0))
    replace("port", str(listener.getsockname()[1]))
    while True:
        client, _ = listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with lock:
            connections.add(client)
        connection = Connection(client, take_mode())
        threading.Thread(target=connection.run, daemon=True).start()


main()
