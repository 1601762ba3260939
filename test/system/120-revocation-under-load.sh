#!/usr/bin/env bash
# Devices are revoked while many others report and poll: each is out within two seconds at the broker and
# at the download server, a running download included, and nobody else loses anything.
# scripts/attacks does it 100 times beside 200 devices.
# Runs alone.
export VARIANT=release # times of a program with sanitizers say little
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/thief_lib.sh
. "$root/test/system/thief_lib.sh"

count=${REVOCATIONS:-10}
fleet=${REVOCATION_FLEET:-50}
thieves=1
thief_up 0
mapfile -t honest_macs < <(for ((i = 0; i < fleet; i++)); do printf '%012x\n' $((16#$honest_first + i)); done)
mapfile -t macs < <(for ((i = 0; i < count; i++)); do printf '84f3eb00c0%02x\n' "$i"; done)
new_device "${honest_macs[@]:10}" "${macs[@]}"
new_device "${honest_macs[@]:0:10}"
honest_start "$fleet" --commands 20 --polls 5
REVOKE_PATH="/download/firmware.bin?curimage=$(image_name 00.00.01)"
export REVOKE_PATH

honest_begin
figures=$(python3 -B "$root/test/system/revoke_times.py" "${macs[@]}")
honest_end "$work/meanwhile"
echo "$figures"
cat "$work/meanwhile"
expect_equal "revoked" "$count" "$(json_get "$figures" '$.n')"
expect_equal "ways in that were open afterwards" 0 "$(json_get "$figures" '$.came_back')"
for plane in broker request download; do
    [ "$(json_get "$figures" "\$.$plane.worst")" -le 2000 ] || fail "$plane: more than 2 s"
done
expect_equal "lost by others" "" "$(honest_lost "$work/meanwhile")"
