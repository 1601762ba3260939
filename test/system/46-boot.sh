#!/usr/bin/env bash
# The README's installation, by the letter, on a machine that boots; after its restart the broker, the
# daemon and the fleet are back by themselves. And the broker has as many connections as it says.
# Its first run makes a root file system from Debian's packages.
# Takes 900 s at most.
if [ "$(id -u)" -ne 0 ] && sudo -n true 2>/dev/null; then
    # Only the machine needs root; what is built stays the user's.
    cd "$(dirname "$0")/../.." && mkdir -p build || exit 1
    flock build/.release.lock make -s -j "$(nproc)" VARIANT=release all || exit 1
    exec sudo -n env "VARIANT=${VARIANT:-asan}" bash test/system/46-boot.sh
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
mac=$(mac_of 1)
release_make all
export PATH=$root/build/release/bin:$PATH

step "a machine"
machine_make
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
eventually 30 "sudo secureesp status says that the broker is connected" is_connected

step "what systemd says of the units"
expect_exit 0 machine_root systemd-analyze verify --man=no secureespd.service secureesp-signer.service \
    secureesp-renew.service secureesp-renew.timer mosquitto.service
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
device_starts "$mac"

step "certificates are renewed by themselves"
expect_equal "the timer" "active enabled" \
    "$(machine_root systemctl is-active secureesp-renew.timer) $(machine_root systemctl is-enabled secureesp-renew.timer)"
expect_exit 0 machine_root systemctl start secureesp-renew
expect_match "what it does while none ends" 'servers/secureespd: good until' \
    "$(machine_root journalctl --output=cat --unit=secureesp-renew)"
machine_root sh -c "mkdir /etc/systemd/system/secureesp-renew.service.d &&
    { echo '[Service]' && echo ExecStart= && systemctl cat secureesp-renew | sed -n '/^ExecStart=/s/$/ --before 3000/p'; } \
        >/etc/systemd/system/secureesp-renew.service.d/early.conf && systemctl daemon-reload"
# shows NAME PORT: whether who connects is shown what is in the file; by our openssl, as it has none.
shows() {
    local file shown
    file=$(openssl x509 -in "$machine$machine_pki/servers/$1.crt" -noout -serial)
    shown=$(machine_beside openssl s_client -connect "127.0.0.1:$2" </dev/null 2>/dev/null |
        openssl x509 -noout -serial 2>/dev/null)
    [ -n "$file" ] && [ "$shown" = "$file" ]
}
# renews: the unit does, and both services show it at once.
renews() {
    local before after name owners
    before=$(machine_root sh -c "cat $machine_pki/servers/*.crt" | sha256sum)
    owners=$(machine_root sh -c "stat -c '%n %i %U %a' $machine_pki/servers/*.key")
    expect_exit 0 machine_root systemctl start secureesp-renew
    after=$(machine_root sh -c "cat $machine_pki/servers/*.crt" | sha256sum)
    [ "$before" != "$after" ] || fail "nothing was renewed: $(machine_root journalctl --output=cat --unit=secureesp-renew)"
    expect_equal "the keys" "$owners" "$(machine_root sh -c "stat -c '%n %i %U %a' $machine_pki/servers/*.key")"
    expect_exit 1 machine_root test -e "$machine_pki/.renewed"
    for name in "mosquitto 8883" "secureespd 8443"; do
        # shellcheck disable=SC2086  # name and port
        eventually 10 "the new certificate of $name" shows $name
    done
}
renews
eventually 10 "the device is online" is_back "$(date +%s%3N)"

step "the signer, as the README has it"
signer_key_moves
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

step "certificates are renewed by the key that the signer has"
renews
expect_equal "whose its record is" secureesp-signer \
    "$(machine_root stat -c %U /var/lib/secureesp-signer/issued.pem)"
check_signer

step "the machine restarts, and all of it is back by itself"
machine_restart
all_is_back "broker, daemon and device after the machine's restart"
check_signer

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
    "$machine$machine_pki/ca.crt" "$machine$machine_pki/devices/$mac.crt" "$machine$machine_pki/devices/$mac.key" 1200 \
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
