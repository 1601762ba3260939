#!/usr/bin/env bash
# The database cannot be written: at its start the daemon says why and ends; at run time it says why
# and goes on when it can write again.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/faults.sh
. "$(dirname "$0")/faults.sh"

own_mounts
mac=$(mac_of 1)
sleeper=$(mac_of 9)
sandbox_up --devices 3 --status-interval 100
publish_image "$SANDBOX_IMAGE"
make_sleeper "$sleeper"

# read_only PATH: by a mount over itself, until `umount PATH`.
read_only() {
    mount --bind "$1" "$1"
    mount -o remount,bind,ro "$1"
}
# refuses_to_start REGEX
refuses_to_start() {
    expect_exit 1 secureespd --config "$sandbox/etc/secureesp.conf"
    expect_match "what it says" "$1" "$output"
    expect_equal "lines that it says" 1 "$(wc -l <<<"$output")"
}

step "at its start"
part stop daemon
read_only "$sandbox/state"
refuses_to_start "cannot start: .*$sandbox/state/.*: Read-only file system"
umount "$sandbox/state"
read_only "$SANDBOX_DB"
refuses_to_start "cannot start: .*$SANDBOX_DB: Read-only file system"
umount "$SANDBOX_DB"
part start daemon
expect_match "a command" '^202 ' "$(order "$sleeper" config)"
daemon=$(process_pid "$sandbox/run/daemon")

step "at run time"
files=("$SANDBOX_DB" "$SANDBOX_DB-wal")
# Which not every file system knows, nor has every root the right to.
chattr +i "${files[@]}" 2>/dev/null || skip "no file can be made immutable here"
writable() {
    chattr -i "${files[@]}"
}
trap 'writable 2>/dev/null; finish' EXIT
mark_log
is_refused() {
    [[ $(order "$sleeper" config) == 50* ]]
}
eventually 5 "a refusal" is_refused
for ((i = 0; i < 20; i++)); do
    said=$(order "$sleeper" config)
    expect_match "a command" '^50[0-9] database: .*Operation not permitted' "$said"
    sleep 0.1
done
expect_exit 1 secureesp command "$sleeper" config
expect_match "what secureesp says" 'Operation not permitted' "$output"
get "$mac" "/firmware.bin?curimage=$(image_name 00.00.01)"
expect_equal "a device on the latest image" 304 "$status"
expect_equal "devices known" 4 "$(json_count "$(api /devices)" '$')"
said=$(log_since 'not permitted|cannot write|failed')
echo "lines in the log in $i refusals: $said"
expect_between "lines in the log" 1 2 "$said"
expect_equal "the daemon" "$daemon" "$(process_pid "$sandbox/run/daemon")"

step "and writable again"
since=$(date +%s%3N)
writable
is_taken() {
    [[ $(order "$sleeper" config) == 202* ]]
}
eventually 10 "a command is taken" is_taken
eventually 5 "a word about it in the log" log_has 'writes again'
expect_three_since "$since"
expect_equal "the daemon" "$daemon" "$(process_pid "$sandbox/run/daemon")"
expect_equal integrity ok "$(sqlite3 -readonly "$SANDBOX_DB" 'pragma integrity_check')"
