#!/usr/bin/env bash
# What Prometheus scrapes: clean by promtool, whatever devices call themselves; the dashboard and the
# alerts name what is there, and each alert fires when it is to, and only then.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

rules=$root/server/etc/prometheus/secureesp.rules.yml
dashboard=$root/server/etc/grafana/secureesp.json

# scrape PATH [CURL-OPTION...]
scrape() {
    curl -sSf --max-time 20 --unix-socket "$SECUREESP_SOCKET" "${@:2}" "http://localhost$1"
}

# sample SERIES: its value in the last $work/metrics.
sample() {
    series="$1 " awk 'index($0, ENVIRON["series"]) == 1 { print $NF }' "$work/metrics"
}

scraped() {
    scrape /metrics >"$work/metrics"
    [ "$(sample "$1")" = "$2" ]
}

# exprs_of FILE: a line each.
exprs_of() {
    case $1 in
    *.json)
        python3 -c 'import json, sys
for panel in json.load(open(sys.argv[1]))["panels"]:
    for target in panel.get("targets", []):
        print(target["expr"])' "$1"
        ;;
    *) sed -n "s/^ *expr: '\(.*\)'\$/\1/p" "$1" ;;
    esac
}

# Copies the rules with every expression replaced, and their tests beside them.
replace_rules() {
    rm -rf "$work/rules"
    mkdir -p "$work/rules/server/etc/prometheus" "$work/rules/test"
    sed "s/^\( *expr: \).*/\1'$1'/" "$rules" >"$work/rules/server/etc/prometheus/secureesp.rules.yml"
    cp -r "$root/test/rules" "$work/rules/test/rules"
}

sandbox_up --devices 2
mac=$(mac_of 1)
named=$(mac_of 3)
new_device "$named"
publish_text "$named" "/status/$named" '{"uptimemillis":1000,"espname":"a \"b\"\\\n} 1 \u00e9","espimage":"x\n\"y"}'
eventually 30 "the devices are online" scraped \
    "secureesp_devices{board=\"$board\",image=\"$(image_name 00.00.01)\",state=\"online\"}" 2
eventually 30 "the named device is known" scraped \
    'secureesp_devices{board="",image="x\n\"y",state="online"}' 1

step "promtool finds nothing to say, of fleet and devices"
promtool check metrics <"$work/metrics" >"$work/said" 2>&1 || fail "$(cat "$work/said")"
expect_equal "what it says" "" "$(cat "$work/said")"
scrape /metrics/devices >"$work/devices"
promtool check metrics <"$work/devices" >"$work/said" 2>&1 || fail "$(cat "$work/said")"
expect_equal "what it says" "" "$(cat "$work/said")"
grep -qF "secureesp_device_info{mac=\"$named\",name=\"a \\\"b\\\"\\\\\\n} 1 é\"," "$work/devices" ||
    fail "the name: $(grep "_info.*$named" "$work/devices")"
! grep -q "$mac" "$work/metrics" || fail "devices without being asked for them"
! grep -q '^secureesp_other_total' "$work/metrics" ||
    fail "the table of metrics_counters.c lacks $(grep '^secureesp_other_total' "$work/metrics")"

step "what happens is counted"
before=$(sample 'secureesp_commands_ended_total{command="config",result="ok"}')
expect_equal "a command" "done ok" "$(command_device "$mac" config)"
eventually 10 "its end is counted" scraped \
    'secureesp_commands_ended_total{command="config",result="ok"}' $((before + 1))
[ "$(sample 'secureesp_events_total{kind="boot"}')" -ge 2 ] || fail "starts of the devices"
[ "$(sample 'secureesp_messages_total{kind="status"}')" -ge 3 ] || fail "statuses"
pid=$(process_pid "$sandbox/run/daemon")
fds=$(find "/proc/$pid/fd" -mindepth 1 | wc -l)
expect_match "open files" '^[0-9]+$' "$(sample process_open_fds)"
[ "$(sample process_open_fds)" -le $((fds + 5)) ] || fail "$(sample process_open_fds) open files, of $fds"

step "the alerts: each has its test, and each test can fail both ways"
promtool check rules "$rules" >"$work/said" 2>&1 || fail "$(cat "$work/said")"
expect_equal "alerts with a test" "$(sed -n 's/^ *- alert: //p' "$rules" | sort)" \
    "$(basename -s .yml "$root"/test/rules/*.yml | sort)"
promtool test rules "$root"/test/rules/*.yml >"$work/said" 2>&1 || fail "$(cat "$work/said")"
count=$(grep -c '^ *- alert: ' "$rules")
replace_rules "vector(0) > 1"
! promtool test rules "$work"/rules/test/rules/*.yml >"$work/said" 2>&1 || fail "none fires, and all is well"
expect_equal "tests that miss their alert" "$count" "$(grep -c 'name: fires' "$work/said")"
replace_rules "vector(1)"
! promtool test rules "$work"/rules/test/rules/*.yml >"$work/said" 2>&1 || fail "all fire, and all is well"
expect_equal "tests that mind their alert" "$count" "$(grep -c 'name: is quiet' "$work/said")"

step "dashboard and alerts ask for what there is"
{
    echo "groups: [{name: dashboard, rules: ["
    exprs_of "$dashboard" | sed "s/'/''/g" | awk -v q="'" '{ print "{record: \"panel:" NR "\", expr: " q $0 q "}," }'
    echo "]}]"
} >"$work/dashboard.yml"
promtool check rules "$work/dashboard.yml" >"$work/said" 2>&1 || fail "$(cat "$work/said")"
expect_match "exprs of the dashboard" "SUCCESS: [3-9][0-9] rules found" "$(cat "$work/said")"
{ exprs_of "$dashboard" && exprs_of "$rules"; } | grep -oE '\b(secureesp|process)_[a-z_]+' | sort -u >"$work/asked"
[ "$(wc -l <"$work/asked")" -gt 40 ] || fail "names asked for: $(wc -l <"$work/asked")"
missing=$(sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' "$work/metrics" | sort -u | comm -13 - "$work/asked")
expect_equal "metrics that are asked for and not there" "" "$missing"
