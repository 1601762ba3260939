#!/usr/bin/env bash
# The daemon works under the restrictions of its unit: another user, no privileges, read-only paths,
# filtered system calls. The other scenarios' daemons run so, too; here it is seen that they do.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

confine=$root/test/confine/confine
if ! "$confine" --probe; then
    exit 77 # skipped
fi

step "what is denied"
# refused WHAT COMMAND...: the command works here, and does not when confined.
refused() {
    local what=$1
    shift
    "$@" >/dev/null 2>&1 || fail "$what does not work unconfined either"
    ! "$confine" "$work" -- "$@" >/dev/null 2>&1 || fail "$what works confined"
}
probe() {
    printf 'import ctypes, mmap, os, socket\n%s\n' "$1" >"$work/$2.py"
    echo "$work/$2.py"
}
refused "writing elsewhere" touch "$root/build"
refused "writing the unit" touch "$root/server/etc/secureespd.service"
refused "a family of addresses" python3 "$(probe 'socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)' family)"
refused "memory that is writable and executable" \
    python3 "$(probe 'mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)' memory)"
# Nobody needs privileges for these, so that nothing but the filter denies them.
refused "a call of @privileged" python3 "$(probe 'os.chown(__file__, -1, -1)' chown)"
refused "a call of @resources" python3 "$(probe 'os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, 0))' setpriority)"
refused "a call of @clock, though it only reads" \
    python3 "$(probe 'assert ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512)) >= 0' clock)"

step "what is not"
"$confine" "$work" -- touch "$work/here" || fail "a writable path cannot be written"
[ "$("$confine" "$work" -- id -u)" -ne 0 ] || fail "the user is root"

step "the daemon is confined, and works"
export SANDBOX_WRAPPER=$confine
sandbox_up --devices 2
read -r pid _ <"$sandbox/run/daemon"
status() {
    sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status"
}
expect_equal "seccomp" 2 "$(status Seccomp)"
expect_equal "capabilities" 0000000000000000 "$(status CapEff)"
expect_equal "privileges" 1 "$(status NoNewPrivs)"
expect_match "user" "^ *4242 " "$(cat "/proc/$pid/uid_map")"
secureesp command --all reboot --yes --wait || fail "a command does not get through"
