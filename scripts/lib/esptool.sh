# shellcheck shell=bash
# A board on a serial line: Espressif's esptool, and the partition tables, which say what lies where
# in its flash. A part of scripts/flash and scripts/provision, and of the firmware's build: it uses
# and sets their variables.
# shellcheck disable=SC2154,SC2034

fail() {
    echo "${0##*/}: $*" >&2
    exit 1
}

wrong() {
    echo "${0##*/}: $1" >&2
    usage >&2
    exit 2
}

sector=4096
partitions=$here/firmware/port/esp8266/partitions

# is_flash_size TEXT: whether there is a table for such a flash.
is_flash_size() {
    [[ $1 =~ ^[0-9]+MB$ ]] && [ -e "$partitions/$1.csv" ]
}

# partition NAME: sets partition_offset and partition_size.
partition() {
    local line
    line=$(sed -nE "s/^$1,[^,]*,[^,]*, *(0x[0-9a-f]+), *(0x[0-9a-f]+)\$/\1 \2/p" \
        "$partitions/$flash_size.csv")
    [ -n "$line" ] || fail "$partitions/$flash_size.csv has no partition $1"
    read -r partition_offset partition_size <<<"$line"
}

# find_esptool: sets the array esptool.
find_esptool() {
    local name sdk=${IDF_PATH:-}/components/esptool_py/esptool/esptool.py
    if [ -n "${ESPTOOL:-}" ]; then
        read -ra esptool <<<"$ESPTOOL"
        command -v "${esptool[0]}" >/dev/null || fail "ESPTOOL is $ESPTOOL, which cannot be run"
        return 0
    fi
    if [ -n "${IDF_PATH:-}" ] && [ -e "$sdk" ]; then
        python3 -c 'import serial' 2>/dev/null ||
            fail "the SDK's esptool needs pyserial: apt install python3-serial"
        esptool=(python3 "$sdk")
        return 0
    fi
    for name in esptool.py esptool; do
        if command -v "$name" >/dev/null; then
            esptool=("$name")
            return 0
        fi
    done
    fail "no esptool here: IDF_PATH must name ESP8266_RTOS_SDK (firmware/README.md, step 1)," \
        "or, from Debian 13 on: apt install esptool"
}

# A serial line, unless it is a URL of pyserial's.
check_port() {
    [[ $port != *://* ]] || return 0
    [ -e "$port" ] || fail "$port does not exist: is the board plugged in?"
    if [ ! -r "$port" ] || [ ! -w "$port" ]; then
        fail "$port is not yours to use: sudo usermod -aG $(stat -c %G "$port") $(id -un), and log in again"
    fi
}

# run_esptool AFTER ARGUMENT...: AFTER it the board stays in its boot loader (no_reset) or runs
# (hard_reset).
run_esptool() {
    "${esptool[@]}" --chip esp8266 --port "$port" --baud "$baud" --before default_reset \
        --after "$1" "${@:2}"
}

# ask_board LOG: sets board_mac, and refuses a board whose flash is smaller than the table says. The
# board then stays in its boot loader.
ask_board() {
    local found
    run_esptool no_reset flash_id | tee "$1" || fail "no answer from a board at $port"
    board_mac=$(sed -n 's/^MAC: //p' "$1" | tail -n 1 | tr -d ':\r')
    found=$(sed -nE 's/^Detected flash size: ([0-9]+[KM]B)\r?$/\1/p' "$1")
    # Behind its end a flash begins anew: what is written there would fall on the boot loader.
    [ -z "$found" ] || [ "$(kilobytes "$found")" -ge "$(kilobytes "$flash_size")" ] ||
        refuse_board "this board's flash has $found: choose another table with --flash, if there is one"
}

kilobytes() {
    case $1 in
    *MB) echo $((${1%MB} * 1024)) ;;
    *) echo "${1%KB}" ;;
    esac
}

# refuse_board WHY: lets it run again.
refuse_board() {
    run_esptool hard_reset read_mac >/dev/null 2>&1 || true
    fail "$1"
}
