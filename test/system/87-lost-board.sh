#!/usr/bin/env bash
# Certificates from the day they are issued to the day they are revoked, and a board that gets the
# place of a lost one.
# shellcheck source=test/system/certificate_lib.sh
. "$(dirname "$0")/certificate_lib.sh"

sandbox_up --devices 2
pki=$SANDBOX_PKI
lost=$(mac_of 1)
other=$(mac_of 2)
new=$(mac_of 10)

# config_of MAC MEMBER: of what the device gets as its config.json.
config_of() {
    get "$1" /config.json
    expect_equal "config.json of $1" 200 "$status"
    json_get "$(<"$work/answer")" "\$.$2"
}

# use_credentials MAC: puts the device's certificate as it is in the folder into its flash.
use_credentials() {
    part stop "$1"
    put_flash_file "$1" "$1.crt" <"$pki/devices/$1.crt"
    put_flash_file "$1" "$1.key" <"$pki/devices/$1.key"
    part start "$1"
}

step "what was issued is known, with its serial as OpenSSL prints it"
for file in "$pki/servers/secureespd.crt" "$pki/servers/mosquitto.crt" "$pki/devices/$lost.crt"; do
    eventually 10 "$file is known" certificate_is "$(serial_of "$file")" state good
done
expect_equal kind server "$(certificate "$(serial_of "$pki/servers/mosquitto.crt")" kind)"
expect_equal kind device "$(certificate "$(serial_of "$pki/devices/$lost.crt")" kind)"
expect_exit 0 secureesp pki client "$pki" grafana --role monitor
expect_match "the serial is shown" "serial $(plain "$(serial_of "$pki/clients/grafana.crt")")" "$output"
expect_equal kind client "$(certificate "$(serial_of "$pki/clients/grafana.crt")" kind)"
expect_equal role monitor "$(certificate "$(serial_of "$pki/clients/grafana.crt")" role)"
expect_match "pki list" "$(plain "$(serial_of "$pki/clients/grafana.crt")") +grafana +client +monitor +.* good" \
    "$(secureesp pki list)"
expect_exit 0 secureesp pki record "$pki" # what was issued before there was a daemon
expect_equal "recorded in the folder" "$(grep -c BEGIN "$pki/issued.pem")" "$(json_count "$(api /certificates)" '$')"

step "a client is no device, no daemon, and has a role"
for name in "$lost" "84:F3:EB:00:00:01" "x-$lost" secureespd mosquitto ../x; do
    expect_exit 1 secureesp pki client "$pki" "$name" --role monitor
done
for role in device daemon 'a b' Monitor '#'; do
    expect_exit 1 secureesp pki client "$pki" another --role "$role"
done
expect_exit 2 secureesp pki client "$pki" another
[ ! -e "$pki/clients/another.crt" ] || fail "it was made all the same"

step "the old one of two certificates of one device is shut out, the other goes on"
cp "$pki/devices/$other.crt" "$work/old.crt"
cp "$pki/devices/$other.key" "$work/old.key"
expect_exit 0 secureesp pki device "$pki" "$other" --force
expect_equal "known of it" 2 "$(json_count "$(api "/certificates?mac=$other")" '$')"
expect_exit 0 secureesp pki revoke "$(colons "$(serial_of "$work/old.crt")")" --reason superseded
expect_match "what is said" "$(plain "$(serial_of "$work/old.crt")"): revoked .superseded.*1 connection ended" \
    "${output//$'\n'/ }"
expect_equal "it was connected with that" "0 certificate" "$(device "$other" '$.online') $(device "$other" '$.reason')"
expect_match "as devices list has it" "$other +offline .*its certificate was revoked" "$(secureesp devices list)"
get_with "$work/old" /config.json
expect_match "with the old one, in the handshake" "^curl " "$status"
get "$other" /config.json
expect_equal "with the new one" 200 "$status"
use_credentials "$other"
eventually 30 "$other is back with the new one" device_has "$other" '$.online' 1
expect_exit 0 secureesp pki revoke "$(serial_of "$work/old.crt")"
expect_match "once more" "is already revoked" "$output"
expect_equal "its reason stays" superseded "$(certificate "$(serial_of "$work/old.crt")" reason)"
expect_equal "the other one" good "$(certificate "$(serial_of "$pki/devices/$other.crt")" state)"

step "one that is no longer in use is revoked, and the device that has another notices nothing"
cp "$pki/devices/$other.crt" "$work/older.crt"
expect_exit 0 secureesp pki device "$pki" "$other" --force
use_credentials "$other"
eventually 30 "$other is back with the third" device_has "$other" '$.online' 1
ended() {
    grep -c "$other been disconnected by administrative action" "$SANDBOX_LOG/broker.log"
}
before=$(ended || true)
expect_exit 0 secureesp pki revoke "$(serial_of "$work/older.crt")" --reason superseded
expect_match "nobody is cut off" "download server: .*.0 connections ended.; broker: .*.0 connections ended" "$output"
expect_equal "its commands" "done ok" "$(command_device "$other" config)"
expect_equal "connections that the broker has ended" "$before" "$(ended || true)"

step "the last one of a device: it is offline at once, and its commands end for that reason"
process_signal "$sandbox/run/$other" STOP
id=$(json_get "$(api /commands --data "{\"mac\": \"$other\", \"command\": \"reboot\"}")" '$[0].id')
expect_exit 0 secureesp pki revoke "$(serial_of "$pki/devices/$other.crt")"
expect_match "what is said" "device $other has no other good certificate that is known; .*1 command ended" "${output//$'\n'/ }"
expect_equal "how it is shown" "0 certificate" "$(device "$other" '$.online') $(device "$other" '$.reason')"
expect_match "devices show" "offline .its certificate was revoked" "$(secureesp devices show "$other")"
expect_equal "its command" "failed revoked" "$(command_outcome "$id")"
expect_match "and why" "its last good certificate was revoked" "$(json_get "$(api "/commands/$id")" '$.detail')"
process_signal "$sandbox/run/$other" CONT
expect_exit 0 secureesp pki device "$pki" "$other" --force
use_credentials "$other"
eventually 30 "$other is back with another" device_has "$other" '$.online' 1

step "serials that nobody knows, that are none, and servers'"
expect_exit 0 secureesp pki revoke 00:AB:CD --reason unspecified
expect_match "it may be mistyped" "no certificate with that number is known" "$output"
expect_exit 1 secureesp pki revoke 00:AB:CE --reason certificateHold # nothing would take it back
expect_equal "one that was never met" named "$(certificate abcd origin)"
for serial in 'xyz' '3a:' '' "$(printf 'ab%.0s' {1..21})"; do
    expect_exit 2 secureesp pki revoke "$serial"
done
expect_exit 2 secureesp pki revoke ab --reason because
expect_exit 1 secureesp pki revoke "$(serial_of "$pki/servers/secureespd.crt")"
expect_match "what would happen" "the broker shuts the daemon out.*--force" "$output"
expect_equal "the daemon's own" good "$(certificate "$(serial_of "$pki/servers/secureespd.crt")" state)"

step "a list for others, as OpenSSL takes it"
expect_exit 0 secureesp pki crl "$pki" --out "$work/one.crl"
expect_exit 0 secureesp pki crl "$pki" --out "$work/two.crl" --days 5
expect_exit 0 openssl crl -in "$work/two.crl" -CAfile "$pki/ca.crt" -noout
expect_match "its signature" "verify OK" "$output"
number() {
    openssl crl -in "$1" -noout -crlnumber | sed 's/.*=\(0x\)\?//'
}
[ $((16#$(number "$work/one.crl"))) -lt $((16#$(number "$work/two.crl"))) ] || fail "the number did not rise"
expect_exit 2 openssl verify -crl_check -CAfile "$pki/ca.crt" -CRLfile "$work/two.crl" "$work/old.crt"
expect_match "a revoked one" "certificate revoked" "$output"
expect_exit 0 openssl verify -crl_check -CAfile "$pki/ca.crt" -CRLfile "$work/two.crl" "$pki/devices/$other.crt"
text=$(openssl crl -in "$work/two.crl" -noout -text)
expect_match reason "Superseded" "$text"
expect_match "key identifier" "Authority Key Identifier" "$text"
expect_match "the serial alone" "Serial Number: ABCD" "$text"
expect_equal "to standard output" "-----BEGIN X509 CRL-----" "$(secureesp pki crl "$pki" | head -n 1)"
expect_exit 1 secureesp pki crl "$pki" --days 36000
expect_match "one that would outlive the CA" "at most" "$output"

step "what is issued while the daemon is away is told later; another CA's never"
part stop daemon
expect_exit 0 secureesp pki device "$pki" "$new"
expect_match "what is said" "does not know about it yet.*pki record" "$output"
part start daemon
eventually 10 "the daemon is back" api /status -o /dev/null
expect_exit 0 secureesp pki record "$pki"
expect_equal "one that was issued meanwhile" good "$(certificate "$(serial_of "$pki/devices/$new.crt")" state)"
expect_exit 0 secureesp pki record "$pki"
expect_match "all known" "^0 new to the daemon" "$output"
secureesp pki init "$work/foreign" >/dev/null
expect_exit 0 secureesp pki device "$work/foreign" "$(mac_of 77)"
expect_match "another CA's" "trusts another CA" "$output"
expect_equal "it is not known" 0 "$(json_count "$(api "/certificates?mac=$(mac_of 77)")" '$')"

step "a board that is online is not lost"
cat >>"$sandbox/etc/secureesp.conf" <<TEXT
[config.json $lost]
statusinterval = 7000
TEXT
part stop daemon
part start daemon
eventually 30 "$lost is online" device_has "$lost" '$.online' 1
expect_equal "configuration of the one" 7000 "$(config_of "$lost" statusinterval)"
[ "$(config_of "$new" statusinterval)" != 7000 ] || fail "the other one has it already"
expect_exit 1 secureesp devices replace "$lost" "$new"
expect_match "refused" "is online" "$output"
expect_equal "nothing has changed" good "$(certificate "$(serial_of "$pki/devices/$lost.crt")" state)"

# prints_what_it_gets MAC: --print-config-json and the download server agree.
prints_what_it_gets() {
    get "$1" /config.json
    expect_equal "config.json of $1" 200 "$status"
    secureespd --config "$sandbox/etc/secureesp.conf" --print-config-json "$1" >"$work/printed" 2>"$work/said"
    expect_equal "what is printed for $1" "$(<"$work/answer")" "$(<"$work/printed")"
}

step "the board that comes gets name, history and configuration of the lost one, which is shut out"
part stop "$lost"
eventually 30 "$lost is offline" device_has "$lost" '$.online' 0
waiting=$(json_get "$(api /commands --data "{\"mac\": \"$lost\", \"command\": \"reboot\"}")" '$[0].id')
events=$(event_count "$lost" "value ->> '\$.event' = 'boot'")
statuses=$(sqlite3 "$SANDBOX_DB" "select count(*) from statuses")
expect_exit 0 secureesp devices replace "$lost" "$new"
expect_match "with its configuration" "has the place of $lost, with its history and .config.json $lost.;" "$output"
part kill daemon # done means done
part start daemon
eventually 10 "the daemon is back" api /status -o /dev/null
expect_equal "its events" "$events" "$(event_count "$new" "value ->> '\$.event' = 'boot'")"
expect_equal "none is left" 0 "$(event_count "$lost" "value ->> '\$.event' = 'boot'")"
expect_equal "its statuses" 0 "$(sqlite3 "$SANDBOX_DB" "select count(*) from statuses where device = $((16#$lost))")"
[ "$(sqlite3 "$SANDBOX_DB" "select count(*) from statuses where device = $((16#$new))")" -gt 0 ] ||
    fail "no status of $statuses has moved"
expect_equal "its configuration" 7000 "$(config_of "$new" statusinterval)"
expect_equal "whose it is" "$lost" "$(device "$new" '$.config_of')"
expect_equal "by whom" "$new" "$(device "$lost" '$.replaced_by')"
expect_match "devices show" "config.json of +$lost" "$(secureesp devices show "$new")"
expect_equal "the command that waited" "failed revoked" "$(command_outcome "$waiting")"
expect_match "and why" superseded "$(json_get "$(api "/commands/$waiting")" '$.detail')"
prints_what_it_gets "$new"
part stop daemon # with the log of the database beside it, and without
expect_match "printed while no daemon runs" '"statusinterval": 7000' \
    "$(secureespd --config "$sandbox/etc/secureesp.conf" --print-config-json "$new")"
expect_equal "files beside the database" "" "$(find "$sandbox/state" -name 'secureesp.db-*')"
part start daemon
eventually 10 "the daemon is back" api /status -o /dev/null
get "$lost" /config.json
expect_match "with the lost one's certificate" "^curl " "$status"
expect_exit 0 secureespd --config "$sandbox/etc/secureesp.conf" --print-config-json "$lost"
expect_match "printed for a revoked one" "note: device $lost is revoked.*statusinterval.: 7000" "${output//$'\n'/ }"
part start "$lost"
eventually 20 "the broker refuses it" grep -q "refused the connection" "$SANDBOX_LOG/$lost.log"
part stop "$lost"

step "a place is given once: who has it is named"
third=$(mac_of 11)
new_device "$third"
expect_exit 1 secureesp devices replace "$lost" "$third"
expect_match "who has it" "$lost was already replaced by $new.*'secureesp devices replace $new $third'" "$output"
expect_exit 1 secureesp devices replace "$lost" "$third" --force
[ "$(config_of "$third" statusinterval)" != 7000 ] || fail "$third has it all the same"

step "the place goes on, and back"
expect_exit 0 secureesp devices replace "$new" "$third"
expect_match "how to undo it" "devices replace $third $new" "$output"
expect_equal "the configuration goes with it" 7000 "$(config_of "$third" statusinterval)"
expect_exit 1 secureesp devices replace "$third" "$new"
expect_match "first let in again" "devices readmit $new" "$output"
expect_exit 0 secureesp devices readmit "$new"
expect_exit 0 secureesp pki device "$pki" "$new" --force
expect_exit 0 secureesp devices replace "$third" "$new"
expect_equal "and back" 7000 "$(config_of "$new" statusinterval)"
expect_equal "with the events" "$events" "$(event_count "$new" "value ->> '\$.event' = 'boot'")"
expect_exit 2 secureesp devices replace "$new" nonsense
expect_exit 1 secureesp devices replace "$new" "$new"
expect_exit 1 secureesp devices replace "$(mac_of 99)" "$third"

step "a configuration of another is told of where there is one"
part stop "$other"
eventually 30 "$other is offline" device_has "$other" '$.online' 0
fourth=$(mac_of 12)
new_device "$fourth"
expect_exit 0 secureesp devices replace "$other" "$fourth"
! grep -q 'config.json' <<<"$output" || fail "$output"
! secureesp devices show "$fourth" | grep -q 'config.json of' || fail "devices show tells of it"
prints_what_it_gets "$fourth"
cat >>"$sandbox/etc/secureesp.conf" <<TEXT
[config.json $other]
statusinterval = 8000
[config.json $fourth]
statusinterval = 9000
TEXT
part stop daemon
part start daemon
eventually 10 "the daemon is back" api /status -o /dev/null
expect_equal "its own goes before" 9000 "$(config_of "$fourth" statusinterval)"
prints_what_it_gets "$fourth"
! secureesp devices show "$fourth" | grep -q 'config.json of' || fail "devices show tells of it"

step "the daemon's own: it is said what is wrong, and what to do"
own=$(plain "$(serial_of "$pki/servers/secureespd.crt")")
secureesp pki revoke "$own" --force >/dev/null || true # the broker parts with who would say that it has
own_is_told() {
    secureesp status | grep -q "NOT CONNECTED for .*this daemon's certificate, serial $own, is revoked"
}
eventually 20 "the status tells" own_is_told
expect_match "its line" "certificate of this server +REVOKED .serial $own.: issue another" "$(secureesp status)"
expect_exit 0 secureesp pki server "$pki" secureespd --dns localhost --ip 127.0.0.1 --force
process_signal "$sandbox/run/daemon" HUP
is_well_again() {
    secureesp status | grep -q '^broker .* connected for' && ! secureesp status | grep -q REVOKED
}
eventually 40 "it is connected with another" is_well_again
