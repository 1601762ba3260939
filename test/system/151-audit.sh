#!/usr/bin/env bash
# Who has changed what: a row for each change, whatever becomes of the daemon; rows that are removed,
# altered or moved are found, and a tail that is cut off is found by an anchor kept elsewhere.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

database=$sandbox/state/secureesp.db

# rows OPTION...: how many the list has.
rows() {
    secureesp audit list --json "$@" >"$work/rows.json"
    sqlite3 :memory: "select count(*) from json_each(readfile('$work/rows.json'))"
}

# last MEMBER: of the newest row, by SQLite's JSON path.
last() {
    secureesp audit list --json >"$work/rows.json"
    sqlite3 :memory: "select json_extract(value, '$1') from json_each(readfile('$work/rows.json'))
        order by json_extract(value, '$.number') desc limit 1"
}

# changes KIND VERB OBJECT COMMAND...: it writes one row, that says so; then the daemon is killed.
changes() {
    local before
    before=$(rows)
    "${@:4}" >"$work/said" 2>&1 || fail "'${*:4}': $(cat "$work/said")"
    part kill daemon
    part start daemon
    part wait daemon
    expect_equal "rows after '${*:4}'" $((before + 1)) "$(rows)"
    expect_equal "what '${*:4}' is" "$1 $2" "$(last '$.kind') $(last '$.verb')"
    expect_match "of what '${*:4}' is" "^$3\$" "$(last '$.object')"
    expect_equal "who" "uid $uid $me" "$(last '$.who') $(last '$.user')"
    expect_exit 0 secureesp audit verify
}

# bad ROW PATTERN COMMAND...: it finds that row bad, and says why.
bad() {
    expect_exit 1 "${@:3}"
    expect_match "what '${*:3}' says" "row $1 of the audit log is bad: .*$2" "$output"
}

sandbox_up --devices 1
# As the daemon sees this user: it may be confined by a namespace of users (user_namespaces(7)).
uid=$(awk -v uid="$(id -u)" '$2 <= uid && uid < $2 + $3 { print $1 + uid - $2 }' \
    "/proc/$(process_pid "$sandbox/run/daemon")/uid_map")
me=$(getent passwd "$uid" | cut -d : -f 1 || true)
mac=$(mac_of 1)
eventually 30 "the device is online" device_has "$mac" '$.online' 1
image=$(make_image 00.00.02 1 1)
new=84f3eb0000aa

step "each kind of change has its row, and outlives the daemon"
name=$(image_name 00.00.02)
changes image add "$name" secureesp images add "$image"
changes image publish "$name" secureesp images publish "$name"
changes image withdraw "$name" secureesp images withdraw --force "$name"
expect_equal "that it was forced" 1 "$(last '$.forced')"
expect_equal "what it was before" published "$(last '$.before.state')"
changes image remove "$name" secureesp images remove "$name"
expect_equal "what it was after" "" "$(last '$.after')"
openssl ecparam -name prime256v1 -genkey -noout | openssl pkey -pubout >"$work/extra.pub" 2>/dev/null
changes key add '[0-9a-f]{64}' secureesp keys add "$work/extra.pub"
changes key remove '[0-9a-f]{64}' secureesp keys remove extra
changes command order "$mac" secureesp command "$mac" config
changes enrolment register "$new" secureesp enrolments add "$new"
changes enrolment approve "$new" secureesp enrolments approve "$new" --any-key
changes enrolment reject "$new" secureesp enrolments reject "$new"
changes enrolment remove "$new" secureesp enrolments remove "$new"
changes window close '' secureesp enrolments close
changes device revoke "$new" secureesp devices revoke "$new"
changes device readmit "$new" secureesp devices readmit "$new"
changes device forget "$new" secureesp devices forget "$new"
changes certificate revoke 0a secureesp pki revoke 0a --force

step "what is refused, or as it was, has none"
before=$(rows)
expect_exit 0 secureesp devices readmit "$new"
expect_exit 1 secureesp images publish "$name"
expect_equal "rows" "$before" "$(rows)"

step "it is listed by time, user and object"
expect_equal "of an hour" "$before" "$(rows --since 1h)"
expect_equal "of me" "$before" "$(rows --who "uid $uid")"
expect_equal "of nobody" 0 "$(rows --who nobody-of-that-name)"
expect_equal "of the device" 7 "$(rows --object "$new")"
secureesp audit list --object window >"$work/table"
expect_match "as a table" "ROW .*WHO .*CHANGE .*window close" "$(tr '\n' ' ' <"$work/table")"
expect_exit 2 secureesp audit list --since yesterday

step "the daemon dies at any moment: every change has its row, and every row its change"
(
    for ((i = 0; i < 400; i++)); do
        secureesp enrolments add "$(printf '84f3eb1%05x' "$i")" >/dev/null 2>&1 || sleep 0.05
    done
) &
load=$!
daemon_dies 5
kill "$load" 2>/dev/null || true
wait "$load" 2>/dev/null || true
expect_exit 0 secureesp audit verify
part stop daemon
registered=$(sqlite3 "$database" "select count(*) from enrolments")
[ "$registered" -gt 5 ] || fail "only $registered were registered"
expect_equal "rows of them" "$registered" "$(sqlite3 "$database" "select count(distinct object) from audit
    where verb = 'register' and object like '84f3eb1%'")"

step "who has the database in his hands is found out, with the daemon down"
part start daemon
part wait daemon
anchor=$(secureesp audit anchor)
expect_exit 0 secureesp audit verify --anchor "$anchor"
part stop daemon
count=${anchor%%:*}
cp "$database" "$work/whole.db"
expect_exit 0 secureespd --verify-audit "$work/whole.db" --anchor "$anchor"
expect_match "what it says" "whole: $count rows, up to $anchor" "$output"
expect_exit 2 secureespd --verify-audit "$work/whole.db" --anchor 7

# tampered SQL: the path of a copy that was so changed.
tampered() {
    cp "$work/whole.db" "$work/tampered.db"
    sqlite3 "$work/tampered.db" "$1"
    echo "$work/tampered.db"
}
bad 5 missing secureespd --verify-audit "$(tampered 'delete from audit where number = 5')"
bad 7 hash secureespd --verify-audit "$(tampered "update audit set user_name = 'eve' where number = 7")"
bad 3 hash secureespd --verify-audit "$(tampered "update audit set number = 1000000 where number = 3;
    update audit set number = 3 where number = 4; update audit set number = 4 where number = 1000000")"
cut=$(tampered "delete from audit where number > $((count - 2))")
expect_exit 0 secureespd --verify-audit "$cut"
bad $((count - 1)) "all up to row $count" secureespd --verify-audit "$cut" --anchor "$anchor"
expect_equal "what it left" "$(sha256sum <"$work/whole.db")" "$(sha256sum <"$database")"

step "and with the daemon up"
sqlite3 "$database" "update audit set after_json = '' where number = 6"
part start daemon
part wait daemon
bad 6 hash secureesp audit verify
bad 6 hash secureesp audit verify --json
