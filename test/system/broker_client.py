"""Clients of the broker that resume their TLS sessions, each told by a line on the standard input.

usage: broker_client.py PORT CA

    open NAME CREDENTIALS IDENTIFIER VERSION  connects (VERSION 1.2 or 1.3; id: 1.2, and sessions by
                                              their identifiers, without tickets)
    again NAME                                connects once more in the TLS session of before
    will NAME CREDENTIALS IDENTIFIER BYTES    connects with a will of so many bytes
    subscribe NAME FILTER
    close NAME                                without a word of MQTT; a session stays at the broker

Each answers with a line: "NAME full|resumed in 5" (the CONNACK's return code), "NAME full|resumed out"
(the connection ended before one), "NAME refused" (no handshake), "NAME suback 0". When the broker ends
a connection that was let in: "NAME ended". Ends with the standard input."""

import select
import socket
import ssl
import sys

import mqtt_packet

KEEP_ALIVE_S = 600
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3, "id": ssl.TLSVersion.TLSv1_2}


class Client:
    def __init__(self, port, ca, credentials, identifier, version):
        self.port, self.identifier = port, identifier
        self.context = ssl.create_default_context(cafile=ca)
        self.context.minimum_version = self.context.maximum_version = VERSIONS[version]
        if version == "id":
            self.context.options |= ssl.OP_NO_TICKET
        self.context.load_cert_chain(credentials + ".crt", credentials + ".key")
        self.session = None
        self.stream = None

    def connect(self, will=None):
        """Returns what happened, as the text above has it."""
        self.close()
        try:
            plain = socket.create_connection(("127.0.0.1", self.port), timeout=20)
            stream = self.context.wrap_socket(plain, server_hostname="localhost", session=self.session)
        except OSError:
            return "refused"
        kind = "resumed" if stream.session_reused else "full"
        try:
            stream.sendall(mqtt_packet.connect(self.identifier, False, KEEP_ALIVE_S, will))
            answer = stream.recv(4)
        except OSError:
            answer = b""
        if len(answer) < 4:
            stream.close()
            return kind + " out"
        # with TLS 1.3 a ticket comes before the first answer
        self.session = stream.session
        if answer[3] == 0:
            self.stream = stream
        else:
            stream.close()
        return f"{kind} in {answer[3]}"

    def subscribe(self, topic_filter):
        self.stream.sendall(mqtt_packet.subscribe([topic_filter]))
        return f"suback {self.stream.recv(5)[4]}"

    def has_ended(self):
        """Once there is something to read."""
        try:
            return not self.stream.recv(1024)
        except OSError:
            return True

    def close(self):
        if self.stream is None:
            return
        try:  # a session whose connection ends without a word of TLS is forgotten (RFC 2246, 7.2.1)
            self.stream.settimeout(2)
            self.stream.unwrap()
        except OSError:
            pass
        self.stream.close()
        self.stream = None


def say(name, text):
    print(name, text, flush=True)


def command(clients, port, ca, verb, name, *rest):
    if verb == "open":
        clients[name] = Client(port, ca, *rest)
        say(name, clients[name].connect())
    elif verb == "again":
        say(name, clients[name].connect())
    elif verb == "will":
        credentials, identifier, size = rest
        clients[name] = Client(port, ca, credentials, identifier, "1.2")
        say(name, clients[name].connect(("/will/" + identifier, b"x" * int(size), False)))
    elif verb == "subscribe":
        say(name, clients[name].subscribe(*rest))
    elif verb == "close":
        clients[name].close()
        say(name, "closed")


def main(port, ca):
    clients = {}
    while True:
        live = {client.stream: name for name, client in clients.items() if client.stream}
        ready, _, _ = select.select([sys.stdin, *live], [], [])
        for stream in ready:
            if stream is sys.stdin:
                line = sys.stdin.readline()
                if not line:
                    return
                command(clients, int(port), ca, *line.split())
            elif clients[live[stream]].stream is stream and clients[live[stream]].has_ended():
                clients[live[stream]].close()
                say(live[stream], "ended")


main(*sys.argv[1:])
