"""What the benchmark runs on: a sandbox's keys and files, with daemon, broker and nginx of its own."""

import atexit
import contextlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(TOP, "build", "bench")
PROGRAMS = os.path.join(TOP, "build", "release", "test", "bench")
BIN = os.path.join(TOP, "build", "release", "bin")
DEVICES = 32  # certificates that the load on HTTPS shows in turn
PATH_304 = "/download/firmware.bin?curimage=ESP8266_VIRTUAL-00.00.02"
PATH_200 = "/download/firmware.bin?curimage=ESP8266_VIRTUAL-00.00.01"
IMAGE_BYTES = 512 * 1024


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:5])} ...: {done.stderr.strip() or done.returncode}")
    return done.stdout


def wait_for(what, condition, seconds=60):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise RuntimeError(f"{what}: not so after {seconds} s")
        time.sleep(0.02)


def cpu_ns(pid):
    """Processor time of all threads of a process, by the kernel (clock_getcpuclockid(3))."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def median(values):
    ordered = sorted(values)
    n = len(ordered)
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2


class Process:
    def __init__(self, name, command, folder):
        self.log = open(os.path.join(folder, name + ".log"), "ab")
        self.name = name
        self.popen = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        atexit.register(self.stop)  # whatever happens

    @property
    def pid(self):
        return self.popen.pid

    def children(self):
        with open(f"/proc/{self.pid}/task/{self.pid}/children", encoding="ascii") as f:
            return [int(pid) for pid in f.read().split()]

    def stop(self):
        atexit.unregister(self.stop)
        if self.popen.poll() is not None:
            return
        self.popen.terminate()
        try:
            self.popen.wait(30)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
        self.log.close()


class Bed:
    """One kind of keys: "ec" or "rsa"."""

    def __init__(self, kind):
        self.folder = os.path.join(FOLDER, kind)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.pki = os.path.join(self.folder, "pki")
        self.devices = os.path.join(self.pki, "devices")
        self.state = os.path.join(self.folder, "state")
        self.db = os.path.join(self.state, "secureesp.db")
        self.socket = os.path.join(self.folder, "api.sock")
        self.https_port, self.mqtt_port, self.plain_port, self.nginx_port = (
            free_port() for _ in range(4))
        self.daemon = self.broker = self.nginx = None
        os.makedirs(self.state)
        self.make_keys(["--rsa"] if kind == "rsa" else [])
        self.start_broker()

    def cli(self, *arguments):
        return run(os.path.join(BIN, "secureesp"), "--socket", self.socket, *arguments)

    def make_keys(self, options):
        pki = lambda *a: run(os.path.join(BIN, "secureesp"), "pki", *a)
        pki("init", self.pki, *options)
        for name in ("secureespd", "broker"):
            pki("server", self.pki, name, "--dns", "localhost", "--ip", "127.0.0.1", *options)
        pki("device", self.pki, *(f"84f3eb{i:06x}" for i in range(1, DEVICES + 1)), *options)
        pki("signing", self.pki, "1")

    def server_files(self, name):
        return [os.path.join(self.pki, "servers", name + suffix) for suffix in (".crt", ".key")]

    # --- the three servers

    def start_broker(self):
        cert, key = self.server_files("broker")
        path = os.path.join(self.folder, "mosquitto.conf")
        with open(path, "w", encoding="ascii") as f:
            f.write(f"""allow_anonymous true
set_tcp_nodelay true
max_queued_messages 100000
log_type error
user root
listener {self.plain_port} 127.0.0.1
listener {self.mqtt_port} 127.0.0.1
cafile {self.pki}/ca.crt
certfile {cert}
keyfile {key}
require_certificate true
use_identity_as_username true
tls_version tlsv1.2
""")
        self.broker = Process("broker", ["mosquitto", "-c", path], self.folder)
        wait_for("broker", lambda: self.answers(self.plain_port))

    def restart_broker(self):
        """With the limit of open files that holds now."""
        self.broker.stop()
        self.start_broker()

    def cpu_of_all(self, *others):
        return [cpu_ns(process.pid) for process in (self.daemon, self.broker, *others)]

    @staticmethod
    def answers(port):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", port)) == 0

    def start_daemon(self, threads=2, connections=200):
        cert, key = self.server_files("secureespd")
        path = os.path.join(self.folder, "secureesp.conf")
        with open(path, "w", encoding="ascii") as f:
            f.write(f"""[daemon]
state_dir = {self.state}
socket = {self.socket}
[tls]
ca = {self.pki}/ca.crt
certificate = {cert}
key = {key}
[download]
address = 127.0.0.1
port = {self.https_port}
devices_dir = {self.devices}
threads = {threads}
max_connections = {max(1000, connections)}
max_connections_per_address = {connections}
max_connections_per_certificate = {connections}
timeout_s = 300
[mqtt]
host = localhost
port = {self.mqtt_port}
[config.json]
downloadserver = localhost
downloadport = {self.https_port}
downloadpath = /download
mqttserver = localhost
mqttport = {self.mqtt_port}
mqtttls = true
ntpserver = pool.ntp.org
statusinterval = 60000
waittimeout = 20000
retrytimeout = 3000
""")
        self.daemon = Process(
            "daemon", [os.path.join(BIN, "secureespd"), "--config", path], self.folder)
        wait_for("daemon", self.is_ready)

    def is_ready(self):
        if self.daemon.popen.poll() is not None:
            raise RuntimeError(f"the daemon ended; see {self.folder}/daemon.log")
        try:
            return json.loads(self.cli("status", "--json"))["broker"]["connected"]
        except RuntimeError:
            return False

    def stop_daemon(self):
        if self.daemon is not None:
            self.daemon.stop()
            self.daemon = None

    def start_nginx(self):
        """As one would tune it: no access log, two workers, a session cache that both share, no limit
        to a connection that is kept alive."""
        cert, key = self.server_files("secureespd")
        path = os.path.join(self.folder, "nginx.conf")
        with open(path, "w", encoding="ascii") as f:
            f.write(f"""daemon off;
worker_processes 2;
pid {self.folder}/nginx.pid;
error_log {self.folder}/nginx.error.log;
user root;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  sendfile on;
  keepalive_requests 1000000;
  tcp_nopush on;
  types {{ application/octet-stream bin; }}
  client_body_temp_path {self.folder}/nginx.body;
  proxy_temp_path {self.folder}/nginx.proxy;
  fastcgi_temp_path {self.folder}/nginx.fastcgi;
  uwsgi_temp_path {self.folder}/nginx.uwsgi;
  scgi_temp_path {self.folder}/nginx.scgi;
  server {{
    listen 127.0.0.1:{self.nginx_port} ssl reuseport;
    ssl_certificate {cert};
    ssl_certificate_key {key};
    ssl_client_certificate {self.pki}/ca.crt;
    ssl_verify_client on;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256;
    ssl_ecdh_curve X25519:prime256v1;
    ssl_session_cache shared:devices:20m;
    ssl_session_timeout 1h;
    location = /download/firmware.bin {{ return 304; }}
    location /images/ {{ alias {self.folder}/images/; }}
  }}
}}
""")
        self.nginx = Process("nginx", ["nginx", "-c", path], self.folder)
        wait_for("nginx", lambda: self.answers(self.nginx_port) and len(self.nginx.children()) == 2)

    def stop(self):
        self.stop_daemon()
        for process in (self.nginx, self.broker):
            if process is not None:
                process.stop()

    # --- what they serve

    def publish_images(self, bytes_of_second=IMAGE_BYTES, publish_second=True):
        """Two images; who runs the first is offered the second."""
        self.cli("keys", "add", f"{self.pki}/signing/1.pub", "--name", "1")
        self.add_image("ESP8266_VIRTUAL-00.00.01", 1000, "--publish", file="1")
        self.add_image("ESP8266_VIRTUAL-00.00.02", bytes_of_second,
                       *(["--publish"] if publish_second else []), file="2")

    def add_image(self, name, size, *options, file=None):
        images = os.path.join(self.folder, "images")
        os.makedirs(images, exist_ok=True)
        payload, body, image = (
            os.path.join(images, f"{file or name}.{x}") for x in ("raw", "body", "bin"))
        with open(payload, "wb") as f:
            f.write(os.urandom(size))
        run(os.path.join(BIN, "secureesp"), "images", "describe", "--name", name, "--trust",
            f"{self.pki}/signing/1.pub", "--append-to", payload, body)
        run(os.path.join(BIN, "secureesp"), "images", "sign", "--key", f"{self.pki}/signing/1.key",
            body, image)
        self.cli("images", "add", image, *options)

    def fill_devices(self, count):
        """As many known devices, as they stand in the database after their first status. The daemon
        must not run."""
        sql = f"""INSERT OR IGNORE INTO devices (mac, online, reason, first_seen_ms, last_seen_ms,
            uptime_ms, max_loop_ms, mqtt_ms, rssi_dbm, free_heap_bytes, name, image, build, ip,
            error, speaks_events, reboots, bad_payloads, boot_ms, previous_boot_ms,
            shared_identity_at_ms, status_json)
          WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count} - 1)
          SELECT 0x84f300000000 + i, 1, 1, t, t, 60000 + i, i % 90, i % 40, -40 - i % 50,
            20000 + i % 20000, printf('measure-%012x', 0x84f300000000 + i),
            'ESP8266_WEMOS_D1MINIPRO-00.00.08.g', 'Nov 11 2026 11:11:11',
            printf('192.168.%d.%d', i / 250 % 250, i % 250), '', 0, i % 7, 0, t - 60000, 0, 0,
            printf('{{"uptimemillis":%d,"maxmillis":%d,"mqttmillis":%d,"espname":"measure-%012x",'
              || '"espimage":"ESP8266_WEMOS_D1MINIPRO-00.00.08.g","espbuild":"Nov 11 2026 11:11:11",'
              || '"espip":"192.168.%d.%d","rssi":%d,"espfreeheap":%d}}', 60000 + i, i % 90, i % 40,
              0x84f300000000 + i, i / 250 % 250, i % 250, -40 - i % 50, 20000 + i % 20000)
          FROM n, (SELECT {int(time.time() * 1000)} AS t)"""
        db = sqlite3.connect(self.db)
        with db:
            db.execute(sql)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()

    # --- load

    def tls_load(self, port, pids, path, expect, mode, count, *options):
        answer = json.loads(run(
            os.path.join(PROGRAMS, "tls_load"), "--port", str(port), "--ca", f"{self.pki}/ca.crt",
            "--devices", self.devices, "--path", path, "--expect", str(expect), "--mode", mode,
            "--count", str(count), *(x for pid in pids for x in ("--pid", str(pid))), *options))
        if answer["requests"] != count:
            raise RuntimeError(f"{answer['requests']} answers to {count} requests")
        if answer["resumed"] != (count if mode == "resumed" else 0):
            raise RuntimeError(f"{answer['resumed']} of {count} connections were resumed ({mode})")
        return answer

    @contextlib.contextmanager
    def held(self, connections):
        """So many connections that have asked once and are kept."""
        with subprocess.Popen(
                [os.path.join(PROGRAMS, "tls_load"), "--port", str(self.https_port), "--ca",
                 f"{self.pki}/ca.crt", "--devices", self.devices, "--path", PATH_304, "--expect",
                 "304", "--hold", str(connections)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as hold:
            if f'"open": {connections}' not in hold.stdout.readline():
                raise RuntimeError("the connections did not all open")
            yield
            hold.communicate()

    def load_daemon(self, *arguments):
        return self.tls_load(self.https_port, [self.daemon.pid], *arguments)

    def load_nginx(self, *arguments):
        return self.tls_load(self.nginx_port, self.nginx.children(), *arguments)
