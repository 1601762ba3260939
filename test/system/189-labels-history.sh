#!/usr/bin/env bash
# What operators call devices, beside what these say of themselves: shown, selected by, kept through a
# replacement and kill -9, and gone with the device. The hours of a device, drawn and as a table.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

database=$sandbox/state/secureesp.db

# shown MAC: its lines of label, place and note.
shown() {
    secureesp devices show "$1" | sed -n 's/^\(label\|place\|note\)  *//p'
}

sandbox_up --devices 1
mac=$(mac_of 1)
new=$(mac_of 9)
eventually 30 "the device is online" device_has "$mac" '$.online' 1

step "a label is set, outlives the daemon, and is in the audit log"
expect_exit 0 secureesp devices label "$mac" --name 'Back "door"' --place 'barn, north' --note 'behind the hay'
expect_equal "what is said" "$mac: name Back \"door\"
$mac: place barn, north
$mac: note behind the hay" "$output"
part kill daemon
part start daemon
part wait daemon
expect_equal "what is shown" 'Back "door"
barn, north
behind the hay' "$(shown "$mac")"
expect_equal "its own name" "measure-$mac" "$(device "$mac" '$.name')"
expect_exit 0 secureesp devices label "$mac" --note ''
secureesp audit list --object "$mac" --json >"$work/audit.json"
row() {
    sqlite3 :memory: "select json_extract(value, '$1') from json_each(readfile('$work/audit.json'))
        where json_extract(value, '\$.verb') = 'label' order by json_extract(value, '\$.number') desc limit 1"
}
expect_equal "before" "behind the hay" "$(row '$.before.label_note')"
expect_equal "after" 'Back "door"|' "$(row '$.after.label')|$(row '$.after.label_note')"

step "devices are listed, sorted and selected by it"
expect_equal "list" "$mac  Back \"door\"  barn, north" \
    "$(secureesp devices list --columns mac,label,place --sort label | sed -n 2p)"
expect_match "the usual columns" "Back \"door\"\$" "$(secureesp devices list | grep "^$mac")"
expect_match "by note" "$mac .*Back" "$(secureesp devices list --sort note | sed -n 2p)"
script -qec "stty cols 120; timeout 3 secureesp devices watch --interval 1" /dev/null </dev/null >"$work/watched" || true
grep -q "$mac.*Back \"door\"" "$work/watched" || fail "watch has no label: $(cat "$work/watched")"
expect_equal "no place" 0 "$(secureesp devices list | grep -c barn)"
expect_equal "--json" 0 "$(secureesp devices list --json | grep -c '"label"')"
expect_equal "filter" 1 "$(secureesp devices list --filter 'label="Back*" place="barn, north"' --json | grep -c '"mac"')"
expect_exit 0 secureesp devices list --filter 'place=elsewhere' --json
expect_equal "none elsewhere" 0 "$(grep -c '"mac"' <<<"$output" || true)"
curl -sSf --unix-socket "$SECUREESP_SOCKET" http://localhost/metrics/devices >"$work/metrics"
grep -qF "label=\"Back \\\"door\\\"\",place=\"barn, north\"" "$work/metrics" || fail "the metrics have no label"

step "what is no label is refused, and nothing is changed"
for text in $'two\nlines' $'\033[31mred' $'\xff' "$(printf 'x%.0s' {1..65})"; do
    status=0
    secureesp devices label "$mac" --place "$text" >"$work/said" 2>&1 || status=$?
    [ "$status" -ne 0 ] || fail "taken: $text"
done
expect_exit 2 secureesp devices label "$mac"
expect_equal "what is shown" 'Back "door"
barn, north' "$(shown "$mac")"

step "hours: drawn on a terminal in UTF-8, else a table, or CSV"
now=$(date +%s)
hour=$(((now - now % 3600) * 1000))
part stop daemon
sqlite3 "$database" "with recursive n(i) as (select 1 union all select i + 1 from n where i < 30)
    insert into status_hours (device, hour_ms, count, rssi_min, rssi_max, rssi_sum, rssi_count, free_heap_min, max_loop_max,
        has, reboots) select mac, $hour - i * 3600000, 60, -70, -50, -60 * 60, 60, 20480, 9, 31, i % 10 = 0 from n, devices"
part start daemon
part wait daemon
on_terminal() {
    script -qec "stty cols 60; $*" /dev/null </dev/null | tr -d '\r'
}
drawn=$(on_terminal secureesp devices history "$mac")
expect_match "the first line" "^30 hours from 2" "$drawn"
expect_match "online" "online   █{24}  100 %" "$drawn"
expect_match "signal" "rssi     ▁{24}  -60 dBm \\(-60 to -60\\)" "$drawn"
expect_match "restarts" "reboots  [▁█]{24}  3" "$drawn"
drawn=$(LC_ALL=C on_terminal secureesp devices history "$mac")
expect_match "a table elsewhere" "^HOUR  *COUNT" "$drawn"
expect_equal "rows" 31 "$(secureesp devices history "$mac" | wc -l)"
expect_equal "lines of three hours" 4 "$(secureesp devices history "$mac" --since 3h --csv | wc -l)"
expect_match "CSV" "^20[0-9-]+T[0-9:]+Z,60,-70,-60,-50,20480,9,[01],0\$" \
    "$(secureesp devices history "$mac" --csv | tail -n 1)"
expect_equal "JSON" 30 "$(json_count "$(secureesp devices history "$mac" --json)" '$')"

step "who takes the place gets the label; who is forgotten loses it"
new_device "$new"
part stop "$mac"
expect_exit 0 secureesp devices replace --force "$mac" "$new"
expect_equal "the new one" 'Back "door"
barn, north' "$(shown "$new")"
expect_equal "the old one" "" "$(shown "$mac")"
expect_equal "the hours of the new one" 31 "$(secureesp devices history "$new" | wc -l)"
expect_exit 0 secureesp devices forget --force "$new"
expect_equal "labels" 0 "$(sqlite3 "$database" "select count(*) from device_labels")"
