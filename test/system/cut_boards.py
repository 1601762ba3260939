"""Cuts the power of emulated boards again and again while they update themselves, each from image to
image along a release chain that climbs as far as they do.

A cut is a SIGKILL of the emulator at a random moment of an update, by the clock. Some cuts tear: they
fall at one of the flash's next operations, which is then left half done; and some of these wait for a
step of the update, not for the clock, since records are written in no time. After some of the cuts
comes another one while the board starts again. Each time it has to come online with an image of the
chain, and to finish the update when it is told to once more.

usage: cut_boards.py FOLDER CUTS SEED
FOLDER/<mac>.command is each board's emulator and its arguments, separated by NUL; FOLDER/first.bin
the image it runs, FOLDER/program the program in all images. Ends with status 1 unless all was well."""

import collections
import ctypes
import glob
import http.client
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import threading
import time

import board_flash

BOARD = "ESP8266_LX106"
PATIENCE_S = 60  # for anything that has to happen
ASK_AGAIN_S = 4  # a command that was sent to a board without power is lost
TEARING = 0.5  # share of the cuts by the clock that tear
AT_A_STEP = 0.2  # share of those in an update that wait for one of these lines on the console
STEPS = ("accepted name=firmware ", "accepted name=flash ", "restart ", "boot: slot",
         "trial result=ok")
OPERATIONS = 5  # a tearing cut lets fewer than that pass
TEARING_S = 1.5  # and waits so long for the next one
ANOTHER = 0.6  # chance of a further cut during the start
ATTEMPTS = 6  # of an update that are cut; the next one is not
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)


class Cut(Exception):
    """The moment has come."""


class Stuck(Exception):
    """The board does not do what it has to."""


class Plan:
    """When to cut: so many seconds from now, or (step) when the console says that; and at which
    operation after that the cut tears, 0 if none."""

    def __init__(self, seconds, operations, step=None):
        self.at = time.monotonic() + seconds if step is None else None
        self.operations, self.step = operations, step


NEVER = Plan(0, 0, "\n")


class Connection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE_S)
        self.sock.connect(os.environ["SECUREESP_SOCKET"])


def ask(method, path, body=None):
    connection = Connection("localhost")
    connection.request(method, "/api/v1" + path, body)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status >= 300:
        raise Stuck(f"{method} {path}: {answer.status} {text!r}")
    return json.loads(text)


class Chain:
    """The images: each one trusts the other one of two keys, with which its successor is signed."""

    def __init__(self, folder):
        self.folder, self.lock = folder, threading.Lock()
        with open(folder + "/first.bin", "rb") as file:
            self.images = {self.name(1): file.read()}

    @staticmethod
    def name(version):
        return f"{BOARD}-00.{version // 100:02}.{version % 100:02}"

    def successor(self, name):
        """That image's name; it is published."""
        with self.lock:
            names = list(self.images)
            if name == names[-1]:
                names.append(self.add(len(names) + 1))
            return names[names.index(name) + 1]

    def add(self, version):
        name, file = self.name(version), self.folder + "/image"
        keys = os.environ["SANDBOX_PKI"] + "/signing/"
        signer, trusted = (version % 2 + 1, 2 - version % 2) if version > 2 else (1, 2)
        for arguments in (
                ["describe", "--name", name, "--trust", f"{keys}{trusted}.pub", "--append-to",
                 self.folder + "/program", file + ".body"],
                ["sign", "--key", f"{keys}{signer}.key", file + ".body", file]):
            subprocess.run(["secureesp", "images"] + arguments, check=True, stdout=subprocess.DEVNULL)
        with open(file, "rb") as made:
            self.images[name] = made.read()
        ask("POST", "/images?publish=1", self.images[name])
        return name


class Board:
    """A board, its power and its console."""

    def __init__(self, command_file, chain):
        self.mac = os.path.basename(command_file)[:-len(".command")]
        with open(command_file, encoding="ascii") as file:
            self.command = file.read().rstrip("\0").split("\0")
        self.flash = self.command[self.command.index("-drive") + 1].split("file=")[1]
        self.watch = board_flash.Watch(self.flash)
        self.chain = chain
        self.process = None
        self.image = self.slot = self.target = None
        self.files = {"config.json", "ca.crt", self.mac + ".crt", self.mac + ".key"}
        self.on_trial = self.online = False
        self.gone_back = 0
        self.phase = "boot loader"
        self.rest = b""
        self.console = collections.deque(maxlen=40)
        self.plan = NEVER  # of the next cut

    def power_on(self):
        self.phase, self.rest, self.online, self.on_trial = "boot loader", b"", False, False
        self.console.append("--- power on")
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))

    def power_off(self):
        if self.process is None:
            return
        self.process.kill()
        self.rest += self.process.stdout.read()
        self.process.stdout.close()
        self.process.wait()
        self.process = None
        while b"\n" in self.rest:
            self.take_line()

    def take_line(self):
        line, self.rest = self.rest.split(b"\n", 1)
        line = line.decode("ascii", "replace").strip()
        self.console.append(line)
        self.follow(line)
        return line

    def follow(self, line):
        """What a line of the console says about where the update stands."""
        words = line.split()
        if line.startswith("boot: slot"):
            self.phase, self.slot, self.online = "start of the program", int(words[-1]), False
        elif line.startswith("start image="):
            self.image, self.on_trial = words[1].split("=")[1], words[-1] == "trial=yes"
            self.phase = "trial" if self.on_trial else "on the way to the broker"
        elif line.startswith("online "):
            self.phase, self.online = "trial" if self.on_trial else "online", True
        elif line.startswith("accepted name=firmware "):
            self.phase = "download"
        elif line.startswith("command name=firmware"):
            self.phase = "on the way to the broker"
        elif line.startswith("accepted name=flash "):
            self.phase = "check before the flash"
        elif line.startswith("restart "):
            self.phase = "boot loader"
        elif line.startswith("trial result="):
            self.on_trial = False
            self.gone_back += words[1] != "result=ok"
            self.phase = "confirmation" if self.phase == "trial" else self.phase

    def next_line(self, until=None):
        """None when that moment has come first."""
        patience = time.monotonic() + PATIENCE_S
        while b"\n" not in self.rest:
            ends = [end for end in (self.plan.at, until, patience) if end is not None]
            left = max(0, min(ends) - time.monotonic())
            if select.select([self.process.stdout], [], [], left)[0]:
                got = os.read(self.process.stdout.fileno(), 4096)
                if not got:
                    raise Stuck(f"the emulator ended by itself: {self.process.wait()}")
                self.rest += got
            elif min(ends) == self.plan.at:
                raise Cut
            elif min(ends) == until:
                return None
            else:
                raise Stuck(f"says nothing for {PATIENCE_S} s")
        line = self.take_line()
        if self.plan.step is not None and line.startswith(self.plan.step):
            raise Cut
        return line

    def wait_for(self, start):
        while True:
            line = self.next_line()
            if line.startswith(start):
                return line

    def get_going(self):
        """Until it is online, and no trial is under way."""
        while not self.online or self.on_trial:
            self.next_line()
        self.check_slot()

    def check_slot(self):
        """What runs is an image of the chain, to the last byte."""
        if self.image not in self.chain.images:
            raise Stuck(f"runs {self.image}, which nobody has signed")
        if not self.holds(self.slot, self.image):
            raise Stuck(f"slot {self.slot}, which runs, does not hold {self.image}")

    def holds(self, slot, name):
        image = self.chain.images[name]
        return board_flash.read(self.flash, board_flash.SLOTS[slot], len(image)) == image

    def order(self, command):
        """Gives a command until the board has it."""
        while True:
            number = ask("POST", "/commands", json.dumps({"mac": self.mac, "command": command}))[0]["id"]
            asked = time.monotonic()
            while True:
                line = self.next_line(asked + ASK_AGAIN_S)
                if line.startswith(f"accepted name={command} "):
                    return
                if line is None and ask("GET", f"/commands/{number}")["state"] not in ("queued", "sent", "accepted"):
                    break
                if line is None:
                    asked = time.monotonic()

    def is_about_the_next(self, line):
        """What `firmware` says to who runs the target already."""
        return " result=current " in line or (
            self.says(line, self.chain.successor(self.target)))

    @staticmethod
    def says(line, image):
        return " result=ok " in line and line.endswith(f" image={image}")

    def update(self):
        """The update as an operator commands it."""
        self.target = self.chain.successor(self.image)
        self.order("firmware")
        line = self.wait_for("command name=firmware")
        if self.image == self.target and self.is_about_the_next(line):
            self.get_going()  # commands from before the cut were still under way, and have done it
            return
        if not self.says(line, self.target):
            raise Stuck(line)
        self.wait_for("online ")
        self.order("flash")
        line = self.wait_for("trial result=")
        if not self.says(line, self.target):
            raise Stuck(line)
        self.wait_for("command name=flash result=ok")
        self.check_slot()

    def check_daemon(self):
        """The daemon knows it, too."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            device = ask("GET", "/devices/" + self.mac)
            if device["online"] and device["image"] == self.image:
                return
            time.sleep(0.1)
        raise Stuck(f"the daemon does not say that {self.image} runs")

    def check_files(self):
        """None is lost, least of all the record of the slots, once there is one."""
        listed = subprocess.run(
            ["device-files", "--offset", hex(board_flash.FILES), "--size", hex(board_flash.FILES),
             "--sector", hex(board_flash.SECTOR), self.flash, "list"],
            check=True, stdout=subprocess.PIPE).stdout.decode()
        names = {line.split()[-1] for line in listed.splitlines()}
        self.files |= names & {"slots"}
        if not names >= self.files:
            raise Stuck(f"has lost {' '.join(self.files - names)}")

    def cut_and_tear(self, operations, dice):
        """Cuts at that operation on the flash from now and tears it. It stands still while it is
        looked at, for one operation alone can be told from the next."""
        came = True
        while came and operations > 0:
            self.process.send_signal(signal.SIGSTOP)
            self.watch.forget()
            before = board_flash.read(self.flash)
            self.process.send_signal(signal.SIGCONT)
            came = self.watch.wait(TEARING_S)
            operations -= 1
        self.power_off()
        operation = board_flash.last_operation(before, board_flash.read(self.flash))
        if operation is None:
            return None
        board_flash.tear(self.flash, operation, dice)
        return operation.kind

    def cut(self, plan, dice):
        """Cuts the power now: the phase, and which operation was torn by it."""
        torn = self.cut_and_tear(plan.operations, dice) if plan.operations > 0 else None
        self.power_off()
        if self.phase == "download" and self.holds(1 - self.slot, self.target):
            return "verification", torn
        return self.phase, torn


class Sequence(threading.Thread):
    """One board's updates and cuts."""

    def __init__(self, board, cuts, seed):
        super().__init__(daemon=True)
        self.board, self.left, self.dice = board, cuts, random.Random(seed)
        self.done = []  # cuts: phase, what was torn, whether it was another one during a start
        self.well = 0  # so many of them ended well
        self.updates = 0
        self.times = (0, 0)
        self.failure = None

    def plan(self, duration_s):
        operations = self.dice.randrange(OPERATIONS) + 1
        if self.dice.random() < AT_A_STEP:
            return Plan(0, operations, self.dice.choice(STEPS))
        return Plan(self.dice.uniform(0, duration_s),
                    operations if self.dice.random() < TEARING else 0)

    def plan_another(self, duration_s):
        """During a start: only that of a trial writes, and does so first of all."""
        if self.board.phase == "trial" and self.dice.random() < TEARING:
            return Plan(0, self.dice.randrange(3) + 1)
        return Plan(self.dice.uniform(0, duration_s), 0)

    def cut_during(self, work, plan):
        """Does the work and cuts the power while it is under way. False if it was done before."""
        board = self.board
        board.plan = plan
        try:
            work()
            return False
        except Cut:
            self.left -= 1
            self.done.append(board.cut(plan, self.dice) + (work == board.get_going,))
            board.check_files()
            return True
        finally:
            board.plan = NEVER

    def measure(self):
        """How long start and update take when nobody disturbs them."""
        begun = time.monotonic()
        self.board.power_on()
        self.board.get_going()
        start_s = time.monotonic() - begun
        self.board.update()
        return start_s, time.monotonic() - begun - start_s

    def finish(self):
        """An undisturbed update, unless the one that was cut is done; then all was well."""
        board = self.board
        if board.image != board.target:
            board.update()
        board.check_daemon()
        self.updates += 1
        self.well = len(self.done)

    def attempt(self, start_s, update_s):
        """An update that is cut, and the start after it."""
        board = self.board
        before = board.image
        if not self.cut_during(board.update, self.plan(update_s)):
            return
        while self.left > 0 and self.dice.random() < ANOTHER:
            plan = self.plan_another(start_s)
            board.power_on()
            if not self.cut_during(board.get_going, plan):
                break
        if board.process is None:
            board.power_on()
        board.get_going()
        if board.image not in (before, board.target):
            raise Stuck(f"runs {board.image} after an update from {before} to {board.target}")

    def update_in_pieces(self, start_s, update_s):
        board = self.board
        for _ in range(ATTEMPTS):
            self.attempt(start_s, update_s)
            if self.left <= 0 or board.image == board.target:
                break
        self.finish()

    def run(self):
        try:
            self.times = self.measure()
            self.board.target = self.board.image
            while self.left > 0:
                self.update_in_pieces(*self.times)
        except Exception as error:  # pylint: disable=broad-except
            self.failure = f"{type(error).__name__}: {error}"
        finally:
            self.board.power_off()


def table(sequences):
    cuts = collections.Counter()
    torn = collections.Counter()
    another = collections.Counter()
    for sequence in sequences:
        for phase, operation, is_another in sequence.done:
            cuts[phase] += 1
            torn[phase] += operation is not None
            another[phase] += is_another
    print(f"{'phase':28}{'cuts':>6}{'torn':>6}{'second':>8}")
    for phase, n in cuts.most_common():
        print(f"{phase:28}{n:6}{torn[phase]:6}{another[phase]:8}")
    kinds = collections.Counter(cut[1] for s in sequences for cut in s.done if cut[1] is not None)
    print("torn: " + ", ".join(f"{n} {kind}" for kind, n in kinds.most_common()))


def report(sequences, begun):
    for sequence in sequences:
        if sequence.failure is not None:
            print(f"{sequence.board.mac}: {sequence.failure}; its cuts: {sequence.done[sequence.well:]}")
            print("\n".join("    " + line for line in sequence.board.console))
    starts, updates = zip(*(sequence.times for sequence in sequences))
    print(f"undisturbed: {min(starts):.1f} to {max(starts):.1f} s to be online, "
          f"{min(updates):.1f} to {max(updates):.1f} s for an update")
    table(sequences)
    n, well = sum(len(s.done) for s in sequences), sum(s.well for s in sequences)
    print(f"{sum(s.updates for s in sequences)} updates were finished; a new image had too many starts "
          f"{sum(s.board.gone_back for s in sequences)} times")
    print(f"{n} cuts, {well} ended well, in {time.monotonic() - begun:.0f} s")
    return n == well


def main():
    folder, cuts, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    files = sorted(glob.glob(folder + "/*.command"))
    chain = Chain(folder)
    begun = time.monotonic()
    sequences = [Sequence(Board(file, chain), -(-cuts // len(files)), seed + i)
                 for i, file in enumerate(files)]
    for sequence in sequences:
        sequence.start()
    for sequence in sequences:
        sequence.join()
    sys.exit(0 if report(sequences, begun) else 1)


main()
