# shellcheck shell=bash
# What the scenarios share that attack a device (the list is Uptane's): who is attacked, a download
# server in the attacker's hands, and what must hold after each attack. Read it after lib.sh.
#
# All that is known of the device is what the backend sees: its events and statuses, and what comes of
# commands. The attacker has the keys of the servers, and thus genuine TLS, but neither the CA's nor
# any signing key that the device trusts.
# shellcheck disable=SC2154  # lib.sh's variables

# The device under attack.
target_mac() {
    mac_of 1
}

attacker=$work/attacker
here=$root/test/system
longest_step_ms=3000 # half of what a device's watchdog waits

# attack_up: a sandbox with the device, and the attacker's download server, which the device does not
# ask yet.
attack_up() {
    target=$(target_mac)
    sandbox_up --devices 1
    # shellcheck disable=SC2034  # for the scenarios
    first=$(image_name 00.00.01)
    publish_image "$SANDBOX_IMAGE"
    mkdir "$attacker"
    get "$target" /config.json
    cp "$work/answer" "$attacker/config.json"
    echo offer >"$attacker/attack"
    offer "$SANDBOX_IMAGE"
    secureesp pki server "$SANDBOX_PKI" attacker --dns localhost >/dev/null
    process_start "$work/attacker.record" "$work/attacker.log" python3 "$here/attack_server.py" \
        "$attacker" "$SANDBOX_PKI/ca.crt" "$SANDBOX_PKI/servers/attacker.crt" \
        "$SANDBOX_PKI/servers/attacker.key"
    records+=("$work/attacker.record")
    eventually 10 "the attacker's port" test -e "$attacker/port"
    remember
}

# configure MEMBER VALUE: from now on the device has this in its configuration.
configure() {
    local configuration=$sandbox/etc/secureesp.conf
    sed -i "/^\[config.json $target\]/,\$d" "$configuration"
    printf '[config.json %s]\n%s = %s\n' "$target" "$1" "$2" >>"$configuration"
    process_signal "$sandbox/run/daemon" HUP
    eventually 10 "a configuration with $1" is_configured "$1" "$2"
    take_configuration
}

is_configured() {
    get "$target" /config.json
    [ "$(json_get "$(cat "$work/answer")" "\$.$1")" = "$2" ]
}

take_configuration() {
    expect_equal "config" "done ok" "$(order config)"
    expect_equal "reboot" "done ok" "$(order reboot)"
    eventually 60 "the device back" device_has "$target" '$.online' 1
    remember
}

lead_to_attacker() {
    configure downloadport "$(cat "$attacker/port")"
}

# The attack is over: the attacker's server itself lets the device go.
lead_back() {
    attack_with offer
    take_configuration
}

attack_with() {
    echo "$1" >"$attacker/attack.new"
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
    secureesp images describe --name "$1" --trust "$SANDBOX_PKI/signing/$3.pub" \
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

# What must not change: the image that runs, and that it runs without a restart.
remember() {
    eventually 60 "the device's report" device_has "$target" '$.online' 1
    running=$(device "$target" '$.image')
    restarts=$(device "$target" '$.reboots')
}

# order COMMAND: gives the device a command and waits for its outcome: "STATE RESULT". As lib.sh's
# command_device, with a quarter of the processes: it is needed hundreds of times.
order() {
    local text id deadline=$((SECONDS + 60))
    text=$(api /commands --data "{\"mac\": \"$target\", \"command\": \"$1\"}")
    [[ $text =~ \"id\":\ *([0-9]+) ]] || fail "command $1 was not taken: $text"
    id=${BASH_REMATCH[1]}
    while text=$(api "/commands/$id") && [[ $text =~ \"state\":\ *\"(queued|sent)\" ]]; do
        [ "$SECONDS" -lt "$deadline" ] || fail "no outcome of $1 within 60 s"
        sleep 0.05
    done
    [[ $text =~ \"state\":\ *\"([a-z]+)\",\ *\"result\":\ *\"([a-z-]+)\" ]] || fail "$1: $text"
    echo "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
}

# holds WHAT: the device runs what it ran, without a restart, has not stood still, and has nothing to
# install. The last is asked by a command flash, which would install it.
holds() {
    expect_equal "flash after $1" "failed nothing-downloaded" "$(order flash)"
    is_alive "$1"
}

is_alive() {
    local text image reboots longest_ms
    text=$(api "/devices/$target")
    IFS='|' read -r image reboots longest_ms < <(sqlite3 :memory: "select t ->> '\$.image',
        t ->> '\$.reboots', t ->> '\$.max_loop_ms' from (select '${text//\'/\'\'}' as t)")
    expect_equal "image after $1" "$running" "$image"
    expect_equal "restarts after $1" "$restarts" "$reboots"
    [ "$longest_ms" -lt "$longest_step_ms" ] || fail "$1: the device hung for $longest_ms ms"
}

# refuses_update RESULT WHAT: the command firmware ends with that result (several: "a|b"), the
# operator sees it and why, and all holds.
refuses_update() {
    fails_to_update "$1" "$2"
    holds "$2"
    echo "   $result: $2"
}

fails_to_update() {
    local said
    said=$(order firmware)
    expect_match "$2" "^failed ($1)\$" "$said"
    result=${said#failed }
    has_event "$target" "value ->> '\$.command' = 'firmware' and
        value ->> '\$.result' = '$result' and value ->> '\$.detail' != ''" ||
        fail "$2 is not among the events"
}

# refuses_image RESULT FILE WHAT
refuses_image() {
    offer "$2"
    refuses_update "$1" "$3"
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
    done < <(python3 "$here/attack_server.py" --list)
    [ "$count" -gt 0 ] || fail "no attack is in the group $1"
    attack_with offer
    holds "the attacks"
}

# updates_to VERSION SIGNING-KEY EMBEDDED-KEY: away from the attacker, the device takes a genuine
# image from the real server.
updates_to() {
    step "a genuine update to $1 succeeds"
    publish_image "$(make_image "$1" "$2" "$3")"
    climb "$target" "$(image_name "$1")"
    remember
}
