"""A download server that lies. What it answers to any GET stands in FOLDER/answer: the raw bytes of
an HTTP answer, after which the connection is closed, or kept open in silence if FOLDER/silent is
there. It asks for a client certificate, as the real one does, and writes its port to FOLDER/port.

usage: hostile_server.py FOLDER CA CERTIFICATE KEY"""

import os
import socket
import ssl
import sys
import threading
import time


def serve(connection, context, folder):
    try:
        connection.settimeout(30)
        with context.wrap_socket(connection, server_side=True) as stream:
            request = b""
            while b"\r\n\r\n" not in request:
                got = stream.recv(4096)
                if not got:
                    return
                request += got
            with open(os.path.join(folder, "answer"), "rb") as answer:
                stream.sendall(answer.read())
            if os.path.exists(os.path.join(folder, "silent")):
                time.sleep(60)
    except OSError:
        pass  # the device went away, as it should


def main():
    folder, authority, certificate, key = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(authority)
    context.verify_mode = ssl.CERT_REQUIRED
    listener = socket.create_server(("127.0.0.1", 0))
    with open(os.path.join(folder, "port.new"), "w", encoding="ascii") as port:
        port.write(str(listener.getsockname()[1]))
    os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, context, folder), daemon=True).start()


main()
