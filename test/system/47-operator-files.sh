#!/usr/bin/env bash
# Files that the operator's commands write: nothing of another kind is replaced, a renewed key keeps
# owner and mode, a batch says what it made, and keys are made only where nobody else may write.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

PATH=$root/build/$VARIANT/bin:$PATH
pki=$work/pki
key_of() {
    printf '%s/devices/%s.key' "$pki" "$(mac_of "$1")"
}
# is_plain WHAT: $output has nothing that a terminal obeys, and is UTF-8.
is_plain() {
    [[ $output != *[$'\001'-$'\011'$'\013'-$'\037'$'\177']* && $output != *$'\302\233'* &&
        $output != *$'\342\200\256'* ]] || fail "$1 prints what a terminal obeys"
    iconv -f UTF-8 -t UTF-8 <<<"$output" >/dev/null || fail "$1 prints what is no UTF-8"
}
secureesp pki init "$pki" >/dev/null
secureesp pki signing "$pki" 1 >/dev/null
head -c 5000 /dev/urandom >"$work/body"

step "what is no regular file stays what it is"
mkfifo "$work/fifo"
secureesp images sign --key "$pki/signing/1.key" "$work/body" "$work/plain" >/dev/null
cat "$work/fifo" >"$work/read" &
reader=$!
expect_exit 0 secureesp images sign --key "$pki/signing/1.key" "$work/body" "$work/fifo"
wait "$reader"
[ -p "$work/fifo" ] || fail "the FIFO was replaced"
expect_equal "through the FIFO" "$(stat -c %s "$work/plain")" "$(stat -c %s "$work/read")"
mkdir "$work/elsewhere"
echo old >"$work/elsewhere/target"
ln -s elsewhere/target "$work/link"
expect_exit 0 secureesp images sign --key "$pki/signing/1.key" "$work/body" "$work/link"
[ -L "$work/link" ] || fail "the link was replaced"
expect_equal "through the link" "$(stat -c %s "$work/plain")" "$(stat -c %s "$work/elsewhere/target")"
expect_exit 0 secureesp images sign --key "$pki/signing/1.key" "$work/body" /dev/null
[ -c /dev/null ] || fail "/dev/null was replaced"
expect_exit 0 secureesp images describe --name BOARD-1 --trust "$pki/signing/1.pub" /dev/null
[ -c /dev/null ] || fail "/dev/null was replaced"
expect_exit 1 secureesp images sign --key "$pki/signing/1.key" "$work/body" "$work/elsewhere"

step "a renewed key keeps its mode and owner"
secureesp pki device "$pki" "$(mac_of 1)" >/dev/null
chmod 0640 "$(key_of 1)"
[ "$(id -u)" -ne 0 ] || chown 1234:2345 "$(key_of 1)"
before=$(stat -c '%a %u %g' "$(key_of 1)")
sum=$(sha256sum "$(key_of 1)")
expect_exit 0 secureesp pki device "$pki" "$(mac_of 1)" --force
expect_equal "mode and owner" "$before" "$(stat -c '%a %u %g' "$(key_of 1)")"
[ "$sum" != "$(sha256sum "$(key_of 1)")" ] || fail "the key is the old one"

step "a batch makes nothing if one of it exists, and says what it made if it fails on the way"
expect_exit 1 secureesp pki device "$pki" "$(mac_of 2)" "$(mac_of 1)" "$(mac_of 3)"
expect_match "names the one" "$(mac_of 1).* exists" "$output"
[ ! -e "$(key_of 2)" ] || fail "the first was made"
mkfifo "$(key_of 4)"
expect_exit 1 secureesp pki device "$pki" --force "$(mac_of 2)" "$(mac_of 3)" "$(mac_of 4)" "$(mac_of 5)"
expect_match "the first" "$(mac_of 2): " "$output"
expect_match "the second" "$(mac_of 3): " "$output"
expect_match "where it stopped" "$(mac_of 4), after 2 of 4" "$output"
[ ! -e "$(key_of 5)" ] || fail "it did not stop there"
[ -p "$(key_of 4)" ] || fail "the FIFO was replaced"
made=$(secureesp pki device "$pki" --force --json "$(mac_of 2)" "$(mac_of 3)" "$(mac_of 4)" \
    2>/dev/null) && fail "the third was made"
expect_equal "as JSON" 2 "$(json_count "$made" '$')"

step "a key that others may read is not used"
for mode in 0644 0604 0660; do
    chmod "$mode" "$pki/signing/1.key" "$pki/ca.key"
    expect_exit 1 secureesp images sign --key "$pki/signing/1.key" "$work/body" "$work/open"
    expect_match "images sign" "signing/1.key is open to others .mode $mode" "$output"
    [ ! -e "$work/open" ] || fail "it signed all the same"
    expect_exit 1 secureesp pki device "$pki" "$(mac_of 7)"
    expect_match "pki device" "ca.key is open to others .mode $mode" "$output"
    [ ! -e "$(key_of 7)" ] || fail "it made a device all the same"
done
chmod 0600 "$pki/signing/1.key" "$pki/ca.key"

step "no key is made where others may write"
for mode in 0770 0707 1777; do
    chmod "$mode" "$pki"
    expect_exit 1 secureesp pki device "$pki" "$(mac_of 6)"
    expect_match "says which" "$pki can be written by others" "$output"
    expect_exit 1 secureesp pki signing "$pki" other
    expect_exit 1 secureesp pki server "$pki" other.example
    expect_exit 1 secureesp pki init "$pki" --force
done
chmod 0711 "$pki"
chmod 0777 "$pki/devices"
expect_exit 1 secureesp pki device "$pki" "$(mac_of 6)"
chmod 0711 "$pki/devices"
expect_exit 0 secureesp pki device "$pki" "$(mac_of 6)"
mkdir -m 0777 "$work/open"
chmod 0777 "$work/open"
ln -s ../pki "$work/open/link"
expect_exit 1 secureesp pki device "$work/open/link" "$(mac_of 7)"
expect_match "where a link may be changed" "$work/open can be written by everybody" "$output"
[ ! -e "$(key_of 7)" ] || fail "a key was made"

step "an address is found by either kind of device"
expect_exit 0 secureesp pki server "$pki" by-address --ip 10.0.0.1 --ip ::1
expect_match "names" "IP Address:10.0.0.1, DNS:10.0.0.1, IP Address:0:0:0:0:0:0:0:1 *$" \
    "$(openssl x509 -in "$pki/servers/by-address.crt" -noout -ext subjectAltName)"

step "a MAC twice, in whatever spelling, is one too many: nothing is made"
expect_exit 2 secureesp pki device "$pki" "$(mac_of 8)" "$(mac_of 9)" 84:F3:EB:00:00:08
expect_match "which" "$(mac_of 8) is given twice" "$output"
expect_exit 2 secureesp pki device "$pki" --force "$(mac_of 8)" "$(mac_of 8)"
[ ! -e "$(key_of 8)" ] || fail "a key was made"

step "names of files are told so that no terminal obeys them, and as JSON whatever they are"
for name in $'esc\033[31m' $'c1\302\233' $'bidi\342\200\256' $'latin\374'; do
    rm -rf "${work:?}/$name"
    expect_exit 0 secureesp images sign --key "$pki/signing/1.key" "$work/body" "$work/$name"
    is_plain "images sign"
    expect_exit 0 secureesp images sign --json --key "$pki/signing/1.key" "$work/body" "$work/$name"
    is_plain "images sign --json"
    expect_exit 0 secureesp images verify --json --key "$pki/signing/1.pub" "$work/$name"
    is_plain "images verify --json"
    expect_exit 0 secureesp images describe --name BOARD-1 --trust "$pki/signing/1.pub" "$work/$name"
    is_plain "images describe"
    expect_exit 0 secureesp images describe --json --name BOARD-1 --trust "$pki/signing/1.pub" "$work/$name"
    is_plain "images describe --json"
    rm "${work:?}/$name"
    expect_exit 0 secureesp pki init "$work/$name"
    is_plain "pki init"
    expect_exit 0 secureesp pki signing "$work/$name" 1
    is_plain "pki signing"
    expect_exit 0 secureesp pki device --json "$work/$name" "$(mac_of 1)"
    is_plain "pki device --json"
    expect_equal "JSON of pki device" 1 "$(json_get "$output" '$[0].key' | grep -c devices)"
done

step "closed standard streams: no other file takes their place"
sign_closed() {
    secureesp images sign --key "$pki/signing/1.key" "$work/body" "$work/closed"
}
without_output() { sign_closed >&-; }
without_others() { sign_closed <&- 2>&-; }
expect_exit 1 without_output
cmp -s "$work/plain" "$work/closed" || fail "the image is not what it is otherwise"
expect_exit 0 without_others
cmp -s "$work/plain" "$work/closed" || fail "the image is not what it is otherwise"
