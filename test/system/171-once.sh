#!/usr/bin/env bash
# Requests on terms, at a daemon that is killed: what bears a key is done once, and answered as at
# first; of two operators who saw the same one wins; lists by pages are whole.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

seed=${SEED:-$SRANDOM}
echo "SEED=$seed"
sandbox_up --devices 1
mac=$(mac_of 1)
eventually 30 "the device is online" device_has "$mac" '$.online' 1
part stop "$mac" # commands stay as they are

# database SQL: from the daemon's own database.
database() {
    sqlite3 -readonly -cmd '.timeout 5000' "$SANDBOX_DB" "$1"
}

restart() {
    part start daemon || { sleep 2 && part start daemon; } # its threads may hold the state for a moment
    part wait daemon
}

# order KEY FILE: asks for a command; what is answered goes to the file. Prints the status, 000: none.
order() {
    curl -s --unix-socket "$SECUREESP_SOCKET" -o "$2" -w '%{http_code}' -H "Idempotency-Key: \"$1\"" \
        -d "{\"mac\": \"$mac\", \"command\": \"config\"}" http://localhost/api/v1/commands || true
}

step "killed while it does what bears a key"
rounds=12 answered=0 before=$(database 'select count(*) from commands')
for ((i = 0; i < rounds; i++)); do
    key="$(printf 'round %016d' "$i")"
    pid=$(process_pid "$sandbox/run/daemon")
    order "$key" "$work/first" >"$work/status" &
    asking=$!
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    sleep "0.0$((seed / 65536 % 30 + 10))" # curl has to start, too
    kill -KILL "$pid"
    part kill daemon
    wait "$asking"
    restart
    expect_equal "asked again" 202 "$(order "$key" "$work/second")"
    if [ "$(cat "$work/status")" = 202 ]; then
        answered=$((answered + 1))
        cmp -s "$work/first" "$work/second" || fail "answered otherwise: $(cat "$work/first" "$work/second")"
    fi
    expect_equal "commands after round $i" $((before + i + 1)) "$(database 'select count(*) from commands')"
done
echo "of $rounds rounds, $answered were answered before the kill"
expect_equal "another request" 422 "$(curl -s --unix-socket "$SECUREESP_SOCKET" -o /dev/null -w '%{http_code}' \
    -H "Idempotency-Key: \"$key\"" -d "{\"mac\": \"$mac\", \"command\": \"reboot\"}" http://localhost/api/v1/commands)"
expect_equal "neither key nor request is in the database" 0 \
    "$(database "select count(*) from answers where key_hash like '%round%' or length(request_hash) <> 64")"

step "the command line asks again while the daemon is away"
before=$(database 'select count(*) from commands')
kill -STOP "$(process_pid "$sandbox/run/daemon")"
secureesp command "$mac" config >"$work/order" 2>&1 </dev/null &
asking=$!
sleep 0.5
part kill daemon
restart
wait "$asking" || fail "it gives up: $(cat "$work/order")"
expect_equal "commands" $((before + 1)) "$(database 'select count(*) from commands')"
for read in "devices list" "status --json" "command list"; do
    kill -STOP "$(process_pid "$sandbox/run/daemon")"
    # shellcheck disable=SC2086
    secureesp $read >"$work/read" 2>&1 </dev/null &
    asking=$!
    sleep 0.5
    part kill daemon
    restart
    wait "$asking" || fail "$read gives up: $(cat "$work/read")"
    [ -s "$work/read" ] || fail "$read says nothing"
done

step "of two operators who saw the same, one wins"
secureesp groups set cellar tag=cellar --yes >/dev/null
etag() {
    curl -s -i --unix-socket "$SECUREESP_SOCKET" "http://localhost/api/v1/groups/cellar" |
        sed -n 's/^ETag: *\(.*\)\r$/\1/Ip'
}
# set_group FILTER ETAG FILE: the status goes to the file.
set_group() {
    curl -s --unix-socket "$SECUREESP_SOCKET" -o /dev/null -w '%{http_code}' -H "If-Match: $2" \
        -d "{\"name\": \"cellar\", \"filter\": \"$1\"}" http://localhost/api/v1/groups >"$3"
}
for ((i = 0; i < 10; i++)); do
    seen=$(etag)
    set_group "tag=a$i" "$seen" "$work/a" &
    one=$!
    set_group "tag=b$i" "$seen" "$work/b" &
    wait "$one" "$!"
    case $(cat "$work/a" "$work/b") in
    200412) winner=a ;;
    412200) winner=b ;;
    *) fail "round $i: $(cat "$work/a") and $(cat "$work/b")" ;;
    esac
    expect_equal "the filter" "tag=$winner$i" "$(json_get "$(api /groups/cellar)" '$.filter')"
done

step "lists by pages are whole"
# Counts the elements of an array on standard input.
count_rows() {
    python3 -c 'import json, sys; print(len(json.load(sys.stdin)))'
}
part stop daemon
sqlite3 "$SANDBOX_DB" "with recursive n(i) as (select 1 union all select i + 1 from n where i < 2500)
    insert into devices (mac, online, reason, first_seen_ms, last_seen_ms, name, image, build, ip, error,
        speaks_events, reboots, bad_payloads, boot_ms, previous_boot_ms, shared_identity_at_ms)
    select 0x84f3ee000000 + i, 0, 4, 1, 1, '', '', '', '', '', 0, 0, 0, 0, 0, 0 from n"
restart
api /devices >"$work/whole"
secureesp devices list --json >"$work/pages"
python3 - "$work/whole" "$work/pages" <<'END' || fail "--json differs"
import json, sys
whole, pages = (json.load(open(name)) for name in sys.argv[1:])
assert len(whole) > 2500 and [d["mac"] for d in whole] == [d["mac"] for d in pages], (len(whole), len(pages))
END
expect_equal "rows of the table" $(($(count_rows <"$work/whole") + 1)) "$(secureesp devices list | wc -l)"
expect_equal "one title" 1 "$(secureesp devices list | grep -c '^MAC ')"
expect_equal "sorted" 1201 "$(secureesp devices list --sort=-mac --limit 1200 | wc -l)"
expect_equal "the last of them" 84f3ee0009c4 "$(secureesp devices list --sort=-mac --limit 1 | awk 'NR == 2 { print $1 }')"
expect_equal "some" 1501 "$(secureesp devices list --limit 1500 | wc -l)"
expect_equal "some, as JSON" 1500 "$(secureesp devices list --limit 1500 --json | count_rows)"
expect_equal "none" "[]" "$(secureesp devices list --filter tag=none --json)"
expect_equal "commands" 3 "$(secureesp command list --limit 2 --state queued | wc -l)"
expect_exit 1 secureesp command list --state taken
expect_exit 2 secureesp devices list --limit 0
expect_match "events" "^ *AGE  EVENT" "$(secureesp devices events "$mac" --limit 1)"
expect_equal "rows of the audit log" "$(database 'select count(*) from audit')" \
    "$(secureesp audit list --json | count_rows)"
