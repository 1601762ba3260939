"""Sketches as they are in the field (test/deployed), of a fleet: a process each."""

import os
import re
import shutil
import subprocess

BOARD = "ESP8266_WEMOS_D1MINIPRO"
FIRST = f"{BOARD}-00.00.08.g"


def mac_of(number):
    return f"84f3ed{number:06x}"


class Sketches:
    def __init__(self, sandbox, count, interval_ms):
        self.sandbox, self.interval_ms = sandbox, interval_ms
        self.macs = [mac_of(i) for i in range(1, count + 1)]
        self.processes = {}

    def start(self):
        """Makes their files and first image, and starts them."""
        if not self.macs:
            return
        box = self.sandbox
        box.run("secureesp", "pki", "device", box.env["SANDBOX_PKI"], *self.macs)
        self.add_image(FIRST, "--publish")
        for mac in self.macs:
            folder = os.path.join(box.folder, "sketches", mac)
            os.makedirs(folder)
            for name in ("ca.crt", f"devices/{mac}.crt", f"devices/{mac}.key", "signing/1.pub"):
                to = "public.key" if name.endswith(".pub") else os.path.basename(name)
                shutil.copy(os.path.join(box.env["SANDBOX_PKI"], name), os.path.join(folder, to))
            with open(self.log(mac), "wb") as log:
                self.processes[mac] = subprocess.Popen(
                    [os.path.join(box.bin, "deployed"), "--dir", folder, "--mac", mac, "--image",
                     FIRST, "--mqtt", box.env["SANDBOX_MQTT_PORT"], "--https",
                     box.env["SANDBOX_HTTPS_PORT"], "--fragment", "1024", "--interval",
                     str(self.interval_ms), "--faults", box.faults_file],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=box.clock_env())

    def add_image(self, name, *options):
        """An image as a sketch's is: its name and a key as PEM somewhere among its code."""
        box = self.sandbox
        body, image = (os.path.join(box.folder, "images", name + x) for x in (".body", ".bin"))
        with open(f"{box.env['SANDBOX_PKI']}/signing/1.pub", "rb") as f:
            key = f.read()
        with open(body, "wb") as f:
            f.write(b"\xe9" + os.urandom(20000) + name.encode() + b"\0" + key + b"\0" + os.urandom(20000))
        box.run("secureesp", "images", "sign", "--key", f"{box.env['SANDBOX_PKI']}/signing/1.key",
                body, image)
        box.run("secureesp", "images", "add", image, "--name", name, *options)

    def log(self, mac):
        return os.path.join(self.sandbox.folder, "log", mac + ".log")

    def obeyed(self):
        """How many commands each has obeyed."""
        out = {}
        for mac in self.macs:
            with open(self.log(mac), encoding="ascii", errors="replace") as f:
                found = re.findall(r"^(?:online|dead) commands=(\d+)", f.read(), re.M)
            out[mac] = int(found[-1]) if found else 0
        return out

    def ended(self):
        return [mac for mac, process in self.processes.items() if process.poll() is not None]

    def stop(self):
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait()
