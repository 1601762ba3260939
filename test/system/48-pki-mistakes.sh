#!/usr/bin/env bash
# What an operator may get wrong with the CA's folder, its record and serial numbers: each is said so
# that it can be put right, and nothing is half done.
# shellcheck source=test/system/certificate_lib.sh
. "$(dirname "$0")/certificate_lib.sh"

sandbox_up --devices 1
pki=$SANDBOX_PKI
mac=$(mac_of 1)
secureesp pki init "$work/other" >/dev/null
expect_exit 0 secureesp pki record "$pki"
# Three that the daemon does not know: it would find those that lie in its folder.
part stop daemon
mkdir "$work/away"
for i in 1 2 3; do
    secureesp --socket "$work/none" pki device "$pki" "$(mac_of "8$i")" >/dev/null 2>&1
    mv "$pki/devices/$(mac_of "8$i")".* "$work/away"
    secureesp --socket "$work/none" pki device "$work/other" "$(mac_of "9$i")" >/dev/null 2>&1
done
part start daemon
known() {
    json_count "$(api /certificates)" '$'
}
lines() { # of each certificate in the record
    awk '/BEGIN/ { print NR }' "$pki/issued.pem"
}
before=$(known)
mkdir "$work/copy"
copy=$work/copy/issued.pem
third=$(lines | sed -n 3p)

# refused WHAT: `pki record` says so, and records nothing.
refused() {
    expect_exit 1 secureesp pki record "$work/copy"
    expect_match "the file" "$copy" "$output"
    expect_match "what is wrong" "$1" "$output"
    expect_equal "recorded" "$before" "$(known)"
}

step "a record that is damaged is refused as a whole, with the place"
: >"$copy"
refused 'is empty'
sed "$((third + 2))s/[A-Za-z]/!/" "$pki/issued.pem" >"$copy"
refused "certificate 3: line $third: it is damaged"
sed "${third}s/BEGIN/BEGUN/" "$pki/issued.pem" >"$copy"
refused "line $third: neither a certificate"
sed "$((third - 1))a garbage" "$pki/issued.pem" >"$copy"
refused "line $third: neither a certificate"
sed "$((third - 1))d" "$pki/issued.pem" >"$copy"
refused "certificate 2: line $(lines | sed -n 2p): it has no end"
head -c 3000 /dev/urandom >"$copy"
refused 'line 1: '
head -c 100 "$pki/issued.pem" >"$copy"
refused 'line 1: this certificate is incomplete'
rm "$copy"
refused 'there is no'
mkfifo "$copy"
refused 'is not a regular file'
rm "$copy"
mkdir "$copy"
refused 'is not a regular file'
rmdir "$copy"

step "another CA's"
expect_exit 1 secureesp pki record "$work/other"
expect_match "what it says" "$work/other/issued.pem: nothing was recorded: .* trusts another CA" "$output"
expect_equal "recorded" "$before" "$(known)"

step "one that is cut off: what is whole is told, and that the rest is missing"
total=$(lines | wc -l)
head -n "$(($(lines | tail -n 1) + 2))" "$pki/issued.pem" >"$copy"
expect_exit 1 secureesp pki record "$work/copy"
expect_match "what is told" "$((total - 1 - before)) new to the daemon, $before already known" "$output"
expect_match "what is not" "issued.pem: line $(lines | tail -n 1): this certificate is incomplete and was not recorded" "$output"
expect_equal "recorded" $((total - 1)) "$(known)"
cat "$pki/issued.pem" "$work/other/issued.pem" >"$copy"
expect_exit 0 secureesp pki record "$work/copy"
expect_match "both CAs" "^1 new to the daemon, $((total - 1)) already known, 3 left out, from another CA" "$output"

step "a file, a folder that is none, or none at all in the place of the CA's folder"
for command in record crl; do
    expect_exit 2 secureesp pki "$command" ""
    expect_exit 1 secureesp pki "$command" "$work/nothing"
    expect_match "$command" "$work/nothing" "$output"
    expect_exit 1 secureesp pki "$command" "$pki/issued.pem"
    expect_match "$command" "issued.pem is not a folder" "$output"
    expect_exit 1 secureesp pki "$command" "$pki/devices"
done

step "a role that has no rights yet is issued, with a word"
expect_exit 0 secureesp pki client "$work/other" garden --role gardener
expect_match "a new role" "the role gardener may do nothing until plugin_opt_role" "$output"
expect_exit 0 secureesp pki client "$work/other" watcher --role monitor
[[ $output != *"may do nothing"* ]] || fail "it says so of a role that is built in"

step "no folder of a CA"
expect_exit 2 secureesp pki client "" grafana --role monitor
for folder in "$work/nothing" "$pki/ca.crt" "$pki/devices"; do
    expect_exit 1 secureesp pki client "$folder" grafana --role monitor
    expect_match client "$folder" "$output"
    expect_exit 1 secureesp pki device "$folder" "$(mac_of 70)"
    expect_exit 1 secureesp pki server "$folder" host
done
expect_exit 2 secureesp pki device "$(mac_of 70)" "$pki" # the wrong way round

step "a list is signed by the CA that the daemon trusts, and by no other"
expect_exit 1 secureesp pki crl "$work/other" --out "$work/other.crl"
expect_match "what it says" "trusts another CA than that of $work/other" "$output"
[ ! -e "$work/other.crl" ] || fail "it was signed"
[ ! -e "$work/other/crlnumber" ] || fail "a number was taken"
expect_exit 0 secureesp pki crl "$pki" --out "$work/one.crl"
expect_exit 1 secureesp --socket "$work/none" pki crl "$pki"

step "serial numbers as people write them"
file=$work/away/$(mac_of 81).crt
serial=$(plain "$(serial_of "$file")")
for spelled in "0x$serial" "0X${serial^^}" "00$serial" "$(colons "$serial")" "SERIAL=${serial^^}"; do
    expect_exit 0 secureesp pki revoke "$spelled"
    expect_match "$spelled" "^$serial: " "$output"
done
for spelled in "" " $serial" "$serial " "-$serial" "0x" "${serial}g" "${serial:0:8}:${serial:8}" \
    "$(printf '1%.0s' {1..42})" "$file" "$(mac_of 81)" "${mac:0:2}:${mac:2:2}:${mac:4:2}:${mac:6:2}:${mac:8:2}:${mac:10}"; do
    expect_exit 2 secureesp pki revoke -- "$spelled"
done
expect_match "of a device" "secureesp devices revoke $mac" "$output"
expect_exit 2 secureesp pki revoke -5
expect_equal "whom nobody meant" good "$(certificate "$(serial_of "$pki/devices/$mac.crt")" state)"
expect_exit 0 secureesp pki revoke --force 0123456789ab
expect_match "if it is one" "^0123456789ab: revoked" "$output"
expect_exit 2 secureesp pki list "$serial"
expect_exit 1 secureesp pki list --state nonsense
