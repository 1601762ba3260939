"""Tries the cells of identities.table on a broker and a download server that run.

usage: identities.py TABLE FOLDER OTHER NEWEST EST-PORT

FOLDER holds NAME.crt and .key for each identity of the table but "none", and for listener and tester, who
may hear and say anything. Opens the sessions of those that are to be resumed and prints "ready"; then
takes lines: "download", "est" or "broker" tries that part, "check ROLE read|write|clear FILTER" says whether the
table has a cell for that rule. Prints each cell that is otherwise, and at the end of each part how many
there were. Exit status 1 if any was otherwise."""

import os
import re
import subprocess
import sys

import mqtt_client

LETTERS = "pwtcsdk"
EST = "/.well-known/est/"


def read_table(path):
    """{part: (columns, {row: {column: cell}})}"""
    table, part = {}, None
    for line in open(path, encoding="ascii"):
        if line.startswith(";") or not line.strip():
            continue
        if line.startswith("["):
            part, columns = line.strip()[1:-1], None
            continue
        words = line.split()
        if columns is None:
            columns = words[1:]
            table[part] = (columns, {})
        elif len(words) != len(columns) + 1:
            sys.exit(f"identities.table: a cell is missing: {line.strip()}")
        else:
            table[part][1][words[0]] = dict(zip(columns, words[1:]))
    return table


def is_filter(topic):
    return "+" in topic or "#" in topic or topic.startswith("$")


class Identity:
    def __init__(self, name, folder, other):
        self.name = name
        self.is_resumed = name.endswith("-resumed")
        self.credentials = None if name == "none" else f"{folder}/{name}"
        self.common_name = "none"
        if self.credentials:
            subject = subprocess.run(
                ["openssl", "x509", "-in", self.credentials + ".crt", "-noout", "-subject",
                 "-nameopt", "multiline"], capture_output=True, check=True, text=True).stdout
            self.common_name = re.search(r"commonName\s*= (.*)", subject)[1]
        self.is_device = re.fullmatch("[0-9a-f]{12}", self.common_name) is not None
        self.own = self.common_name if self.is_device else other["device"]
        self.other = other["device"] if name == "other" else other["other"]
        self.sessions = {}

    def topic(self, pattern):
        pairs = ":".join(self.own[i:i + 2] for i in range(0, 12, 2)).upper()
        return (pattern.replace("OWN-SPELT", pairs).replace("OWN", self.own)
                .replace("OTHER", self.other))


class Trial:
    def __init__(self, table, folder, other, newest, est_port):
        self.table, self.newest = read_table(table), newest
        self.ca = os.environ["SANDBOX_PKI"] + "/ca.crt"
        self.ports = {"broker": int(os.environ["SANDBOX_MQTT_PORT"]),
                      "download": int(os.environ["SANDBOX_HTTPS_PORT"]), "est": int(est_port)}
        macs = {"device": Identity("device", folder, {"device": "", "other": ""}).common_name,
                "other": other}
        self.folder = folder
        self.identities = [Identity(name, folder, macs) for name in self.table["identities"][1]]
        self.contexts = {one.name: mqtt_client.context(self.ca, one.credentials)
                         for one in self.identities}
        self.cells = self.wrong = 0

    def prepare(self):
        for one in filter(lambda one: one.is_resumed, self.identities):
            _, one.sessions["download"], _ = mqtt_client.get(
                self.ports["download"], self.contexts[one.name], "/download/ca.crt")
            _, one.sessions["est"], _ = mqtt_client.get(
                self.ports["est"], self.contexts[one.name], EST + "cacerts")
            client = mqtt_client.Client(
                self.ports["broker"], self.contexts[one.name], one.common_name)
            one.sessions["broker"] = client.link.session
            client.close()

    def judge(self, what, expected, got):
        self.cells += 1
        if got not in str(expected).split("|"):
            self.wrong += 1
            print(f"{what}: expected {expected}, got {got}", flush=True)

    # --- the download server

    def download(self):
        for one in self.identities:
            expected = self.table["identities"][1][one.name]["download"]
            for row, cells in self.table["download"][1].items():
                path = row.removeprefix("MAY")
                if path != row:
                    file = f"{os.environ['SANDBOX_PKI']}/devices/{one.own}.key"
                    subprocess.run(["secureesp", "devices", "key", one.own, "on", "--key", file],
                                   capture_output=True, check=False)
                status, _, resumed = mqtt_client.get(
                    self.ports["download"], self.contexts[one.name],
                    one.topic(path).replace("NEWEST", self.newest), one.sessions.get("download"))
                wanted = cells["device"] if expected == "device" else expected
                self.judge(f"{one.name} GET {row}", wanted, status)
                if one.name == "device-resumed" and not resumed:
                    self.judge(f"{one.name} GET {path}, session", "resumed", "full")

    # --- enrolment

    def request(self, one, whom):
        """A request for a certificate of that device, with a key of its own."""
        self.requests += 1
        mac = {"OWN": one.own, "OTHER": one.other}.get(whom, f"84f3ea{self.requests:06x}")
        if whom == "NEW":
            subprocess.run(["secureesp", "enrolments", "add", mac], capture_output=True, check=True)
        return subprocess.run(
            ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-keyout", "/dev/null", "-subj", f"/CN={mac}", "-outform", "DER"],
            capture_output=True, check=True).stdout

    def est(self):
        self.requests = 0
        for one in self.identities:
            role = self.table["identities"][1][one.name]["est"]
            for row, cells in self.table["est"][1].items():
                path, _, whom = row.partition("=")
                status, _, resumed = mqtt_client.get(
                    self.ports["est"], self.contexts[one.name], EST + path, one.sessions.get("est"),
                    self.request(one, whom) if whom else None)
                self.judge(f"{one.name} {row}", "tls" if role == "tls" else cells[role], status)
                if one.is_resumed and not resumed:
                    self.judge(f"{one.name} {row}, session", "resumed", "full")

    # --- the broker

    def client(self, one, **options):
        client = mqtt_client.Client(self.ports["broker"], self.contexts[one.name], one.common_name,
                                    one.sessions.get("broker"), **options)
        if one.name == "device-resumed" and not client.link.session_reused:
            self.resumed_at_broker = False
        return client

    def helper(self, name):
        tls = mqtt_client.context(self.ca, f"{self.folder}/{name}")
        return mqtt_client.Client(self.ports["broker"], tls, name)

    def broker(self):
        self.resumed_at_broker = True
        self.tester = self.helper("tester")
        for one in self.identities:
            role = self.table["identities"][1][one.name]["broker"]
            rows = {pattern: cells[role] if role != "refused" else "-" * len(LETTERS)
                    for pattern, cells in self.table["broker"][1].items()}
            got = {pattern: set() for pattern in rows}
            self.try_let_in(one, role)
            for attempt in (self.try_publish, self.try_wills, self.try_retained, self.try_clear,
                            self.try_hear, self.try_kept):
                attempt(one, got)
            for pattern, expected in rows.items():
                found = "".join(letter if letter in got[pattern] else "-" for letter in LETTERS)
                self.judge(f"{one.name} {pattern}", expected, found)
        self.tester.close()
        if not self.resumed_at_broker:
            print("the broker resumes no session: those of the table were full handshakes")

    def try_let_in(self, one, role):
        try:
            self.client(one).close()
            answer = "let in"
        except mqtt_client.Refused:
            answer = "refused"
        self.judge(f"{one.name} CONNECT", "refused" if role == "refused" else "let in", answer)

    def writable(self, one, got):
        return [(pattern, one.topic(pattern)) for pattern in got if not is_filter(pattern)]

    def note(self, heard, letter, one, got):
        """What was heard with that identity's mark."""
        topics = {topic for topic, payload in heard if payload == self.mark(one, letter)}
        for pattern, topic in self.writable(one, got):
            if topic in topics:
                got[pattern].add(letter)

    @staticmethod
    def mark(one, letter):
        return f'{{"mark": "{one.name} {letter}"}}'.encode()

    def listener(self):
        client = self.helper("listener")
        if not client.subscribe("#"):
            sys.exit("the listener may not hear")
        return client

    def say_all(self, one, got, letter, retained):
        """By one connection, and by another where it was lost."""
        client = None
        for _, topic in self.writable(one, got):
            try:
                client = client or self.client(one)
                client.publish(topic, self.mark(one, letter) if letter else b"", retained)
            except (mqtt_client.Refused, OSError):
                client = None
        if client is not None:
            client.close()

    def try_publish(self, one, got):
        listener = self.listener()
        self.say_all(one, got, "p", False)
        self.note(listener.hear(), "p", one, got)
        listener.close()

    def try_wills(self, one, got):
        """A will is out when the next connection of the same identifier is in."""
        listener = self.listener()
        wills = [(topic, self.mark(one, "w"), False) for _, topic in self.writable(one, got)]
        for will in wills + [None]:
            try:
                self.client(one, will=will).drop()
            except mqtt_client.Refused:
                pass
        self.note(listener.hear(), "w", one, got)
        listener.close()

    def try_retained(self, one, got):
        self.say_all(one, got, "t", True)
        listener = self.listener()
        self.note(listener.hear(), "t", one, got)
        listener.close()
        self.forget(one, got)

    def try_clear(self, one, got):
        """What is there before it, and not behind it, it has taken away."""
        for _, topic in self.writable(one, got):
            self.tester.publish(topic, self.mark(one, "c"), retained=True)
        listener = self.listener()
        before = set(listener.hear())
        listener.close()
        self.say_all(one, got, None, True)
        listener = self.listener()
        after = set(listener.hear())
        listener.close()
        self.note(before - after, "c", one, got)
        self.forget(one, got)

    def forget(self, one, got):
        for _, topic in self.writable(one, got):
            self.tester.publish(topic, b"", retained=True)

    def subscribed(self, one, got):
        """A client that has asked for each row, or None."""
        try:
            client = self.client(one)
            for pattern in got:
                if client.subscribe(one.topic(pattern)):
                    got[pattern].add("s")
            return client
        except (mqtt_client.Refused, OSError):
            return None

    def try_hear(self, one, got):
        client = self.subscribed(one, got)
        for _, topic in self.writable(one, got):
            self.tester.publish(topic, self.mark(one, "d"))
        if client is not None:
            self.note(client.hear(), "d", one, got)
            client.close()

    def try_kept(self, one, got):
        for _, topic in self.writable(one, got):
            self.tester.publish(topic, self.mark(one, "k"), retained=True)
        client = self.subscribed(one, got)
        if client is not None:
            self.note(client.hear(), "k", one, got)
            client.close()
        self.forget(one, got)

    # --- what the broker's own table has

    def check(self, role, kind, rule):
        """Whether there is a cell for each rule: its %m is the device's own, its + may be."""
        columns, rows = self.table["broker"]
        letters = {"read": set("sdk"), "write": set("pwtc"), "clear": set("c")}[kind]
        if rule.startswith("/broker/"):  # where the broker's plugin alone says anything
            letters = set("s")
        if role == "homeassistant" and rule.startswith("secureesp/") and kind == "write":
            letters = set("pw")  # what it orders is never kept
        wanted = re.escape(rule.replace("%m", "OWN")).replace(r"\+", "[^/]+")
        wanted = re.sub(r"(/)?\\?#$", r"(\1.*)?", wanted)
        found = role in columns and any(
            re.fullmatch(wanted, row) and not is_filter(row) and letters <= set(cells[role])
            for row, cells in rows.items())
        self.judge(f"a cell for {role} {kind} {rule}", "there", "there" if found else "missing")


def main():
    trial = Trial(*sys.argv[1:])
    trial.prepare()
    print("ready", flush=True)
    for line in sys.stdin:
        words = line.split()
        {"download": trial.download, "est": trial.est, "broker": trial.broker, "check": trial.check}[words[0]](*words[1:])
        print(f"{words[0]}: {trial.cells} cells until now, {trial.wrong} otherwise", flush=True)
    sys.exit(1 if trial.wrong else 0)


main()
