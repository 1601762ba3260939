#!/usr/bin/env bash
# The power of emulated boards is cut 200 times at random moments of their updates, from the command
# to the confirmation, through boot loader and starts: each time the board comes back online with an
# image of the chain and finishes the update.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/lib/board.sh
. "$root/scripts/lib/board.sh"

seed=${SEED:-$SRANDOM}
cuts=${CUTS:-200}
boards=${BOARDS:-5}
echo "SEED=$seed"
macs=()
for ((i = 1; i <= boards; i++)); do macs+=("$(printf '84f3ec%06x' "$i")"); done

# Servers with RSA keys: to check their signatures takes the boards half as long.
PATH=$root/build/$VARIANT/bin:$PATH
secureesp pki init "$sandbox/pki" --rsa >/dev/null
for name in mosquitto secureespd; do
    secureesp pki server "$sandbox/pki" "$name" --dns localhost --ip 127.0.0.1 --rsa >/dev/null
done

sandbox_up --devices 0 --emulated "$boards"
part stop "${macs[@]}"
# A command that was lost with the power must not keep the next one waiting.
part stop daemon
printf '[commands]\nsent_timeout_s = 1\n' >>"$sandbox/etc/secureesp.conf"
part start daemon
publish_image "$SANDBOX_BOARD_IMAGE"
cp "$SANDBOX_BOARD_IMAGE" "$work/first.bin"
cp "$root/build/lx106/firmware.bin" "$work/program"
for mac in "${macs[@]}"; do
    board_set_command "$sandbox/devices/$mac/flash.bin" "$mac" "$sandbox/run/$mac.qmp" closed \
        "$SANDBOX_MQTT_PORT" "$SANDBOX_HTTPS_PORT" -- "epoch=$(date +%s)"
    # shellcheck disable=SC2154  # board_set_command sets it
    printf '%s\0' "${board_command[@]}" >"$work/$mac.command"
done

step "$cuts cuts on $boards boards"
process_start "$work/cuts.record" "$work/cuts.log" \
    python3 "$root/test/system/cut_boards.py" "$work" "$cuts" "$seed"
records+=("$work/cuts.record")
process_wait_end "$work/cuts.record" 270 || fail "not done: $(tail -n 5 "$work/cuts.log")"
cat "$work/cuts.log"
failed=$(grep '; its cuts: ' "$work/cuts.log") || failed=
[ -z "$failed" ] || fail "$failed"
expect_match "the end" "^([0-9]+) cuts, ([0-9]+) ended well" "$(tail -n 1 "$work/cuts.log")"
expect_equal "cuts that ended well" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
[ "${BASH_REMATCH[1]}" -ge "$cuts" ] || fail "fewer than $cuts cuts"
