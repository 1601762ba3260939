"""Devices that ask for the next image without a pause: on connections that are kept open, and on a new
one for each question. FOLDER/polls gets a line for each second: "TIME KEPT FRESH", how many were
answered with 304; FOLDER/failures one for each that was not: "TIME kept|fresh REASON". Ends when
FOLDER/stop is there.

usage: poll_load.py FOLDER PORT CA CERTIFICATE KEY PATH KEPT FRESH"""

import http.client
import os
import ssl
import sys
import threading
import time

PAUSE_S = 0.02


class Load:
    def __init__(self, folder, port, context, path):
        self.folder, self.port, self.context, self.path = folder, port, context, path
        self.lock = threading.Lock()
        self.answered = {"kept": 0, "fresh": 0}
        self.failures = open(folder + "/failures", "a", encoding="utf-8", buffering=1)

    def connect(self):
        return http.client.HTTPSConnection("localhost", self.port, context=self.context, timeout=20)

    def ask(self, connection, kind):
        connection.request("GET", self.path)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 304:
            raise http.client.HTTPException(f"status {answer.status}")
        with self.lock:
            self.answered[kind] += 1

    def fail(self, kind, error):
        self.failures.write(f"{time.time():.1f} {kind} {error}\n")

    def stopping(self):
        return os.path.exists(self.folder + "/stop")

    def keep(self):
        connection = self.connect()
        while not self.stopping():
            try:
                self.ask(connection, "kept")
                connection.auto_open = 0  # from here on a connection that is lost is a failure
            except (OSError, http.client.HTTPException) as error:
                self.fail("kept", repr(error))
                return
            time.sleep(PAUSE_S)

    def renew(self):
        while not self.stopping():
            connection = self.connect()
            try:
                self.ask(connection, "fresh")
            except (OSError, http.client.HTTPException) as error:
                self.fail("fresh", repr(error))
            connection.close()
            time.sleep(PAUSE_S)


def main():
    folder, port, authority, certificate, key, path, kept, fresh = sys.argv[1:]
    context = ssl.create_default_context(cafile=authority)
    context.load_cert_chain(certificate, key)
    load = Load(folder, int(port), context, path)
    threads = [threading.Thread(target=load.keep) for _ in range(int(kept))]
    threads += [threading.Thread(target=load.renew) for _ in range(int(fresh))]
    for thread in threads:
        thread.start()
    with open(folder + "/polls", "a", encoding="ascii", buffering=1) as polls:
        while not load.stopping():
            time.sleep(1)
            with load.lock:
                polls.write(f"{time.time():.1f} {load.answered['kept']} {load.answered['fresh']}\n")
    for thread in threads:
        thread.join()


main()
