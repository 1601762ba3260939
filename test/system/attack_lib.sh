# shellcheck shell=bash
# What the scenarios share that attack a device (the list is Uptane's): who is attacked, a download
# server in the attacker's hands, and what must hold after each attack. Read it after lib.sh.
#
# All that is known of the device is what the backend sees: its events and statuses, and what comes of
# commands. The attacker has the keys of the servers, and thus genuine TLS, but neither the CA's nor
# any signing key that the device trusts.
# shellcheck disable=SC2154,SC2034  # lib.sh's variables, and those that scenarios use

# What is attacked: an emulated board, which runs what an ESP8266 runs, or, with
# ATTACK_TARGET=virtual, a virtual device. Here alone they differ.
attack_target=${ATTACK_TARGET:-board}
case $attack_target in
board)
    board=ESP8266_LX106
    target_mac() { board_mac_of "$1"; }
    make_genuine_image() { make_board_image "$@"; }
    genuine_size=$(stat -c %s "$lx106/firmware.bin")
    set_target_options() { target_options=(--devices 0 --emulated "$1" --board-port "$2"); }
    factory_image() { echo "$SANDBOX_BOARD_IMAGE"; }
    # Its clock runs while this machine does something else: its own watchdog is what judges.
    longest_step_ms=
    ;;
virtual)
    target_mac() { mac_of "$1"; }
    make_genuine_image() { make_image "$@"; }
    genuine_size=60000
    set_target_options() { target_options=(--devices "$1"); }
    factory_image() { echo "$SANDBOX_IMAGE"; }
    longest_step_ms=3000 # half of what its watchdog waits
    ;;
*) fail "ATTACK_TARGET is board or virtual, not $attack_target" ;;
esac

attacker=$work/attacker
declare -A questions_to answers_from # of each target's operator
here=$root/test/system

# attack_up COUNT [SANDBOX-OPTION...]: a sandbox with so many devices, whose download server is
# the attacker's from the start. The first is aimed at. Servers have RSA keys: so a handshake is half
# the work for an emulated processor.
attack_up() {
    local pki=$sandbox/pki/servers attacker_port
    mkdir "$attacker"
    lift_bounds # most attacks cost the device a connection to the broker, and there are a hundred of them
    attack_with offer
    process_start "$work/attacker.record" "$work/attacker.log" python3 "$here/attack_server.py" \
        "$attacker" "$sandbox/pki/ca.crt" "$pki/attacker.crt" "$pki/attacker.key"
    records+=("$work/attacker.record")
    eventually 10 "the attacker's port" test -e "$attacker/port"
    attacker_port=$(cat "$attacker/port")
    set_target_options "$1" "$attacker_port"
    sandbox_up "${target_options[@]}" --device-setting "downloadport=$attacker_port" \
        --rsa-servers "${@:2}"
    secureesp pki server "$SANDBOX_PKI" attacker --dns localhost --rsa >/dev/null
    first=$(image_name 00.00.01)
    offer "$(factory_image)"
    aim_at 1
}

# aim_at N: $target is the Nth device.
aim_at() {
    target=$(target_mac "$1")
    [ -n "${questions_to[$target]:-}" ] || operator_up
    remember
}

operator_up() {
    local fifo=$work/$target questions answers
    mkfifo "$fifo.questions" "$fifo.answers"
    process_start "$fifo.record" "$work/operator.log" python3 "$here/attack_operator.py" \
        "$SECUREESP_SOCKET" "$target" "$fifo.questions" "$fifo.answers"
    records+=("$fifo.record")
    exec {questions}<>"$fifo.questions" {answers}<>"$fifo.answers"
    questions_to[$target]=$questions
    answers_from[$target]=$answers
}

# ask QUESTION: of the target's operator; what it says is then in $answer.
ask() {
    echo "$1" >&"${questions_to[$target]}"
    read -r -t 90 -u "${answers_from[$target]}" answer || fail "$1: $(tail -n 3 "$work/operator.log")"
}

# The attacker's server itself lets the device go, to the real one.
lead_back() {
    attack_with offer
    get "$target" /config.json
    cp "$work/answer" "$attacker/config.json"
    expect_equal "config" "done ok" "$(order config)"
    reboot_target
}

reboot_target() {
    expect_equal "reboot" "done ok" "$(order reboot)"
    eventually 60 "the device back" device_has "$target" '$.online' 1
    remember
}

# attack_with NAME...: the connections from now on meet these, and the last one for good.
attack_with() {
    printf '%s\n' "$@" >"$attacker/attack.new"
    mv "$attacker/attack.new" "$attacker/attack"
}

# offer FILE: what the attacker's server has for an image.
offer() {
    cp "$1" "$attacker/image.new"
    mv "$attacker/image.new" "$attacker/image"
}

# make_body NAME SIZE KEY: an image without a signature, of any board; prints its path.
make_body() {
    local file=$work/$1.body
    head -c "$2" /dev/urandom >"$work/payload"
    secureesp images describe --literal-name --name "$1" --trust "$SANDBOX_PKI/signing/$3.pub" \
        --append-to "$work/payload" "$file" >/dev/null
    echo "$file"
}

# sign_body FILE KEY-FILE: prints the path of the signed image.
sign_body() {
    secureesp images sign --key "$2" "$1" "$1.signed" >/dev/null
    echo "$1.signed"
}

# flip_bit FILE OFFSET BIT: prints the path of a copy in which one bit is another; an offset below 0
# counts from the end.
flip_bit() {
    local at=$2 byte
    [ "$at" -ge 0 ] || at=$(($(stat -c %s "$1") + at))
    byte=$(od -An -tu1 -j "$at" -N 1 "$1")
    cp "$1" "$work/flipped"
    # shellcheck disable=SC2059  # the format is the byte
    printf "$(printf '\\%03o' $((byte ^ 1 << $3)))" |
        dd of="$work/flipped" bs=1 seek="$at" conv=notrunc status=none
    echo "$work/flipped"
}

# --- what must hold

# What must not change: the image that runs, and that it runs without a restart, be it by its
# watchdog.
remember() {
    eventually 60 "the device's report" device_has "$target" '$.online' 1
    running=$(device "$target" '$.image')
    restarts=$(device "$target" '$.reboots')
}

# order COMMAND: gives the device a command and waits for its outcome: "STATE RESULT".
order() {
    ask "order $1"
    echo "${answer% *}"
}

# holds WHAT: the device runs what it ran, without a restart, has not stood still, and has nothing to
# install. The last is asked by a command flash, which would install it.
holds() {
    expect_equal "flash after $1" "failed nothing-downloaded" "$(order flash)"
    is_alive "$1"
}

is_alive() {
    local image reboots longest_ms crashes
    ask device
    read -r image reboots longest_ms crashes <<<"$answer"
    expect_equal "image after $1" "$running" "$image"
    expect_equal "crashes after $1" 0 "$crashes"
    expect_equal "restarts after $1" "$restarts" "$reboots"
    [ -z "$longest_step_ms" ] || [ "$longest_ms" -lt "$longest_step_ms" ] ||
        fail "$1: the device hung for $longest_ms ms"
}

# refuses_update RESULT WHAT: the command firmware ends with that result (several: "a|b"), the
# operator sees it and why, and all holds.
refuses_update() {
    fails_to_update "$1" "$2"
    holds "$2"
    echo "   $result: $2"
}

fails_to_update() {
    ask "order firmware"
    expect_match "$2" "^failed ($1) explained\$" "$answer"
    read -r _ result _ <<<"$answer"
}

# refuses_image RESULT FILE WHAT
refuses_image() {
    offer "$2"
    refuses_update "$1" "$3"
}

# list_attacks: NAME GROUP RESULTS, line by line.
list_attacks() {
    python3 "$here/attack_server.py" --list "$attack_target"
}

# survives_group GROUP: every attack of attack_server.py that belongs to it. As none of these brings
# an image that the device would take, flash is asked after every fourth only.
survives_group() {
    local name group results count=0
    while read -r name group results; do
        [ "$group" = "$1" ] || continue
        attack_with "$name"
        fails_to_update "$results" "$name"
        is_alive "$name"
        echo "   $result: $name"
        [ $((++count % 4)) -ne 0 ] || holds "$name"
    done < <(list_attacks)
    [ "$count" -gt 0 ] || fail "no attack is in the group $1"
    attack_with offer
    holds "the attacks"
}

# updates_to VERSION SIGNING-KEY EMBEDDED-KEY: the same server that attacked offers a genuine image, in
# the same way, and the device takes it.
updates_to() {
    step "a genuine update to $1 succeeds"
    attack_with offer
    offer "$(make_genuine_image "$1" "$2" "$3")"
    expect_equal "firmware" "done ok" "$(order firmware)"
    expect_equal "flash" "done ok" "$(order flash)"
    eventually 60 "the device runs $1" device_has "$target" '$.image' "$(image_name "$1")"
    remember
}
