"""Sends a ClientHello of 131,000 bytes in records of one byte each (RFC 5246, 6.2.1), and prints how many
the broker took before it ended the connection.

usage: byte_records.py PORT"""

import socket
import sys

SIZE = 131000
HELLO = b"\x01" + SIZE.to_bytes(3, "big") + b"\x03\x03" + bytes(SIZE - 2)
PAUSE_S = 0.5  # so long without an end: it takes more


def main(port):
    with socket.create_connection(("127.0.0.1", int(port)), timeout=20) as stream:
        stream.settimeout(PAUSE_S)
        for taken in range(0, len(HELLO), 50):
            piece = HELLO[taken : taken + 50]
            try:
                stream.sendall(b"".join(b"\x16\x03\x01\x00\x01" + bytes([byte]) for byte in piece))
                if not stream.recv(1):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        print(taken)


main(*sys.argv[1:])
