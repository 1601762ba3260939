#!/usr/bin/env bash
# The daemon is killed 200 times at random moments under load: what it answered as done is there,
# the database is whole, and no device and no command is stuck.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

seed=${SEED:-$SRANDOM}
echo "SEED=$seed"
lift_bounds
sandbox_up --devices 3 --status-interval 100
printf '[commands]\nsent_timeout_s = 5\n' >>"$sandbox/etc/secureesp.conf"
sleeper=$(mac_of 60) # reports once and is silent then: its commands wait
noisy=$(mac_of 50)
new_device "$sleeper" "$noisy"

# kill_daemon MODE KILLS
kill_daemon() {
    seed=$((seed + 1))
    process_start "$work/kills.record" "$work/kills.log" \
        python3 "$root/test/system/kill_daemon.py" "$1" "$work" "$SECUREESP_SOCKET" "$sleeper" \
        "$2" "$seed" "$sandbox/etc/secureesp.conf"
    records+=("$work/kills.record")
    process_wait_end "$work/kills.record" 120 || fail "$2 kills take longer than 120 s"
    expect_match "the end of the kills" "^$2 kills in " "$(tail -n 1 "$work/kills.log")"
    tail -n 1 "$work/kills.log"
    expect_equal "changes refused" "" "$(grep '^refused' "$work/kills.log" || true)"
}

# Always while the daemon runs: the last connection, when it is closed, folds the log into the
# database, and would spare the daemon to begin with what the killed one left.
database() {
    sqlite3 -readonly -cmd '.timeout 5000' "$SANDBOX_DB" "$1"
}

# Every change that was answered as done, by the daemon's own database.
everything_is_there() {
    expect_equal "answered as done, and lost" "" "$(sqlite3 :memory: -cmd '.timeout 5000' \
        "attach 'file:$SANDBOX_DB?mode=ro' as d" 'create table done (kind, name)' \
        '.separator " "' ".import $work/done done" "select * from done where not case kind
            when 'command' then exists (select 1 from d.commands as c where c.id = done.name + 0)
            when 'key' then exists (select 1 from d.keys as k where k.name = done.name)
            else exists (select 1 from d.images as i where i.name = done.name and i.state = 1)
            end limit 5")"
    expect_equal integrity ok "$(database 'pragma integrity_check')"
}

step "20 kills while it makes its database"
part stop daemon
kill_daemon fresh 20
"$root/scripts/sandbox" "$sandbox" up # its keys and devices are unknown again
publish_text "$sleeper" "/status/$sleeper" '{"uptimemillis": 1000}'
eventually 10 "the device that sleeps" device_has "$sleeper" '$.online' 1
publish_text "$sleeper" "/will/$sleeper" '{}'
eventually 10 "it sleeps" device_has "$sleeper" '$.online' 0

step "load: statuses without a pause, images and keys to add"
publish_image "$SANDBOX_IMAGE"
mkdir "$work/images" "$work/keys"
for ((i = 2; i < 20; i++)); do
    mv "$(make_image "$(printf '00.00.%02d' $i)" 1 1)" "$work/images/"
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 2>/dev/null |
        openssl pkey -pubout -out "$work/keys/key$i.pem"
done
flood() {
    local i=0
    while :; do
        i=$((i + 1))
        printf '{"uptimemillis": %d, "espname": "flood", "rssi": -%d}\n' $((i * 10)) $((i % 90))
        [ $((i % 50)) -ne 0 ] || sleep 0.1
    done | mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
        --cert "$SANDBOX_PKI/devices/$noisy.crt" --key "$SANDBOX_PKI/devices/$noisy.key" \
        -i flood -t "/status/$noisy" -l
}
export -f flood
export noisy
process_start "$work/flood.record" "$work/flood.log" bash -c flood
records+=("$work/flood.record")

images_done() {
    grep -c '^image' "$work/done" || true
}
for round in 1 2 3 4 5 6 7 8; do
    # More than four only where all is slow.
    [ "$round" -le 4 ] || [ "$(images_done)" -lt 5 ] || break
    step "45 kills, round $round"
    for i in 1 2 3; do
        api /commands --data "{\"mac\": \"$(mac_of $i)\", \"command\": \"reboot\"}" >/dev/null
    done
    part stop daemon
    kill_daemon load 45
    part start daemon
    everything_is_there
done
process_stop "$work/flood.record"
for kind in command key image; do
    printf '%s: %s answered as done, and there\n' "$kind" "$(grep -c "^$kind " "$work/done")"
done
[ "$(images_done)" -ge 5 ] || fail "there was hardly an image to lose"

step "nothing is stuck"
open_commands() {
    database "select count(*) from commands where state < 2 and device <> $((16#$sleeper))"
}
none_is_open() {
    [ "$(open_commands)" -eq 0 ]
}
eventually 60 "every command to a device has ended" none_is_open
for i in 1 2 3; do
    eventually 30 "$(mac_of $i) online" device_has "$(mac_of $i)" '$.online' 1
    expect_equal "$(mac_of $i)" "done ok" "$(command_device "$(mac_of $i)" config)"
done
expect_equal "commands for who sleeps that wait no more" 0 \
    "$(database "select count(*) from commands where state <> 0 and device = $((16#$sleeper))")"
while read -r image; do
    expect_equal "the file of $image" 1 "$(json_get "$(api "/images/$image/verify")" '$.stored_ok')"
done < <(sed -n 's/^image //p' "$work/done")
expect_equal "unfinished files" "" "$(find "$sandbox/state/images" -type f \
    ! -regex '.*/[0-9a-f]*' | head -n 3)"
