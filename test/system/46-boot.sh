#!/usr/bin/env bash
# The README's installation, by the letter, on a machine that boots; after its restart the broker, the
# daemon and the fleet are back by themselves. And the broker has as many connections as it says.
# Its first run makes a root file system from Debian's packages.
# Takes 900 s at most.
if [ "$(id -u)" -ne 0 ] && sudo -n true 2>/dev/null; then
    # Only the machine needs root; what is built stays the user's.
    make -s -C "$(dirname "$0")/../.." -j "$(nproc)" VARIANT=release all || exit 1
    exec sudo -n env "VARIANT=${VARIANT:-asan}" bash "$0"
fi
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/load_lib.sh
. "$root/test/system/load_lib.sh"
# shellcheck source=test/system/machine.sh
. "$root/test/system/machine.sh"

obstacle=$(machine_obstacle)
[ -z "$obstacle" ] || skip "$obstacle"
mac=$(mac_of 1)
programs=(secureespd secureesp secureesp-signer virtual-esp device-files)
release_make all
export PATH=$root/build/release/bin:$PATH

step "a machine"
mapfile -t libraries < <(machine_packages "${programs[@]/#/$root/build/release/bin/}")
[ "${#libraries[@]}" -gt 5 ] || fail "the programs' libraries are not found: ${libraries[*]}"
machine_make systemd systemd-sysv dbus procps sudo make mosquitto nftables "${libraries[@]}"
# As scripts/dependencies leaves the broker that it installs.
expect_exit 0 root_run "$machine" systemctl disable mosquitto
# The clone, with what is built in it already: there is no compiler here.
clone=/home/$machine_user/secureesp
mkdir -m 0755 "$machine$clone"
(cd "$root" && { git ls-files -z && find build/release -path build/release/test -prune -o -type f -print0; } | tar -c --null -T - 2>/dev/null) |
    tar -x -C "$machine$clone"
root_run "$machine" chown -R "$machine_user:" "$clone"
machine_boot

step "the README's steps"
# For sudoedit, who is asked to put this machine's name in two places.
cat >"$machine/home/$machine_user/editor" <<'EDITOR'
#!/bin/sh
exec sed -i "s/^\(downloadserver\|mqttserver\) = .*/\1 = $(hostname -f)/" "$@"
EDITOR
chmod 0755 "$machine/home/$machine_user/editor"
mapfile -t steps < <(awk '/^## / { in_section = $0 == "## Installation" }
    in_section && /^ *[0-9]+  / { print }' "$root/README.md")
[ "${#steps[@]}" -ge 8 ] || fail "the README has ${#steps[@]} numbered steps"
for ((i = 0; i < ${#steps[@]}; i++)); do
    [[ ${steps[i]} =~ ^\ *([0-9]+)\ \ (.*)$ ]] || fail "no step: ${steps[i]}"
    expect_equal "the number of a step" $((i + 1)) "${BASH_REMATCH[1]}"
    echo "$ ${BASH_REMATCH[2]}"
    expect_exit 0 machine_do "cd secureesp && export SUDO_EDITOR=\$HOME/editor && ${BASH_REMATCH[2]}"
done
is_connected() {
    [[ $(machine_do "sudo secureesp status" 2>&1) =~ broker\ +localhost:8883\ connected ]]
}
eventually 30 "sudo secureesp status says that the broker is connected" is_connected

step "what systemd says of the units"
expect_exit 0 machine_root systemd-analyze verify --man=no secureespd.service secureesp-signer.service \
    mosquitto.service
expect_equal "verify" "" "$(grep -E 'secureesp|mosquitto' <<<"$output" || true)"
expect_equal "the broker" "Restart=always LimitCORE=0 LimitNOFILE=65536 User=mosquitto" \
    "$(machine_root systemctl show mosquitto -p Restart,LimitCORE,LimitNOFILE,User | tr '\n' ' ' | sed 's/ $//')"
expect_match "what nftables counts" 'dport 8883' "$(machine_root nft list table inet secureesp)"
# shellcheck disable=SC2016  # for the shell there
expect_match "its privileges" '^CapBnd:[[:space:]]0+$' \
    "$(machine_root sh -c 'grep ^CapBnd "/proc/$(systemctl show mosquitto -p MainPID --value)/status"')"
is_saved() {
    machine_root test -s /var/lib/mosquitto/mosquitto.db
}
eventually 60 "what it keeps is saved" is_saved
expect_equal "whose client identifiers are, which it writes itself" "mosquitto 600" \
    "$(machine_root stat -c '%U %a' /var/lib/mosquitto/secureesp.sessions)"
expect_exit 0 machine_root systemctl reload mosquitto
has_reloaded() {
    machine_root journalctl --output=cat --unit=mosquitto | grep -q 'Reloading config'
}
eventually 10 "its log says that it has read its configuration" has_reloaded
goes_by_the_list() {
    machine_root secureesp status | grep -q 'the broker uses it'
}
eventually 10 "the broker can read who is revoked" goes_by_the_list

step "a device beside it"
pki=/etc/secureesp/pki
machine_do "sudo secureesp pki device $pki $mac" >/dev/null
machine_do "sudo secureesp pki signing $pki 1" >/dev/null
machine_root secureespd --print-config-json "$mac" |
    sed 's/"statusinterval": *[0-9]*/"statusinterval": 1000/' >"$work/config.json"
mkdir "$work/esp"
device-files "$work/esp/files.bin" put "config.json=$work/config.json" \
    "ca.crt=$machine$pki/ca.crt" "$mac.crt=$machine$pki/devices/$mac.crt" \
    "$mac.key=$machine$pki/devices/$mac.key"
SANDBOX_PKI=$machine$pki
mv "$(make_image 00.00.01 1 1)" "$work/esp/slot0.bin"
machine_hosts=$work/hosts
echo "127.0.0.1 localhost $machine_name" >"$machine_hosts"
# Of the same network, but not of the machine: it goes on when that restarts.
export -f machine_beside
export machine_network machine_hosts
process_start "$work/device.record" "$work/device.log" bash -c 'machine_beside "$@"' - \
    virtual-esp --dir "$work/esp" --mac "$mac"
records=("$work/device.record" "${records[@]}")
# is_back SINCE_MS: the broker is connected, and the device has reported since then.
device_json() {
    json_get "$(machine_root secureesp devices show "$mac" --json 2>/dev/null)" "$1" 2>/dev/null
}
is_back() {
    local seen
    is_connected && [ "$(device_json '$.online')" = 1 ] && seen=$(device_json '$.last_seen_ms') &&
        [ "$seen" -gt "$1" ]
}
now_ms() {
    date +%s%3N
}
eventually 60 "the device is online" is_back 0
# An event makes it online; the image comes with its first status.
runs_image() {
    [ "$(device_json '$.image')" = "$(image_name 00.00.01)" ]
}
eventually 10 "its image" runs_image

step "the signer, as the README has it"
mapfile -t steps < <(sed -n '/^- .secureesp-signer. signs/,/^- .mosquitto/s/^  \(sudo .*\)/\1/p' "$root/README.md")
[ "${#steps[@]}" -ge 4 ] || fail "the README has ${#steps[@]} lines"
for line in "${steps[@]}"; do
    echo "$ $line"
    expect_exit 0 machine_do "$line"
done
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/key" -subj "/CN=$(mac_of 2)" \
    -outform DER -out "$work/csr" 2>/dev/null
python3 - "$work/csr" "$machine/home/$machine_user/request" <<'PYTHON'
import struct, sys
csr = open(sys.argv[1], "rb").read()
body = struct.pack(">HH", 0, 4) + b"test" + csr
open(sys.argv[2], "wb").write(b"SES\x01\x01\x00" + struct.pack(">H", len(body)) + body)
PYTHON
cat >"$machine/home/$machine_user/ask" <<'PERL'
use IO::Socket::UNIX;
my $s = IO::Socket::UNIX->new(Peer => "/run/secureesp-signer/signer.sock") or die "connect: $!\n";
$SIG{PIPE} = "IGNORE"; # who may not ask is answered at once
open(my $file, "<:raw", $ARGV[0]) or die "$ARGV[0]: $!\n";
local $/;
print {$s} scalar(<$file>);
$s->flush;
my $answer = <$s>;
print unpack("C", substr($answer, 8, 1)), "\n";
PERL
chmod 0755 "$machine/home/$machine_user"
chmod 0644 "$machine/home/$machine_user/request" "$machine/home/$machine_user/ask"
# ask USER: what the signer answers; 0 is a certificate.
ask() {
    machine_root runuser -u "$1" -- perl "/home/$machine_user/ask" "/home/$machine_user/request" 2>&1
}
check_signer() {
    expect_equal "its answer to the daemon's user" 0 "$(ask secureesp)"
    expect_equal "its answer to somebody else" "connect: Permission denied" "$(ask "$machine_user" || true)"
    expect_equal "its answer to its own user: who asks is not the daemon" 6 "$(ask secureesp-signer)"
    signer=$(machine_root systemctl show secureesp-signer -p MainPID --value)
    expect_match "its filter of system calls" 'Seccomp:[[:space:]]*2' "$(machine_root cat "/proc/$signer/status")"
    [ "$(machine_root readlink "/proc/$signer/ns/net")" != "$(machine_root readlink /proc/1/ns/net)" ] ||
        fail "it has the machine's network"
}
check_signer
expect_exit 1 machine_root runuser -u secureesp -- cat /var/lib/secureesp-signer/ca.key
expect_exit 0 machine_root systemctl reload secureesp-signer

step "the machine restarts, and all of it is back by itself"
# all_is_back WHAT: waits until it is, and a command goes the whole way.
all_is_back() {
    eventually 60 "$1" is_back "$(now_ms)"
    expect_exit 0 machine_root secureesp command "$mac" ca --wait=60
}
machine_restart
all_is_back "broker, daemon and device after the machine's restart"
check_signer

step "so it is when broker or daemon are killed"
for unit in mosquitto secureespd; do
    machine_root systemctl kill --signal=KILL "$unit"
    all_is_back "broker, daemon and device after $unit was killed"
done

step "a device that is revoked is out, and comes back when it is readmitted"
machine_root secureesp devices revoke "$mac" --reason certificateHold >/dev/null
is_out() {
    grep -q 'refused the connection' "$work/device.log"
}
eventually 30 "the broker refuses it" is_out
machine_root secureesp devices readmit "$mac" >/dev/null
all_is_back "after it was readmitted"

step "1,200 connections to the broker, from two addresses, as nftables has it"
memory() {
    machine_root systemctl show mosquitto -p MainPID --value | {
        read -r pid
        machine_root sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status"
    }
}
before=$(memory)
coproc crowd { machine_beside python3 -B "$root/test/system/tls_crowd.py" "$machine_name" 8883 \
    "$machine$pki/ca.crt" "$machine$pki/devices/$mac.crt" "$machine$pki/devices/$mac.key" 1200 \
    127.0.0.2 127.0.0.3; }
# shellcheck disable=SC2154  # coproc's
read -r -t 120 line <&"${crowd[0]}" || fail "the crowd ended"
echo "$line; $((($(memory) - before) / 1200)) KB each"
expect_match "what came of them" "^1200 open" "$line"
expect_exit 0 machine_root secureesp command "$mac" reboot --wait=60
input=${crowd[1]}
exec {input}>&-
# shellcheck disable=SC2154  # coproc's
wait "$crowd_PID" || fail "the crowd"

expect_equal "errors in the daemon's log" "" \
    "$(machine_root journalctl --quiet --output=cat --priority=err --unit=secureespd)"
