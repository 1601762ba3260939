#!/usr/bin/env bash
# `secureesp doctor` finds nothing where nothing is wrong, leaves nothing behind, and names each fault
# that is planted, and what to do.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_up --devices 1
# For those who live in the past.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0
pki=$SANDBOX_PKI
conf=$sandbox/etc/secureesp.conf
broker_conf=$sandbox/etc/mosquitto.conf
mkdir "$work/as-it-was"
cp -a "$pki" "$conf" "$broker_conf" "$work/as-it-was"

# doctor OPTION...: looks, with the sandbox's configurations unless others are given.
doctor() {
    status=0
    output=$(secureesp doctor --config "$conf" --broker-config "$broker_conf" "$@" 2>&1 </dev/null) || status=$?
}
# finds LEVEL CHECK REGEX: one of its lines is such; with FAIL its exit status is 1, else 0.
finds() {
    local expected=0
    [ "$1" != FAIL ] || expected=1
    [ "$status" -eq "$expected" ] || fail "doctor ended with $status and said: $output"
    grep -qE "^$1 +$2 +$3" <<<"$output" || fail "no '$1 $2 $3' in: $output"
    # What fails is told with what to do.
    ! grep -E '^FAIL' <<<"$output" | grep -vE '[.?] To do: |systemd says nothing|^FAIL +(daemon|round trip) ' ||
        fail "without what to do: $output"
}
put_right() {
    rm -r "$pki"
    cp -a "$work/as-it-was/pki" "$pki"
    cp -a "$work/as-it-was/secureesp.conf" "$conf"
    cp -a "$work/as-it-was/mosquitto.conf" "$broker_conf"
}
# setting FILE SED-SCRIPT: changes a configuration.
setting() {
    sed -i "$2" "$1"
}

step "nothing is wrong"
uses_the_list() {
    secureesp status | grep -q 'the broker uses it'
}
eventually 10 "the broker uses the list" uses_the_list
doctor
finds ok daemon 'it is connected to the broker, which lets through'
finds ok 'round trip' 'the download server at localhost:[0-9]+ shows a certificate that devices take'
finds ok 'round trip' 'the broker at localhost:[0-9]+ .*lets in nobody under another'
finds ok 'round trip' 'the broker refuses who shows no certificate'
finds ok limits 'secureespd may have'
finds ok devices '1, of which 1 are online'
finds ok configuration 'secureespd --check-config'
finds ok database 'no damage was found in it'
doctor --json
expect_equal "as JSON" "1 0" \
    "$(json_get "$output" '$.ok') $(json_count "$output" '$.checks' "value ->> 'level' = 'FAIL'")"

step "it leaves nothing behind, however often it looks"
state() {
    secureesp pki list --json
    secureesp devices list --json | json_get "$(cat)" '$.devices[0].mac'
    cut -d ' ' -f 2- "$sandbox/state/secureesp.sessions"
}
before=$(state)
for _ in {1..15}; do
    doctor
    [ "$status" -eq 0 ] || fail "it fails: $output"
done
expect_equal "what is known" "$before" "$(state)"
part stop daemon
doctor
finds FAIL daemon 'no daemon at'
finds FAIL 'round trip' 'the download server cannot be reached: nobody answers'
part start daemon
part wait daemon

step "certificates and keys"
secureesp pki server "$pki" secureespd --force --dns other.example >/dev/null
doctor
finds FAIL certificates "that of the daemon: it does not have the name 'localhost'.* To do: secureesp setup --name localhost"
put_right
secureesp pki server "$pki" mosquitto --force --dns other.example >/dev/null
doctor
finds FAIL certificates "that of the broker: it does not have the name 'localhost'"
put_right
secureesp pki server "$pki" spare --dns localhost >/dev/null
cp "$pki/servers/spare.key" "$pki/servers/mosquitto.key"
doctor
finds FAIL certificates "the broker: .*not the certificate's"
put_right
chmod 0644 "$pki/servers/secureespd.key"
doctor
finds FAIL certificates 'the daemon: .*open to others.*chmod 0600'
put_right
chmod 0640 "$pki/ca.key"
doctor
finds FAIL keys ".*ca.key, the CA's key, is open to others. To do: chmod 0600"
put_right
secureesp pki server "$pki" secureespd --force --dns localhost --days 10 >/dev/null
doctor
finds warn certificates 'that of the daemon is good, and ends in (9|10) days. To do: issue another'
put_right
ago $((20 * 86400)) secureesp pki server "$pki" secureespd --force --dns localhost --days 10 >/dev/null
doctor
finds FAIL certificates 'the daemon: .*expired'
put_right
ago $((400 * 86400)) secureesp pki init "$work/old" --days 395 >/dev/null
setting "$conf" "s|^ca = .*|ca = $work/old/ca.crt|"
doctor
finds FAIL certificates 'CA: .*expired'
put_right
secureesp pki init "$work/other" >/dev/null
cp "$work/other/ca.crt" "$work/other.crt"
setting "$broker_conf" "s|^cafile .*|cafile $work/other.crt|"
doctor
finds FAIL certificates "the broker's CA .* does not vouch for the daemon"
put_right
# What is shown, not what lies there.
secureesp pki server "$pki" secureespd --force --dns localhost >/dev/null
part stop daemon
part start daemon
part wait daemon
secureesp pki server "$pki" secureespd --force --dns localhost --ip 127.0.0.1 >/dev/null
setting "$conf" 's/^downloadserver = .*/downloadserver = 127.0.0.1/'
doctor
finds FAIL 'round trip' 'the download server at 127.0.0.1:[0-9]+ shows a certificate that devices refuse: .*mismatch'
put_right

step "the broker's configuration"
setting "$broker_conf" 's/^plugin .*//'
doctor
finds FAIL broker 'its configuration loads no secureesp_broker.so'
put_right
mkdir "$work/conf.d"
echo "listener 1883" >"$work/conf.d/more.conf"
echo "include_dir $work/conf.d" >>"$broker_conf"
doctor
finds FAIL broker 'it has 2 listeners \([0-9]+ 127.0.0.1, 1883\)'
put_right
for line in 'per_listener_settings true' 'allow_anonymous true' 'require_certificate false'; do
    echo "$line" >>"$broker_conf"
    doctor
    finds FAIL broker "${line%% *} is (not )?true"
    put_right
done

step "a broker that runs otherwise"
part stop broker
doctor
finds FAIL daemon 'it has no connection to the broker'
finds FAIL 'round trip' 'the broker cannot be reached: nobody answers at localhost'
# open_broker SED-SCRIPT: one that the plugin does not watch.
open_broker() {
    sed -e 's/^plugin.*//' -e "$1" "$broker_conf" >"$work/open.conf"
    broker_run "$work/open.conf"
    eventually 10 "the broker answers" port_answers
}
port_answers() {
    (exec 3<>"/dev/tcp/127.0.0.1/$SANDBOX_MQTT_PORT") 2>/dev/null
}
open_broker 's/^allow_anonymous .*/use_identity_as_username true/'
doctor
finds FAIL 'round trip' "the broker lets a client in under another's name"
part stop broker
open_broker 's/^require_certificate .*/require_certificate false/'
doctor
finds FAIL 'round trip' 'the broker lets in who shows no certificate'
part stop broker
open_broker "s|^cafile .*|cafile $work/other.crt|"
doctor
finds FAIL 'round trip' "the broker does not take the daemon's certificate"
part stop broker
part start broker
part wait daemon

step "addresses"
setting "$conf" 's/^downloadserver = .*/downloadserver = nowhere.invalid/'
doctor
finds FAIL address 'nowhere.invalid, which devices are told as downloadserver, is not found'
put_right
setting "$conf" '/^mqttserver = /d'
doctor
finds FAIL address '\[config.json\] mqttserver is missing'
put_right
setting "$conf" 's/^mqttserver = .*/mqttserver = 192.0.2.1/'
doctor

grep -qE "^warn +address +192.0.2.1, the mqttserver of devices, is another machine's" <<<"$output" || fail "$output"
put_right

step "configuration, limits, disk, mail, clock"
setting "$conf" 's/^\[daemon\]/&\nnonsense = 1/'
doctor
finds FAIL configuration '.*nonsense'
put_right
setting "$conf" 's/^\[download\]/&\nmax_connections = 65000/'
limit=$(ulimit -n)
if [ "$limit" != unlimited ] && [ "$limit" -lt 32650 ]; then
    doctor
    finds FAIL limits "secureespd may have $limit files open, and its configuration needs 65300. To do: LimitNOFILE"
fi
put_right
process_pid "$sandbox/run/broker" >"$work/broker.pid"
printf '%s\n' "pid_file $work/broker.pid" 'max_connections 2000000000' >>"$broker_conf"
doctor
finds FAIL limits 'mosquitto may have [0-9]+ files open, and its configuration needs 2000000032'
put_right
if unshare --mount --map-root-user true 2>/dev/null; then
    mkdir "$work/small"
    sed "s|^state_dir = .*|state_dir = $work/small|" "$conf" >"$work/small.conf"
    # shellcheck disable=SC2016  # for the inner shell
    output=$(unshare --mount --map-root-user sh -c 'mount -t tmpfs -o size=8m none "$1" &&
        secureesp doctor --config "$2" --broker-config "$3"' - "$work/small" "$work/small.conf" "$broker_conf" 2>&1) &&
        fail "it finds nothing: $output"
    expect_match "what it says" 'FAIL +disk +8 MB free for the database' "$output"
fi
printf '%s\n' '[alerts]' 'mail_to = keeper@example.com' 'sendmail = /nonexistent/sendmail' >>"$conf"
doctor
finds warn alerts 'mail for keeper@example.com is not sent: /nonexistent/sendmail: No such file'
setting "$conf" 's|^sendmail = .*|sendmail = /bin/true|'
doctor
finds ok alerts 'keeper@example.com gets mail, by /bin/true'
put_right
clock=$root/build/$VARIANT/bin/clock-offset.so
[ -e "$clock" ] || fail "$clock is missing: make VARIANT=$VARIANT test-programs"
echo "-86400" >"$work/ago"
status=0
output=$(LD_PRELOAD=$clock CLOCK_OFFSET_FILE=$work/ago \
    secureesp doctor --config "$conf" --broker-config "$broker_conf" 2>&1) || status=$?
finds FAIL clock 'it is [^ ]+ by it, before the CA was made'

step "a damaged page of the database, with the daemon stopped and while it runs"
part stop daemon
cp "$SANDBOX_DB" "$work/whole.db"
page=$(sqlite3 "$SANDBOX_DB" "SELECT rootpage FROM sqlite_schema WHERE name = 'certificates_device'")
size=$(sqlite3 "$SANDBOX_DB" 'PRAGMA page_size')
head -c 256 /dev/zero | tr '\0' Z | dd of="$SANDBOX_DB" bs="$size" seek=$((page - 1)) conv=notrunc status=none
files=$(ls "$sandbox/state")
damaged="$SANDBOX_DB is damaged: .*To do: systemctl stop secureespd, .*secureesp backup restore FILE"
doctor
finds FAIL database "$damaged"
expect_equal "what it leaves" "$files" "$(ls "$sandbox/state")"
part start daemon
part wait daemon
doctor
finds FAIL database "$damaged"
expect_match "the daemon" 'ok +daemon +it is connected' "$output"
part stop daemon
cp "$work/whole.db" "$SANDBOX_DB"
part start daemon
part wait daemon

step "and nothing is wrong again"
doctor
finds ok daemon 'it is connected'
