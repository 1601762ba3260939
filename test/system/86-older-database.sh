#!/usr/bin/env bash
# A database that is put back from an older copy: who was revoked since stays out, by the list that the
# broker goes by, and is named. Where no list tells, that is said.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_up --devices 0
pki=$SANDBOX_PKI
state=$sandbox/state
list=$state/broker/revoked
stolen=$(mac_of 1)
held=$(mac_of 2)
renewed=$(mac_of 3)
honest=$(mac_of 4)
again=$(mac_of 5)
new_device "$stolen" "$held" "$renewed" "$honest" "$again"
cp "$pki/devices/$renewed.crt" "$work/old.crt"
cp "$pki/devices/$renewed.key" "$work/old.key"
new_device --force "$renewed"
serial=$(openssl x509 -in "$work/old.crt" -noout -serial | sed 's/^serial=//' | tr A-F a-f)

# let_in CREDENTIALS, shut_out CREDENTIALS: by both servers.
let_in() {
    get_with "$1" /config.json
    expect_equal "$1 at the download server" 200 "$status"
    at_broker "$1" || fail "$1 at the broker"
}
shut_out() {
    get_with "$1" /config.json
    expect_match "$1 at the download server" '^curl|^403' "$status"
    ! at_broker "$1" || fail "$1 at the broker"
}
at_broker() {
    mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$pki/ca.crt" --cert "$1.crt" --key "$1.key" \
        -i "$(basename "$1")" -t "/event/none" -m x >"$work/pub.log" 2>&1
}
goes_by_it() {
    secureesp status | grep -q 'the broker uses it$'
}
# put_back FILE: the database is that copy from now on; the daemon does not run.
put_back() {
    rm -f "$state"/secureesp.db-wal "$state"/secureesp.db-shm
    cp "$1" "$state/secureesp.db"
}
start() {
    part start daemon
    eventually 40 "the broker's word" goes_by_it
}
logged() {
    grep -q "$1" "$SANDBOX_LOG/daemon.log" || fail "the log does not say: $1"
}

step "a copy, and what happens afterwards"
expect_exit 0 secureesp devices revoke "$held" --reason certificateHold
expect_exit 0 secureesp devices revoke "$again" --reason certificateHold
part stop daemon
cp "$state/secureesp.db" "$work/copy.db"
start
expect_exit 0 secureesp devices revoke "$stolen"
expect_exit 0 secureesp pki revoke "$serial"
expect_exit 0 secureesp devices readmit "$held"
expect_exit 0 secureesp devices revoke "$again" # stolen, as it turns out
shut_out "$pki/devices/$stolen"
shut_out "$work/old"
let_in "$pki/devices/$held"

step "the copy is put back; to look at the configuration changes nothing"
part stop daemon
cp "$list" "$work/newest"
put_back "$work/copy.db"
expect_exit 0 secureespd --config "$sandbox/etc/secureesp.conf" --check-config
cmp "$work/copy.db" "$state/secureesp.db"
cmp "$work/newest" "$list"
start
number=$(sed -n 's/^number //p' "$work/newest")
for credentials in "$pki/devices/$stolen" "$work/old" "$pki/devices/$held" "$pki/devices/$again"; do
    shut_out "$credentials"
done
let_in "$pki/devices/$honest"
let_in "$pki/devices/$renewed"
status_text=$(secureesp status)
expect_match status "at this start +.* newer than the database .$number, not 2.*Entries taken from the list: 3 .*1 revoked devices that it did not name stay" \
    "$status_text"
expect_match "the list" "^number $((number + 1))\$" "$(sed -n 2p "$list")"

step "each is named, and said to come from the list"
logged "device revoked, as it was in the newer list mac=$stolen"
logged "device revoked, as it was in the newer list mac=$again"
logged "certificate revoked, as it was in the newer list serial=$serial"
logged "device stays revoked, though the newer list did not name it mac=$held"
expect_match "devices show" "revoked .*listed" "$(secureesp devices show "$stolen" | tr '\n' ' ')"
expect_match "its history" "listed: by the list, which was newer than the database" \
    "$(secureesp devices show "$stolen")"
expect_match "pki list" "$serial .*revoked: listed" "$(secureesp pki list)"
expect_exit 0 secureesp pki crl "$pki" --out "$work/crl"
expect_match "a list for others" "$serial" \
    "$(openssl crl -in "$work/crl" -noout -text | sed -n 's/ *Serial Number: //p' | tr A-F a-f)"

step "what was taken stays, and who was let in since the copy is let in once more"
part kill daemon
start
shut_out "$pki/devices/$stolen"
! secureesp status | grep -q '^at this start' || fail "it is told at the next start, too"
expect_exit 0 secureesp devices readmit "$held"
let_in "$pki/devices/$held"
expect_exit 0 secureesp devices readmit "$again" # its key may be stolen: with a new one only
expect_match "what it needs" "issue a new one" "$output"
shut_out "$pki/devices/$again"

step "a new database beside the list"
part stop daemon
rm -f "$state"/secureesp.db*
start
shut_out "$pki/devices/$stolen"
shut_out "$work/old"
let_in "$pki/devices/$honest"

step "no list tells: then that is said"
part stop daemon
put_back "$work/copy.db"
rm "$list"
start
expect_match status "at this start +.*missing.*whoever was revoked since is let in again" "$(secureesp status)"
let_in "$pki/devices/$stolen"
expect_exit 0 secureesp devices revoke "$stolen"
part stop daemon
put_back "$work/copy.db"
sed -i '$d' "$list" # cut off
start
expect_match status "at this start +.*newer than the database .* damaged .line .: cut off.*let in again, and nothing tells who" \
    "$(secureesp status)"
expect_match "what was damaged" "device $stolen all" "$(<"$list.damaged")"
