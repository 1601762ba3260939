#!/usr/bin/env bash
# What Prometheus scrapes: clean by promtool, whatever devices call themselves; scraped by a real one
# with the token of a viewer. The dashboard and the alerts name what is there, and each alert fires
# when it is to, and only then.
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

# query EXPR: the value of its first sample, as Prometheus has it.
query() {
    json_get "$(curl -s --max-time 10 --get --data-urlencode "query=$1" \
        "http://127.0.0.1:$prometheus/api/v1/query" || echo "{}")" '$.data.result[0].value[1]'
}

has_value() {
    [ "$(query "$1")" = "$2" ]
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])'
}

sandbox_up --devices 2
mac=$(mac_of 1)
port=$(free_port)
part stop daemon
printf '%s\n' '' '[operator]' "port = $port" >>"$sandbox/etc/secureesp.conf"
part start daemon
part wait daemon
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
    fail "metrics_counters.c lacks a row for $(grep '^secureesp_other_total' "$work/metrics")"

step "a real Prometheus scrapes it, with the token of a viewer"
expect_exit 0 secureesp tokens create prometheus --role viewer --days 2 --json
json_get "$output" '$.token' >"$work/token"
expect_match "the token" '^ses_' "$(cat "$work/token")"
https() {
    curl -sS --max-time 20 -o /dev/null -w '%{http_code}' --cacert "$SANDBOX_PKI/ca.crt" "$@"
}
expect_equal "without a token" 401 "$(https "https://localhost:$port/metrics")"
expect_equal "devices without a token" 401 "$(https "https://localhost:$port/metrics/devices")"
expect_equal "with it" 200 "$(https "https://localhost:$port/metrics" -H "Authorization: Bearer $(cat "$work/token")")"
prometheus=$(free_port)
job() {
    cat <<YAML
  - job_name: $1
    metrics_path: $2
    scheme: https
    authorization: {credentials_file: $work/token}
    tls_config: {ca_file: $SANDBOX_PKI/ca.crt}
    static_configs: [{targets: ['localhost:$port']}]
YAML
}
{
    echo "global: {scrape_interval: 1s}"
    echo "rule_files: [$rules]"
    echo "scrape_configs:"
    job secureesp /metrics
    job devices /metrics/devices
} >"$work/prometheus.yml"
promtool check config "$work/prometheus.yml" >"$work/said" 2>&1 || fail "$(cat "$work/said")"
process_start "$work/prometheus" "$work/prometheus.log" prometheus --config.file "$work/prometheus.yml" \
    --storage.tsdb.path "$work/tsdb" --web.listen-address "127.0.0.1:$prometheus" --log.level=warn
records+=("$work/prometheus")
eventually 30 "Prometheus has scraped the fleet" has_value 'up{job="secureesp"}' 1
eventually 10 "and the devices" has_value 'up{job="devices"}' 1
eventually 20 "the devices are counted" has_value \
    "sum(secureesp_devices{board=\"$board\",state=\"online\"})" 2
expect_equal "the odd name" 1 "$(query 'secureesp_device_info{name="a \"b\"\\\n} 1 é",image="x\n\"y"}')"
expect_equal "the broker" 1 "$(query 'secureesp_broker_connected')"
expect_match "signal" '^-' "$(query "secureesp_device_rssi_dbm{mac=\"$mac\"}")"
[ "$(query 'count({job="secureesp"})')" -gt 150 ] || fail "series: $(query 'count({job="secureesp"})')"
expect_exit 0 secureesp tokens remove prometheus
eventually 20 "it is refused once its token is gone" has_value 'up{job="secureesp"}' 0
process_stop "$work/prometheus"
expect_equal "what Prometheus complains of" 0 \
    "$(grep -c 'level=error\|out of order\|duplicate' "$work/prometheus.log" || true)"

step "what happens is counted"
before=$(sample 'secureesp_commands_ended_total{command="config",result="ok"}')
expect_equal "a command" "done ok" "$(command_device "$mac" config)"
eventually 10 "its end is counted" scraped \
    'secureesp_commands_ended_total{command="config",result="ok"}' $((before + 1))
[ "$(sample 'secureesp_events_total{kind="command"}')" -ge 1 ] || fail "the device's word on it"
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
