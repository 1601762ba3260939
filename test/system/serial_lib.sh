# shellcheck shell=bash
# A board on a serial line, for scenarios with Espressif's esptool. Read it after lib.sh.
# shellcheck disable=SC2154,SC2034  # lib.sh's variables, and the scenario's

PATH=$root/build/$VARIANT/bin:$PATH
export TMPDIR=$work/tmp
mkdir "$TMPDIR"
# Debian's Python, for which scripts/dependencies installs pyserial.
python=/usr/bin/python3

# skip_without_esptool: it comes with the SDK, or from elsewhere: Debian 12 has none.
skip_without_esptool() {
    if [ -z "${ESPTOOL:-}" ] && [ ! -e "${IDF_PATH:-}/components/esptool_py" ] &&
        ! command -v esptool.py esptool >/dev/null; then
        echo "no esptool here: set IDF_PATH or ESPTOOL"
        exit 77
    fi
}

# serial_up FLASH MAC: the board's serial line is then $port, and what happens to it in $work/line.
serial_up() {
    rm -f "$work/port" "$work/line"
    process_start "$work/serial.record" "$work/line" \
        "$python" "$root/test/esp8266/rom_loader.py" "$1" "$2" "$work/port"
    [[ " ${records[*]} " == *serial.record* ]] || records+=("$work/serial.record")
    eventually 10 "a serial line" test -e "$work/port"
    port=$(cat "$work/port")
}

serial_down() {
    process_stop "$work/serial.record"
}

# expect_line WHAT: what happened to the board since the last call, without its starts and writes.
expect_line() {
    expect_equal "what happened to the board" "$1" \
        "$(grep -v -e '^boot loader' -e '^write' "$work/line" | tr '\n' ',')"
    : >"$work/line"
}

# expect_same_outside FILE OTHER BEGIN END: they are the same outside of that range.
expect_same_outside() {
    cmp -n "$(($3))" "$1" "$2" || fail "bytes before $3 have changed"
    cmp -i "$(($4))" "$1" "$2" || fail "bytes from $4 have changed"
}

expect_no_leftovers() {
    expect_equal "temporary files" "" "$(ls -A "$TMPDIR")"
}
