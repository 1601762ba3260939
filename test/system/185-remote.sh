#!/usr/bin/env bash
# The command line from another machine: log-in by the fingerprint of the server's key, roles, uploads and
# streams over HTTPS, a token that has ended, and a server that shows another key, to which nothing is sent.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

mac=$(mac_of 1)
sandbox_up --devices 1
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])')
part stop daemon
printf '%s\n' '' '[operator]' "port = $port" >>"$sandbox/etc/secureesp.conf"
part start daemon
part wait daemon
url=https://localhost:$port
secrets="$work/config/secureesp/servers"

# The laptop: nothing of this machine's daemon, and a home of its own.
laptop() {
    env -u SECUREESP_SOCKET XDG_CONFIG_HOME="$work/config" secureesp "$@"
}

# log_in USER PASSWORD OPTION...: its output is in $output.
log_in() {
    local user=$1 password=$2 status=0
    shift 2
    output=$(laptop --server "$url" login --user "$user" "$@" 2>&1 <<<"$password") || status=$?
    return "$status"
}

for user in anna:administrator otto:operator vera:viewer; do
    printf 'correct horse %s\n' "${user%:*}" >"$work/password"
    expect_exit 0 secureesp users add "${user%:*}" --role "${user#*:}" --password-file "$work/password"
done

step "without a log-in, and with a key that nobody has confirmed"
expect_exit 1 laptop --server "$url" devices list
expect_equal "what to do" "secureesp: no log-in at $url: secureesp --server $url login" "$output"
expect_exit 2 laptop --server "$url" login --user anna
expect_match "nobody to ask" "give the fingerprint of its key with --fingerprint" "$output"
zero=SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
log_in anna 'correct horse anna' --fingerprint "$zero" && fail "another key was taken"
expect_match "the wrong key" "has the fingerprint SHA256:[A-Za-z0-9+/]{43}, not $zero; nothing was sent" "$output"
expect_exit 1 laptop --server "http://localhost:$port" login --user anna
[ ! -e "$secrets" ] || fail "something is kept: $(ls "$secrets")"

step "the fingerprint is the one that the machine prints"
key=$(openssl x509 -in "$SANDBOX_PKI/servers/secureespd.crt" -pubkey -noout | openssl pkey -pubin -outform DER |
    openssl dgst -sha256 -binary | base64 | tr -d =)
expect_equal "status" "SHA256:$key" "$(json_get "$(api /status)" '$.operator.fingerprint')"
secureesp status | grep -F "key that operators are shown" | grep -qF "SHA256:$key" || fail "status does not say it"

step "asked at a terminal"
# at_terminal TEXT ANSWER... -- OPTION...: logs in there; all that it showed is in $output.
at_terminal() {
    local script=()
    while [ "$1" != -- ]; do
        script+=("$1")
        shift
    done
    output=$(env -u SECUREESP_SOCKET XDG_CONFIG_HOME="$work/config" python3 -B "$root/test/system/at_terminal.py" \
        "${script[@]}" -- secureesp --server "$url" login "${@:2}")
}
at_terminal '[y/N]' no -- && fail "a key was taken that was not confirmed"
[[ $output == *"SHA256:$key"*"nothing was sent to it"* ]] || fail "no: $output"
[ ! -e "$secrets" ] || fail "something is kept: $(ls "$secrets")"
at_terminal '[y/N]' yes user: anna password: 'correct horse anna' -- --name asked || fail "yes: $output"
[[ $output == *"asked: logged in at $url as anna"* ]] || fail "yes: $output"
[[ $output != *"correct horse"* ]] || fail "the password was shown"
expect_exit 0 laptop logout asked

step "a password from a file, and from standard input"
printf 'correct horse anna\n' >"$work/password"
expect_exit 0 laptop --server "$url" login --user anna --name filed --password-file "$work/password" --fingerprint "SHA256:$key"
expect_exit 0 laptop logout filed
log_in anna 'correct horse anna' --name piped --password-file - --fingerprint "SHA256:$key" || fail "from -: $output"
expect_exit 0 laptop logout piped
expect_exit 2 laptop --server "$url" login --password-file - --token-file "$work/password"
expect_match "both" 'exclude each other' "$output"

step "log-in"
log_in anna 'a wrong password' --fingerprint "SHA256:$key" && fail "a wrong password was taken"
[ ! -e "$secrets/localhost" ] || fail "something is kept: $(ls "$secrets")"
log_in anna 'correct horse anna' --fingerprint "SHA256:$key" || fail "log-in: $output"
expect_match "who" "^localhost: logged in at $url as anna, administrator, until 20" "$output"
expect_match "how commands get there" "always: secureesp servers use localhost" "$output"
expect_equal "modes" "600 700" "$(stat -c %a "$secrets/localhost" "$secrets" | paste -sd ' ')"
if grep -rqs 'correct horse' "$work/config" "$SANDBOX_LOG"; then
    fail "a password was kept"
fi
token=$(json_get "$(cat "$secrets/localhost")" '$.token')
expect_match "a token" '^ses_' "$token"
if grep -rqsF "$token" "$SANDBOX_LOG" "$sandbox/state"; then
    fail "the token stands in a log or the database"
fi
expect_equal "sessions that are left" 0 "$(sqlite3 "$SANDBOX_DB" 'select count(*) from sessions')"
expect_equal "tokens" 1 "$(sqlite3 "$SANDBOX_DB" "select count(*) from tokens where user_name = 'anna'")"
# Again, of which the key is known: the token before has ended.
log_in anna 'correct horse anna' || fail "log-in again: $output"
output=$(laptop --server localhost login 2>&1 <<<'correct horse anna') || fail "without a name: $output"
expect_match "who logs in again" "as anna, administrator" "$output"
expect_equal "tokens" 1 "$(sqlite3 "$SANDBOX_DB" "select count(*) from tokens where user_name = 'anna'")"
laptop servers list >"$work/list"
grep -q "localhost .*$url .*anna .*SHA256:$key" "$work/list" || fail "the list: $(cat "$work/list")"

step "as on the socket"
expect_equal "devices" "$mac" "$(laptop --server localhost devices list | awk 'NR > 1 { print $1 }')"
expect_equal "the same JSON" "$(secureesp keys list --json)" "$(laptop keys list --json --server "$url")"
for words in "groups list" "enrolments list" "command list" "settings history" "settings schema show" \
    "wifi status" "images list" "rollouts list" "boards list" "chain $board" "pki list" "webhooks list" \
    "audit verify" "users list" "tokens list" "devices events $mac"; do
    read -ra words <<<"$words"
    expect_equal "${words[*]}" "$(secureesp "${words[@]}" --json 2>&1)" \
        "$(laptop --server localhost "${words[@]}" --json 2>&1)"
done
expect_exit 0 laptop --server localhost command "$mac" reboot --wait
expect_match "its outcome" "reboot: done ok" "$output"
expect_exit 0 env -u SECUREESP_SOCKET XDG_CONFIG_HOME="$work/config" SECUREESP_SERVER=localhost \
    secureesp images add "$(make_image 00.00.02 1 1)" --publish
expect_exit 0 secureesp images list
expect_match "the image" "$(image_name 00.00.02)" "$output"
expect_exit 0 laptop servers use localhost
expect_exit 0 laptop pki device "$SANDBOX_PKI" 84f3eb0000a2
expect_exit 0 secureesp pki list 84f3eb0000a2
expect_match "told to the server" good "$output"
expect_exit 2 laptop --server localhost pki init "$work/ca"
expect_match "why not" "takes no --server" "$output"
expect_exit 0 laptop pki init "$work/ca"
expect_exit 0 laptop servers use --none

step "a backup of that machine has no file of this one"
mkdir -p "$work/here/etc/secureesp" "$work/here/etc/mosquitto/conf.d"
echo ours >"$work/here/etc/secureesp/signer.conf"
echo ours >"$work/here/etc/mosquitto/conf.d/secureesp.conf"
printf 'correct horse phrase\n' >"$work/phrase"
# members OPTION...: what a backup holds that is made with them.
members() {
    XDG_CONFIG_HOME="$work/config" secureesp "$@" backup create "$work/backup.tar" --force --root "$work/here" \
        </dev/null >/dev/null 2>"$work/said" ||
        fail "no backup: $(cat "$work/said")"
    tar tf "$work/backup.tar"
}
members >"$work/with"
expect_equal "on the machine itself" 2 "$(grep -cxE 'etc/signer.conf|broker/secureesp.conf' "$work/with")"
members --server localhost >"$work/without"
grep -qx etc/secureesp.conf "$work/without" || fail "not all is in it: $(cat "$work/without")"
! grep -qxE 'etc/signer.conf|broker/secureesp.conf' "$work/without" || fail "files of this machine are in it"
expect_exit 2 laptop --server localhost backup create "$work/keys.tar.age" --keys --pki "$SANDBOX_PKI" \
    --passphrase-file "$work/phrase"
expect_match "why no keys" "takes no --server" "$output"
[ ! -e "$work/keys.tar.age" ] || fail "there is one"

step "without a server"
expect_exit 1 laptop status
expect_match "this machine's socket" "no daemon at /run/secureesp/api.sock" "$output"

step "one connection for all requests of a command"
before=$(counter operator_connections)
expect_exit 0 laptop --server localhost command list "$mac"
expect_equal "connections" 1 "$(($(counter operator_connections) - before))"

step "roles"
log_in vera 'correct horse vera' --name viewer || fail "log-in: $output"
expect_exit 0 laptop --server viewer devices list
expect_exit 1 laptop --server viewer command "$mac" reboot
expect_match "which role" "operator" "$output"
expect_exit 1 laptop --server "$url" devices list
expect_match "two log-ins" "as localhost and viewer: give the name" "$output"

step "events through a restart of the daemon"
records+=("$work/events.record")
process_start "$work/events.record" "$work/events" env -u SECUREESP_SOCKET XDG_CONFIG_HOME="$work/config" \
    bash -c "exec secureesp --server viewer events --follow 2>'$work/events.err'"
eventually 10 "events come" test -s "$work/events"
seen=$(grep -c 'command command=reboot' "$work/events" || true)
part stop daemon
eventually 10 "it waits" grep -q "waiting for it" "$work/events.err"
part start daemon
part wait daemon
expect_exit 0 laptop --server localhost command "$mac" reboot --wait
told_again() {
    [ "$(grep -c 'command command=reboot' "$work/events")" -eq $((seen + 1)) ]
}
eventually 20 "the event after the restart" told_again
process_stop "$work/events.record"

step "a file that others may read"
chmod 644 "$secrets/viewer"
expect_exit 1 laptop --server viewer devices list
expect_match "refused" "others may read $secrets/viewer .mode 0644.*chmod 600" "$output"
chmod 600 "$secrets/viewer"
expect_exit 0 laptop --server viewer devices list

step "a token that has ended"
name=$(json_get "$(cat "$secrets/viewer")" '$.token_name')
expect_exit 0 secureesp tokens remove "$name"
expect_exit 1 laptop --server viewer devices list
expect_equal "what to do" "secureesp: your log-in at viewer has ended: secureesp --server viewer login" "$output"
expect_exit 0 laptop logout viewer
[ ! -e "$secrets/viewer" ] || fail "the log-in is still there"

step "a token in place of a password"
secureesp tokens create robot --role viewer --days 2 | grep -o 'ses_[A-Za-z0-9_-]*' >"$work/token"
expect_exit 0 laptop --server "$url" login --name robot --token-file "$work/token" --fingerprint "$key"
expect_exit 0 laptop --server robot devices list
echo "ses_nonsense" >"$work/token"
expect_exit 1 laptop --server "$url" login --name more --token-file "$work/token" --fingerprint "$key"
expect_exit 0 laptop logout robot
expect_equal "it is its maker's" 1 "$(sqlite3 "$SANDBOX_DB" "select count(*) from tokens where name = 'robot'")"

step "another key: nothing is sent"
mkdir "$work/other"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -keyout "$work/other/server.key" -out "$work/other/server.crt" 2>/dev/null
other=$(openssl x509 -in "$work/other/server.crt" -pubkey -noout | openssl pkey -pubin -outform DER |
    openssl dgst -sha256 -binary | base64 | tr -d =)
part stop daemon
records+=("$work/other/record")
process_start "$work/other/record" "$work/other/log" python3 -B "$root/test/system/tls_recorder.py" \
    "$work/other" "$port"
listens() {
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
}
eventually 10 "the other server" listens
for arguments in "devices list" "command $mac reboot" "login --user anna" "events -f" "logout"; do
    # shellcheck disable=SC2086  # words
    expect_exit 1 timeout 20 env -u SECUREESP_SOCKET XDG_CONFIG_HOME="$work/config" \
        secureesp --server localhost $arguments
    [[ $output == *"SHA256:$other, where SHA256:$key was pinned"* ]] || fail "$arguments: $output"
done
eventually 10 "all connections" bash -c "[ \"\$(wc -l <'$work/other/connections')\" -ge 10 ]"
expect_equal "bytes that were sent" 0 "$(stat -c %s "$work/other/received")"
[ -e "$secrets/localhost" ] || fail "the pinned key was forgotten"
process_stop "$work/other/record"

step "logging out of a server that is away, and of one that is there"
cp -r "$work/config" "$work/copy"
expect_exit 1 laptop logout localhost
expect_match "what remains" "cannot reach the server.*forgotten here, but the token cli-.* of anna stays good until" "$output"
[ ! -e "$secrets/localhost" ] || fail "the log-in is still there"
rm -rf "$work/config"
mv "$work/copy" "$work/config"
part start daemon
part wait daemon
expect_exit 0 laptop logout localhost
expect_equal "tokens" 0 "$(sqlite3 "$SANDBOX_DB" "select count(*) from tokens where user_name = 'anna'")"
expect_exit 1 laptop --server "$url" devices list
expect_exit 0 laptop servers list
