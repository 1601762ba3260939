"""The operator of one device, for a scenario that gives it commands by the hundred: asks the daemon
without a process for each question. From the standard input it takes, line by line,

order COMMAND   and says "STATE RESULT WHY" when the command has ended; WHY is explained if an event
                of that command has a detail, else unexplained
device          and says "IMAGE REBOOTS MAX_LOOP_MS CRASHES"

usage: attack_operator.py SOCKET MAC QUESTIONS ANSWERS     the last two are FIFOs"""

import http.client
import json
import socket
import sys
import time

PATIENCE_S = 60


class Daemon(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def api(path, target, body=None):
    daemon = Daemon(path)
    try:
        daemon.request("POST" if body else "GET", "/api/v1" + target, body)
        return json.loads(daemon.getresponse().read())
    finally:
        daemon.close()


def order(path, mac, command):
    # The daemon knows nothing of what the attacker's server offers: the device itself is to refuse.
    body = {"mac": mac, "command": command, "force": command == "flash"}
    [given] = api(path, "/commands", json.dumps(body))
    end = time.monotonic() + PATIENCE_S
    while True:
        now = api(path, f"/commands/{given['id']}")
        if now["state"] not in ("queued", "sent", "accepted"):
            break
        if time.monotonic() > end:
            return f"no outcome within {PATIENCE_S} s"
        time.sleep(0.02)
    events = api(path, f"/devices/{mac}")["events"]
    explained = any(event.get("command_id") == given["id"] and event["result"] == now["result"] and
                    event.get("detail") for event in events)
    return f"{now['state']} {now['result']} {'' if explained else 'un'}explained"


def show(path, mac):
    device = api(path, f"/devices/{mac}")
    crashes = sum(event["result"] == "crashed" for event in device["events"])
    return f"{device['image']} {device['reboots']} {device['max_loop_ms']} {crashes}"


def main():
    path, mac, questions, answers = sys.argv[1:]
    with open(questions, encoding="ascii") as asked, open(answers, "w", encoding="ascii") as out:
        for line in asked:
            words = line.split()
            print(order(path, mac, words[1]) if words[0] == "order" else show(path, mac), file=out,
                  flush=True)


main()
