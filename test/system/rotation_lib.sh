# shellcheck shell=bash
# What the scenarios share in which the CA changes. Read it after lib.sh.
# shellcheck disable=SC2154  # lib.sh's variables, and the scenario's: all, pki, folder, claims

# Daemon and broker as the operator is told to.
reload_daemon() {
    process_signal "$sandbox/run/daemon" HUP
}
restart_broker() {
    part stop broker
    part start broker
    part wait daemon
}
reload_all() {
    reload_daemon
    restart_broker
}

rotation() { # PATH
    json_get "$(api /rotation)" "$1"
}
rotation_has() { # PATH VALUE
    [ "$(rotation "$1")" = "$2" ]
}
is_over() {
    rotation_has '$.phase' none
}
# has_count WHAT [MAC...]: how many of them, or of all devices, have that.
has_count() {
    local macs
    macs=$(printf "'%s'," "${@:2}")
    api /rotation >"$work/rotation.json"
    sqlite3 :memory: "select count(*) from json_each(readfile('$work/rotation.json'), '$.devices')
        where json_extract(value, '$.has') = '$1'
            ${2:+and json_extract(value, '$.mac') in (${macs%,})}"
}
# all_have WHAT [MAC...]: those, or the scenario's $all.
all_have() {
    if [ $# -gt 1 ]; then
        [ "$(has_count "$@")" -eq $(($# - 1)) ]
    else
        [ "$(has_count "$1" "${all[@]}")" -eq "${#all[@]}" ]
    fi
}

# signer_fleet FILE: the sandbox's first device, and a signer with which others enrol; its CA's certificate
# is kept in FILE. Read enrol_lib.sh before.
signer_fleet() {
    make_claims
    signer_up
    enrolment_served
    enrolment_on listed
    commands_end_soon
    all=("$(mac_of 1)")
    cp "$folder/ca.crt" "$1"
}
# has_certificate_of MAC FILE: whether the one in its flash is of that CA.
has_certificate_of() {
    flash_file "$1" "$1.crt" >"$work/flash.crt"
    openssl verify -partial_chain -CAfile "$2" "$work/flash.crt" >/dev/null 2>&1
}
# newcomer NUMBER FILE: a device enrols, and has a certificate of that CA.
newcomer() {
    local mac
    mac=$(mac_of "$1")
    part new "$mac" "$claims/claim"
    secureesp enrolments add "$mac" >/dev/null
    part start "$mac"
    eventually 60 "$mac online" device_has "$mac" '$.online' 1
    has_certificate_of "$mac" "$2" || fail "$mac has a certificate of another CA"
    all+=("$mac")
}
# expect_rotated: each of $all has the new CA and a certificate of it, and does what it is told.
expect_rotated() {
    local mac
    for mac in "${all[@]}"; do
        cmp "$pki/ca.crt" <(flash_file "$mac" ca.crt) || fail "the CA of $mac"
        has_certificate_of "$mac" "$pki/ca.crt" || fail "the certificate of $mac"
        eventually 60 "$mac online" device_has "$mac" '$.online' 1
        expect_equal "command to $mac" "done ok" "$(command_device "$mac" config)"
    done
}
