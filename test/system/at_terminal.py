"""Runs a command at a terminal of its own, and types each ANSWER once the text before it has been shown.
Prints all that the terminal showed; exits as the command does.

usage: at_terminal.py TEXT ANSWER [TEXT ANSWER]... -- COMMAND..."""

import os
import pty
import select
import sys
import time


def show_until(master, wanted, shown):
    end = time.monotonic() + 20
    while wanted is None or wanted not in shown:
        if not select.select([master], [], [], max(0, end - time.monotonic()))[0]:
            sys.exit(f"it did not show {wanted!r} but {shown!r}")
        try:
            data = os.read(master, 4096)
        except OSError:
            data = b""
        if not data:
            break
        shown += data
    return shown


def main():
    split = sys.argv.index("--")
    script, command = sys.argv[1:split], sys.argv[split + 1 :]
    pid, master = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    shown = b""
    for text, answer in zip(script[::2], script[1::2]):
        shown = show_until(master, text.encode(), shown)
        os.write(master, answer.encode() + b"\n")
    shown = show_until(master, None, shown)
    sys.stdout.write(shown.decode(errors="replace").replace("\r", ""))
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


main()
