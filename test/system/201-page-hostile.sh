#!/usr/bin/env bash
# Names, labels and errors that are HTML, script, escapes of terminals, marks of direction, or 10 KB long, on
# the pages that show them: nothing runs, and the page keeps its shape.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/gui_lib.sh
. "$(dirname "$0")/gui_lib.sh"

gui_needs
sandbox_up --devices 1
lure='<img src=x onerror=window.hit=1>'
step "what a device itself may say"
new_device "$(mac_of 2)"
publish_text "$(mac_of 2)" "/status/$(mac_of 2)" "{\"uptimemillis\": 1, \"espname\": \"$lure\", \"espimage\": \"$lure\",
    \"error\": \"\\u001b[31m$lure\\u202e$(head -c 3000 /dev/zero | tr '\0' W)\"}"
eventually 10 "its status" device_has "$(mac_of 2)" '$.name' "$lure"

step "what no device may, and only a database holds"
part stop daemon
macs=()
for i in $(seq 11 22); do
    macs+=("$(mac_of "$i")")
done
"$gui_python" -B "$root/test/gui/zoo.py" "${macs[@]}" | sqlite3 -bail "$SANDBOX_DB" || fail "the zoo"
gui_operators "$sandbox"
gui_run hostile "$sandbox" "$work"
