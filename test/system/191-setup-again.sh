#!/usr/bin/env bash
# `secureesp setup` makes no new CA on a machine that has a fleet, whoever put it there, unless it is told
# to; and leaves alone a configuration that is no text. In a file system of its own, without services.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

unshare --mount --map-root-user true 2>/dev/null || skip "no mount namespaces here"
sandbox_up --devices 1

machine=$work/machine
mkdir -p "$machine/etc/mosquitto/conf.d" "$machine/lib"
for file in nsswitch.conf hosts ld.so.cache; do
    [ ! -e "/etc/$file" ] || cp -L "/etc/$file" "$machine/etc/$file"
done
# All users are the one that there is in it.
for user in root secureesp secureesp-signer mosquitto; do
    echo "$user:x:0:0::/:/bin/sh" >>"$machine/etc/passwd"
    echo "$user:x:0:" >>"$machine/etc/group"
done
# on_machine COMMAND...: runs it there, with its output in $output.
on_machine() {
    status=0
    # shellcheck disable=SC2016  # for the inner shell
    output=$(unshare --mount --map-root-user sh -c 'mount --bind "$1/etc" /etc && mount --bind "$1/lib" /var/lib && shift &&
        exec "$@"' - "$machine" "$@" 2>&1 </dev/null) || status=$?
}
# refuses REGEX OPTION...: setup fails with that, and makes no key.
refuses() {
    local dry
    for dry in "" --dry-run; do
        on_machine secureesp setup "${@:2}" ${dry:+"$dry"}
        [ "$status" -eq 1 ] || fail "setup $dry ended with $status and said: $output"
        expect_match "setup $dry" "$1" "$output"
        expect_equal "keys" "" "$(find "$machine/etc/secureesp" -name '*.key')"
    done
}
makes_ca() {
    on_machine secureesp setup "$@"
    expect_match "what it says" 'created  /etc/secureesp/pki/ca.crt and its key' "$output"
    rm -r "$machine/etc/secureesp/pki"
}

step "a new machine gets a CA"
makes_ca
rm -r "$machine/etc/secureesp"

step "a backup without keys is put back by hand: no new CA"
expect_exit 0 secureesp backup create "$work/bare.tar"
on_machine secureesp backup restore "$work/bare.tar"
[ "$status" -eq 0 ] || fail "$output"
config=$machine/etc/secureesp/secureesp.conf
sed -i 's|^state_dir = .*|state_dir = /var/lib/secureesp|' "$config"
refuses 'CA: /var/lib/secureesp/secureesp.db is the database of a fleet, and its devices trust no new CA: put the folder of the CA back'

step "nor where the daemon's state is elsewhere, or cannot be read"
mv "$machine/lib/secureesp" "$machine/lib/fleet"
sed -i 's|^state_dir = .*|state_dir = /var/lib/fleet|' "$config"
refuses 'CA: /var/lib/fleet/secureesp.db is the database of a fleet'
cp "$machine/lib/fleet/secureesp.db" "$work/db"
head -c 4096 /dev/urandom >"$machine/lib/fleet/secureesp.db"
refuses 'CA: whether there is a fleet, .*, cannot be seen'
cp "$work/db" "$machine/lib/fleet/secureesp.db"

step "unless it is told to"
on_machine secureesp setup --new-ca --ca-elsewhere
[ "$status" -eq 2 ] || fail "setup ended with $status and said: $output"
on_machine secureesp setup --new-ca --dry-run
expect_match "what it would do" 'create +/etc/secureesp/pki/ca.crt and its key' "$output"
cp -a "$machine/etc/secureesp" "$work/kept"
makes_ca --new-ca

step "the CA is back: all goes on"
mkdir -p "$machine/etc/secureesp/pki"
cp "$SANDBOX_PKI"/ca.* "$machine/etc/secureesp/pki"
on_machine secureesp setup
expect_match "what it says" 'kept +/etc/secureesp/pki/ca.crt and its key.*created +/etc/secureesp/pki/servers/secureespd.crt' "$output"
cmp "$SANDBOX_PKI/ca.key" "$machine/etc/secureesp/pki/ca.key" || fail "another key"

step "a configuration with a NUL byte is left as it is"
touch "$machine/etc/mosquitto/secureesp.nft"
echo "plugin /usr/lib/secureesp_broker.so" >"$machine/etc/mosquitto/conf.d/secureesp.conf"
printf '[operator]\0\nport = 1\n' >"$config"
cp "$config" "$work/nul.conf"
for dry in "" --dry-run; do
    on_machine secureesp setup ${dry:+"$dry"}
    [ "$status" -eq 1 ] || fail "setup $dry ended with $status and said: $output"
    expect_match "what it says" 'the daemon.s configuration: /etc/secureesp/secureesp.conf is no text: there is a NUL byte' "$output"
    cmp "$work/nul.conf" "$config" || fail "it was changed"
done
