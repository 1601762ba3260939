#!/usr/bin/env python3
"""Lets the emulated board make a key and a certification request and open a sealed message: what
each takes of instructions, heap and stack, and whether OpenSSL accepts the request."""

import base64
import pathlib
import re
import subprocess
import sys
import tempfile

from bench import ATTEMPT_S, MAC, compile_probe
from figures import BUILD, ROOT, Table, symbols

PROGRAM = BUILD / "test/enrol.bin"
WORK = {"key": "key_make", "request": "request_write", "message": "hpke_open"}
LINE = re.compile(r"^(\w+) heap=(\d+) kept=(\d+) stack=(\d+)$", re.MULTILINE)


def run_board(folder):
    """What the board says, and what the probe has counted."""
    names = symbols(PROGRAM.with_suffix(".elf"))
    probe = f"{compile_probe()},out={folder / 'probe'}"
    for what, function in WORK.items():
        probe += f",mark={what}@{names[function]:#x}"
    probe += f",mark=end@{names['enrol_end']:#x}"
    script = (f". {ROOT}/scripts/lib/board.sh; board_make_flash {BUILD}/boot.bin {PROGRAM} flash; "
              f"board_set_command flash {MAC} qmp closed -- epoch=1700000000 log=3; "
              f'exec "${{board_command[@]}}" -plugin {probe} </dev/null')
    done = subprocess.run(["bash", "-c", script], cwd=folder, check=False, timeout=ATTEMPT_S,
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"the board ended with {done.returncode}: {done.stdout}{done.stderr}")
    marks = [line.split() for line in (folder / "probe").read_text().splitlines()
             if line.startswith("mark ")]
    spans = {begin[1]: int(end[2]) - int(begin[2]) for begin, end in zip(marks, marks[1:])
             if begin[1] != "end" and end[1] == "end"}
    return done.stdout, spans


def check_request(folder, text):
    der = base64.b64decode(re.search(r"^der (\S+)$", text, re.MULTILINE)[1], validate=True)
    (folder / "request").write_bytes(der)
    said = subprocess.run(
        ["openssl", "req", "-inform", "DER", "-in", folder / "request", "-verify", "-noout",
         "-subject", "-nameopt", "RFC2253"], check=True, capture_output=True, text=True)
    print(f"openssl: {(said.stdout + said.stderr).strip()}")
    return f"CN={MAC}" in said.stdout


def main():
    with tempfile.TemporaryDirectory(prefix="secureesp-enrol-") as name:
        folder = pathlib.Path(name)
        text, spans = run_board(folder)
        is_good = check_request(folder, text)
    found = {line[1]: line for line in LINE.finditer(text)}
    if set(found) != set(WORK) or set(spans) != set(WORK):
        raise SystemExit(f"the board has not done all: {text}")
    table = Table()
    for what in WORK:
        table.row(f"{what}: instructions", spans[what], "enrol_instructions")
        table.row(f"{what}: heap above what there was, bytes", int(found[what][2]),
                  "enrol_heap_bytes")
        table.row(f"{what}: stack, bytes", int(found[what][4]), "enrol_stack_bytes")
    if not is_good:
        print("the request is not the board's")
    return table.end() or not is_good


if __name__ == "__main__":
    sys.exit(main())
