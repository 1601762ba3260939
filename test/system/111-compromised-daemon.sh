#!/usr/bin/env bash
# Somebody has taken over the daemon: the signer gives them certificates of devices, so many an hour,
# and nothing else. Here the test is that daemon. As root, signer and daemon are users of their own.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

# Where other users can go: the scenario's own folder is closed to them.
place=$(mktemp -d /tmp/secureesp-signer.XXXXXX)
elsewhere+=("$place")
chmod 0755 "$place"
mkdir -m 0755 "$place/bin" "$place/in"
mkdir -m 0700 "$place/ca" "$place/log"
mkdir -m 0750 "$place/run"
mkdir -m 0777 "$place/out"
chmod 0777 "$place/out"
socket=$place/run/signer.sock
asking=$(PATH=/usr/bin:/bin command -v python3) # one that all users may run
cp "$root/build/$VARIANT/bin/secureesp-signer" "$root/build/$VARIANT/bin/intruder.so" "$place/bin/"
cp "$root/test/system/ask_signer.py" "$root/test/system/peek.py" "$place/bin/"
chmod 0755 "$place/bin"/*

# Users, by numbers that nobody has. The daemon's is in the signer's group.
signer=(env)
daemon=(env)
other=()
client=$(id -u)
if [ "$(id -u)" -eq 0 ]; then
    signer=(setpriv --reuid 4243 --regid 4243 --clear-groups --inh-caps -all --bounding-set -all env)
    daemon=(setpriv --reuid 4244 --regid 4244 --groups 4243 --inh-caps -all --bounding-set -all)
    other=(setpriv --reuid 4245 --regid 4245 --groups 4243 --inh-caps -all --bounding-set -all)
    client=4244
fi

sandbox_up --devices 0
cp "$SANDBOX_PKI/ca.crt" "$SANDBOX_PKI/ca.key" "$place/ca/"
[ "$client" != 4244 ] || chown -R 4243:4243 "$place/ca" "$place/run" "$place/log"

folder=$place/ca
configure() { # LINE...
    printf '[signer]\nfolder = %s\nsocket = %s\nclient = %s\n[policy]\ndays = 825\n' \
        "$folder" "$socket" "$client" >"$place/in/signer.conf"
    printf '%s\n' "$@" >>"$place/in/signer.conf"
    chmod 0644 "$place/in/signer.conf"
}

run_signer() { # NAME=VALUE...
    process_start "$place/record" "$place/signer.log" "${signer[@]}" "$@" \
        ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0:verify_asan_link_order=0:log_path=$place/log/sanitizer" \
        UBSAN_OPTIONS="print_stacktrace=1:log_path=$place/log/sanitizer" \
        "$place/bin/secureesp-signer" --config "$place/in/signer.conf"
    eventually 20 "the signer listens" test -S "$socket"
    eventually 20 "it is ready" log_says "ready version="
}
records+=("$place/record")
# Read to its end: tail would be killed by a reader that leaves early.
log_says() {
    tail -n "+$((log_mark + 1))" "$place/signer.log" 2>/dev/null | grep -e "$1" >/dev/null
}
mark_log() {
    log_mark=$(wc -l <"$place/signer.log")
}
stop_signer() {
    process_stop "$place/record"
    expect_equal "sanitizers' reports" "" "$(find "$place/log" -type f -exec cat {} +)"
    mark_log
}
log_mark=0
: >"$place/signer.log"

recorded() {
    local n
    n=$(grep -c 'BEGIN CERTIFICATE' "$folder/issued.pem" 2>/dev/null) || true
    echo "${n:-0}"
}

# request NAME SUBJECT OPTION...: $place/in/NAME.der, and its key $work/NAME.key.
request() {
    local key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256)
    [[ " ${*:3} " != *" -newkey "* ]] || key=()
    openssl req -new "${key[@]}" -nodes -keyout "$work/$1.key" -subj "$2" -outform DER \
        -out "$place/in/$1.der" "${@:3}" 2>/dev/null || fail "openssl makes no request $1"
    chmod 0644 "$place/in/$1.der"
}

# ask TASK...: as the daemon.
ask() {
    "${daemon[@]}" "$asking" "$place/bin/ask_signer.py" "$socket" "$@"
}

# honest: whatever else goes on.
honest() {
    expect_match "an honest request" '^ok ' "$(ask sign "$place/in/honest.der" "$place/out/honest.crt" 0 "enrolment $mac approved by ann")"
}

# refused WHAT REGEX TASK...
refused() {
    local before code=${2#^}
    before=$(recorded)
    mark_log
    expect_match "$1" "$2" "$(ask "${@:3}")"
    expect_equal "what is recorded of $1" "$before" "$(recorded)"
    log_says "refused why=${code%% *} " || fail "$1 is not in the log"
}

step "the command line"
expect_exit 0 secureesp-signer --version
expect_match "the version" '^secureesp-signer [0-9.]+$' "$output"
expect_exit 0 secureesp-signer --help
expect_exit 2 secureesp-signer --nonsense
expect_exit 2 secureesp-signer extra
expect_exit 1 secureesp-signer --config "$place/nothing"
printf '[signer]\ncolour = red\n' >"$place/in/bad.conf"
expect_exit 1 secureesp-signer --config "$place/in/bad.conf" --check-config
expect_match "what is said of it" "bad.conf:2: unknown setting 'colour' in section \[signer\]" "$output"
printf '[signer]\nfolder = %s/nothing\nsocket = %s\nclient = nobody-is-called-so\n' "$place" "$socket" >"$place/in/bad.conf"
expect_exit 1 secureesp-signer --config "$place/in/bad.conf" --check-config
expect_match "what is said of it" "folder: .*client: there is no user 'nobody-is-called-so'" "$output"
expect_exit 1 secureesp-signer --config "$place/in/bad.conf"

mac=$(mac_of 1)
request honest "/CN=$mac"
configure "per_hour = 50"
expect_match "the check of the configuration" "configuration is good" \
    "$("${signer[@]}" ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" "$place/bin/secureesp-signer" \
        --config "$place/in/signer.conf" --check-config 2>&1)"
run_signer

step "an honest request"
expect_equal "the socket's mode" 660 "$(stat -c %a "$socket")"
honest
expect_equal "what is recorded" 1 "$(recorded)"
openssl x509 -inform DER -in "$place/out/honest.crt" -out "$work/honest.crt"
openssl verify -purpose sslclient -CAfile "$SANDBOX_PKI/ca.crt" "$work/honest.crt" >/dev/null ||
    fail "OpenSSL does not take it"
serial=$(openssl x509 -in "$work/honest.crt" -noout -serial)
serial=${serial#*=}
log_says "signed mac=$mac serial=${serial,,} days=825 key=P-256 uid=$client pid=[0-9]* note=enrolment $mac approved by ann" ||
    fail "the log says: $(tail -n 3 "$place/signer.log")"
get_with "$work/honest" "/config.json"
expect_equal "status at the download server" 200 "$status"

step "what a daemon that was taken over asks for"
request server "/CN=localhost"
request daemon "/CN=secureespd"
request upper "/CN=84F3EB000001"
request two "/CN=$mac/CN=secureespd"
request role "/CN=$mac/OU=monitor"
request ca "/CN=$mac" -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign" \
    -addext "subjectAltName=DNS:localhost" -addext "extendedKeyUsage=serverAuth"
request rsa1024 "/CN=$mac" -newkey rsa:1024
request rsa2048 "/CN=$mac" -newkey rsa:2048
request p384 "/CN=$mac" -newkey ec -pkeyopt ec_paramgen_curve:P-384
request sha1 "/CN=$mac" -sha1
head -c 3000 /dev/urandom >"$place/in/garbage"
head -c 100000 /dev/zero >"$place/in/zeros"
{ cat "$place/in/honest.der" && echo; } >"$place/in/behind.der"
head -c 4096 /dev/urandom >"$place/in/garbage.der"
# Somebody else's key: the signature is over other bytes.
sed "s/$mac/$(mac_of 2)/" "$place/in/honest.der" >"$place/in/altered.der"
chmod 0644 "$place/in"/*
refused "a server's name" '^denied .*not a MAC' sign "$place/in/server.der" "$place/out/x"
refused "the daemon's name" '^denied .*not a MAC' sign "$place/in/daemon.der" "$place/out/x"
refused "a MAC in capitals" '^denied .*not a MAC' sign "$place/in/upper.der" "$place/out/x"
refused "two names" '^invalid .*more than one common name' sign "$place/in/two.der" "$place/out/x"
refused "ten years" '^denied .*3650 days' sign "$place/in/honest.der" "$place/out/x" 3650
refused "RSA of 1024 bits" '^invalid .*1024 bits' sign "$place/in/rsa1024.der" "$place/out/x"
refused "RSA, which the policy does not have" '^denied .*RSA-2048' sign "$place/in/rsa2048.der" "$place/out/x"
refused "P-384" '^invalid .*' sign "$place/in/p384.der" "$place/out/x"
refused "SHA-1" '^invalid .*SHA-256' sign "$place/in/sha1.der" "$place/out/x"
refused "a request that was altered" '^invalid .*not signed by its own key' sign "$place/in/altered.der" "$place/out/x"
refused "a byte behind the request" '^invalid .*' sign "$place/in/behind.der" "$place/out/x"
refused "garbage for a request" '^invalid .*' sign "$place/in/garbage.der" "$place/out/x"
refused "garbage" '^invalid .*' raw "$place/in/garbage"
refused "a hundred thousand zeros" '^invalid .*' raw "$place/in/zeros"
expect_equal "certificates that were refused" "" "$(find "$place/out" -name x)"
honest

step "extensions and a role that it asks for are not in the certificate"
for name in ca role; do
    expect_match "$name" '^ok ' "$(ask sign "$place/in/$name.der" "$place/out/$name.crt")"
    text=$(openssl x509 -inform DER -in "$place/out/$name.crt" -noout -text)
    expect_match "subject" "Subject: CN ?= ?$mac"$'\n' "$text"
    expect_match "constraints" "CA:FALSE" "$text"
    [[ $text != *CA:TRUE* && $text != *DNS:* && $text != *"Server Authentication"* &&
        $text != *"Certificate Sign"* ]] || fail "$name: $text"
done

step "half a request that hangs, more often than there are places"
for _ in {1..20}; do
    ask half "$place/in/honest.der" 20 >>"$work/half" &
done
honest
wait
expect_equal "ends of half requests" 20 "$(grep -c -E '^(invalid no whole request|no answer)' "$work/half")"

step "who is not the daemon"
if [ "$client" = 4244 ]; then
    saved=("${daemon[@]}")
    daemon=("${other[@]}")
    refused "another user of the group" '^unavailable .*user 4245 may not ask' sign "$place/in/honest.der" "$place/out/x"
    daemon=(env)
    refused "root" '^unavailable .*user 0 may not ask' sign "$place/in/honest.der" "$place/out/x"
    daemon=(setpriv --reuid 4244 --regid 4244 --clear-groups --inh-caps -all)
    expect_exit 1 ask sign "$place/in/honest.der" "$place/out/x"
    expect_match "who is not in the group" PermissionError "$output"
    daemon=("${saved[@]}")
    for file in ca.key ca.crt issued.pem; do
        expect_exit 1 "${daemon[@]}" cat "$place/ca/$file"
    done
else
    echo "not root: all is one user"
fi

step "what the process may do"
pid=$(process_pid "$place/record")
state() {
    sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status"
}
expect_equal "seccomp" 2 "$(state Seccomp)"
expect_equal "new privileges" 1 "$(state NoNewPrivs)"
expect_equal "core files" "0 0 bytes " "$(sed -n 's/^Max core file size *//p' "/proc/$pid/limits" | tr -s ' ')"
if [ "$client" = 4244 ]; then
    expect_equal "ways in for the daemon" "" "$("${daemon[@]}" "$asking" "$place/bin/peek.py" "$pid")"
    expect_equal "ways in for its own user" "" "$("${signer[@]}" "$asking" "$place/bin/peek.py" "$pid")"
fi
stop_signer
run_signer LD_PRELOAD="$place/bin/intruder.so" INTRUDER=probe
honest
probes=$(grep -c '^intruder: ' "$place/signer.log")
expect_equal "what an intruder tries" 11 "$probes"
expect_equal "what works" "" "$(grep '^intruder: ' "$place/signer.log" | grep -v ': Operation not permitted$' || true)"

step "killed between record and answer"
stop_signer
before=$(recorded)
run_signer LD_PRELOAD="$place/bin/intruder.so" INTRUDER=wait
ask sign "$place/in/honest.der" "$place/out/lost.crt" >"$work/lost" 2>&1 &
asked=$!
one_more() {
    [ "$(recorded)" -eq $((before + 1)) ]
}
eventually 20 "it is recorded" one_more
process_signal "$place/record" KILL
wait "$asked" || true
expect_equal "the answer" "no answer" "$(cat "$work/lost")"
expect_equal "what is recorded" $((before + 1)) "$(recorded)"
log_says "signed mac=$mac" || fail "it is not in the log"
stop_signer

step "so many an hour"
before=$(recorded)
configure "per_hour = $((before + 5))"
run_signer
expect_equal "signed" "5 of 9" "$(ask many 9 "$place/in/honest.der")"
refused "one more" '^unavailable .*within an hour' sign "$place/in/honest.der" "$place/out/x"
expect_match "what it has signed" '^ok ' "$(ask again "$place/in/honest.der" "$place/out/again.crt")"
expect_match "a second time" '^ok ' "$(ask again "$place/in/honest.der" "$place/out/again-2.crt")"
cmp "$place/out/again.crt" "$place/out/again-2.crt" || fail "they are two"
expect_equal "what is recorded" $((before + 5)) "$(recorded)"
stop_signer
run_signer
refused "one more after a restart" '^unavailable .*within an hour' sign "$place/in/honest.der" "$place/out/x"
mark_log
configure "per_hour = $((before + 6))" "macs = 5ccf7f"
process_signal "$place/record" HUP
eventually 20 "the policy is read again" log_says reloaded
refused "a MAC that is not listed" '^denied .*macs' sign "$place/in/honest.der" "$place/out/x"
mark_log
configure "per_hour = $((before + 6))" "macs = 5ccf7f 84f3eb0"
process_signal "$place/record" HUP
eventually 20 "the policy is read again" log_says reloaded
honest
refused "one more" '^unavailable .*within an hour' sign "$place/in/honest.der" "$place/out/x"
mark_log
configure "per_hour = many"
process_signal "$place/record" HUP
eventually 20 "a bad policy is not taken" log_says "not reloaded: .*signer.conf:7: per_hour: 'many' is not a number"

step "a CA below another, whose key is elsewhere"
stop_signer
secureesp pki init "$work/root" --root >/dev/null
secureesp pki intermediate "$work/root" "$place/below" >/dev/null 2>&1
folder=$place/below
[ "$client" != 4244 ] || chown -R 4243:4243 "$folder"
configure
run_signer
honest
openssl x509 -inform DER -in "$place/out/honest.crt" -out "$work/honest.crt"
openssl verify -purpose sslclient -CAfile "$work/root/ca.crt" -untrusted "$folder/ca.crt" "$work/honest.crt" >/dev/null ||
    fail "OpenSSL does not take it"
cat "$folder/ca.crt" "$work/root/ca.crt" >>"$SANDBOX_PKI/ca.crt"
process_signal "$sandbox/run/daemon" HUP
is_let_in() {
    get_with "$work/honest" "/config.json"
    [ "$status" = 200 ]
}
eventually 20 "the download server lets it in" is_let_in
part stop broker
part start broker
is_heard() {
    mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" -i "$mac" -q 1 \
        --cert "$work/honest.crt" --key "$work/honest.key" -t "/status/$mac" -m '{"rssi": -50}' 2>"$work/said"
}
eventually 20 "the broker lets it in" is_heard
eventually 20 "the daemon knows it" device_has "$mac" '$.online' 1

step "it stops when it is told to"
stop_signer
log_mark=0
log_says "signer: stopped" || fail "the log says: $(tail -n 3 "$place/signer.log")"
