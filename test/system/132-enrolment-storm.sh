#!/usr/bin/env bash
# Many devices fresh from the factory, at once: each gets its certificate, none gets two, and the daemon
# and the signer stay small.
# Runs alone.
# Takes 600 s at most.
export VARIANT=release # memory and times of a program with sanitizers say little
# shellcheck source=test/system/enrol_lib.sh
. "$(dirname "$0")/enrol_lib.sh"
# shellcheck source=test/system/load_lib.sh
. "$root/test/system/load_lib.sh"

count=${ENROL_STORM:-500}
release_make all build/release/test/bench/enrol_load
sandbox_up --devices 1
make_claims
# shellcheck disable=SC2034  # enrol_lib.sh's
signer_per_hour=100000
signer_up
enrolment_on listed 'claim_per_minute = 1000000'
expect_exit 0 secureesp enrolments open --for 1h --at-most "$count"
daemon=$(process_pid "$sandbox/run/daemon")
# shellcheck disable=SC2034  # named below
signer=$(process_pid "$work/signer.record")
signed=$(grep -c BEGIN "$work/ca/issued.pem" || true)

step "$count devices"
figures=$("$root/build/release/test/bench/enrol_load" --port "$est_port" --ca "$SANDBOX_PKI/ca.crt" \
    --claim "$claims/claim" --first 84f3ec000000 --count "$count" --serials "$work/serials") ||
    fail "not all got one: $figures"
echo "$figures"
expect_equal "enrolled" "$count" "$(json_get "$figures" '$.enrolled')"

step "none got two"
expect_equal "signed" "$((signed + count))" "$(grep -c BEGIN "$work/ca/issued.pem")"
expect_equal "serials" "$count" "$(cut -d ' ' -f 2 "$work/serials" | sort -u | wc -l)"
while read -r mac serial; do
    known=$(api "/certificates?mac=$mac")
    expect_equal "certificates of $mac" "1 $(plain "$serial")" \
        "$(json_count "$known" '$') $(json_get "$known" '$[0].serial')"
done < <(shuf -n 20 "$work/serials")

step "what it took"
for name in daemon signer; do
    memory=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/${!name}/status")
    echo "$name: at most $memory KB"
    [ "$memory" -lt 150000 ] || fail "the $name takes $memory KB"
done
