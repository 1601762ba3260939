#!/usr/bin/env bash
# Operators over HTTPS: log-in, roles, tokens, certificates, what a foreign page may not, what ends
# sessions, how wrong passwords are slowed while the owner gets in, and what others notice of a flood of
# log-ins.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_up --devices 1
one=$(mac_of 1)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])')
part stop daemon
printf '%s\n' '' '[operator]' "port = $port" >>"$sandbox/etc/secureesp.conf"
part start daemon
part wait daemon
url=https://localhost:$port/api/v1

# ask WHAT STATUS PATH CURL-OPTION...: over HTTPS; the body is in $answer, the head in $work/head.
ask() {
    local got
    rm -f "$work/body" "$work/head"
    got=$(curl -sS --max-time 30 --cacert "$SANDBOX_PKI/ca.crt" -o "$work/body" -D "$work/head" \
        -w '%{http_code}' "${@:4}" "$url$3" 2>"$work/curl-error") || got="curl $?"
    answer=$(cat "$work/body" 2>/dev/null || true)
    [ "$got" = "$2" ] || fail "$1: expected $2, got $got: $answer"
}

# log_in NAME PASSWORD STATUS [CURL-OPTION...]: the cookie is in $cookie.
log_in() {
    ask "log-in of $1" "$3" /session --data-binary "{\"name\": \"$1\", \"password\": \"$2\"}" "${@:4}"
    cookie=$(sed -n 's/^[Ss]et-[Cc]ookie: \(__Host-secureesp=[^;]*\);.*/\1/p' "$work/head")
}
own=(-H "Origin: https://localhost:$port" -H 'Sec-Fetch-Site: same-origin')

# audited CONDITION: how many rows of the audit log satisfy SQL over `value`.
audited() {
    json_count "$(api '/audit?limit=200')" '$' "$1"
}

step "nobody is let in before there are users"
ask "no credential" 401 /status
grep -qi '^www-authenticate: Bearer' "$work/head" || fail "401 says not how"
ask "an unknown user" 401 /session --data-binary '{"name": "anna", "password": "correct horse 1"}'
ask "a login that another page sends" 403 /session -H 'Origin: https://evil.example' \
    --data-binary '{"name": "anna", "password": "correct horse 1"}'
head -c 6000 /dev/zero | tr '\0' ' ' >"$work/long"
ask "a long login" 413 /session --data-binary "@$work/long"
ask "a body of nobody's" 401 /images -X POST --data-binary "@$work/long"

step "users, made on the machine itself"
printf 'correct horse 1\n' >"$work/anna"
printf 'battery staple 2\n' >"$work/otto"
printf 'tr0ub4dor &3 xyz\n' >"$work/vera"
expect_exit 0 secureesp users add anna --role administrator --password-file "$work/anna"
expect_exit 0 secureesp users add otto --role operator --password-file "$work/otto"
expect_exit 0 secureesp users add vera --role viewer --password-file "$work/vera"
expect_exit 1 secureesp users add anna --role viewer --password-file "$work/anna"
printf 'short\n' >"$work/short"
expect_exit 1 secureesp users add kurt --role viewer --password-file "$work/short"
expect_match "why" '10 to 128 bytes' "$output"
expect_exit 0 secureesp users list
expect_match "the list" 'otto +operator' "$output"
sqlite3 "$sandbox/state/secureesp.db" 'select password from users' >"$work/hashes"
expect_equal "hashes" 3 "$(grep -c '^.scrypt.ln=15,r=8,p=3.' "$work/hashes")"

step "they log in, and may what their roles may"
log_in anna 'correct horse 1' 200
grep -qi '^set-cookie: __Host-secureesp=[A-Za-z0-9_-]\{43\}; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200' \
    "$work/head" || fail "the cookie: $(cat "$work/head")"
anna=$cookie
log_in otto 'battery staple 2' 200
otto=$cookie
log_in vera 'tr0ub4dor &3 xyz' 200
vera=$cookie
ask "who am I" 200 /session -b "$vera"
expect_equal "my role" viewer "$(json_get "$answer" '$.role')"
ask "vera reads" 200 "/devices/$one" -b "$vera"
ask "vera commands" 403 /commands -b "$vera" "${own[@]}" \
    --data-binary "{\"command\": \"reboot\", \"macs\": [\"$one\"]}"
ask "vera reads webhooks" 403 /webhooks -b "$vera"
ask "otto holds" 200 "/devices/$one/hold?on=1&reason=x" -b "$otto" "${own[@]}" -X POST
ask "otto reads users" 403 /users -b "$otto"
ask "anna reads users" 200 /users -b "$anna"
expect_equal "rows of otto's" 1 \
    "$(audited "json_extract(value, '\$.who') = 'user otto' and json_extract(value, '\$.verb') = 'hold'")"

step "what a foreign page sends is refused"
ask "no origin" 403 "/devices/$one/hold?on=0" -b "$otto" -X POST
ask "another origin" 403 "/devices/$one/hold?on=0" -b "$otto" -X POST -H 'Origin: https://evil.example'
ask "another site" 403 "/devices/$one/hold?on=0" -b "$otto" -X POST -H "Origin: https://localhost:$port" \
    -H 'Sec-Fetch-Site: cross-site'
ask "own page" 200 "/devices/$one/hold?on=0" -b "$otto" -X POST -H 'Sec-Fetch-Site: same-origin'

step "tokens: shown once, of no greater role, good until they end"
ask "vera's" 201 /tokens -b "$vera" "${own[@]}" --data-binary '{"name": "scrape", "role": "viewer", "days": 1}'
token=$(json_get "$answer" '$.token')
expect_match "the token" '^ses_[A-Za-z0-9_-]{43}$' "$token"
ask "more than she is" 403 /tokens -b "$vera" "${own[@]}" --data-binary '{"name": "more", "role": "operator"}'
for i in $(seq 2 32); do
    ask "vera's $i" 201 /tokens -b "$vera" "${own[@]}" --data-binary "{\"name\": \"v$i\", \"role\": \"viewer\"}"
done
ask "one too many" 409 /tokens -b "$vera" "${own[@]}" --data-binary '{"name": "v33", "role": "viewer"}'
ask "another's" 201 /tokens -b "$otto" "${own[@]}" --data-binary '{"name": "o1", "role": "viewer"}'
ask "it reads" 200 /status -H "Authorization: Bearer $token"
ask "it changes nothing" 403 "/devices/$one/hold?on=1" -X POST -H "Authorization: Bearer $token"
ask "anna's token" 201 /tokens -b "$anna" "${own[@]}" --data-binary '{"name": "strong", "role": "administrator"}'
ask "anna's lesser one" 201 /tokens -b "$anna" "${own[@]}" --data-binary '{"name": "weak", "role": "viewer"}'
ask "the lesser ends the other" 403 /tokens/strong/remove -X POST \
    -H "Authorization: Bearer $(json_get "$answer" '$.token')"
ask "a bad token beside a good cookie" 401 /status -b "$anna" -H 'Authorization: Bearer nonsense'
expect_equal "kept of it" 0 "$(grep -c "$token" "$sandbox/state/secureesp.db" || true)"
expect_exit 0 secureesp tokens create robot --role operator --days 2
robot=$(head -n 1 <<<"$output")
[[ $robot == ses_* ]] || robot=$(tail -n 1 <<<"$output")
ask "the machine's own token" 200 "/devices/$one/hold?on=1&reason=robot" -X POST -H "Authorization: Bearer $robot"
expect_equal "rows of the robot's" 1 "$(audited "json_extract(value, '\$.who') = 'token robot'")"
expect_exit 0 secureesp tokens remove robot
ask "it is gone" 401 /status -H "Authorization: Bearer $robot"

step "a certificate of the operators' profile names a user; a device's is none"
expect_exit 0 secureesp pki client "$SANDBOX_PKI" otto --role operator
expect_exit 0 secureesp pki client "$SANDBOX_PKI" nobody --role operator
expect_exit 0 secureesp pki client "$SANDBOX_PKI" anna --role monitor
with() {
    printf '%s\n' --cert "$SANDBOX_PKI/$1.crt" --key "$SANDBOX_PKI/$1.key"
}
mapfile -t as < <(with clients/otto)
ask "otto's" 200 /session "${as[@]}"
expect_equal "how" certificate "$(json_get "$answer" '$.how')"
ask "otto's on a page" 403 "/devices/$one/hold?on=0" "${as[@]}" -X POST -H 'Origin: https://evil.example'
ask "otto's" 200 "/devices/$one/hold?on=0" "${as[@]}" -X POST
mapfile -t as < <(with clients/nobody)
ask "nobody's" 401 /session "${as[@]}"
for name in "devices/$one" clients/anna servers/secureespd; do
    [ -e "$SANDBOX_PKI/$name.crt" ] || continue
    mapfile -t as < <(with "$name")
    got=$(curl -sS --max-time 20 --cacert "$SANDBOX_PKI/ca.crt" -o /dev/null -w '%{http_code}' "${as[@]}" \
        "$url/session" 2>/dev/null) && [ "$got" = 200 ] && fail "$name is let in"
done

step "events are followed, and end with the token"
curl -sSN --max-time 60 --cacert "$SANDBOX_PKI/ca.crt" -H "Authorization: Bearer $token" "$url/events" \
    >"$work/events" 2>/dev/null &
follower=$!
eventually 10 "the stream" test -s "$work/events"
ask "removed" 200 /tokens/scrape/remove -b "$vera" "${own[@]}" -X POST
gone() { ! kill -0 "$follower" 2>/dev/null; }
eventually 10 "the end of the stream" gone
ask "the token is gone" 401 /status -H "Authorization: Bearer $token"

step "sessions outlive the daemon, and end with the password and the role"
part kill daemon
part start daemon
part wait daemon
ask "after a restart" 200 /session -b "$otto"
ask "otto's token" 201 /tokens -b "$otto" "${own[@]}" --data-binary '{"name": "laptop", "role": "operator"}'
laptop=$(json_get "$answer" '$.token')
expect_exit 0 secureesp tokens create machine --role viewer
machine=$(tail -n 1 <<<"$output")
printf 'another secret 9\n' >"$work/otto"
expect_exit 0 secureesp users passwd otto --password-file "$work/otto"
ask "after another password" 401 /session -b "$otto"
ask "his token after it" 401 /session -H "Authorization: Bearer $laptop"
ask "the machine's own after it" 200 /session -H "Authorization: Bearer $machine"
log_in otto 'battery staple 2' 401
log_in otto 'another secret 9' 200
expect_exit 0 secureesp users role otto viewer
ask "after another role" 401 /session -b "$cookie"
printf 'by standard input 5\n' | secureesp users passwd vera >/dev/null || fail "passwd from standard input"
log_in vera 'by standard input 5' 200
printf 'by a dash 6, once\n' | secureesp users passwd vera --password-file - >/dev/null || fail "passwd from -"
printf 'by a dash 7, once\n' | secureesp users add dora --role viewer --password-file - >/dev/null || fail "add from -"
log_in dora 'by a dash 7, once' 200
log_in vera 'by a dash 6, once' 200
ask "out" 200 /session/end -b "$cookie" "${own[@]}" -X POST
ask "after logging out" 401 /session -b "$cookie"

step "SIGHUP brings another certificate, and ends nobody's session"
shown() {
    openssl s_client -connect "localhost:$port" </dev/null 2>/dev/null | openssl x509 -noout -serial
}
before=$(shown)
secureesp pki server "$SANDBOX_PKI" secureespd --dns localhost --ip 127.0.0.1 --force >/dev/null
process_signal "$sandbox/run/daemon" HUP
is_new() { [ "$(shown)" != "$before" ]; }
eventually 10 "the new certificate" is_new
ask "after it" 200 /session -b "$anna"

step "the last administrator stays, and passwd on the machine is the way back in"
expect_exit 1 secureesp users remove anna
expect_match "why" 'last administrator' "$output"
expect_exit 1 secureesp users role anna viewer
printf 'forgotten once 4\n' >"$work/anna"
expect_exit 0 secureesp users passwd anna --password-file "$work/anna"
log_in anna 'forgotten once 4' 200
anna=$cookie

step "who guesses is slowed, and the owner gets in from elsewhere"
slowed=0
for _ in $(seq 7); do
    got=$(curl -sS --max-time 30 --cacert "$SANDBOX_PKI/ca.crt" -o /dev/null -D "$work/head" -w '%{http_code}' \
        --data-binary '{"name": "anna", "password": "guess guess guess"}' "$url/session")
    [ "$got" != 429 ] || slowed=$((slowed + 1))
done
[ "$slowed" -ge 2 ] || fail "seven guesses, and $slowed were refused"
grep -qi '^retry-after: [0-9]' "$work/head" || fail "429 says not when"
log_in anna 'forgotten once 4' 429
log_in anna 'forgotten once 4' 200 --interface 127.0.0.2
[ "$(audited "json_extract(value, '\$.verb') = 'log-in-failed'")" -le 3 ] || fail "a row for each guess"
[ "$(counter operator_log_ins_slowed)" -ge 3 ] || fail "not counted"
for _ in $(seq 15); do
    curl -sS --max-time 30 --interface 127.0.0.3 --cacert "$SANDBOX_PKI/ca.crt" -o /dev/null \
        --data-binary '{"name": "anna", "password": "guess guess guess"}' "$url/session"
done
tells_of_guesses() {
    secureesp alerts list --json | grep -q '"login-refused".*within an hour, the last from 127\.0\.0\.3'
}
eventually 10 "the alert" tells_of_guesses

step "a flood of log-ins is others' affair"
flood() {
    local i
    for i in $(seq 25); do
        curl -sS --max-time 30 --cacert "$SANDBOX_PKI/ca.crt" --interface "127.0.$1.$i" -o /dev/null \
            -w '%{http_code}\n' --data-binary "{\"name\": \"user$i\", \"password\": \"guess guess guess\"}" \
            "$url/session" 2>/dev/null || echo none
    done
}
for i in $(seq 8); do
    flood "$i" >"$work/flood.$i" &
    floods+=($!)
done
polls=0
: >"$work/seconds"
while [ -n "$(jobs -rp)" ]; do
    ask "a request meanwhile" 200 /status -b "$anna" -w '%{http_code}%{stderr}%{time_total} https\n'
    cat "$work/curl-error" >>"$work/seconds"
    get "$one" /ca.crt -w '%{http_code}%{stderr}%{time_total} download\n'
    expect_equal "a poll meanwhile" 200 "$status"
    cat "$work/curl-error" >>"$work/seconds"
    polls=$((polls + 1))
    api /status -o /dev/null -w '%{time_total} socket\n' >>"$work/seconds"
done
wait "${floods[@]}" || true
sort "$work"/flood.* | uniq -c | tr '\n' ';'
echo " and $polls requests beside them"
for name in https download socket; do
    sort -n "$work/seconds" | awk -v name="$name" '$2 == name { all[n++] = $1 }
        END { printf "%s: median %.3f s, longest %.3f s\n", name, all[int(n / 2)], all[n - 1] }'
done
grep -q 503 "$work"/flood.* || fail "no log-in was refused for want of a place"
[ "$polls" -gt 0 ] || fail "the flood was over too soon"
