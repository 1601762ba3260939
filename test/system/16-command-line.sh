#!/usr/bin/env bash
# The command line: tables, JSON everywhere, exit status 0, 1 or 2, errors that say what to do.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

mac=$(mac_of 1)
sandbox_up --devices 2
publish_image "$SANDBOX_IMAGE"
publish_image "$(make_image 00.00.02 1 1)"
first=$(image_name 00.00.01)

is_json() {
    local quoted
    expect_exit 0 "$@"
    quoted=${output//\'/\'\'}
    expect_equal "JSON of $*" 1 "$(sqlite3 :memory: "select json_valid('$quoted')")"
}

step "--json everywhere"
is_json secureesp status --json
is_json secureesp devices list --json
expect_equal "devices" 2 "$(json_count "$output" '$')"
is_json secureesp devices list --online --json
expect_equal "online" 2 "$(json_count "$output" '$')"
is_json secureesp devices list --offline --json
expect_equal "offline" 0 "$(json_count "$output" '$')"
is_json secureesp devices list --image 'OTHER*' --json
expect_equal "other image" 0 "$(json_count "$output" '$')"
is_json secureesp devices list --image '*-00.00.01' --json
expect_equal "by image" 2 "$(json_count "$output" '$')"
is_json secureesp devices show "$mac" --json
expect_equal "show" "$mac" "$(json_get "$output" '$.mac')"
is_json secureesp command "$mac" firmware --wait --json
is_json secureesp images list --json
expect_equal "images" 2 "$(json_count "$output" '$')"
is_json secureesp images verify "$first" --json
expect_equal "stored" 1 "$(json_get "$output" '$.stored_ok')"
is_json secureesp keys list --json
expect_equal "keys" 2 "$(json_count "$output" '$')"
is_json secureesp chain "$board" --json
expect_exit 0 secureesp pki init "$work/pki"
is_json secureesp pki device "$work/pki" "$mac" --json

step "tables"
expect_exit 0 secureesp devices list
expect_match "the list" "$mac.*$first|$first.*$mac" "$output"
[[ $output != *$'\033'* ]] || fail "colour without a terminal"
while IFS= read -r line; do
    [ "${#line}" -le 120 ] || fail "a line of ${#line} columns: $line"
done <<<"$output"
expect_exit 0 secureesp devices show "$mac"
expect_match "show" "$first" "$output"
expect_exit 0 secureesp chain "$board"
expect_match "chain" "00.00.02" "$output"
expect_exit 0 secureesp images list
expect_exit 0 secureesp keys list
expect_exit 0 secureesp status

step "MACs as people write them"
expect_exit 0 secureesp devices show 84:F3:EB:00:00:01
expect_exit 0 secureesp devices show 84-f3-eb-00-00-01

step "exit status 2 and the usage for misuse"
for arguments in "" nosuch "devices" "devices nosuch" "devices show" "devices show $mac more" \
    "devices list --nosuch" "devices list --online --offline" "devices list --image" "command" "command $mac" \
    "images add" "images sign" "images publish" "keys add" "chain" "devices show nomac" \
    "command nomac reboot" "command $mac --all reboot"; do
    # shellcheck disable=SC2086  # the words of a command line
    expect_exit 2 secureesp $arguments
    [ -n "$output" ] || fail "'secureesp $arguments' says nothing"
done

expect_exit 2 secureesp devices nosuch
expect_match "a subcommand that is none" 'devices needs one of these; there is no "nosuch"$' "$output"

expect_exit 2 secureesp help nosuch
expect_equal "where to look, once" 1 "$(grep -c "see \`secureesp help\`" <<<"$output")"
expect_exit 2 secureesp devices tag "$mac" --add a --add b --remove b
expect_match "a contradiction" '"b" is both' "$output"
expect_exit 2 secureesp settings set --fleet waittimeout=21000 waittimeout=22000
expect_match "twice" '"waittimeout" is given twice' "$output"

step "a usage text for each subcommand"
expect_exit 0 secureesp --help
expect_exit 0 secureesp help
for arguments in "devices list" "devices show" "devices watch" command "images add" "images list" \
    "images publish" "images withdraw" "images verify" "images sign" "images describe" chain "keys add" "keys list" \
    "pki init" "pki server" "pki device" "pki client" "pki list" "pki record" "pki revoke" "pki crl" \
    "pki signing" "devices replace" status; do
    # shellcheck disable=SC2086
    expect_exit 0 secureesp $arguments --help
    expect_match "usage of $arguments" "usage: secureesp .*${arguments%% *}" "$output"
done

step "exit status 1 and a reason for what does not work"
expect_exit 1 secureesp devices show 84f3ebffffff
expect_match "unknown device" "84f3ebffffff" "$output"
expect_exit 1 secureesp command 84f3ebffffff reboot
expect_exit 1 secureesp chain NO_BOARD
expect_exit 1 secureesp images verify NO_BOARD-1
expect_exit 1 secureesp command list 84f3ebffffff
expect_match "whose commands" "no device 84f3ebffffff" "$output"
expect_exit 0 secureesp command list "$(mac_of 2)"
expect_exit 1 secureesp settings show --group nosuch
expect_match "whose settings" "no group nosuch" "$output"
expect_exit 1 secureesp devices tag "$mac" 84f3ebffffff --add a
expect_equal "once" 1 "$(grep -o 84f3ebffffff <<<"$output" | wc -l)"
expect_exit 1 secureesp devices list --filter "mac=$(printf '%08192d' 0)"
expect_match "too long" "a request line of 8[0-9]* bytes, of at most 8191" "$output"
head -c 400000 /dev/zero >"$work/unsigned.bin"
expect_exit 1 secureesp images add "$work/unsigned.bin"
expect_match "which file" "secureesp: $work/unsigned.bin: " "$output"
expect_exit 1 secureesp --socket "$work/nowhere.sock" devices list
expect_match "no daemon" "nowhere.sock" "$output"
expect_equal "lines of the error" 1 "$(wc -l <<<"$output")"
expect_exit 1 secureesp command "$(mac_of 2)" flash --wait
expect_match "the device's reason" "nothing-downloaded" "$output"

step "completion: what the daemon has, and nothing that the shell would run"
# complete WORD...: prints what TAB after the last word offers
complete_words() {
    local i
    # shellcheck source=/dev/null
    . "$root/server/ctl/completion/secureesp.bash"
    COMP_WORDS=(secureesp "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _secureesp 2>/dev/null
    for ((i = 0; i < ${#COMPREPLY[@]}; i++)); do
        printf '%s\n' "${COMPREPLY[i]}"
    done | sort
}
complete -r secureesp 2>/dev/null || true
expect_equal "devices" "$mac $(mac_of 2)" "$(complete_words devices show "" | paste -sd ' ')"
expect_equal "one device" "$mac" "$(complete_words devices show "$mac")"
socket=$SECUREESP_SOCKET
expect_equal "devices of that socket" "$mac $(mac_of 2)" "$(SECUREESP_SOCKET=/nowhere \
    complete_words --json --socket "$socket" devices show "" | paste -sd ' ')"
expect_equal "images" "$(image_name 00.00.01) $(image_name 00.00.02)" \
    "$(complete_words images publish "" | paste -sd ' ')"
expect_equal "boards" "$board" "$(complete_words chain "")"
expect_equal "verbs" "add describe list must-pass promote publish reissue remove sign verify withdraw" \
    "$(complete_words images "" | paste -sd ' ')"
hostile_rows() {
    printf 'FIRST COLUMN\n'
    printf '%s x\n' "\$(touch\${IFS}$work/ran)" "\`touch\${IFS}$work/ran\`" '*' '~root' \
        "a;touch\${IFS}$work/ran" "-rf" "\$HOME" 'GOOD-v1.0-rc1' 'OTHER-2.0'
}
(
    # shellcheck disable=SC2317  # the completion calls it
    secureesp() { hostile_rows; }
    expect_equal "plain words only" "GOOD-v1.0-rc1 OTHER-2.0" \
        "$(complete_words images publish "" | paste -sd ' ')"
    expect_equal "boards of pre-releases" "GOOD OTHER" "$(complete_words chain "" | paste -sd ' ')"
)
[ ! -e "$work/ran" ] || fail "completion ran what the daemon sent"

step "image names as people write them"
for version in 1.0-2 1.0.rc 2026-11-28 1.0-hotfix1; do
    expect_exit 1 secureesp images describe --name "BOARD-$version" --trust "$SANDBOX_PKI/signing/1.pub" \
        "$work/descriptor"
    expect_match "asks for $version" "--literal-name" "$output"
done
[ ! -e "$work/descriptor" ] || fail "a descriptor was written"
expect_exit 0 secureesp images describe --literal-name --name "BOARD-1.0-2" \
    --trust "$SANDBOX_PKI/signing/1.pub" "$work/descriptor"
printf '%1000s' x >"$work/payload"
secureesp images describe --literal-name --name "BOARD-1.0-2" --trust "$SANDBOX_PKI/signing/1.pub" \
    --append-to "$work/payload" "$work/body" >/dev/null
secureesp images sign --key "$SANDBOX_PKI/signing/1.key" "$work/body" "$work/literal.bin" >/dev/null
expect_exit 1 secureesp images add "$work/literal.bin"
expect_match "asks when it is added" "--literal-name" "$output"
expect_exit 0 secureesp images add --literal-name "$work/literal.bin"
candidate=$(make_image 00.00.03-rc1 1 1)
expect_exit 0 secureesp images add "$candidate" --publish
expect_exit 0 secureesp images add "$(make_image v00.00.03 1 1)" --publish
expect_exit 0 secureesp chain "$board"
expect_match "the candidate is before its release" \
    "00.00.02 .*00.00.03-rc1 .*v00.00.03 " "$(tr '\n' ' ' <<<"$output")"
