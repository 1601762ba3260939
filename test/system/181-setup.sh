#!/usr/bin/env bash
# `secureesp setup` on a machine that boots: what it would do, what it does, each step failing by real
# means and then done by the next call, and nothing done twice. No key is ever replaced.
# Takes 900 s at most.
if [ "$(id -u)" -ne 0 ] && sudo -n true 2>/dev/null; then
    make -s -C "$(dirname "$0")/../.." -j "$(nproc)" VARIANT=release all || exit 1
    exec sudo -n env "VARIANT=${VARIANT:-asan}" bash "$0"
fi
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/load_lib.sh
. "$root/test/system/load_lib.sh"
# shellcheck source=test/system/machine.sh
. "$root/test/system/machine.sh"
# shellcheck source=test/system/machine_lib.sh
. "$root/test/system/machine_lib.sh"

obstacle=$(machine_obstacle)
[ -z "$obstacle" ] || skip "$obstacle"
programs=(secureespd secureesp secureesp-signer virtual-esp device-files)
release_make all
export PATH=$root/build/release/bin:$PATH

step "a machine with the programs"
mapfile -t libraries < <(machine_packages "${programs[@]/#/$root/build/release/bin/}")
[ "${#libraries[@]}" -gt 5 ] || fail "the programs' libraries are not found: ${libraries[*]}"
# As 46-boot.sh's, whose root it shares.
machine_make systemd systemd-sysv dbus procps sudo make mosquitto nftables "${libraries[@]}"
expect_exit 0 make -s -C "$root" VARIANT=release DESTDIR="$machine" install
machine_boot

# Where what is private may be read from outside.
etc=$machine/etc/secureesp
servers=/etc/secureesp/pki/servers
# setup OPTION...: a call, whose output is in $output.
setup() {
    status=0
    output=$(machine_root secureesp setup "$@" 2>&1 </dev/null) || status=$?
}
# done_is REGEX: it has succeeded, and said so.
done_is() {
    [ "$status" -eq 0 ] || fail "setup ended with $status and said: $output"
    expect_match "what it says" "$1" "$output"
}
failed_is() {
    [ "$status" -eq 1 ] || fail "setup ended with $status instead of 1 and said: $output"
    expect_match "what it says" "$1" "$output"
}
keys() {
    (cd "$etc/pki" && sha256sum ca.key servers/*.key 2>/dev/null) || true
}
# All that there is below /etc, as it looks: names, owners, modes, contents.
etc_state() {
    machine_root sh -c 'cd /etc && find . -printf "%p %u %m\n" | sort && find . -type f -exec sha256sum {} + | sort' | sha256sum
}

# systemd makes them when it starts; after an installation it has not started again.
expect_exit 0 machine_root sh -c 'userdel secureesp && userdel secureesp-signer'

step "what it would do, and nothing of it is done"
before=$(etc_state)
setup --dry-run
done_is 'create +user secureesp,'
expect_match "the CA" 'create +/etc/secureesp/pki/ca.crt and its key' "$output"
expect_match "the configuration" "downloadserver = $machine_name" "$output"
expect_match "services" 'change +mosquitto is .*change +secureespd is ' "${output//$'\n'/ }"
expect_equal "/etc" "$before" "$(etc_state)"
expect_exit 1 machine_do "secureesp setup"
expect_match "who it is for" 'as root: sudo secureesp setup' "$output"

step "another one is at it"
output=$(machine_root flock /etc/secureesp secureesp setup 2>&1 </dev/null) && fail "it succeeds"
expect_match "what it says" 'another .secureesp setup. is running' "$output"

step "users: systemd-sysusers is missing"
output=$(machine_enter PATH=/usr/local/bin secureesp setup 2>&1) && fail "it succeeds"
expect_match "what it says" 'users: cannot run systemd-sysusers: No such file' "$output"

step "folders: a file system that cannot be written"
rmdir "$etc/pki/servers"
machine_root mount --bind /etc/secureesp/pki /etc/secureesp/pki
machine_root mount -o remount,bind,ro /etc/secureesp/pki
setup
failed_is 'created  user secureesp.*folders: .*Read-only'
machine_root umount /etc/secureesp/pki

step "the CA: a full disk, before its key, between key and certificate"
# take_key_then NAME ROOM...: the disk has so many pages; each call gets further than the one before.
machine_root mount -t tmpfs -o size=4k,mode=0711 none /etc/secureesp/pki
setup
failed_is 'CA: .*No space left'
key=$(machine_root sha256sum /etc/secureesp/pki/ca.key)
machine_root test ! -e /etc/secureesp/pki/ca.crt || fail "half a certificate is there"
machine_root mount -o remount,size=8k /etc/secureesp/pki
setup
failed_is 'created  /etc/secureesp/pki/ca.crt, for the key that is there'
expect_match "where it stops then" 'secureesp: the daemon.s certificate: .*No space left' "$output"
expect_equal "the CA's key" "$key" "$(machine_root sha256sum /etc/secureesp/pki/ca.key)"

step "certificates of daemon and broker: room for one file more each time"
wanted=('the daemon.s certificate: .*No space left' 'the broker.s certificate: .*No space left'
    'the broker.s certificate: .*No space left')
# key; record and certificate; key
for size in 12k 20k 24k; do
    machine_root mount -o remount,size=$size /etc/secureesp/pki
    setup
    failed_is "${wanted[0]}"
    wanted=("${wanted[@]:1}")
    machine_root sh -c "cd $servers && sha256sum *.key" >"$work/now"
    [ ! -e "$work/before" ] || head -n 1 "$work/before" | grep -qxFf - "$work/now" ||
        fail "a key was replaced: $(cat "$work/before" "$work/now")"
    mv "$work/now" "$work/before"
done
machine_root test -s "$servers/mosquitto.key"

step "owners of keys: a file system that cannot be written"
machine_root mount -o remount,size=1m /etc/secureesp/pki
machine_root mount --bind $servers $servers
machine_root sh -c "mount -o remount,bind,ro $servers"
setup
failed_is 'the broker.s certificate: .*Read-only'
machine_root umount $servers
machine_root mount --bind $servers/secureespd.key $servers/secureespd.key
machine_root mount -o remount,bind,ro $servers/secureespd.key
setup
failed_is 'keys: cannot give .*secureespd.key to secureesp: Read-only'
machine_root umount $servers/secureespd.key
# To the disk that stays.
machine_root sh -c 'cp -a /etc/secureesp/pki /tmp/pki && umount /etc/secureesp/pki && cp -a /tmp/pki/. /etc/secureesp/pki && rm -r /tmp/pki'

step "the broker's configuration: a folder that cannot be written, and somebody else's file"
rm "$machine/etc/mosquitto/conf.d/secureesp.conf"
machine_root mount --bind /etc/mosquitto/conf.d /etc/mosquitto/conf.d
machine_root mount -o remount,bind,ro /etc/mosquitto/conf.d
setup
failed_is 'changed  owners and modes of both keys.*configuration: .*Read-only'
machine_root umount /etc/mosquitto/conf.d
echo "listener 1883" >"$machine/etc/mosquitto/conf.d/secureesp.conf"
setup
failed_is 'loads no plugin of ours'
expect_equal "somebody's file" "listener 1883" "$(cat "$machine/etc/mosquitto/conf.d/secureesp.conf")"
rm "$machine/etc/mosquitto/conf.d/secureesp.conf"

step "the daemon's configuration: a folder that cannot be written; a mistake in it"
machine_root mount --bind /etc/secureesp /etc/secureesp
machine_root mount -o remount,bind,ro /etc/secureesp
setup
failed_is 'created  /etc/mosquitto/conf.d/secureesp.conf.*the daemon.s configuration: .*Read-only'
machine_root umount /etc/secureesp
cp "$etc/secureesp.conf" "$work/conf"
sed -i '1i [daemon]\nnonsense = 1' "$etc/secureesp.conf"
setup
failed_is 'the check of the configuration: secureespd ended with status 1: .*nonsense'
cp "$work/conf" "$etc/secureesp.conf"

step "services that do not start"
echo "nonsense true" >"$machine/etc/mosquitto/conf.d/zz.conf"
setup
failed_is 'the broker: mosquitto does not start.*journalctl -u mosquitto'
rm "$machine/etc/mosquitto/conf.d/zz.conf"
mkdir -p "$machine/etc/systemd/system/secureespd.service.d"
printf '[Service]\nExecStart=\nExecStart=/bin/false\n' >"$machine/etc/systemd/system/secureespd.service.d/x.conf"
setup
failed_is 'changed  mosquitto is .*the daemon: secureespd does not start.*journalctl -u secureespd'
rm -r "$machine/etc/systemd/system/secureespd.service.d"

step "a daemon that does not find its broker: the call is killed while it waits"
sed -i 's/^;port = 8883$/port = 8884/' "$etc/secureesp.conf"
expect_exit 124 machine_root timeout 6 secureesp setup
expect_match "what it says" 'changed  secureespd is' "$output"
sed -i '/^port = 8884/d' "$etc/secureesp.conf"

step "the record of what was issued is damaged"
echo "damaged" >>"$etc/pki/issued.pem"
setup
failed_is 'the record of certificates: .*issued.pem'
sed -i '$d' "$etc/pki/issued.pem"

step "and at last it is set up"
setup
done_is 'changed  the daemon was told of [23] certificate'
first=$output
expect_match "what to type next" '0 devices; this adds the first: sudo secureesp pki device /etc/secureesp/pki MAC' "$output"
expect_match "the doctor" 'ok +round trip +the broker at fleet.test:8883' "$output"
expect_match "the broker" "broker +localhost:8883 connected" "$(machine_root secureesp status)"
expect_equal "owners and modes" "mosquitto 600 secureesp 600" \
    "$(machine_root stat -c '%U %a' $servers/mosquitto.key $servers/secureespd.key | tr '\n' ' ' | sed 's/ $//')"
expect_equal "enabled" "enabled enabled" "$(machine_root systemctl is-enabled mosquitto secureespd | tr '\n' ' ' | sed 's/ $//')"
timers=(secureesp-renew.timer secureesp-backup.timer secureesp-mail.path)
timers_are_on() {
    expect_equal "timers" "enabled enabled enabled active active active" \
        "$(machine_root sh -c "systemctl is-enabled $1; systemctl is-active $1" | paste -sd ' ')"
}
timers_are_on "${timers[*]}"
expect_equal "what devices are told" "downloadserver = $machine_name mqttserver = $machine_name" \
    "$(grep -E '^(downloadserver|mqttserver) ' "$etc/secureesp.conf" | tr '\n' ' ' | sed 's/ $//')"

step "the first administrator logs in, from another machine"
expect_match "what it says" 'created  administrator admin, with the password ([a-z0-9]{24}) ' "$first"
password=${BASH_REMATCH[1]}
machine_hosts=$work/hosts
echo "127.0.0.1 localhost $machine_name" >"$machine_hosts"
expect_match "the answer" '"role": *"administrator"' "$(machine_beside curl -sS --cacert "$etc/pki/ca.crt" \
    -H 'Content-Type: application/json' --data "{\"name\": \"admin\", \"password\": \"$password\"}" \
    "https://$machine_name:9443/api/v1/session")"
expect_equal "where that password is kept" "" "$(machine_root grep -rlF "$password" /etc /var/lib /run 2>/dev/null || true)"

step "once more: all is kept"
before=$(etc_state)
pids=$(machine_root systemctl show -p MainPID mosquitto secureespd)
setup
done_is 'kept     mosquitto is enabled and runs.*kept     administrator admin ..secureesp users passwd admin. sets another'
expect_equal "what else it does" "" "$(grep -E '^(created|changed)' <<<"$output" || true)"
expect_equal "/etc" "$before" "$(etc_state)"
expect_equal "the services" "$pids" "$(machine_root systemctl show -p MainPID mosquitto secureespd)"

step "one more name: the certificates change, no key does, and both services have them"
before=$(keys)
setup --name fleet.example --name 192.0.2.7
done_is 'changed  /etc/secureesp/pki/servers/mosquitto.crt, whose key stays: it lacks the name fleet.example'
expect_equal "the keys" "$before" "$(keys)"
expect_match "the names" "DNS:fleet.example.*DNS:$machine_name.*IP Address:192.0.2.7" \
    "$(openssl x509 -in "$etc/pki/servers/mosquitto.crt" -noout -ext subjectAltName)"
expect_match "both were started" 'changed  mosquitto is restarted.*changed  secureespd is restarted' "${output//$'\n'/ }"
setup
done_is 'kept     /etc/secureesp/pki/servers/secureespd.crt'

step "a key that is not its certificate's is left to a person"
cp "$etc/pki/servers/mosquitto.key" "$work/key"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 >"$etc/pki/servers/mosquitto.key"
before=$(keys)
setup
failed_is 'mosquitto.key is not the key of .*no key is ever replaced'
expect_equal "the keys" "$before" "$(keys)"
cp "$work/key" "$etc/pki/servers/mosquitto.key"
setup
done_is 'kept     the daemon answers'

step "the doctor, by systemd"
doctor() {
    status=0
    output=$(machine_root secureesp doctor 2>&1 </dev/null) || status=$?
}
doctor
[ "$status" -eq 0 ] || fail "it fails: $output"
for expected in 'ok +services +mosquitto runs, and starts' 'ok +services +secureespd runs, and starts' \
    'ok +keys +.*mosquitto.key is mosquitto.s' '(ok|warn) +limits +mosquitto may have' 'ok +limits +secureespd may have'; do
    expect_match "what it says" "$expected" "$output"
done
machine_root chown root $servers/mosquitto.key
doctor
expect_match "what it says" "FAIL +keys +.*mosquitto.key is not mosquitto's, .*To do: chown mosquitto" "$output"
machine_root chown mosquitto $servers/mosquitto.key
expect_match "timers and backups" 'ok +services +renewal, backups and mail.*ok +backup +none yet' "$output"
machine_root systemctl disable --quiet --now secureesp-backup.timer
doctor
expect_match "what it says" 'warn +services +secureesp-backup.timer is off: no backup is made.*warn +backup +there is none' "$output"
machine_root systemctl disable --quiet secureespd
doctor
expect_match "what it says" 'warn +services +secureespd runs, but does not start' "$output"
machine_root systemctl stop mosquitto
doctor
[ "$status" -eq 1 ] || fail "it ended with $status: $output"
expect_match "what it says" 'FAIL +services +mosquitto does not run .*systemctl start mosquitto' "$output"
setup
done_is 'changed  mosquitto is started.*changed  secureespd is enabled and started'

timers_are_on "${timers[*]}"

step "a backup is put in no fleet's place"
device_starts "$(mac_of 1)"
expect_exit 0 machine_root sh -c 'umask 077 && cd /root && echo "a pass phrase" >phrase && echo another >wrong &&
    secureesp backup create fleet.tar.age --keys --passphrase-file phrase && secureesp backup create bare.tar'
with_keys=(--restore /root/fleet.tar.age --passphrase-file /root/phrase)
fleet_state() {
    machine_root sh -c 'cd /etc/secureesp && find pki -printf "%p %u %g %m\n" | sort && find pki -type f -exec sha256sum {} + | sort
        stat -c "%n %U %G %a" /var/lib/secureesp /var/lib/secureesp/secureesp.db'
}
before=$(fleet_state)
for dry in "" --dry-run; do
    setup "${with_keys[@]}" ${dry:+"$dry"}
    failed_is 'the backup: there is a fleet in /var/lib/secureesp already, which is left alone'
done
expect_equal "the fleet" "$before" "$(fleet_state)"

step "the machine is lost, and its backup has no keys: no new CA is ever made"
lose() {
    machine_root systemctl disable --quiet --now secureespd mosquitto "${timers[@]}"
    machine_root rm -rf /etc/secureesp /var/lib/secureesp
}
machine_root cp -a /etc/secureesp/pki /root/kept
lose
setup --restore /root/bare.tar --dry-run
failed_is 'create .*bare.tar.*CA: the backup that is put back here is without keys'
machine_root sh -c 'mount --bind /var/lib /var/lib && mount -o remount,bind,ro /var/lib'
setup --restore /root/bare.tar
failed_is 'the backup: .*Read-only'
machine_root umount /var/lib
setup
failed_is 'CA: the backup that is put back here is without keys'
for again in created kept; do
    setup --restore /root/bare.tar
    failed_is "$again .*bare.tar.*CA: the backup that is put back here is without keys.*put the folder of the CA back"
    setup
    failed_is 'CA: the backup that is put back here is without keys'
    expect_equal "keys" "" "$(keys)"
done
machine_root sh -c 'rm -r /etc/secureesp/pki && mv /root/kept /etc/secureesp/pki'
now=$(date +%s%3N)
setup --restore /root/bare.tar
done_is 'kept +/root/bare.tar was put back already.*kept +administrator admin.*ok +round trip +the broker at'
eventually 60 "the device goes on" is_back "$now"
expect_equal "the fleet" "$before" "$(fleet_state)"

step "and with keys, whatever fails on the way"
lose
setup "${with_keys[@]:0:3}" /root/wrong
failed_is 'the backup: '
machine_root test ! -e /etc/secureesp/restored -a ! -e /var/lib/secureesp || fail "something was put back"
setup "${with_keys[@]}" --dry-run
done_is 'create .*what /root/fleet.tar.age holds.*the CA of the backup'
machine_root test ! -e /var/lib/secureesp || fail "a dry run put it back"
mkdir -p "$machine/etc/systemd/system/secureespd.service.d"
printf '[Service]\nExecStart=\nExecStart=/bin/false\n' >"$machine/etc/systemd/system/secureespd.service.d/x.conf"
setup "${with_keys[@]}"
failed_is 'created +[0-9]+ files of /root/fleet.tar.age, of .*, with 1 devices.*the daemon: secureespd does not start'
machine_root sed -i s/done/begun/ /etc/secureesp/restored # as if it were killed before
setup "${with_keys[@]}"
failed_is 'created +[0-9]+ files of /root/fleet.tar.age.*the daemon: secureespd does not start'
rm -r "$machine/etc/systemd/system/secureespd.service.d"
now=$(date +%s%3N)
setup "${with_keys[@]}"
done_is 'kept +/root/fleet.tar.age was put back already.*kept +/etc/secureesp/pki/ca.crt and its key.*ok +round trip +the broker at'
expect_match "devices" '^1 device$' "$(tail -n 1 <<<"$output")"
eventually 60 "the device goes on" is_back "$now"
expect_equal "the fleet" "$before" "$(fleet_state)"
timers_are_on "${timers[*]}"

step "a CA that is elsewhere: requests"
machine_root sh -c 'mv /etc/secureesp/pki /root/pki && systemctl stop secureespd mosquitto'
setup --ca-elsewhere --dry-run
done_is 'create +/etc/secureesp/requests/secureespd.csr, for .*secureespd.key, which is made'
setup --ca-elsewhere
done_is 'created  /etc/secureesp/requests/mosquitto.csr'
before=$(keys)
expect_equal "keys, of which the CA's is none" 2 "$(wc -l <<<"$before")"
setup --ca-elsewhere
done_is 'kept     /etc/secureesp/requests/secureespd.csr.*kept     /etc/secureesp/requests/mosquitto.csr'
setup
failed_is 'CA: there are requests in /etc/secureesp/requests to a CA elsewhere'

step "what it says to type where the CA is"
setup --ca-elsewhere
mapfile -t lines < <(grep '^secureesp pki server DIR' <<<"$output")
expect_equal "lines" 2 "${#lines[@]}"
ca=$work/ca
cp "$etc"/requests/*.csr "$work"
secureesp pki init "$ca" >/dev/null
mkdir "$machine/root/answers"
sign() {
    local line
    for line; do
        (cd "$work" && eval "${line/DIR/$ca}") >/dev/null || fail "$line"
    done
    cp "$ca/ca.crt" "$ca"/servers/*.crt "$machine/root/answers/"
    chmod -R go+rX "$machine/root/answers"
}
sign "${lines[@]}"
expect_equal "keys there" "" "$(find "$ca/servers" -name '*.key')"
expect_exit 1 secureesp pki server "$ca" other --request "$work/mosquitto.csr"
expect_match "another's request" 'is of mosquitto, not of other' "$output"
sed 's/^M.\{8\}/MAAAAAAAA/' "$work/mosquitto.csr" >"$work/bad.csr"
expect_exit 1 secureesp pki server "$ca" mosquitto --force --request "$work/bad.csr"

step "answers that are not good"
answers=--ca-elsewhere=/root/answers
mv "$machine/root/answers/mosquitto.crt" "$work/mosquitto.crt"
setup "$answers"
failed_is 'the broker.s certificate: .*mosquitto.crt: No such file'
cp "$machine/root/answers/secureespd.crt" "$machine/root/answers/mosquitto.crt"
setup "$answers"
failed_is "the broker.s certificate: .*the key is not the certificate's"
cp "$work/mosquitto.crt" "$machine/root/answers/mosquitto.crt"
setup "$answers" --name more.example
failed_is 'lacks the name more.example: sign it again, with --dns more.example'
secureesp pki init "$work/other" >/dev/null
cp "$work/other/ca.crt" "$machine/root/answers/ca.crt"
setup "$answers"
failed_is 'ca.crt is another CA.s than'
cp "$ca/ca.crt" "$machine/root/answers/ca.crt"

step "and good ones"
setup "$answers"
done_is 'kept     /etc/secureesp/pki/ca.crt; its key is elsewhere.*ok +round trip +the broker at'
expect_equal "the keys" "$before" "$(keys)"
machine_root test ! -e /etc/secureesp/pki/ca.key
setup
done_is 'kept     /etc/secureesp/pki/ca.crt; its key is elsewhere.*kept     secureespd is enabled and runs'
setup --name more.example
failed_is 'the key of the CA is not here, and .*secureespd.crt has to be issued'
