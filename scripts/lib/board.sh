# shellcheck shell=bash
# Emulated boards: QEMU with the ESP8266's processor, whose 4 MiB of flash are a file.

board_files() { # FLASH device-files' arguments...
    local flash=$1
    shift
    device-files --offset 0x200000 --size 0x200000 --sector 0x10000 "$flash" "$@"
}

# board_make_flash BOOT IMAGE FLASH: erased flash with the boot loader and a signed image in slot 0.
board_make_flash() {
    head -c 4194304 /dev/zero | tr '\0' '\377' >"$3.new"
    dd if="$1" of="$3.new" conv=notrunc status=none
    dd if="$2" of="$3.new" bs=65536 seek=1 conv=notrunc status=none
    mv "$3.new" "$3"
}

# board_set_command FLASH MAC QMP NETWORK PORT... -- ARGUMENT...: sets the array board_command to the
# emulator's command line. The board's network is the emulator's: 10.0.2.100 leads to those loopback
# ports of this machine. If NETWORK is closed there is nothing else; if it is open, 10.0.2.2 is this
# machine's loopback, and what is beyond it is reached too. ARGUMENTs are the board's
# (port/lx106/arguments.h).
board_set_command() {
    local flash=$1 mac=$2 qmp=$3 network=restrict=on semihosting=enable=on,arg=lx106 argument
    case $4 in
    closed) ;;
    open) network=restrict=off ;;
    *) echo "board_set_command: a network is closed or open, not $4" >&2 && return 1 ;;
    esac
    shift 4
    # What socat has to say would go to the board.
    while [ "$1" != -- ]; do
        network+=",guestfwd=tcp:10.0.2.100:$1-cmd:socat -lf /dev/null STDIO TCP:127.0.0.1:$1"
        shift
    done
    shift
    for argument in "mac=$mac" host=localhost@10.0.2.100 "$@"; do
        semihosting+=,arg=$argument
    done
    # shellcheck disable=SC2034  # the caller's
    board_command=(qemu-system-xtensa -M lx60-nommu -cpu lx106 -m 1 -display none -monitor none
        -serial stdio -semihosting-config "$semihosting" -drive "if=pflash,format=raw,file=$flash"
        -nic "user,model=open_eth,$network" -qmp "unix:$qmp,server=on,wait=off")
}
