#!/usr/bin/env bash
# Backups: made while devices report and update, killed while they are made, damaged, opened by age;
# and put back where state and CA are gone: virtual devices and an emulated board go on.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/board_lib.sh
. "$(dirname "$0")/board_lib.sh"

sandbox_up --devices 2 --emulated 1
listen
state=$sandbox/state
mac=$(mac_of 1)
sleeper=$(mac_of 2)
chip=$(board_mac_of 1)
echo "correct horse battery staple" >"$work/phrase"
echo "wrong horse" >"$work/other"
paths=(--pki "$SANDBOX_PKI" --root "$work/elsewhere")
create() {
    secureesp backup create "$@" --pki "$SANDBOX_PKI" --root "$work/elsewhere" </dev/null
}
restore() {
    secureesp backup restore "$1" --passphrase-file "$work/phrase" --state "$state" "${paths[@]}" \
        --config "$sandbox/etc/secureesp.conf" "${@:2}"
}
is_good() {
    secureesp backup verify "$1" --passphrase-file "$work/phrase" >/dev/null
}
# boots MAC: how often it said that it has started.
boots() {
    heard "/event/$1" | grep -c '"event":"boot"' || true
}

step "while they report, and one downloads"
publish_image "$SANDBOX_IMAGE"
publish_image "$(make_image 00.00.02 1 1 900000)"
publish_image "$SANDBOX_BOARD_IMAGE"
publish_image "$(make_board_image 00.00.02 1 1)"
part stop "$sleeper"
id=$(json_get "$(api /commands --data "{\"mac\": \"$sleeper\", \"command\": \"reboot\"}")" '$[0].id')
download=$(json_get "$(api /commands --data "{\"mac\": \"$mac\", \"command\": \"firmware\"}")" '$[0].id')
expect_match "what create says" "encrypted, with keys" \
    "$(create "$work/good.tar.age" --keys --passphrase-file "$work/phrase")"
expect_equal "its mode" 600 "$(stat -c %a "$work/good.tar.age")"
expect_equal "the download" "done ok" "$(command_outcome "$download")"
expect_match "what verify says" "good, encrypted.*devices 3, images 4.*with the keys" \
    "$(secureesp backup verify "$work/good.tar.age" --passphrase-file "$work/phrase" | tr '\n' ' ')"
expect_match "what the audit log says" " backup make " "$(secureesp audit list | tail -n 1)"
expect_exit 2 create "$work/bare.tar" --keys
expect_match "keys are never in the clear" "must be encrypted" "$output"
expect_match "without keys" "not encrypted: it holds secrets" "$(create "$work/plain.tar")"
tar tf "$work/plain.tar" >"$work/list"
! grep -qE '\.key$|^pki/' "$work/list" || fail "keys are in it"
expect_equal "images in it" 4 "$(grep -c '^state/images/../' "$work/list")"

step "age opens ours, and we open age's"
python3 "$root/test/system/age_terminal.py" "$work/phrase" \
    age -d -o "$work/opened.tar" "$work/good.tar.age" >/dev/null || fail "age does not open it"
tar tf "$work/opened.tar" | grep -qx pki/ca.key || fail "the CA's key is not in it"
python3 "$root/test/system/age_terminal.py" "$work/phrase" \
    age -p -o "$work/theirs.tar.age" "$work/opened.tar" >/dev/null || fail "age does not encrypt"
is_good "$work/theirs.tar.age"
expect_exit 1 secureesp backup verify "$work/good.tar.age" --passphrase-file "$work/other"
expect_match "another passphrase" "the passphrase does not open it" "$output"
expect_exit 1 secureesp backup verify "$work/good.tar.age"
expect_match "without one" "give --passphrase-file" "$output"

step "a bit of it, wherever it is, and its end"
size=$(stat -c %s "$work/plain.tar")
for ((i = 0; i < 40; i++)); do
    cp "$work/plain.tar" "$work/flipped"
    flip "$work/flipped" $((size * i / 40 + RANDOM % 512))
    expect_exit 1 secureesp backup verify "$work/flipped"
done
size=$(stat -c %s "$work/good.tar.age")
for at in 5 60 140 155 $((size / 2)) $((size - 1)); do
    cp "$work/good.tar.age" "$work/flipped"
    flip "$work/flipped" "$at"
    expect_exit 1 secureesp backup verify "$work/flipped" --passphrase-file "$work/phrase"
done
for at in 0 100 160 $((size - 1)); do
    head -c "$at" "$work/good.tar.age" >"$work/cut"
    expect_exit 1 secureesp backup verify "$work/cut" --passphrase-file "$work/phrase"
done
size=$(stat -c %s "$work/plain.tar")
for at in 0 511 1024 $((size / 2)) $((size - 1)); do
    head -c "$at" "$work/plain.tar" >"$work/cut"
    expect_exit 1 secureesp backup verify "$work/cut"
done

step "killed at any moment, it leaves the last good one"
cp "$work/plain.tar" "$work/kept.tar"
for ((i = 0; i < 15; i++)); do
    sanitizer_spares_leaks create "$work/kept.tar" >/dev/null 2>&1 &
    sleep "0.$(printf '%03d' $((RANDOM % 120)))"
    # what it started is a shell's function: the program is that shell's child
    pkill -KILL -P $! || true
    kill -KILL $! 2>/dev/null || true
    wait $! 2>/dev/null || true
    is_good "$work/kept.tar" || fail "after kill $i the backup is not whole"
done
create "$work/kept.tar" >/dev/null &
sleep 0.03
part kill daemon
wait $! || true
part start daemon
is_good "$work/kept.tar" || fail "the daemon's death spoilt the backup"
[ -z "$(find "$state" -name 'backup.*')" ] || fail "the daemon's own part is left"
create "$work/kept.tar" >/dev/null
unfinished=$(find "$work" -maxdepth 1 -name '*.tmp')
[ -z "$unfinished" ] || fail "unfinished files are left: $unfinished"

step "n are kept"
mkdir "$work/kept"
for day in 01 02 03 04; do
    cp "$work/plain.tar" "$work/kept/secureesp-202001${day}T000000Z.tar"
done
echo "no backup" >"$work/kept/secureesp-20200105T000000Z.tar"
cp "$work/plain.tar" "$work/kept/mine.tar"
expect_match "what goes" "removed 2 older" "$(create --into "$work/kept" --keep 3)"
expect_equal "what stays" "mine.tar secureesp-20200103T000000Z.tar secureesp-20200104T000000Z.tar secureesp-20200105T000000Z.tar" \
    "$(find "$work/kept" -type f ! -name "secureesp-$(date -u +%Y)*" -printf '%f\n' | sort | paste -s -d ' ')"
if "$root/test/confine/confine" --probe; then # as the timer makes it, under its unit's restrictions
    CONFINE_UNIT=$root/server/etc/secureesp-backup.service expect_exit 0 "$root/test/confine/confine" \
        "$work/kept" -- secureesp backup create --into "$work/kept" --keep 2 --passphrase-file="$work/phrase"
    expect_match "what the timer makes" "encrypted, .*removed 2 older" "$(tr '\n' ' ' <<<"$output")"
fi
expect_exit 1 secureesp backup create "$work/other"
expect_match "what is no backup stays" "is there and no backup" "$output"
expect_exit 1 create "$work/other" --passphrase-file "$work/nowhere"
expect_match "before a passphrase is wanted" "is there and no backup" "$output"
expect_equal "as it was" "wrong horse" "$(cat "$work/other")"
ln -s plain.tar "$work/link"
expect_exit 1 secureesp backup create "$work/link" --force
expect_match "nor is a link replaced" "is not a regular file" "$output"
expect_match "what --force replaces" "not encrypted" "$(create "$work/other" --force)"

step "after the backup: a command is done, and a follower has seen more"
# the one of 00.00.02 is on the device by now, which the backup does not know
part start "$sleeper"
expect_equal "the reboot" "done ok" "$(command_outcome "$id")"
before=$(boots "$sleeper")
seen=$(api '/events?follow=0&newest=1' | sed -n 's/^id: //p' | tail -n 1)

step "state and CA are gone"
part kill daemon
part stop broker
cp "$sandbox/etc/secureesp.conf" "$work/lost.conf"
cp -r "$SANDBOX_PKI" "$work/lost-pki"
find "$state" "$SANDBOX_PKI" "$sandbox/etc/secureesp.conf" -delete
expect_exit 1 restore "$work/flipped"
[ ! -e "$state" ] || fail "something of a damaged backup was put back"
mkdir "$state" && echo "somebody's" >"$state/file"
expect_exit 1 restore "$work/good.tar.age"
expect_match "a state that is there" "state holds something else already" "$output"
expect_equal "it is left alone" file "$(ls "$state")"
[ ! -e "$SANDBOX_PKI" ] || fail "it went on all the same"
rm -r "$state"
mkdir -p "$state" "$SANDBOX_PKI/devices" # empty, as a package makes them
for ((i = 0; i < 3; i++)); do
    sanitizer_spares_leaks restore "$work/good.tar.age" >/dev/null 2>&1 &
    sleep "0.$(printf '%03d' $((RANDOM % 900 + 600)))"
    pkill -KILL -P $! || true
    wait $! 2>/dev/null || true
done
expect_match "put back" "put back: [0-9]+ files, devices 3" "$(restore "$work/good.tar.age")"
expect_match "and again" "put back: [0-9]+ files, devices 3" "$(restore "$work/good.tar.age")"
diff -r "$work/lost-pki" "$SANDBOX_PKI" || fail "the CA is another"
cmp "$work/lost.conf" "$sandbox/etc/secureesp.conf"
expect_equal "modes" "711 711 700 755 600 600" "$(stat -c %a "$state" "$SANDBOX_PKI" "$state/images" \
    "$SANDBOX_PKI/devices" "$state/secureesp.db" "$SANDBOX_PKI/ca.key" | paste -s -d ' ')"
[ -z "$(find "$sandbox" "$work/elsewhere" -name '*.restore' 2>/dev/null)" ] || fail "unfinished folders are left"

step "the fleet goes on"
part start broker
part start daemon
part wait daemon
expect_match "the log" "put back from a backup made_at=.* commands_ended=[12]" "$(grep 'put back' "$SANDBOX_LOG/daemon.log")"
expect_match "the audit log" "daemon +backup restore" "$(secureesp audit list)"
expect_match "its chain" "^whole: " "$(secureesp audit verify)"
for device in "$mac" "$sleeper" "$chip"; do
    eventually 40 "$device is online" device_has "$device" '$.online' 1
    expect_equal "a command to $device" "done ok" "$(command_device "$device" config)"
done
expect_equal "what was under way" expired "$(json_get "$(api "/commands/$id")" '$.state')"
expect_equal "starts of $sleeper: nothing is done twice" "$before" "$(boots "$sleeper")"
newest=$(json_get "$(api '/commands?limit=1')" '$[0].id')
[ "$newest" -gt 1000000 ] || fail "command $newest: its number may be on a device already"
api '/events?follow=0' -H "Last-Event-ID: $seen" >"$work/followed"
grep -q '^event: gap$' "$work/followed" || fail "who followed the events is not told: $(cat "$work/followed")"
climb "$mac" "$(image_name 00.00.02)"
climb "$chip" ESP8266_LX106-00.00.02
part stop daemon
part start daemon
expect_equal "it is taken over once" 1 "$(grep -c 'put back from a backup' "$SANDBOX_LOG/daemon.log")"
