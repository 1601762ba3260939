#!/usr/bin/env bash
# Whoever has the broker's configuration from before there was our plugin installs this version: files
# stay theirs, make install, --check-config, the daemon's log and `secureesp status` say what to do, and
# when that is done, to the letter, the fleet is back with all that waited.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

export SANDBOX_BROKER_MORE=
sandbox_up --devices 1
mac=$(mac_of 1)
sleeper=$(mac_of 9)
new_device "$sleeper"

# The earlier files, as they were installed.
image=$work/root
etc=$image/etc/mosquitto
mkdir -p "$etc/conf.d"
cat >"$etc/conf.d/secureesp.conf" <<'CONF'
listener 8883
protocol mqtt
cafile /etc/secureesp/pki/ca.crt
certfile /etc/secureesp/pki/servers/mosquitto.crt
keyfile /etc/secureesp/pki/servers/mosquitto.key
require_certificate true
use_identity_as_username true
use_username_as_clientid true
tls_version tlsv1.2
allow_anonymous false
acl_file /etc/mosquitto/secureesp.acl
persistence true
autosave_interval 30
max_queued_messages 100000
persistent_client_expiration 7d
max_packet_size 16384
max_connections 20000
memory_limit 300000000
set_tcp_nodelay true
log_dest stderr
CONF
cat >"$etc/secureesp.acl" <<'ACL'
pattern write /status/%u
pattern write /event/%u
pattern write /will/%u
pattern write /will/%u/will
pattern read /command/%u/#
user secureespd
topic read /status/+
topic read /event/+
topic read /will/+
topic read /will/+/will
topic write /command/+/+
topic write /status/probe
topic write /event/probe
topic write /will/probe
topic write /will/probe/will
topic read /command/probe/probe
ACL
cp -r "$etc" "$work/before"

connections() {
    grep -c 'mqtt: connected' "$SANDBOX_LOG/daemon.log"
}
has_connected() {
    [ "$(connections)" -gt "$1" ]
}
# The sandbox's broker with what is installed. It returns when the daemon hears it: what is published
# before that, at a broker that knows no session of the daemon's, is heard by nobody.
use() {
    local before
    before=$(connections)
    sed "s|/etc/mosquitto/secureesp.acl|$etc/secureesp.acl|" "$etc/conf.d/secureesp.conf" \
        >"$sandbox/etc/mosquitto.own"
    part stop broker
    part start broker
    process_signal "$sandbox/run/daemon" HUP # its next attempt need not wait
    eventually 40 "the daemon at the broker" has_connected "$before"
}
fault_matches() {
    [[ $(json_get "$(api /status)" '$.broker.fault') =~ $1 ]]
}
has_no_fault() {
    [ -z "$(json_get "$(api /status)" '$.broker.fault')" ]
}

step "what waits at the earlier broker"
use
eventually 40 "the device is back" device_has "$mac" '$.online' 1
hears() {
    mosquitto_sub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
        --cert "$SANDBOX_PKI/devices/$sleeper.crt" --key "$SANDBOX_PKI/devices/$sleeper.key" \
        -c -i "$sleeper" -q 1 -t "/command/$sleeper/#" "$@"
}
publish_text "$sleeper" "/status/$sleeper" '{"uptimemillis": 1000}'
eventually 10 "the other one online" device_has "$sleeper" '$.online' 1
hears -E # after that: there the client identifier is the certificate's name, whatever a client says
id=$(json_get "$(api /commands --data "{\"mac\": \"$sleeper\", \"command\": \"config\"}")" '$[0].id')
is_sent() {
    [ "$(json_get "$(api "/commands/$id")" '$.state')" = sent ]
}
eventually 10 "its command is sent" is_sent

step "what is said"
eventually 60 "a fault" fault_matches 'without our plugin.*secureesp.conf.new'
grep -q 'error mqtt: the broker .*without our plugin' "$SANDBOX_LOG/daemon.log" || fail "no line in the log"
expect_match "status" 'BUT the broker .*without our plugin' "$(secureesp status)"
make -s -C "$root" "VARIANT=$VARIANT" install "DESTDIR=$image" >"$work/make.log" 2>&1 ||
    fail "make install: $(cat "$work/make.log")"
for file in conf.d/secureesp.conf secureesp.acl; do
    cmp "$etc/$file" "$work/before/$file" || fail "$file was changed"
done
expect_match "what make install says" "kept $etc/conf.d/secureesp.conf; .*NOTE: .*loads no plugin" \
    "$(paste -s -d ' ' "$work/make.log")"
cp "$sandbox/etc/secureesp.conf" "$image/etc/secureesp/secureesp.conf"
expect_exit 0 secureespd --config "$image/etc/secureesp/secureesp.conf" --check-config
expect_match "what --check-config says" 'note: .*secureesp.conf loads no plugin' "$output"

step "as the README says"
# What stands there between backquotes, for this folder.
# shellcheck disable=SC2016  # backquotes are text
said=$(sed -n '/^- Where an earlier version was installed/,/^$/p' "$root/README.md" | paste -s -d ' ')
# shellcheck disable=SC2016
move=$(grep -o '`mv [^`]*`' <<<"$said" | tr -d '`' | tr -s ' ')
# shellcheck disable=SC2016
old=$(grep -o 'remove  *`[^`]*`' <<<"$said" | sed 's/.*`\(.*\)`/\1/')
expect_match "the README's steps" '^mv /etc/.*conf.new /etc/.*conf;/etc/mosquitto/secureesp.acl$' "$move;$old"
bash -c "${move//\/etc\//$image/etc/}"
rm "$image$old"
use
eventually 60 "no fault" has_no_fault
eventually 40 "the device is back" device_has "$mac" '$.online' 1
expect_equal "a command" "done ok" "$(command_device "$mac" config)"
hears -v -C 1 -W 20 >"$work/heard" || fail "the command that waited is lost"
expect_match "what waited" "^/command/$sleeper/config " "$(cat "$work/heard")"
expect_exit 0 secureespd --config "$image/etc/secureesp/secureesp.conf" --check-config
[[ $output != *'loads no plugin'* ]] || fail "--check-config still says: $output"
make -s -C "$root" "VARIANT=$VARIANT" install "DESTDIR=$image" >"$work/make.log" 2>&1 || fail "make install"
[[ $(cat "$work/make.log") != *NOTE* ]] || fail "make install still says: $(cat "$work/make.log")"
