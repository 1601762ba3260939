#!/usr/bin/env python3
"""Runs a program that asks for a passphrase on its terminal, as age does, and types it.

usage: age_terminal.py PASSPHRASE-FILE PROGRAM [ARGUMENT...]

Prints what the program wrote there, and ends with its exit status.
"""

import os
import pty
import sys


def main():
    with open(sys.argv[1], "rb") as file:
        passphrase = file.readline().rstrip(b"\n")
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(sys.argv[2], sys.argv[2:])
    heard = b""
    asked = 0
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the program has ended
            break
        if not piece:
            break
        heard += piece
        while heard.lower().count(b"passphrase") > asked:
            asked += 1
            os.write(terminal, passphrase + b"\n")
    _, status = os.waitpid(pid, 0)
    sys.stdout.buffer.write(heard.replace(b"\r", b""))
    sys.exit(os.waitstatus_to_exitcode(status))


main()
