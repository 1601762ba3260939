#!/usr/bin/env bash
# What the daemon tells systemd: ready, its watchdog's pings, reloading and ready again, stopping.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_up --devices 0
part stop daemon
socket=$work/notify
heard=$work/heard

# Stands for the service manager: writes each line of each message to a file.
cat >"$work/manager.py" <<'PYTHON'
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    print(s.recv(4096).decode(), flush=True)
PYTHON
records+=("$work/manager")
process_start "$work/manager" "$heard" python3 "$work/manager.py" "$socket"
eventually 10 "the manager listens" test -S "$socket"

count() {
    grep -c "^$1" "$heard" || true
}
more_than() {
    [ "$(count "$1")" -gt "$2" ]
}

step "ready, and pinging"
NOTIFY_SOCKET=$socket WATCHDOG_USEC=2000000 part start daemon
eventually 20 "READY=1" more_than READY=1 0
eventually 20 "pings" more_than WATCHDOG=1 2

step "reloading"
process_signal "$sandbox/run/daemon" HUP
eventually 10 "RELOADING=1" more_than RELOADING=1 0
eventually 10 "READY=1 again" more_than READY=1 1
expect_equal "the time of the reload" 1 "$(count MONOTONIC_USEC=[0-9])"

step "stopping"
part stop daemon
expect_equal "STOPPING=1" 1 "$(count STOPPING=1)"
