#!/usr/bin/env bash
# Requests that break the rules of HTTP, on the operator's socket: each is refused with the status
# and an error in JSON that fit, nothing that hides behind one is answered, and nothing leaks.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_up --devices 0

keys=$(json_count "$(api /keys)" '$')
status=0
python3 -B "$root/test/system/request_zoo.py" unix "$SECUREESP_SOCKET" || status=$?
expect_equal "exit status of the requests" 0 "$status"
expect_equal "keys" "$keys" "$(json_count "$(api /keys)" '$')"
expect_exit 0 secureesp status
