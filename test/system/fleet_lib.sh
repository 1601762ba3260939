# shellcheck shell=bash
# What the scenarios share in which a whole fleet changes: virtual devices, of which a tenth can sleep,
# emulated boards, sketches as in the field, and a daemon that dies meanwhile.
# shellcheck source=test/system/deployed_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/deployed_lib.sh"

fleet=0          # virtual devices
awake=()         # MACs
sleepers=()      # MACs
boards=()        # MACs
sketches=()      # MACs
fleet_options=() # of virtual-esp

# fleet_up DEVICES BOARDS [OPTION...]: a sandbox with them; the options are scripts/sandbox's.
fleet_up() {
    local i
    fleet=$1
    for ((i = 1; i <= fleet; i++)); do
        if [ "$i" -le $((fleet - (fleet + 9) / 10)) ]; then
            awake+=("$(mac_of "$i")")
        else
            sleepers+=("$(mac_of "$i")")
        fi
    done
    for ((i = 1; i <= $2; i++)); do boards+=("$(board_mac_of "$i")"); done
    sandbox_up --devices "$fleet" --emulated "$2" "${@:3}"
    commands_end_soon # as what a daemon that died was told, and did not write
}

# More than 20 share one process (scripts/sandbox), or two when some have slept.
fleet_start() {
    if [ "$fleet" -le 20 ]; then
        part start "${awake[@]}" "${sleepers[@]}" "${boards[@]}"
    else
        part start devices "${boards[@]}"
    fi
}
fleet_stop() {
    local record
    if [ "$fleet" -le 20 ]; then
        part stop "${awake[@]}" "${sleepers[@]}" "${boards[@]}"
        return
    fi
    part stop devices "${boards[@]}"
    for record in "$work"/{awake,sleepers}.record; do
        [ ! -e "$record" ] || process_stop "$record"
    done
}
run_some() { # NAME FIRST COUNT
    process_start "$work/$1.record" "$work/$1.log" \
        virtual-esp --dir "$sandbox/devices" --mac "$2" --count "$3" "${fleet_options[@]}"
    records+=("$work/$1.record")
}
fall_asleep() {
    if [ "$fleet" -le 20 ]; then
        part stop "${sleepers[@]}"
    else
        part stop devices
        run_some awake "$(mac_of 1)" $((fleet - ${#sleepers[@]}))
    fi
}
wake_up() {
    if [ "$fleet" -le 20 ]; then
        part start "${sleepers[@]}"
    else
        run_some sleepers "${sleepers[0]}" "${#sleepers[@]}"
    fi
}

# fleet_sketches FRAGMENT...: starts them. One that ends for want of a server starts again, with the files
# that it has by then, and asks the broker that its configuration names.
fleet_sketches() {
    local fragment
    for fragment in "$@"; do sketches+=("$(sketch_mac "$fragment")"); done
    new_device "${sketches[@]}"
    make_sketch_image 00.00.08.g 1 1
    cat >"$work/board.sh" <<'TEXT'
trap 'kill "$sketch" 2>/dev/null; exit 0' TERM
while :; do
    for file in "$1"/*.next; do
        [ ! -e "$file" ] || mv "$file" "${file%.next}"
    done
    broker=()
    [ ! -e "$1/config.json" ] ||
        broker=(--mqtt "$(sqlite3 :memory: "select json_extract(readfile('$1/config.json'), '$.mqttport')")")
    "${@:2}" "${broker[@]}" &
    sketch=$!
    wait "$sketch" || true
    sleep 1
done
TEXT
    for fragment in "$@"; do
        make_sketch "$fragment"
        sketch_command "$fragment" 00.00.08.g
        process_start "$work/$fragment.pid" "$work/sketch-$fragment.log" \
            bash "$work/board.sh" "$work/sketch-$fragment" "${sketch[@]}"
        records+=("$work/$fragment.pid")
        await "$fragment" '^online commands=0 '
    done
}

# are_online COUNT
are_online() {
    api '/devices?state=online' >"$work/online.json"
    [ "$(sqlite3 :memory: "select count(*) from json_each(readfile('$work/online.json'))")" -eq "$1" ]
}
