#!/usr/bin/env bash
# The daemon is killed at every change of the state of a rollout of a configuration: afterwards each
# device runs it, got each command once for each time that it was given, and what it brought is set by
# one change of settings.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/rollout_lib.sh
. "$(dirname "$0")/rollout_lib.sh"

sandbox_up --devices 4 --status-interval 500
sed -i 's/^\[mqtt\]/[commands]\nsent_timeout_s = 10\n\n[mqtt]/' "$sandbox/etc/secureesp.conf"
part stop daemon
part start daemon
part wait daemon
for mac in "$(mac_of 1)" "$(mac_of 2)" "$(mac_of 3)" "$(mac_of 4)"; do
    eventually 30 "$mac online" device_has "$mac" '$.online' 1
done

# Done and set together, whenever it dies.
expect_set_with_end() {
    expect_equal "done and set" "$([ "$(state_of_rollout)" = 3 ] && echo 1 || echo 0)" \
        "$(sqlite3 -readonly "$SANDBOX_DB" 'select count(*) from settings_history')"
}

step "killed at every change"
expect_exit 0 secureesp rollouts create spring --config '{"waittimeout": 9000}' --fleet --yes \
    --phases 1,50%,100% --soak 1s --timeout 2m
secureesp rollouts watch spring >"$work/watch" 2>&1 </dev/null &
watching=$!
eventually 20 "who watches it sees it" [ -s "$work/watch" ]
part kill daemon
eventually 20 "who watches it waits" grep -q "waiting for it" "$work/watch"
part start daemon
part wait daemon
kill_at_changes 8 expect_set_with_end

step "who watches it sees it done"
wait "$watching" || fail "it gives up: $(cat "$work/watch")"
expect_match "the last line" "spring .config.: done" "$(tail -n 1 "$work/watch")"

step "each device got each command that it was given once, and runs it"
for mac in "$(mac_of 1)" "$(mac_of 2)" "$(mac_of 3)" "$(mac_of 4)"; do
    expect_equal "stage of $mac" updated "$(stage spring "$mac")"
    expect_obeyed "$mac" config 1
    expect_obeyed "$mac" reboot 1
done
nobody_drifted() { [ "$(secureesp devices list --drifted | awk 'NR > 1' | wc -l)" = 0 ]; }
eventually 40 "none has drifted" nobody_drifted
expect_equal "none failed" 0 "$(rollout spring '$.devices.failed')"
expect_equal "one change" 1 "$(json_count "$(api /settings/history)" '$')"
expect_equal "whose" spring "$(json_get "$(api /settings/history)" '$[0].rollout')"
expect_equal "commands that are open" 0 "$(json_count "$(api /commands)" '$' \
    "json_extract(value, '\$.state') in ('queued', 'sent', 'accepted', 'waiting')")"
expect_equal "integrity" ok "$(sqlite3 -readonly "$SANDBOX_DB" 'pragma integrity_check')"
expect_exit 0 secureesp audit verify
