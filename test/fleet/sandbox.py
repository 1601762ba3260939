"""A sandbox (scripts/sandbox) whose daemon and devices live by a driven clock."""

import http.client
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess

from drive import Clock, Rest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BOARD = "ESP8266_VIRTUAL"
FIRST = f"{BOARD}-00.00.01"


def mac_of(number):
    return f"84f3eb{number:06x}"


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Sandbox:
    def __init__(self, folder, variant, devices, interval_ms):
        self.folder, self.variant = folder, variant
        self.devices, self.interval_ms = devices, interval_ms
        self.bin = os.path.join(TOP, "build", variant, "bin")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        self.clock_file, self.rest_file, self.faults_file, self.journal_file = (
            os.path.join(folder, name) for name in ("clock", "rest", "faults", "journal"))
        self.clock = Clock(self.clock_file)
        self.rest = self.db = None
        self.env = {}

    def clock_env(self):
        return dict(os.environ, LD_PRELOAD=os.path.join(self.bin, "clock-drive.so"),
                    CLOCK_DRIVE_FILE=self.clock_file,
                    ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0")

    def script(self, *arguments):
        # The broker lives by the machine's clock, so devices may speak often by it.
        env = dict(os.environ, VARIANT=self.variant, SANDBOX_CLOCK=self.clock_file,
                   SANDBOX_BROKER_MORE="".join(
                       f"plugin_opt_{name} 100000000\n" for name in (
                           "messages_per_second", "messages_burst", "bytes_per_second",
                           "bytes_burst", "connections_per_minute", "connections_burst",
                           "subscribes_per_minute", "subscribes_burst")))
        with subprocess.Popen([os.path.join(TOP, "scripts", "sandbox"), self.folder, *arguments],
                              stdout=subprocess.DEVNULL, env=env) as script:
            try:
                script.wait()
            finally:
                script.terminate()  # it ends what it has started
        if script.returncode != 0:
            raise RuntimeError(f"scripts/sandbox {arguments[0]} failed")

    def up(self):
        self.script("up", "--devices", str(self.devices), "--status-interval",
                    str(self.interval_ms), "--device-setting", "waittimeout=120000", "--",
                    "--rest", self.rest_file, "--faults", self.faults_file, "--journal",
                    self.journal_file)
        with open(os.path.join(self.folder, "env.sh"), encoding="utf-8") as f:
            self.env = dict(re.findall(r"^export (\w+)=(.*)$", f.read(), re.M))
        self.rest = Rest(self.rest_file)
        self.db = sqlite3.connect(f"file:{self.env['SANDBOX_DB']}?mode=ro", uri=True, timeout=60)

    def down(self):
        if self.db is not None:
            self.db.close()
        if os.path.exists(os.path.join(self.folder, "settings")):
            self.script("down")

    def run(self, program, *arguments):
        done = subprocess.run([os.path.join(self.bin, program), *arguments], capture_output=True,
                              text=True, check=False,
                              env=dict(self.clock_env(), SECUREESP_SOCKET=self.env["SECUREESP_SOCKET"]))
        if done.returncode != 0:
            raise RuntimeError(f"{program} {' '.join(arguments[:4])}: {done.stderr.strip()}")
        return done.stdout

    def status(self):
        connection = UnixConnection(self.env["SECUREESP_SOCKET"])
        connection.request("GET", "/api/v1/status")
        answer = json.load(connection.getresponse())
        connection.close()
        return answer

    def rows(self, sql, *values):
        return self.db.execute(sql, values).fetchall()

    def value(self, sql, *values):
        return self.rows(sql, *values)[0][0]

    def add_image(self, name, *options):
        pki, images = self.env["SANDBOX_PKI"], os.path.join(self.folder, "images")
        raw, body, image = (os.path.join(images, name + x) for x in (".raw", ".body", ".bin"))
        with open(raw, "wb") as f:
            f.write(os.urandom(32768))
        self.run("secureesp", "images", "describe", "--name", name, "--trust",
                 f"{pki}/signing/1.pub", "--append-to", raw, body)
        self.run("secureesp", "images", "sign", "--key", f"{pki}/signing/1.key", body, image)
        self.run("secureesp", "images", "add", image, *options)

    def journal(self):
        """Commands that devices have begun: (MAC, id), in order."""
        with open(self.journal_file, encoding="ascii") as f:
            return [(line.split()[0], int(line.split()[1])) for line in f]
