"""Resets an emulated board again and again while frames arrive, and says "TIMES resets" if it has
started each time: the emulator's command line must have said hostfwd=udp:127.0.0.1:PORT-10.0.2.15:9.

usage: board_resets.py QMP-SOCKET CONSOLE-LOG PORT TIMES"""

import json
import socket
import sys
import threading
import time

PATIENCE_S = 60


def flood(port):
    """Whatever: nobody listens, but each is a frame."""
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    while True:
        try:
            sender.sendto(b"x" * 64, ("127.0.0.1", port))
        except OSError:
            pass
        time.sleep(0.0005)


class Board:
    def __init__(self, qmp, log):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(qmp)
        self.stream = connection.makefile("rw")
        self.stream.readline()
        self.log = log
        self.ask("qmp_capabilities")

    def ask(self, command):
        self.stream.write(json.dumps({"execute": command}) + "\n")
        self.stream.flush()
        while "return" not in json.loads(self.stream.readline()):
            pass  # an event

    def starts(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            text = file.read()
        if "crash: " in text:
            raise SystemExit("it has crashed: " + text[text.index("crash: ") :][:60])
        return text.count("start image=")


def main():
    qmp, log, port, times = sys.argv[1:]
    board = Board(qmp, log)
    threading.Thread(target=flood, args=(int(port),), daemon=True).start()
    for number in range(int(times)):
        # It starts, and has an address to which frames can come.
        deadline = time.monotonic() + PATIENCE_S
        while board.starts() <= number:
            if time.monotonic() > deadline:
                raise SystemExit(f"no start after {number} resets")
            time.sleep(0.05)
        time.sleep(0.2 + 0.01 * (number % 10))
        board.ask("system_reset")
    print(f"{times} resets")


main()
