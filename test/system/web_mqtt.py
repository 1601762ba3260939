"""Connects to a broker over WebSockets, as the daemon by its name, and prints the CONNACK's return code.

usage: web_mqtt.py PORT [PID]

With the broker's PID it finds the packet there when it has just read its configuration again."""

import os
import signal
import socket
import sys

import mqtt_packet

UPGRADE = ("GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Protocol: mqtt\r\n\r\n")
NAME = mqtt_packet.text("secureespd")
# a clean session, with user name and password
CONNECT = mqtt_packet.packet(0x10, mqtt_packet.text("MQTT") + b"\x04\xc2\x00\x3c" + NAME + NAME + NAME)


def frame(data):
    """Binary, masked with zeros (RFC 6455, 5.2)."""
    return bytes([0x82, 0x80 | len(data)]) + bytes(4) + data


def main(port, pid=None):
    with socket.create_connection(("127.0.0.1", int(port)), timeout=20) as stream:
        reader = stream.makefile("rb")
        stream.sendall(UPGRADE.encode())
        if b" 101 " not in reader.readline():
            sys.exit("web_mqtt: no WebSocket")
        while reader.readline() not in (b"\r\n", b""):
            pass
        if pid is not None:
            os.kill(int(pid), signal.SIGSTOP)
        stream.sendall(frame(CONNECT))
        if pid is not None:
            os.kill(int(pid), signal.SIGHUP)
            os.kill(int(pid), signal.SIGCONT)
        answer = reader.read(6)
        if len(answer) < 6 or answer[2] != mqtt_packet.CONNACK << 4:
            sys.exit(f"web_mqtt: {answer!r}")
        print(answer[5])


main(*sys.argv[1:])
