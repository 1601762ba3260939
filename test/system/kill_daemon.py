"""Starts a daemon again and again and kills it with SIGKILL at a random moment.

With `load`, changes that have to be durable are asked for without a pause. What was answered as done
is written to FOLDER/done, a line for each: "command ID", "key NAME" or "image NAME". FOLDER/keys/*.pem
and FOLDER/images/*.bin are added one after the other; MAC is the device that commands are for.
With `fresh`, every second start finds no database, and the one after it what that one left.

usage: kill_daemon.py load|fresh FOLDER SOCKET MAC KILLS SEED CONFIGURATION"""

import ctypes
import glob
import http.client
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time

# At most: from before the first line of main() to well in the middle of work.
LIVES_S = {"load": 0.45, "fresh": 0.2}
PR_SET_PDEATHSIG = 1


class Connection(http.client.HTTPConnection):
    """To the daemon's Unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=5)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Writer(threading.Thread):
    """Asks for one change after the other; a change that was not answered is asked for again."""

    def __init__(self, path, changes, done):
        super().__init__(daemon=True)
        self.path, self.changes, self.done = path, changes, done
        self.count = self.refused = 0
        self.stopping = False

    def ask(self, connection, change):
        kind, url, body = change
        connection.request("POST", "/api/v1" + url, body)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status == 409:  # done before, but the answer did not arrive
            return
        if answer.status not in (200, 201, 202):
            self.refused += 1
            print(f"refused: {kind} {answer.status} {text!r}", flush=True)
            return
        said = json.loads(text)
        name = said[0]["id"] if kind == "command" else said["name"]
        self.done.write(f"{kind} {name}\n")
        self.count += 1

    def run(self):
        for change in self.changes:
            while not self.stopping:
                connection = Connection(self.path)
                try:
                    self.ask(connection, change)
                    break
                except (OSError, http.client.HTTPException, ValueError):
                    time.sleep(0.002)  # it is dead; soon there is another
                finally:
                    connection.close()
            if self.stopping:
                return


def commands(mac):
    while True:
        yield "command", "/commands", json.dumps({"mac": mac, "command": "config"})


def additions(folder):
    """Images and keys in turn, spread over the whole time."""
    for image, key in zip(sorted(glob.glob(folder + "/images/*.bin")),
                          sorted(glob.glob(folder + "/keys/*.pem"))):
        with open(image, "rb") as file:
            yield "image", "/images?publish=1", file.read()
        time.sleep(0.3)
        name = os.path.basename(key)[:-4]
        with open(key, "rb") as file:
            yield "key", "/keys?name=" + name, file.read()
        time.sleep(0.3)


def answers(path):
    connection = Connection(path)
    try:
        connection.request("GET", "/api/v1/status")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def start(folder, configuration):
    libc = ctypes.CDLL(None)
    with open(folder + "/sandbox/log/daemon.log", "ab") as log:
        return subprocess.Popen(
            ["secureespd", "--config", configuration], stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))


def live(daemon, path, lives_s):
    """Lets it live for so long; how long it took until it answered, or None."""
    begun = time.monotonic()
    while not answers(path):
        if time.monotonic() - begun > lives_s:
            return None
        time.sleep(0.005)
    ready_s = time.monotonic() - begun
    time.sleep(max(0, lives_s - ready_s))
    return ready_s


def remove_database(folder):
    for file in glob.glob(folder + "/sandbox/state/secureesp.db*"):
        os.remove(file)


def main():
    mode, folder, path, mac, kills, seed, configuration = sys.argv[1:]
    dice = random.Random(int(seed))
    ready = []
    started = time.monotonic()
    with open(folder + "/done", "a", encoding="ascii", buffering=1) as done:
        writers = [Writer(path, commands(mac), done), Writer(path, additions(folder), done)]
        writers = writers if mode == "load" else []
        for writer in writers:
            writer.start()
        for i in range(int(kills)):
            if mode == "fresh" and i % 2 == 0:
                remove_database(folder)
            daemon = start(folder, configuration)
            ready.append(live(daemon, path, dice.uniform(0, LIVES_S[mode])))
            if daemon.poll() is not None:
                sys.exit(f"the daemon ended by itself with {daemon.returncode}")
            daemon.kill()
            daemon.wait()
        for writer in writers:
            writer.stopping = True
        for writer in writers:
            writer.join()
    ready = [s * 1000 for s in ready if s is not None] or [0]
    print(f"{kills} kills in {time.monotonic() - started:.0f} s; it answered in {len(ready)} lives, "
          f"after {statistics.median(ready):.0f} ms (median), {max(ready):.0f} ms (longest); "
          f"done: {sum(writer.count for writer in writers)}")


main()
