# shellcheck shell=bash
# What the scenarios share in which one stolen identity, or nobody's, attacks while honest devices go
# on. Read it after lib.sh.
#
# Attackers run on the cores that they attack. So that what they compute themselves does not count as
# harm, they compute with the lowest priority (nice 19) and send no faster than a network would let
# them. What an honest device's request takes is compared with what it took just before, in the same
# minute: a round of both that is out of bounds counts only if two of three are.
# shellcheck disable=SC2154  # lib.sh's variables
# shellcheck source=test/system/load_lib.sh
. "$root/test/system/load_lib.sh"

honest_first=84f3eb00a000
thieves=24 # certificates that were stolen: each attack has its own, as some are shut out for a while
thief_next=0
thief_rate=${THIEF_RATE:-12500000}   # bytes a second: 100 Mbit/s
thief_phase_s=${THIEF_PHASE_S:-4}    # how long it is looked at, without the attack and with it
thief_floor_ms=${THIEF_FLOOR_MS:-60} # p99 below it is the machine's noise

# thief_up COUNT OPTION...: a sandbox with the thief's certificate, and so many honest devices that
# have begun.
thief_up() {
    local i macs=()
    need_root "what the daemon's memory grows to is not told"
    release_make all
    sandbox_up --devices 0 "${@:2}"
    for ((i = 0; i < $1; i++)); do macs+=("$(printf '%012x' $((16#$honest_first + i)))"); done
    # Full of letters, each of which can be spelt in two ways.
    for ((i = 0; i < thieves; i++)); do macs+=("$(printf '84f3ebfedc%02x' "$((160 + i))")"); done
    new_device "${macs[@]}"
    publish_image "$SANDBOX_IMAGE"
    publish_image "$(make_image 00.00.02 1 1 900000)"
    broker=$(process_pid "$sandbox/run/broker")
    daemon=$(process_pid "$sandbox/run/daemon")
    [ "$1" -eq 0 ] || honest_start "$1"
}

# honest_start COUNT OPTION...
honest_start() {
    coproc honest { exec python3 -B "$root/test/system/honest.py" "$1" "$honest_first" \
        "$(image_name 00.00.02)" "${@:2}" 2>"$work/honest.log"; }
    local line=
    # shellcheck disable=SC2154  # coproc's
    read -r -t 60 line <&"${honest[0]}" || true
    [ "$line" = ready ] || fail "the honest devices: $(tail -n 5 "$work/honest.log")"
}

honest_stop() {
    local pid=$honest_PID input=${honest[1]}
    exec {input}>&-
    wait "$pid" || fail "the honest devices: $(tail -n 5 "$work/honest.log")"
}

# honest_begin: a phase. honest_end FILE: its figures.
honest_begin() {
    echo begin >&"${honest[1]}"
}
honest_end() {
    local line
    echo rest >&"${honest[1]}"
    read -r -t 60 line <&"${honest[0]}" || fail "the honest devices: $(tail -n 5 "$work/honest.log")"
    printf '%s\n' "$line" >"$1"
}

# honest_lost FILE: what is wrong with a phase, whatever it took.
honest_lost() {
    local figures kind lost=
    figures=$(cat "$1")
    for kind in poll resumed status command outcome; do
        [ "$(json_get "$figures" "\$.$kind.lost")" = 0 ] || lost+=" $kind"
    done
    for kind in poll status; do
        [ "$(json_get "$figures" "\$.$kind.n")" != 0 ] || lost+=" every $kind"
    done
    [ "$(json_get "$figures" '$.disconnected')" = 0 ] || lost+=" connection"
    [ "$(json_get "$figures" '$.refused')" = 0 ] || lost+=" refused"
    [ -z "$lost" ] || echo "$lost $(json_get "$figures" '$.why')"
}

# honest_slower BEFORE BESIDE: which kinds have a p99 of more than twice what it was.
honest_slower() {
    local kind before beside
    for kind in poll resumed status command outcome; do
        before=$(p99_of "$1" "$kind")
        beside=$(p99_of "$2" "$kind")
        awk -v a="$before" -v b="$beside" -v floor="$thief_floor_ms" \
            'BEGIN { exit !(b > 2 * a && b > floor) }' || continue
        echo "$kind $before -> $beside ms"
    done
}

# thief_start COMMAND...: until thief_stop, which leaves what it says in $thief_said. "@thief" in the
# command is the next thief's credentials.
thief_start() {
    [[ " $* " != *" @thief "* ]] || steal
    set -- "${@/#@thief/${thief:-}}"
    # Without bash's warning that there is another one.
    { coproc attack { exec "$@" 2>"$work/thief.log"; }; } 2>/dev/null
    local line=
    # shellcheck disable=SC2154  # coproc's
    read -r -t 120 line <&"${attack[0]}" || true
    [ -n "$line" ] || fail "the thief: $(tail -n 5 "$work/thief.log")"
    thief_said=$line
}
thief_stop() {
    local pid=$attack_PID input=${attack[1]} line=
    exec {input}>&-
    ! read -r -t 60 line <&"${attack[0]}" || thief_said=$line
    wait "$pid" || fail "the thief: $(tail -n 5 "$work/thief.log")"
}

# The next stolen certificate: its MAC is $thief_mac, its files are $thief.crt and .key.
steal() {
    [ "$thief_next" -lt "$thieves" ] || fail "more than $thieves thieves"
    thief_mac=$(printf '84f3ebfedc%02x' "$((160 + thief_next))")
    thief=$SANDBOX_PKI/devices/$thief_mac
    thief_next=$((thief_next + 1))
}

# ATTACK ARGUMENT... follow.
# shellcheck disable=SC2034  # the scenarios'
at_broker=(python3 -B "$root/test/system/thief_mqtt.py" @thief "$thief_rate")

peak_kb() {
    sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"
}
peaks_begin() {
    forget_peak "$broker"
    forget_peak "$daemon"
}
disk_kb() {
    du -sk "$sandbox/state" | cut -f 1
}

# beside WHAT COMMAND...: the honest devices without and with that attacker. Nothing of theirs is lost,
# and p99 at most doubles. The peaks of memory and what the disk took are in $broker_grown,
# $daemon_grown and $disk_grown (KB), and printed.
before_at=-60
beside() {
    local what=$1 round slower='' beyond=0 lost
    for round in 1 2 3; do
        # What was measured half a minute ago at most serves once more.
        if [ "$round" -gt 1 ] || [ $((SECONDS - before_at)) -gt 30 ]; then
            honest_begin
            sleep "$thief_phase_s"
            honest_end "$work/before"
            before_at=$SECONDS
        fi
        memory_before
        thief_start "${@:2}"
        honest_begin
        sleep "$thief_phase_s"
        honest_end "$work/beside"
        thief_stop
        memory_after "$what" "$round"
        wait_until 30 counter_is store_queued 0 || complain "$what: the daemon's queue is not drained"
        lost=$(honest_lost "$work/beside")
        [ -z "$lost" ] || complain "$what: honest devices lost$lost"
        slower=$(honest_slower "$work/before" "$work/beside")
        [ -n "$slower" ] || break
        beyond=$((beyond + 1))
        echo "  slower: $(paste -s -d , <<<"$slower")"
        [ "$beyond" -lt 2 ] || {
            complain "$what: p99 of honest devices more than doubles: $(paste -s -d , <<<"$slower")"
            break
        }
    done
    process_pid "$sandbox/run/broker" >/dev/null || fail "$what: the broker has ended"
    process_pid "$sandbox/run/daemon" >/dev/null || fail "$what: the daemon has ended"
}

# What is wrong with one attack does not keep the next from being tried: thief_verdict, at the end, fails.
complaints=()
complain() {
    echo "  WRONG: $1"
    complaints+=("$1")
}
thief_verdict() {
    [ "${#complaints[@]}" -eq 0 ] || fail "${#complaints[@]} wrong: $(printf '\n    %s' "${complaints[@]}")"
}

memory_before() {
    broker_before=$(memory_kb "$broker")
    daemon_before=$(memory_kb "$daemon")
    disk_before=$(disk_kb)
    peaks_begin
}

# p99_of FILE KIND: "-" if there was none.
p99_of() {
    local p99
    p99=$(json_get "$(cat "$1")" "\$.$2.p99")
    echo "${p99:--}"
}

# memory_after WHAT ROUND: prints what came of it, the line "row|..." for the table of scripts/attacks.
memory_after() {
    local kind row="$1 ($2)"
    broker_grown=$(($(peak_kb "$broker") - broker_before))
    daemon_grown=$(($(peak_kb "$daemon") - daemon_before))
    disk_grown=$(($(disk_kb) - disk_before))
    for kind in poll resumed status command outcome; do
        row+="|$(p99_of "$work/before" "$kind") / $(p99_of "$work/beside" "$kind")"
    done
    echo "row|$row|$broker_grown|$daemon_grown|$disk_grown"
    echo "    $thief_said"
}

# grows_at_most WHAT KB ACTUAL
grows_at_most() {
    [ "$3" -le "$2" ] || complain "$1 grows by $3 KB, more than $2"
}

# thief_is_back: the attack is over, so the device's own sketch is heard again, in a while; it tries every
# five seconds.
thief_is_back() {
    local uptime=$((RANDOM + 100000)) began=$SECONDS
    # shellcheck disable=SC2317  # eventually calls it
    thief_is_heard() {
        publish_text "$thief_mac" "/status/$thief_mac" "{\"uptimemillis\": $uptime}" -i "$thief_mac" \
            2>/dev/null || true
        sleep 5
        device_has "$thief_mac" '$.uptime_ms' "$uptime"
    }
    eventually 120 "the device is heard again" thief_is_heard
    echo "the device is heard again after $((SECONDS - began)) s"
}
