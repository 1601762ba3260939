"""How long it takes until a device that is revoked is out.

usage: revoke_times.py MAC...

One after the other: each connects to the broker and keeps asking the download server on a connection that
stays open, and downloads an image that takes it minutes; then `secureesp devices revoke MAC` is started,
and from that moment on it counts until each of the three has ended, and new ones are refused. Prints as
JSON for each plane p50, p99 and the worst, in ms; and how often one was let in afterwards."""

import json
import os
import subprocess
import sys
import threading
import time

import mqtt_client

LIMIT_S = 10


class Victim:
    def __init__(self, mac):
        self.mac = mac
        self.tls = mqtt_client.context(
            os.environ["SANDBOX_PKI"] + "/ca.crt", f"{os.environ['SANDBOX_PKI']}/devices/{mac}")
        self.https_port = int(os.environ["SANDBOX_HTTPS_PORT"])
        self.broker_port = int(os.environ["SANDBOX_MQTT_PORT"])
        self.broker = mqtt_client.Client(self.broker_port, self.tls, mac)
        self.broker.publish(f"/status/{mac}", b'{"uptimemillis": 1000}')
        self.session = self.broker.link.session
        self.kept = mqtt_client.open_tls(self.https_port, self.tls)
        self.slow = mqtt_client.open_tls(self.https_port, self.tls, receive_bytes=2048)
        self.slow.sendall(f"GET {os.environ['REVOKE_PATH']} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        if not self.slow.recv(20).startswith(b"HTTP/1.1 200"):
            sys.exit("no download")
        if not self.asked():
            sys.exit("no answer")
        self.ended = {}
        self.read_bytes = 0

    def asked(self):
        """A question without a body in its answer, so that there is one to read."""
        try:
            self.kept.sendall(b"HEAD /download/config.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = b""
            while not answer.endswith(b"\r\n\r\n"):
                piece = self.kept.recv(65536)
                if not piece:
                    return False
                answer += piece
            return answer.startswith(b"HTTP/1.1 200")
        except OSError:
            return False

    def note(self, what, wait):
        wait()
        self.ended[what] = time.monotonic()

    def wait_for_broker(self):
        self.broker.is_over(LIMIT_S)

    def wait_for_request(self):
        limit = time.monotonic() + LIMIT_S
        while self.asked() and time.monotonic() < limit:
            time.sleep(0.005)

    def wait_for_download(self):
        limit = time.monotonic() + LIMIT_S
        try:
            while piece := self.slow.recv(1024):
                self.read_bytes += len(piece)
                if time.monotonic() > limit:
                    return
                time.sleep(0.02)
        except OSError:
            pass

    def revoke(self):
        threads = [threading.Thread(target=self.note, args=row) for row in (
            ("broker", self.wait_for_broker), ("request", self.wait_for_request),
            ("download", self.wait_for_download))]
        for thread in threads:
            thread.start()
        time.sleep(0.05)
        began = time.monotonic()
        subprocess.run(["secureesp", "devices", "revoke", self.mac], check=True, capture_output=True)
        took = {"command": time.monotonic() - began}
        for thread in threads:
            thread.join()
        took |= {what: at - began for what, at in self.ended.items()}
        return took

    def comes_back(self):
        """How many of the ways in are open."""
        ways = 0
        for session in (self.session, None):
            try:
                mqtt_client.Client(self.broker_port, self.tls, self.mac, session).close()
                ways += 1
            except mqtt_client.Refused:
                pass
        return ways + (mqtt_client.get(self.https_port, self.tls, "/download/ca.crt")[0] == "200")


def main():
    took, back = {}, 0
    for mac in sys.argv[1:]:
        victim = Victim(mac)
        for what, seconds in victim.revoke().items():
            took.setdefault(what, []).append(seconds * 1000)
        back += victim.comes_back()
    report = {"n": len(sys.argv) - 1, "came_back": back}
    for what, all_ms in took.items():
        all_ms.sort()
        report[what] = {"p50": round(all_ms[len(all_ms) // 2]),
                        "p99": round(all_ms[min(len(all_ms) - 1, int(len(all_ms) * 0.99))]),
                        "worst": round(all_ms[-1])}
    print(json.dumps(report), flush=True)


main()
