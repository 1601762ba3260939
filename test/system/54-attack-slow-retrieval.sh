#!/usr/bin/env bash
# Attack: slow retrieval. The download server says nothing, or a byte now and then: the device gives up
# in bounded time and is back at the broker. Each attack has a device of its own, as waiting is all that they do.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/attack_lib.sh
. "$(dirname "$0")/attack_lib.sh"

mapfile -t attacks < <(list_attacks | sed -n 's/ slow timeout$//p')
expect_equal "attacks" 3 "${#attacks[@]}"
attack_up "${#attacks[@]}"
offer "$(make_genuine_image 00.00.02 1 1)" # so that nothing but time is wrong
longest_s=35                       # the 20 s of grace, the next byte, and the way to and fro

# The target meets one of the attacks.
meets_one() {
    local started=$SECONDS
    refuses_update timeout "the attack on $target"
    [ $((SECONDS - started)) -le "$longest_s" ] || fail "it took $((SECONDS - started)) s"
}

step "all attacks, each on another device"
attack_with "${attacks[@]}"
pids=()
for ((n = ${#attacks[@]}; n > 0; n--)); do
    aim_at "$n"
    meets_one &
    pids+=($!)
done
for pid in "${pids[@]}"; do
    wait "$pid" || fail "an attack of: ${attacks[*]}"
done
expect_equal "attacks that were met" "$(printf '%s\n' "${attacks[@]}" | sort)" "$(sort "$attacker/met")"

updates_to 00.00.03 1 1
