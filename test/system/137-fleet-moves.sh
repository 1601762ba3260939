#!/usr/bin/env bash
# A site whose Wi-Fi network goes away: the boards move to the new one, canaries first, and nobody
# moves to one that is not there.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/wifi_lib.sh
. "$(dirname "$0")/wifi_lib.sh"

count=4
new='new hall'
password='sesame, open: 42'
macs=()
for ((i = 1; i <= count; i++)); do macs+=("$(mac_of "$i")"); done

run_board() {
    process_start "$work/$1.record" "$work/$1.log" virtual-esp --dir "$sandbox/devices/$1" \
        --mac "$1" --air "$work/air" --trial-timeout 15000
    records+=("$work/$1.record")
}
is_in() {
    api "/wifi/$batch" >"$work/batch.json"
    [ "$(sqlite3 :memory: "select group_concat(value ->> '\$.state', ' ') from json_each(readfile('$work/batch.json'), '\$.devices')")" = "$1" ]
}
set_networks() {
    printf 'network={\nssid="%s"\npsk="%s"\n}\n' "$new" "$password" |
        secureesp wifi set --all --networks - --canary "$1" --json >"$work/answer.json"
    batch=$(json_get "$(cat "$work/answer.json")" '$.batch')
}
all_online() {
    [ "$(json_count "$(api '/devices?state=online')" '$')" = "$count" ]
}

sandbox_up --devices "$count"
for mac in "${macs[@]}"; do
    part stop "$mac"
    network home | put_flash_file "$mac" wifi
done
printf 'home\ta password\n' >"$work/air"
for mac in "${macs[@]}"; do run_board "$mac"; done
eventually 60 "all online" all_online
speaks() {
    local mac
    for mac in "${macs[@]}"; do has_event "$mac" "value ->> '\$.event' = 'boot'" || return 1; done
}
eventually 60 "events" speaks

step "a network that is not there: the canary comes back, and nobody follows"
set_networks 1
eventually 120 "the order has failed" is_in 'failed failed failed failed'
secureesp wifi status "$batch"
expect_match "why" "canary did not move" "$(secureesp wifi status "$batch")"
eventually 60 "all online" all_online

step "it is there: two move, then the others; and the old one goes away"
printf 'home\ta password\n%s\t%s\n' "$new" "$password" >"$work/air"
set_networks 2
eventually 60 "canaries are sent" is_in 'sent sent waiting waiting'
eventually 120 "all have moved" is_in 'done done done done'
secureesp wifi status "$batch"
printf '%s\t%s\n' "$new" "$password" >"$work/air"
for mac in "${macs[@]}"; do
    process_stop "$work/$mac.record"
    flash_file "$mac" wifi | grep -qa "$new" || fail "$mac does not keep it"
    run_board "$mac"
done
for mac in "${macs[@]}"; do
    eventually 60 "$mac again" grep -q "online" "$work/$mac.log"
done
! grep -aF "$password" "$sandbox"/state/*.db* "$SANDBOX_LOG"/*.log "$work"/*.log || fail "in the clear"
