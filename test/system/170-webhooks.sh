#!/usr/bin/env bash
# Webhooks: what is sent, signed and tried again, where nothing is sent, and what is left of a queue
# when the daemon is killed or the receiver stays away.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/rollout_lib.sh
. "$root/test/system/rollout_lib.sh"

# A proxy that nobody answers at: whoever asked the environment would not get through.
export https_proxy=http://127.0.0.1:1 http_proxy=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1
lift_bounds
sandbox_up --devices 1
one=$(mac_of 1)
two=84f3eb0000aa
new_device "$two"
receiver=$work/receiver
secrets=()

# receiver_up NAME [CERTIFICATE KEY]: on the port that it had before, if any.
receiver_up() {
    local port=0
    mkdir -p "$work/$1"
    [ ! -e "$work/$1/port" ] || port=$(cat "$work/$1/port")
    process_start "$work/$1/record" "$work/$1/log" \
        python3 -B "$root/test/system/webhook_receiver.py" "$work/$1" "$port" "${@:2}"
    records+=("$work/$1/record")
    eventually 10 "the receiver" listens "$work/$1"
}
listens() {
    [ -s "$1/port" ] && (exec 3<>"/dev/tcp/127.0.0.1/$(cat "$1/port")") 2>/dev/null
}
receiver_down() {
    process_stop "$receiver/record"
}

# daemon_with LINE...: these are all of [webhooks].
daemon_with() {
    part stop daemon
    sed -i '/^\[webhooks\]/,$d' "$sandbox/etc/secureesp.conf"
    printf '%s\n' '[webhooks]' "ca = $SANDBOX_PKI/ca.crt" 'retry_min_s = 1' 'retry_max_s = 2' "$@" \
        >>"$sandbox/etc/secureesp.conf"
    part start daemon
    part wait daemon
}

# add NAME OPTION...: a webhook to the path of that name; keeps its secret.
add() {
    expect_exit 0 secureesp webhooks add "$base/$1" --name "$1" "${@:2}"
    expect_match "the secret of $1" 'whsec_[A-Za-z0-9+/]{43}=' "$output"
    secrets+=("${BASH_REMATCH[0]}")
}

# says MAC DETAIL [KIND]: a device says that something happened.
says() {
    publish_text "$1" "/event/$1" "{\"event\": \"${3:-error}\", \"result\": \"failed\", \"detail\": \"$2\"}" -q 1
}

# got PATH SQL: how many different messages came there that satisfy SQL over `body`.
got() {
    [ -e "$receiver/requests" ] || { echo 0 && return; }
    sqlite3 :memory: "select count(distinct value ->> '\$.id') from (select value, value ->> '\$.body' as body
        from json_each('[' || replace(trim(readfile('$receiver/requests'), char(10)), char(10), ',') || ']'))
        where value ->> '\$.path' = '/$1' and ($2)"
}
has_got() {
    [ "$(got "$1" "$2")" -ge "${3:-1}" ]
}
detail() {
    printf "body ->> '\$.detail' = '%s'" "$1"
}

# hook NAME MEMBER
hook() {
    json_get "$(api "/webhooks/$1")" "\$.$2"
}
hook_is() {
    [ "$(hook "$1" "$2")" = "$3" ]
}
tried() {
    [ "$(hook "$1" failed)" -ge "$2" ]
}
answer() {
    echo "${*:2}" >"$receiver/answer-$1"
}

secureesp pki server "$SANDBOX_PKI" receiver --dns localhost >/dev/null
receiver_up receiver "$SANDBOX_PKI/servers/receiver.crt" "$SANDBOX_PKI/servers/receiver.key"
port=$(cat "$receiver/port")
base=https://localhost:$port

step "unless configured, nothing is sent to a private address, by whichever name"
for url in https://127.0.0.1/x https://10.1.2.3/x 'https://[::1]/x' 'https://[::ffff:192.168.1.1]/x' \
    https://169.254.169.254/latest 'https://[64:ff9b::a00:1]/x' http://1.1.1.1/x; do
    expect_exit 1 secureesp webhooks add "$url" --name private
    expect_match "why not $url" "is not allowed: |http:// goes" "$output"
done
for url in https://me:word@example.com/ https://me@example.com/ ftp://example.com/ example.com 'https://exa mple.com'; do
    expect_exit 1 secureesp webhooks add "$url" --name wrong
    [[ $output != *word* ]] || fail "a password is repeated: $output"
done
for host in localhost 0x7f000001 127.1; do
    expect_exit 0 secureesp webhooks add "https://$host:$port/$host" --name inside
    expect_exit 1 secureesp webhooks test inside
    expect_match "$host" "address (127.0.0.1|::1) is not allowed: loopback" "$output"
    expect_exit 0 secureesp webhooks remove inside
done
expect_equal "what came" 0 "$(got localhost 1)"
part stop daemon
for line in 'allow = 10.0.0.1/8' 'allow = 10.0.0.0/33' 'allow = all' 'retry_max_s = 4' 'ca = /nonexistent'; do
    { cat "$sandbox/etc/secureesp.conf" && printf '[webhooks]\n%s\n' "$line"; } >"$work/bad.conf"
    expect_exit 1 secureespd --check-config --config "$work/bad.conf"
    expect_match "$line" "is no network|bits behind its prefix|retry_min_s is more|ca: cannot read" "$output"
done

step "what a device says is sent as it is kept, signed"
daemon_with 'allow = 127.0.0.0/8 ::1' # the whole of this machine
add all
expect_exit 0 secureesp webhooks test all
expect_match "a test" "all: sent, HTTP status 204" "$output"
says "$two" first
eventually 20 "the event" has_got all "$(detail first)"
body=$(python3 -c 'import json, sys; print([json.loads(x)["body"] for x in open(sys.argv[1]) if "first" in x][0])' \
    "$receiver/requests")
event=$(json_get "$(api "/devices/$two/events?limit=1")" '$.items[0]')
[ -n "$event" ] || event=$(json_get "$(api "/devices/$two/events?limit=1")" '$[0]')
expect_equal "members of the event" "$event" "$(sqlite3 :memory: "select json_remove('$body', '\$.id', '\$.mac')")"
expect_equal "whose" "$two" "$(json_get "$body" '$.mac')"

step "where webhooks may go is read again, also for a connection that is kept"
# allow_now NETWORKS
allow_now() {
    sed -i "s|^allow = .*|allow = $1|" "$sandbox/etc/secureesp.conf"
    process_signal "$sandbox/run/daemon" HUP
}
refused() {
    ! secureesp webhooks test all >"$work/test" 2>&1 && grep -q 'is not allowed: loopback' "$work/test"
}
expect_exit 0 secureesp webhooks test all
allow_now 10.0.0.0/8
eventually 10 "it is refused" refused
expect_exit 1 secureesp webhooks add https://127.0.0.1/x --name private
expect_exit 0 secureesp webhooks add https://10.1.2.3/x --name private
expect_exit 0 secureesp webhooks remove private
allow_now '127.0.0.0/8 ::1'
eventually 10 "it is sent" secureesp webhooks test all

step "only what is asked for"
add starts --event boot --event 'rollout-*'
add two --event error --filter "mac=$two"
says "$one" other
says "$two" second
eventually 20 "its device's" has_got two "$(detail second)"
eventually 20 "all get it" has_got all "$(detail other)"
expect_equal "another device's" 0 "$(got two "$(detail other)")"
publish_image "$SANDBOX_IMAGE"
publish_image "$(make_image 00.00.02 1 1)"
create spring 00.00.02 --all --start +1h
expect_exit 0 secureesp rollouts pause spring
eventually 20 "a rollout's" has_got starts "body ->> '\$.event' = 'rollout-pause' and body ->> '\$.rollout' = 'spring'
    and body ->> '\$.after.state' = 'paused'"
expect_exit 0 secureesp rollouts abort spring
expect_equal "no errors" 0 "$(got starts "body ->> '\$.event' = 'error'")"

step "who refuses it gets it again, with the same id; who is away, when he is back"
answer two 500
says "$two" third
eventually 20 "tries" tried two 2
rm "$receiver/answer-two"
eventually 20 "taken" has_got two "$(detail third)"
eventually 10 "its queue" hook_is two queued 0
receiver_down
says "$two" fourth
eventually 30 "tries" tried two 4
expect_match "why" "onnect" "$(hook two last.error)"
receiver_up receiver "$SANDBOX_PKI/servers/receiver.crt" "$SANDBOX_PKI/servers/receiver.key"
eventually 20 "taken" has_got two "$(detail fourth)"

step "no other than the receiver gets it: certificates are judged, redirections not followed"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -keyout "$work/other.key" -out "$work/other.crt" 2>/dev/null
receiver_up other "$work/other.crt" "$work/other.key"
expect_exit 0 secureesp webhooks add "https://localhost:$(cat "$work/other/port")/x" --name other
expect_exit 1 secureesp webhooks test other
expect_match "by another CA" "SSL peer certificate" "$output"
expect_exit 0 secureesp webhooks add "https://127.0.0.1:$port/named" --name named
expect_exit 1 secureesp webhooks test named
expect_match "of another name" "SSL peer certificate" "$output"
receiver_up plain
expect_exit 0 secureesp webhooks add "http://127.0.0.1:$(cat "$work/plain/port")/x" --name plain
expect_exit 0 secureesp webhooks test plain
[ ! -e "$work/other/requests" ] || fail "somebody else has got it"
expect_equal "not to another name" 0 "$(got named 1)"
answer moved 302 "$base/elsewhere"
add moved
expect_exit 1 secureesp webhooks test moved
expect_match "a redirection" "redirection, which is not followed, HTTP status 302" "$output"
expect_equal "elsewhere" 0 "$(got elsewhere 1)"
for name in other named plain moved; do
    expect_exit 0 secureesp webhooks remove "$name"
done

step "one that is slow holds up no other; one that has gone gets nothing any more"
answer slow slow
add slow
answer gone 410
add gone
says "$two" fifth
eventually 6 "the others" has_got two "$(detail fifth)"
expect_equal "the slow one" 0 "$(got slow "$(detail fifth)")"
eventually 10 "it has gone" hook_is gone state gone
expect_exit 1 secureesp webhooks test gone
expect_match "why" "wants nothing any more" "$output"
eventually 30 "the slow one" has_got slow "$(detail fifth)"
requests=$(got gone 1)
says "$two" sixth
eventually 20 "to the others" has_got two "$(detail sixth)"
expect_equal "what came" "$requests" "$(got gone 1)"
expect_match "the log" "its receiver has gone.*name=gone" "$(cat "$SANDBOX_LOG/daemon.log")"
expect_exit 0 secureesp webhooks remove slow
expect_exit 0 secureesp webhooks remove gone

step "the daemon is killed, and no event is lost"
for i in {1..12}; do
    says "$two" "k$i"
    case $i in
    3 | 6 | 9)
        part kill daemon
        part start daemon || { sleep 2 && part start daemon; }
        part wait daemon
        ;;
    5) receiver_down ;;
    8) receiver_up receiver "$SANDBOX_PKI/servers/receiver.crt" "$SANDBOX_PKI/servers/receiver.key" ;;
    esac
done
# came: how many of them did, each counted once; kept: how many different events the daemon has.
came() {
    local i n=0
    for i in {1..12}; do
        [ "$(got two "$(detail "k$i")")" = 0 ] || n=$((n + 1))
    done
    echo "$n"
}
all_came() {
    [ "$(came)" = 12 ] && hook_is two queued 0
}
eventually 40 "all of them" all_came
kept=$(sqlite3 -readonly "$sandbox/state/secureesp.db" "select count(*) from events where detail glob 'k*'")
expect_equal "a message for each event, which may have come twice" "$kept" \
    "$(got two "body ->> '\$.detail' glob 'k*'")"

step "a queue is bounded: the oldest are dropped, counted and said"
daemon_with 'allow = 127.0.0.0/8 ::1' 'queue_max = 5'
receiver_down
for i in {1..9}; do
    says "$two" "b$i"
done
eventually 20 "dropped" hook_is two dropped 4
expect_equal "queued" 5 "$(hook two queued)"
expect_match "the list" "two +on +5 .* 4 " "$(secureesp webhooks list)"
expect_match "the log" "queue is full, the oldest are dropped" "$(cat "$SANDBOX_LOG/daemon.log")"
daemon_with 'allow = 127.0.0.0/8 ::1' 'queue_max = 5' 'give_up_s = 1'
given_up() { [ "$(hook two given_up)" -ge 1 ]; }
eventually 30 "given up after its time" given_up
daemon_with 'allow = 127.0.0.0/8 ::1'
says "$two" b10
receiver_up receiver "$SANDBOX_PKI/servers/receiver.crt" "$SANDBOX_PKI/servers/receiver.key"
eventually 20 "the newest" has_got two "$(detail b10)"
expect_equal "the oldest" 0 "$(got two "$(detail b1)")"

step "a secret that is given is used, and no secret is anywhere"
echo "whsec_$(head -c 32 /dev/urandom | base64)" >"$work/secret"
secrets+=("$(cat "$work/secret")")
expect_exit 0 secureesp webhooks add "$base/given?token=hush-hush" --name given --secret "$work/secret"
[[ $output != *whsec_* ]] || fail "it is shown"
expect_exit 0 secureesp webhooks test given
echo whsec_c2hvcnQ= >"$work/short"
expect_exit 1 secureesp webhooks add "$base/x" --name short --secret "$work/short"
expect_match "why" "24 to 64 bytes" "$output"
expect_exit 0 python3 -B "$root/test/system/webhook_receiver.py" check "$receiver/requests" "${secrets[@]}"
[ "$output" -gt 10 ] || fail "hardly anything was received: $output"
expect_exit 1 python3 -B "$root/test/system/webhook_receiver.py" check "$receiver/requests" "${secrets[0]}"
for secret in "${secrets[@]}"; do
    key=${secret#whsec_}
    ! grep -rqF -e "$key" "$SANDBOX_LOG" "$sandbox/state" || fail "a secret is kept or logged"
    [[ $(api /webhooks)$(api /audit) != *$key* ]] || fail "a secret is shown"
done
[[ $(api /audit)$(cat "$SANDBOX_LOG/daemon.log") != *hush-hush* ]] || fail "a URL's password is logged"
expect_match "the audit log" '"to":"https://localhost:[0-9]+"' "$(api /audit)"
expect_exit 0 secureesp audit verify
