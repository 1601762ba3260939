"""The sandbox whose page is opened: its parts, its command line, its users."""

import json
import os
import subprocess

from browser import Failure

FOLDER = os.environ["GUI_SANDBOX"]
ROOT = os.environ["GUI_ROOT"]
URL = os.environ["GUI_URL"]
ROLES = {"anna": "administrator", "otto": "operator", "vera": "viewer"}


def run(*command, check=True, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if check and done.returncode != 0:
        raise Failure(f"{' '.join(command[:6])}: {done.stderr.strip() or done.stdout.strip() or done.returncode}")
    return done.stdout


def part(verb, name):
    """start, stop, kill, wait of broker, daemon or a device."""
    run(os.path.join(ROOT, "scripts", "sandbox"), FOLDER, verb, name)


def cli(*arguments, text=None):
    return run("secureesp", *arguments, text=text)


def api(path, body=None):
    """What the daemon answers on its socket."""
    command = ["curl", "-sS", "--max-time", "20", "--unix-socket", os.environ["SECUREESP_SOCKET"]]
    if body is not None:
        command += ["--data-binary", json.dumps(body)]
    return json.loads(run(*command, "http://localhost/api/v1" + path))


def password_of(name):
    return f"{name} opens the page"


def mac_of(number):
    return f"84f3eb{number:06x}"


def say(text):
    print(text, flush=True)


def step(text):
    say(f"== {text}")
