#!/usr/bin/env bash
# The file system with the daemon's state is unmounted while nobody uses it: the log and the status say
# so within seconds, and once it is back nothing is lost.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/faults.sh
. "$(dirname "$0")/faults.sh"

own_mounts
unset SANDBOX_WRAPPER # which gives the daemon mounts of its own, that nobody takes away
mkdir -p "$work/disk" "$sandbox/state"
mount --bind "$work/disk" "$sandbox/state"
mounts+=("$sandbox/state")
sandbox_up --devices 0
mac=$(mac_of 1)
new_device "$mac"
printf '{}' >"$work/payload"
publish "$mac" "/status/$mac" "$work/payload"
is_known() {
    [ "$(device "$mac" '$.mac')" = "$mac" ]
}
eventually 15 "a device" is_known
status_says() {
    [[ $(secureesp status 2>&1) =~ $1 ]]
}

step "unmounted"
mark_log
umount -l "$sandbox/state"
eventually 15 "a line" log_has 'error store: cannot write.* under the daemon, or unmounted, or is another'
eventually 15 "the status says so" status_says 'or unmounted'
publish "$mac" "/status/$mac" "$work/payload" # which waits

step "mounted again"
mount --bind "$work/disk" "$sandbox/state"
eventually 15 "it writes again" log_has 'store: writes again'
eventually 15 "the status says so" status_says 'database +writable'
eventually 15 "the device is known" is_known
expect_equal "integrity" ok "$(sqlite3 -readonly "$SANDBOX_DB" 'pragma integrity_check')"
expect_equal "statuses that were lost" 0 "$(counter store_dropped)"
