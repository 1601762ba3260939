#!/usr/bin/env bash
# The emulated board is reset again and again while frames arrive, and starts each time.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/lib/board.sh
. "$root/scripts/lib/board.sh"

sandbox_up --devices 0 --emulated 1
mac=84f3ec000001
part kill "$mac"

port=$(python3 -c 'import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
board_set_command "$sandbox/devices/$mac/flash.bin" "$mac" "$work/qmp" closed "$SANDBOX_MQTT_PORT" \
    "$SANDBOX_HTTPS_PORT" -- "epoch=$(date +%s)"
for ((i = 0; i < ${#board_command[@]}; i++)); do
    [[ ${board_command[i]} != user,* ]] ||
        board_command[i]+=",hostfwd=udp:127.0.0.1:$port-10.0.2.15:9"
done
process_start "$work/board.record" "$work/board.log" "${board_command[@]}"
records+=("$work/board.record")
eventually 10 "its QMP" test -S "$work/qmp"
expect_exit 0 timeout 120 python3 "$root/test/system/board_resets.py" "$work/qmp" "$work/board.log" \
    "$port" 12
expect_equal "it said" "12 resets" "$output"
is_online() {
    [[ $(tail -n 1 "$work/board.log") == online* ]]
}
eventually 60 "online after all" is_online
