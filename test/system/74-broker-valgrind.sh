#!/usr/bin/env bash
# The broker with our plugin under valgrind, through all that uses memory: connecting, resuming, wills,
# sessions that wait without a connection, reading its configuration again (SIGHUP), who is refused, shut
# out and over the bounds. No error, and nothing lost but what mosquitto loses by itself
# (test/mosquitto.supp).
export VARIANT=release # valgrind and AddressSanitizer exclude each other
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/broker_client_lib.sh
. "$(dirname "$0")/broker_client_lib.sh"

mkdir "$work/bin"
broker=$(command -v mosquitto || echo /usr/sbin/mosquitto)
cat >"$work/bin/mosquitto" <<TEXT
#!/bin/sh
exec valgrind -q --log-file='$work/valgrind.%p' --leak-check=full --show-leak-kinds=definite \\
    --errors-for-leak-kinds=definite --keep-debuginfo=yes --suppressions='$root/test/mosquitto.supp' \\
    '$broker' "\$@"
TEXT
chmod +x "$work/bin/mosquitto"
PATH=$work/bin:$PATH
sandbox_up --devices 1
grep -q valgrind "/proc/$(process_pid "$sandbox/run/broker")/cmdline" || fail "the broker does not run under valgrind"
good=$(mac_of 21)
bad=$(mac_of 22)
noisy=$(mac_of 23)
new_device "$good" "$bad" "$noisy"
devices=$SANDBOX_PKI/devices
clients_start

reload_broker() {
    kill -HUP "$(process_pid "$sandbox/run/broker")"
    eventually 20 "the broker has read its configuration again" reloaded "$1"
}
reloaded() {
    [ "$(grep -c 'Reloading config' "$sandbox/log/broker.log")" -ge "$1" ]
}

step "connect and resume"
for version in 1.2 id 1.3; do
    expect_client "full in 0" open "good/$version" "$devices/$good" "$good" "$version"
    expect_client "resumed in 0" again "good/$version"
    expect_client "suback 1" subscribe "good/$version" "/command/$good/#"
    expect_client "suback 128" subscribe "good/$version" '#'
done
expect_client "full in 0" open bad "$devices/$bad" "$bad" 1.2
expect_client "suback 1" subscribe bad "/command/$bad/#"

step "sessions without a connection, commands that wait, wills"
expect_client closed close bad
api /commands --data "{\"mac\": \"$bad\", \"command\": \"reboot\"}" >/dev/null
expect_client "full in 0" will "will" "$devices/$bad" "$bad" 100
expect_client closed close will

step "the configuration read again, with such sessions and a live one"
reload_broker 1
expect_client closed close good/1.3
reload_broker 2
expect_client "resumed in 0" again good/1.3

step "another identifier, there and back"
expect_client "full in 0" open sketch "$devices/$good" sketch 1.2
expect_client "full in 0" open sketch "$devices/$good" "$good" 1.2

step "restarted: whose identifiers are is read from a file, and an owner comes with another"
expect_client "full in 0" open sketch "$devices/$good" sketch 1.2
expect_client "suback 1" subscribe sketch "/command/$good/#"
expect_client closed close sketch
part stop broker
part start broker
expect_client "full in 5" open thief "$devices/$bad" sketch 1.2
reload_broker 3
expect_client "full in 0" open sketch "$devices/$good" "$good" 1.2
reload_broker 4
expect_client "full in 0" open thief "$devices/$bad" sketch 1.2
expect_client closed close thief
expect_client "full in 0" open bad "$devices/$bad" "$bad" 1.2
expect_client "full in 0" open sketch "$devices/$good" sketch 1.2
expect_client "full in 0" open sketch "$devices/$good" "$good" 1.2

step "over the bounds"
seq 900 >"$work/lines" # more than anybody may say at once, and it goes on
timeout 15 mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
    --cert "$devices/$noisy.crt" --key "$devices/$noisy.key" -t "/event/$noisy" -q 1 -l <"$work/lines" \
    >/dev/null 2>&1 || true
is_shut_out() {
    client open noisy "$devices/$noisy" "$noisy" 1.2
    [[ $answer =~ ^full\ (in\ 5|out)$ ]]
}
eventually 20 "the noisy one is shut out" is_shut_out

step "revoked; the daemon, whose list is ours now, is away: its session waits, too"
part stop daemon
shut_out "device $bad all" "serial $(serial_of "$devices/$good")"
eventually 20 "the end of the live one" client_ended sketch
for client in good/1.2 good/id good/1.3 sketch; do
    expect_client "resumed (in 5|out)|full (in 5|out)" again "$client"
done
reload_broker 5
shut_out
is_let_in() { # once the list is read, which is looked at ten times a second
    client open good/1.2 "$devices/$good" "$good" 1.2
    [ "$answer" = "full in 0" ]
}
eventually 20 "the good one is let in" is_let_in

step "the end"
part stop broker
process_stop "$work/clients.record"
reports=("$work"/valgrind.*)
[ -e "${reports[0]}" ] || fail "valgrind wrote nothing"
for report in "${reports[@]}"; do
    [ ! -s "$report" ] || { head -n 60 "$report" && fail "valgrind reports"; }
done
