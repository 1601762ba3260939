"""Downloads that are slow: COUNT of one certificate, each taking RATE bytes a second, until the server
ends them all or they are done. Prints "begun N" when N of them have their first byte and the others
were refused, and at the end "done N, ended N, refused N".

usage: slow_downloads.py PORT CA CERTIFICATE KEY PATH COUNT RATE"""

import select
import socket
import ssl
import sys
import time

TICK_S = 0.1


class Download:
    def __init__(self, world, path):
        plain = socket.socket()
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.settimeout(20)
        plain.connect(("127.0.0.1", world["port"]))
        self.said = b""
        self.outcome = None
        self.tls = world["context"].wrap_socket(plain, server_hostname="localhost")
        self.tls.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    def begin(self):
        """Reads to the end of the headers."""
        try:
            while b"\r\n\r\n" not in self.said:
                got = self.tls.recv(1)
                if not got:
                    raise ConnectionError
                self.said += got
        except OSError:
            self.outcome = "refused"
            return
        head = self.said.decode().lower()
        self.left = int(head.split("content-length: ")[1].split("\r\n")[0])
        self.tls.settimeout(0)

    def take(self, most):
        try:
            got = self.tls.recv(most)
            if not got:
                self.outcome = "ended"
            self.left -= len(got)
            if self.left == 0:
                self.outcome = "done"
        except (ssl.SSLWantReadError, BlockingIOError):
            pass
        except OSError:
            self.outcome = "ended"


def main():
    port, authority, certificate, key, path, count, rate = sys.argv[1:]
    context = ssl.create_default_context(cafile=authority)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    world = {"port": int(port), "context": context}
    downloads = []
    for _ in range(int(count)):
        try:
            downloads.append(Download(world, path))
            downloads[-1].begin()
        except OSError:
            downloads.append(None)
    refused = sum(d is None or d.outcome == "refused" for d in downloads)
    running = [d for d in downloads if d is not None and d.outcome is None]
    print(f"begun {len(running)}", flush=True)
    began = time.monotonic()
    taken = 0
    while any(d.outcome is None for d in running) and not select.select([sys.stdin], [], [], 0)[0]:
        due = int((time.monotonic() - began) * int(rate)) - taken
        for download in running:
            if download.outcome is None and due > 0:
                download.take(due)
        taken += max(due, 0)
        time.sleep(TICK_S)
    outcomes = [d.outcome for d in running]
    print(f"done {outcomes.count('done')}, ended {outcomes.count('ended')}, refused {refused}",
          flush=True)


main()
