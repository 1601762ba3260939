#!/usr/bin/env bash
# --check-config names file and line of what is wrong.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_up --devices 0
conf=$work/test.conf

expect_exit 0 secureespd --config "$sandbox/etc/secureesp.conf" --check-config

# wrong WHAT LINE: the file that stands on the standard input is refused with that line.
wrong() {
    cat >"$conf"
    expect_exit 1 secureespd --config "$conf" --check-config </dev/null
    expect_match "$1" "test\\.conf:$2:" "$output"
    expect_equal "lines about $1" 1 "$(wc -l <<<"$output")"
}

good=$(cat "$sandbox/etc/secureesp.conf")
line=$(($(wc -l <<<"$good") + 1))
wrong "an unknown key" 3 <<<$'[daemon]\nlog_level = info\nnosuch = 1'
wrong "an unknown section" 2 <<<$'[nosuch]\nkey = 1'
wrong "no number" 2 <<<$'[download]\nport = many'
wrong "a number out of range" 2 <<<$'[download]\nport = 65536'
wrong "a negative number" 2 <<<$'[retention]\nstatuses_days = -1'
wrong "a level that is none" 2 <<<$'[daemon]\nlog_level = loud'
wrong "a mode that is none" 2 <<<$'[daemon]\nsocket_mode = 0999'
wrong "neither key nor section" 2 <<<$'[daemon]\nwhat is this'
wrong "a key without a section" 1 <<<'port = 1'
wrong "a device that is none" $((line + 1)) <<<"$good"$'\n[config.json nomac]\nstatusinterval = 1'
wrong "an unknown member" $((line + 1)) <<<"$good"$'\n[config.json 84f3eb000001]\nnosuch = 1'
wrong "a member of the wrong type" $((line + 1)) <<<"$good"$'\n[config.json 84f3eb000001]\nstatusinterval = soon'

step "files that are not there"
expect_exit 1 secureespd --config "$work/nowhere.conf" --check-config
expect_match "no file" "nowhere.conf" "$output"
# Nothing that can be removed says that one is at work here.
find "$sandbox/state" -type f ! -name 'secureesp.db*' -delete
expect_exit 1 timeout 20 secureespd --config "$sandbox/etc/secureesp.conf"
expect_match "a second daemon" "another secureespd works on this state_dir" "$output"
part stop daemon
sed "s|^ca = .*|ca = $work/nowhere.crt|" "$sandbox/etc/secureesp.conf" >"$conf"
expect_exit 1 timeout 20 secureespd --config "$conf"
expect_match "no CA" "nowhere.crt" "$output"

step "fewer open files than the settings need"
# limited FILES: checks with that limit, which a process cannot raise again.
limited() {
    bash -c 'ulimit -n "$1" && exec secureespd --config "$2" --check-config' - "$1" \
        "$sandbox/etc/secureesp.conf"
}
expect_exit 0 limited 1024
expect_match "what is said" 'max_connections = 1000 needs [0-9]+ open files, 1024 are allowed.*LimitNOFILE' "$output"
expect_exit 1 limited 128
expect_match "what is said" '128 open files are allowed, and at least [0-9]+ are needed.*LimitNOFILE' "$output"

step "arguments"
expect_exit 2 secureespd --nosuch
expect_exit 2 secureespd --config
expect_exit 0 secureespd --help
expect_exit 0 secureespd --version
expect_match "version" '[0-9]+\.[0-9]+\.[0-9]+' "$output"
