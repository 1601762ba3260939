"""What the broker's plugin costs it, beside mosquitto's own acl_file and beside neither."""

import json
import os
import socket
import ssl
import subprocess
import time

from bed import BIN, PROGRAMS, TOP, Bed, Process, cpu_ns, free_port, run, wait_for
from figures import Row, ratios

MAC = "84f300000000"  # mqtt_load's first device
KINDS = ("plugin", "acl_file", "neither")
BOUNDS = ("messages_per_second", "messages_burst", "bytes_per_second", "bytes_burst",
          "connections_per_minute", "connections_burst")
RULES = {
    "neither": "use_identity_as_username true\n",
    "acl_file": "use_identity_as_username true\nuse_username_as_clientid true\nacl_file {folder}/acl\n",
    # Its bounds stay and are asked, but are never reached.
    "plugin": "plugin {top}/build/release/lib/secureesp_broker.so\n"
              "plugin_opt_cafile {pki}/ca.crt\nplugin_opt_revocations {folder}/revoked\n"
              + "".join(f"plugin_opt_{name} 100000000\n" for name in BOUNDS),
}
ACL = """pattern write /status/%u
pattern write /event/%u
pattern write /will/%u
pattern write /will/%u/will
pattern read /command/%u/#
user secureespd
topic read /status/+
topic read /event/+
topic read /will/+
topic read /will/+/will
topic write /command/+/+
"""


class Brokers:
    """One of each kind, on the same keys."""

    def __init__(self):
        self.bed = Bed("ec")
        self.bed.broker.stop()
        run(os.path.join(BIN, "secureesp"), "pki", "device", self.bed.pki, MAC)
        self.write("acl", ACL)
        self.write("revoked", "secureesp-revocations 1\nnumber 1\nend 0\n")
        self.ports = {kind: free_port() for kind in KINDS}
        self.processes = {kind: self.start(kind) for kind in KINDS}

    def write(self, name, text):
        path = os.path.join(self.bed.folder, name)
        with open(path, "w", encoding="ascii") as f:
            f.write(text)
        return path

    def start(self, kind):
        bed = self.bed
        cert, key = bed.server_files("broker")
        rules = RULES[kind].format(top=TOP, pki=bed.pki, folder=bed.folder)
        path = self.write(f"mosquitto.{kind}", f"""allow_anonymous false
set_tcp_nodelay true
max_queued_messages 100000
log_type error
user root
listener {self.ports[kind]} 127.0.0.1
cafile {bed.pki}/ca.crt
certfile {cert}
keyfile {key}
require_certificate true
tls_version tlsv1.2
{rules}""")
        process = Process(f"broker.{kind}", ["mosquitto", "-c", path], bed.folder)
        wait_for(f"broker with {kind}", lambda: bed.answers(self.ports[kind]))
        return process

    def device_files(self):
        return [f"{self.bed.devices}/{MAC}{suffix}" for suffix in (".crt", ".key")]

    def messages(self, kind, count):
        """Statuses of 300 bytes, taken from a device and given to the daemon: the broker's processor
        time for one in us, and how many a second."""
        bed, port = self.bed, str(self.ports[kind])
        sink = subprocess.Popen(
            [os.path.join(PROGRAMS, "mqtt_sink"), port, f"{bed.pki}/ca.crt",
             *bed.server_files("secureespd")], stdout=subprocess.PIPE, text=True)
        sink.stdout.readline()  # it has subscribed
        before, began = cpu_ns(self.processes[kind].pid), time.monotonic_ns()
        run(os.path.join(PROGRAMS, "mqtt_load"), port, str(count), "1", "0", f"{bed.pki}/ca.crt",
            *self.device_files())
        end = json.loads(sink.communicate()[0])
        got = end["received"]
        if got < count / 2:
            raise RuntimeError(f"{kind}: {got} of {count} messages arrived; see {bed.folder}")
        return ((cpu_ns(self.processes[kind].pid) - before) / 1000 / count,
                got * 1e9 / (end["last_ns"] - began))

    def connect_us(self, kind, count):
        """For a connection of a device, from the handshake, a full one, to DISCONNECT."""
        context = ssl.create_default_context(cafile=f"{self.bed.pki}/ca.crt")
        context.load_cert_chain(*self.device_files())
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        before = cpu_ns(self.processes[kind].pid)
        for _ in range(count):
            with socket.create_connection(("127.0.0.1", self.ports[kind])) as plain, \
                    context.wrap_socket(plain, server_hostname="localhost") as s:
                s.sendall(b"\x10\x18\x00\x04MQTT\x04\x02\x00\x3c\x00\x0c" + MAC.encode())
                if s.recv(4) != b"\x20\x02\x00\x00":
                    raise RuntimeError(f"{kind}: the broker refuses; see {self.bed.folder}")
                s.sendall(b"\xe0\x00")
        return (cpu_ns(self.processes[kind].pid) - before) / 1000 / count

    def stop(self):
        for process in self.processes.values():
            process.stop()


def plugin(bench):
    if not bench.begin("broker's plugin"):
        return
    rates, messages, connects = ({kind: [] for kind in KINDS} for _ in range(3))
    brokers = Brokers()
    try:
        # What a message costs differs more from one time to the next than from one kind to another.
        for i in range(3 * bench.rounds):
            for kind in KINDS:
                cost, rate = brokers.messages(kind, bench.work(100000))
                messages[kind].append(cost)
                rates[kind].append(rate)
                if i % 3 == 0:
                    connects[kind].append(brokers.connect_us(kind, bench.work(1000)))
            bench.progress()
    finally:
        brokers.stop()
    for what, values, unit, bound, detail in (
            ("messages a second, our plugin", rates, "/s", 0.9, "300 bytes, QoS 0, TLS, to one subscriber"),
            ("broker's CPU for a message, our plugin", messages, "us", None, ""),
            ("broker's CPU for a connection, our plugin", connects, "us", 1.1,
             "full handshake with P-256, CONNECT")):
        bench.add(
            Row(what, "acl_file", ratios(values["plugin"], values["acl_file"]), bound, "x", detail,
                at_most=values is connects),
            Row("the same", "neither", ratios(values["plugin"], values["neither"]), None, "x", ""),
            Row("the same", "", values["plugin"], None, unit, ""))
