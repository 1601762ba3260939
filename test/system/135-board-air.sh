#!/usr/bin/env bash
# An emulated board whose Wi-Fi networks come and go: it finds back, and leaves networks that are not
# there by itself.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/wifi_lib.sh
. "$(dirname "$0")/wifi_lib.sh"

mac=$(board_mac_of 1)
sandbox_up --devices 1 --emulated 1
part stop "$mac"

records+=("$work/board.record")
run_board() {
    board_set_command "$sandbox/devices/$mac/flash.bin" "$mac" "$work/qmp" closed \
        "$SANDBOX_MQTT_PORT" "$SANDBOX_HTTPS_PORT" -- \
        "epoch=$(date +%s)" "air=$work/air" trial-timeout=15000
    process_start "$work/board.record" "$work/board.log" "${board_command[@]}"
}
logged() {
    grep -c -- "$1" "$work/board.log" || true
}
has_logged() {
    [ "$(logged "$1")" -ge "$2" ]
}

step "a network that goes away comes back"
network home >"$work/home"
put_board_file "$mac" wifi <"$work/home"
printf 'other\ta password\nhome\ta password\n' >"$work/air"
run_board
eventually 60 "a session" has_logged '^online ' 1
: >"$work/air"
eventually 60 "no link" has_logged 'Wi-Fi: link lost' 1
printf 'home\ta password\n' >"$work/air"
eventually 60 "another session" has_logged '^online ' 2

step "networks that are not there are left, and the board says why"
process_stop "$work/board.record"
network away | put_board_file "$mac" wifi.new
run_board
has_told() {
    has_event "$mac" "value ->> '\$.detail' like 'back to the previous files: no report in time: no link with any Wi-Fi network'"
}
eventually 90 "why it is back" has_told
board_file "$mac" wifi | cmp - "$work/home" || fail "the board has not kept its network"
