"""A client of the broker that says and hears one thing after the other, and one of the download server."""

import socket
import ssl
import time

import mqtt_packet


def context(ca, credentials):
    """credentials: .crt and .key follow; None for nobody's."""
    made = ssl.create_default_context(cafile=ca)
    # With 1.2 a client that is refused learns it in the handshake, and has its session after it.
    made.maximum_version = ssl.TLSVersion.TLSv1_2
    if credentials is not None:
        made.load_cert_chain(credentials + ".crt", credentials + ".key")
    return made


def open_tls(port, tls, session=None, receive_bytes=0):
    """receive_bytes: of the kernel's buffer, at most."""
    plain = socket.socket()
    plain.settimeout(20)
    if receive_bytes:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    plain.connect(("127.0.0.1", port))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        return tls.wrap_socket(plain, server_hostname="localhost", session=session)
    except OSError:
        plain.close()
        raise


class Refused(Exception):
    """By TLS ("tls"), or by the broker's code."""


class Client:
    def __init__(self, port, tls, name, session=None, **options):
        self.rest = b""
        self.heard = []  # (topic, payload)
        self.number = 0
        try:
            self.link = open_tls(port, tls, session)
            self.link.sendall(mqtt_packet.connect(name, **options))
            first, body = self.read()
        except OSError as error:
            raise Refused("tls") from error
        if first >> 4 != mqtt_packet.CONNACK or body[1] != 0:
            self.link.close()
            raise Refused(f"code {body[1]}")

    def read(self):
        """A packet. ConnectionError when the connection is over."""
        while True:
            data = self.rest
            if len(data) >= 2:
                length, at, shift = 0, 1, 0
                while at < len(data):
                    digit = data[at]
                    length |= (digit & 127) << shift
                    at, shift = at + 1, shift + 7
                    if digit < 128:
                        if len(data) >= at + length:
                            self.rest = data[at + length:]
                            return data[0], data[at:at + length]
                        break
            piece = self.link.recv(65536)
            if not piece:
                raise ConnectionError("the broker closed the connection")
            self.rest += piece

    def wait_for(self, kind):
        """The next packet of that kind; what is published meanwhile is noted."""
        while True:
            first, body = self.read()
            if first >> 4 == mqtt_packet.PUBLISH:
                topic, number, payload = mqtt_packet.split_publish(first, body)
                self.heard.append((topic, payload))
                if number:
                    self.link.sendall(mqtt_packet.puback(number))
            if first >> 4 == kind:
                return body

    def next_number(self):
        self.number = self.number % 65535 + 1
        return self.number

    def publish(self, topic, payload, retained=False):
        """With QoS 1, until it is acknowledged: then the broker has given it to whoever gets it."""
        self.link.sendall(mqtt_packet.publish(topic, payload, 1, self.next_number(), retained))
        self.wait_for(mqtt_packet.PUBACK)

    def subscribe(self, topic):
        """Whether it was granted; with QoS 0, so that nothing waits for an acknowledgement."""
        self.link.sendall(mqtt_packet.subscribe([topic], self.next_number(), 0))
        return self.wait_for(mqtt_packet.SUBACK)[-1] < 0x80

    def hear(self):
        """What has come for it until now."""
        self.link.sendall(mqtt_packet.PINGREQ)
        self.wait_for(mqtt_packet.PINGRESP)
        heard, self.heard = self.heard, []
        return heard

    def is_over(self, seconds):
        """Whether the broker ends the connection within so many seconds."""
        limit = time.monotonic() + seconds
        try:
            while time.monotonic() < limit:
                self.link.settimeout(max(0.001, limit - time.monotonic()))
                self.read()
        except TimeoutError:
            return False
        except OSError:
            return True
        return False

    def close(self):
        try:
            self.link.sendall(mqtt_packet.DISCONNECT)
        except OSError:
            pass
        self.link.close()

    def drop(self):
        """Without a word, so that there is a will."""
        self.link.close()


def get(port, tls, path, session=None, body=None):
    """The status of an answer, "tls" if there is none; the session; whether it was a resumed one. With a
    body a POST."""
    head = f"GET {path}" if body is None else f"POST {path}"
    more = "" if body is None else f"Content-Length: {len(body)}\r\n"
    try:
        with open_tls(port, tls, session) as link:
            link.sendall(f"{head} HTTP/1.1\r\nHost: localhost\r\n{more}Connection: close\r\n\r\n".encode()
                         + (body or b""))
            answer = b""
            while piece := link.recv(65536):
                answer += piece
            words = answer.split(b" ", 2)
            status = words[1].decode() if len(words) > 1 else "tls"
            return status, link.session, link.session_reused
    except OSError:
        return "tls", None, False
