#!/usr/bin/env bash
# Sandboxes side by side: each its own, up and down as often as one likes, nothing left behind.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

second=$work/second
sandboxes+=("$second")
sandbox_up --devices 2
pids() {
    find "$1/run" -type f -exec cat {} + | cut -d ' ' -f 1 | sort -n
}

step "a second one beside it"
"$root/scripts/sandbox" "$second" up --devices 1
# setting NAME: what the second's env.sh says.
setting() {
    sed -n "s/^export $1=//p" "$second/env.sh"
}
ports=$(printf '%s\n' "$SANDBOX_HTTPS_PORT" "$SANDBOX_MQTT_PORT" "$(setting SANDBOX_HTTPS_PORT)" \
    "$(setting SANDBOX_MQTT_PORT)")
expect_equal "different ports" 4 "$(sort -u <<<"$ports" | wc -l)"
expect_equal "devices of the first" 2 "$(json_get "$(api /status)" '$.devices.online')"
expect_equal "devices of the second" 1 \
    "$(secureesp --socket "$(setting SECUREESP_SOCKET)" devices list --online --json | grep -o '"mac"' | wc -l)"

step "one's certificates are worth nothing at the other"
get_with "$second/pki/devices/$(mac_of 1)" /config.json
expect_match "a device of the other" '^curl ' "$status"

step "up again changes nothing"
before=$(pids "$sandbox")
"$root/scripts/sandbox" "$sandbox" up --devices 2
expect_equal processes "$before" "$(pids "$sandbox")"
expect_exit 0 "$root/scripts/sandbox" "$sandbox" status

step "up with more devices adds them"
"$root/scripts/sandbox" "$sandbox" up --devices 3
expect_equal "devices of the first" 3 "$(json_get "$(api /status)" '$.devices.online')"

step "secrets are for their owner alone"
expect_equal "files that others may read" "" \
    "$(find "$sandbox/pki" "$sandbox/devices" "$sandbox/state" -perm /077 -name '*.key')"
expect_equal "the database" "" "$(find "$sandbox/state" -maxdepth 1 -type f -perm /007)"

step "a PID that belongs to somebody else by now is left alone"
sleep 300 &
innocent=$!
echo "$innocent 1" >"$sandbox/run/$(mac_of 9)"
"$root/scripts/sandbox" "$second" down
expect_equal "processes of the first while the second ends" 0 \
    "$("$root/scripts/sandbox" "$sandbox" status >/dev/null && echo 0)"
all=$(pids "$sandbox" | grep -vx "$innocent")
"$root/scripts/sandbox" "$sandbox" down
kill -0 "$innocent" || fail "a process that is not the sandbox's was ended"
kill "$innocent"
for pid in $all; do
    ! process_start_time "$pid" >/dev/null || fail "process $pid is left"
done
expect_exit 1 "$root/scripts/sandbox" "$sandbox" status

step "down twice, and up once more on the same folder"
"$root/scripts/sandbox" "$sandbox" down
"$root/scripts/sandbox" "$sandbox" up --devices 1
eventually 20 "$(mac_of 1) online" device_has "$(mac_of 1)" '$.online' 1
