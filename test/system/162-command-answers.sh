#!/usr/bin/env bash
# Each command ends in an answer: taken, done, failed at a step, or given up in the time of its kind;
# one that was lost is sent again and done once. What a sketch did not say is shown as inferred.
# shellcheck source=test/system/deployed_lib.sh
. "$(dirname "$0")/deployed_lib.sh"

sandbox_up --devices 3
first=$(mac_of 1)
second=$(mac_of 2)
third=$(mac_of 3)
fragments=(1024)
sketch_of=$(sketch_mac 1024)
new_device "$sketch_of"
tester_up
part stop daemon
cat >>"$sandbox/etc/secureesp.conf" <<'TEXT'
[commands]
accept_timeout_s = 2
sent_timeout_s = 60
file_timeout_s = 9
reboot_timeout_s = 14
TEXT
part start daemon
part wait daemon
is_online() { device_has "$1" '$.online' 1; }
for mac in "$first" "$second" "$third"; do eventually 20 "$mac online" is_online "$mac"; done

member() { json_get "$(api "/commands/$1")" "\$.$2"; }
member_is() { [ "$(member "$1" "$2")" = "$3" ]; }

# order MAC COMMAND: its number.
order() {
    json_get "$(api /commands --data "{\"mac\": \"$1\", \"command\": \"$2\"}")" '$[0].id'
}

# done_times MAC COMMAND: how often the device's log has an outcome of it.
done_times() { grep -c "^$1 command name=$2 " "$SANDBOX_LOG/$1.log" || true; }

# edit MAC SED-COMMAND: changes its configuration.
edit() {
    part stop "$1"
    flash_file "$1" config.json | sed "$2" | put_flash_file "$1" config.json
    part start "$1"
    eventually 20 "$1 online" is_online "$1"
}

step "a device of ours says that it has taken a command, and how it ended"
id=$(order "$first" ca)
expect_equal config "done ok" "$(command_outcome "$id")"
expect_equal "accepted in between" 1 "$(sqlite3 "$SANDBOX_DB" "SELECT accepted_at_ms >= sent_at_ms
    AND accepted_at_ms <= ended_at_ms FROM commands WHERE id = $id")"
expect_equal "not inferred" 0 "$(member "$id" inferred)"
expect_equal "sent once" 1 "$(member "$id" sends)"
has_event "$first" "value ->> '\$.event' = 'accepted' AND value ->> '\$.command_id' = $id" ||
    fail "no event says so"

step "errors with step and code: the server has none, and who is asked is not there, or another"
id=$(order "$first" firmware)
expect_equal "no image" "failed http-status" "$(command_outcome "$id")"
expect_equal "step and code" "request 404" "$(member "$id" step) $(member "$id" code)"
publish_image "$SANDBOX_IMAGE"
port=$(flash_file "$first" config.json | sed -n 's/.*"downloadport": *\([0-9]*\).*/\1/p')
edit "$first" 's/"downloadport": *[0-9]*/"downloadport": 1/'
id=$(order "$first" firmware)
expect_equal refused "failed connect-failed" "$(command_outcome "$id")"
expect_equal "step and code" "connect 111" "$(member "$id" step) $(member "$id" code)" # ECONNREFUSED
expect_match "in the list" "connect: .*cannot be reached \(111\)" "$(secureesp command list "$first")"
hostile=$work/hostile
mkdir "$hostile"
serve_as() {
    secureesp pki server "$SANDBOX_PKI" "$1" --dns "$2" --force >/dev/null
    rm -f "$hostile/port"
    process_start "$work/$1.record" "$work/$1.log" python3 "$root/test/system/hostile_server.py" \
        "$hostile" "$SANDBOX_PKI/ca.crt" "$SANDBOX_PKI/servers/$1.crt" "$SANDBOX_PKI/servers/$1.key"
    records+=("$work/$1.record")
    eventually 10 "the port of $1" test -e "$hostile/port"
    edit "$first" "s/\"downloadport\": *[0-9]*/\"downloadport\": $(cat "$hostile/port")/"
}
serve_as misnamed elsewhere.example
id=$(order "$first" firmware)
expect_equal "another's name" "failed certificate-name" "$(command_outcome "$id")"
expect_equal "step and code" "handshake 4" "$(member "$id" step) $(member "$id" code)"
serve_as liar localhost
image=$(make_image 00.00.02 2 2)
{
    printf 'HTTP/1.1 200 OK\r\nContent-Length: %s\r\nConnection: close\r\n\r\n' \
        "$(stat -c %s "$image")"
    cat "$image"
} >"$hostile/answer.new"
mv "$hostile/answer.new" "$hostile/answer"
id=$(order "$first" firmware)
expect_equal "another's signature" "failed signature-invalid" "$(command_outcome "$id")"
expect_equal step verify "$(member "$id" step)"
expect_match "as it is told" "failed signature-invalid verify image: no key of ours" \
    "$(secureesp command "$first" firmware --wait=20 2>&1)"
edit "$first" "s/\"downloadport\": *[0-9]*/\"downloadport\": $port/"

step "what was lost on its way is sent again, and done once"
process_start "$work/relay.record" "$work/relay.log" python3 "$root/test/system/lossy_relay.py" \
    "$SANDBOX_MQTT_PORT" "$work/relay.port"
records+=("$work/relay.record")
eventually 10 "the relay's port" test -e "$work/relay.port"
edit "$second" "s/\"mqttport\": *[0-9]*/\"mqttport\": $(cat "$work/relay.port")/"
expect_equal "through the relay" "done ok" "$(command_device "$second" ca)"
for name in config reboot; do
    before=$(done_times "$second" "$name")
    process_signal "$work/relay.record" USR1
    id=$(order "$second" "$name")
    eventually 20 "$name sent twice" member_is "$id" sends 2
    expect_equal "not yet taken" sent "$(member "$id" state)"
    process_signal "$work/relay.record" USR2
    expect_equal "$name in the end" "done ok" "$(command_outcome "$id")"
    expect_equal "$name done" $((before + 1)) "$(done_times "$second" "$name")"
    # The same once more, as if it had been late.
    tester_publish "/command/$second/$name" -q 1 -m "{\"id\": $id}"
    eventually 20 "$second online" is_online "$second"
    expect_equal "another command after it" "done ok" "$(command_device "$second" ca)"
    expect_equal "$name done even so" $((before + 1)) "$(done_times "$second" "$name")"
done

step "a sketch: what it did is inferred, and shown as inferred"
make_sketch_image 00.00.08.g 1 1
make_sketch 1024
start_sketch 1024 00.00.08.g
await 1024 '^online commands=0 '
eventually 20 "the sketch online" is_online "$sketch_of"
id=$(order "$sketch_of" config)
expect_equal config "done ok" "$(command_outcome "$id")"
expect_equal inferred 1 "$(member "$id" inferred)"
expect_match "in the table" "done \(inferred\)" "$(secureesp command show "$id")"
expect_match "as it is told" "done ok .*\(inferred\)" \
    "$(secureesp command "$sketch_of" config --wait=30 2>&1)"

step "time-outs by kind, and none of them is sent to the sketch again: it may have begun"
process_signal "$work/1024.pid" STOP
expired_after() {
    local id
    id=$(order "$sketch_of" "$1")
    eventually 40 "$1 expired" member_is "$id" state expired
    expect_equal "its result" timeout "$(member "$id" result)"
    expect_equal "sent" 1 "$(member "$id" sends)"
    sqlite3 "$SANDBOX_DB" "SELECT (ended_at_ms - sent_at_ms) / 1000 FROM commands WHERE id = $id"
}
expect_match "a file" "^(9|10|11)$" "$(expired_after config)"
expect_match "a reboot" "^(14|15|16)$" "$(expired_after reboot)"

step "cancelled while it is sent"
process_signal "$work/1024.pid" CONT
eventually 30 "the sketch online" is_online "$sketch_of"
process_signal "$work/1024.pid" STOP
id=$(order "$sketch_of" config)
eventually 20 "sent" member_is "$id" state sent
expect_exit 0 secureesp command cancel "$id"
expect_equal "its end" "cancelled cancelled" "$(member "$id" state) $(member "$id" result)"
process_signal "$work/1024.pid" CONT

step "many are waited for: a summary, and no success unless all are done"
expect_exit 0 secureesp command "$first" "$second" "$third" ca --wait=40
expect_match "the summary" "3 of 3 ended: 3 done" "$output"
publish_image "$(make_image 00.00.03 1 1)"
expect_equal "for one of them" "done ok" "$(command_device "$third" firmware)"
expect_exit 1 secureesp command "$first" "$third" flash --wait=60
expect_match "the summary" "2 of 2 ended: 1 done, 1 failed" "$output"
expect_match "why" "1 of 2 commands failed" "$output"
expect_exit 0 secureesp command --filter "image=$(image_name 00.00.03)" ca --yes --wait=40
expect_exit 1 secureesp command "$third" 84f3ebffffff ca --wait=40
expect_match "one that is none" "1 device got no command" "$output"
expect_exit 2 secureesp command "$third" x ca
