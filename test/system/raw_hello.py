"""Sends one ClientHello of TLS 1.2 (RFC 5246, 7.4.1.2) that no library would, and prints the number of
the fatal alert that comes back, or what came in its place.

usage: raw_hello.py PORT VERSION CIPHERS COMPRESSIONS EXTENSIONS      the last four in hex"""

import socket
import struct
import sys


def main():
    port = int(sys.argv[1])
    version, ciphers, compressions, extensions = (bytes.fromhex(a) for a in sys.argv[2:6])
    hello = (
        version
        + bytes(range(32))
        + b"\0"
        + struct.pack(">H", len(ciphers))
        + ciphers
        + bytes([len(compressions)])
        + compressions
        + struct.pack(">H", len(extensions))
        + extensions
    )
    handshake = b"\x01" + struct.pack(">I", len(hello))[1:] + hello
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(b"\x16\x03\x01" + struct.pack(">H", len(handshake)) + handshake)
        answer = b""
        while len(answer) < 7 and (piece := client.recv(4096)):
            answer += piece
    if len(answer) >= 7 and answer[0] == 21 and answer[5] == 2:
        print(answer[6])
    else:
        print("no alert but", answer[:16].hex() or "an end")


main()
