#!/usr/bin/env bash
# Attack: slow retrieval. The download server says nothing, or a byte now and then: the device gives up
# in bounded time and is back at the broker.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/attack_lib.sh
. "$(dirname "$0")/attack_lib.sh"

attack_up
lead_to_attacker
offer "$(make_image 00.00.02 1 1)" # a genuine one, so that nothing but time is wrong
longest_s=35                       # the 20 s of grace, the next byte, and the way to and fro

count=0
while read -r name group results; do
    [ "$group" = slow ] || continue
    attack_with "$name"
    started=$SECONDS
    refuses_update "$results" "$name"
    [ $((SECONDS - started)) -le "$longest_s" ] || fail "$name took $((SECONDS - started)) s"
    count=$((count + 1))
done < <(python3 "$here/attack_server.py" --list)
expect_equal "attacks" 3 "$count"

lead_back
updates_to 00.00.03 1 1
