#!/usr/bin/env bash
# The emulated board's port keeps the contract of the seam, over a restart.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/lib/board.sh
. "$root/scripts/lib/board.sh"
export PATH=$root/build/$VARIANT/bin:$PATH

step "a server that sends back what it gets"
port_answers() {
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
}
records+=("$work/echo")
for _ in {1..20}; do # until it gets a port that nobody has
    port=$((15000 + SRANDOM % 17000))
    ! port_answers || continue
    process_start "$work/echo" "$work/echo.log" \
        socat "TCP-LISTEN:$port,bind=127.0.0.1,fork,reuseaddr" EXEC:cat
    ! wait_until 10 port_answers || break
done
port_answers || fail "no server: $(cat "$work/echo.log")"

step "a board that runs the contract's test"
flash=$work/flash.bin
board_make_flash "$root/build/lx106/boot.bin" "$root/build/lx106/test/contract.bin" "$flash"
printf '%s' "$port" >"$work/port"
board_files "$flash" put "echo.port=$work/port"
board_set_command "$flash" 84f3ec000001 "$work/qmp" closed "$port" -- "epoch=$(date +%s)" log=3
timeout -k 5 120 "${board_command[@]}" >"$work/console" </dev/null ||
    fail "the board says: $(cat "$work/console")"
cat "$work/console"
expect_equal "tests that are ok" 15 "$(grep -c '^ok ' "$work/console")"
grep -q '^the port keeps the contract$' "$work/console" || fail "the board did not come to its end"
