#!/usr/bin/env bash
# A site whose Wi-Fi network goes away: virtual devices, of which a tenth sleeps through it, and emulated
# boards move to the new one, canaries first, and nobody moves to one that is not there. The daemon is
# killed meanwhile; nobody is lost.
# Takes 600 s at most.
# shellcheck source=test/system/fleet_lib.sh
. "$(dirname "$0")/fleet_lib.sh"
# shellcheck source=test/system/wifi_lib.sh
. "$(dirname "$0")/wifi_lib.sh"

new='new hall'
password='sesame, open: 42'
patience=$((120 + 2 * ${WIFI_FLEET:-4}))
fleet_up "${WIFI_FLEET:-4}" "${WIFI_BOARDS:-0}"
all=("${awake[@]}" "${sleepers[@]}" "${boards[@]}")

# has_network MAC SSID: whether it keeps it.
has_network() {
    case " ${boards[*]} " in *" $1 "*) board_file "$1" wifi ;; *) flash_file "$1" wifi ;; esac | grep -qa "$2"
}
put_home() {
    local mac
    network home >"$work/home"
    for mac in "${awake[@]}" "${sleepers[@]}"; do put_flash_file "$mac" wifi <"$work/home"; done
    for mac in "${boards[@]}"; do put_board_file "$mac" wifi <"$work/home"; done
}
set_networks() { # OPTION...
    printf 'network={\nssid="%s"\npsk="%s"\n}\n' "$new" "$password" |
        secureesp wifi set --networks - "$@" --json >"$work/answer.json"
    batch=$(json_get "$(<"$work/answer.json")" '$.batch')
}
# are STATE COUNT, are_at_least STATE COUNT: so many of the batch's devices.
in_state() {
    api "/wifi/$batch" >"$work/batch.json"
    sqlite3 :memory: "select count(*) from json_each(readfile('$work/batch.json'), '\$.devices')
        where value ->> '\$.state' = '$1'"
}
are() {
    [ "$(in_state "$1")" -eq "$2" ]
}
are_at_least() { # the others may follow at once
    [ "$(in_state "$1")" -ge "$2" ]
}
has_ended() {
    api "/wifi/$batch" >"$work/batch.json"
    [ "$(sqlite3 :memory: "select count(*) || ' ' || coalesce(sum(value ->> '\$.state' in
        ('queued', 'sent', 'accepted', 'waiting')), 0)
        from json_each(readfile('$work/batch.json'), '\$.devices')")" = "${#all[@]} 0" ]
}
# Those of which it is not known that they have moved.
laggards() {
    sqlite3 :memory: "select value ->> '\$.mac' from json_each(readfile('$work/batch.json'), '\$.devices')
        where value ->> '\$.state' <> 'done'"
}
fleet_stop
put_home
printf 'home\ta password\n' >"$work/air"
fleet_options=(--air "$work/air" --trial-timeout 15000)
sandbox_up --devices "$fleet" --emulated "${#boards[@]}" \
    --board-argument "air=$work/air" --board-argument trial-timeout=15000 -- "${fleet_options[@]}"
eventually "$patience" "all ${#all[@]} online" are_online "${#all[@]}"

step "a network that is not there: the canary comes back, and nobody follows"
set_networks --all --canary 1 --yes
eventually 120 "the order has failed" are failed "${#all[@]}"
expect_match "why" "canary did not move" "$(secureesp wifi status "$batch")"
eventually 60 "all online" are_online "${#all[@]}"

step "it is there: two move, then the others"
fall_asleep
printf 'home\ta password\n%s\t%s\n' "$new" "$password" >"$work/air"
set_networks "${awake[@]}" "${boards[@]}" "${sleepers[@]}" --canary 2
eventually 60 "canaries have moved" are_at_least 'done' 2
daemon_dies 3
eventually "$patience" "all have moved but those asleep" are 'done' $((${#all[@]} - ${#sleepers[@]}))

step "who sleeps moves when it wakes; who was not heard is asked again"
wake_up
eventually "$patience" "every order has ended" has_ended
mapfile -t left < <(laggards)
echo "asked again: ${#left[@]} of ${#all[@]}"
if [ "${#left[@]}" -gt 0 ]; then
    set_networks "${left[@]}"
    eventually "$patience" "they have moved" are 'done' "${#left[@]}"
fi

step "the old network goes away: nobody is lost"
fleet_stop
for mac in "${all[@]}"; do has_network "$mac" "$new" || fail "$mac does not keep the new one"; done
printf '%s\t%s\n' "$new" "$password" >"$work/air"
fleet_start
eventually "$patience" "all ${#all[@]} online" are_online "${#all[@]}"
expect_equal "the password in the clear" "" "$(find "$sandbox/state" "$SANDBOX_LOG" "$work" -maxdepth 1 \
    \( -name '*.db*' -o -name '*.log' \) -exec grep -aqF "$password" {} \; -print)"
