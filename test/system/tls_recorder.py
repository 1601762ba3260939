"""A TLS server on the loopback port PORT with FOLDER/server.crt and server.key, which answers nothing and
appends to FOLDER/connections a line for each connection: how many bytes came through TLS within
two seconds, and to FOLDER/received the bytes.

usage: tls_recorder.py FOLDER PORT"""

import os
import socket
import ssl
import sys


def main():
    folder, port = sys.argv[1], int(sys.argv[2])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(folder, "server.crt"), os.path.join(folder, "server.key"))
    listener = socket.create_server(("127.0.0.1", port))
    while True:
        plain, _ = listener.accept()
        plain.settimeout(2)
        received = b""
        try:
            with context.wrap_socket(plain, server_side=True) as connection:
                while data := connection.recv(65536):
                    received += data
        except OSError:
            pass
        with open(os.path.join(folder, "received"), "ab") as file:
            file.write(received)
        with open(os.path.join(folder, "connections"), "a", encoding="ascii") as file:
            file.write(f"{len(received)}\n")


main()
