#!/usr/bin/env bash
# The page writes a board over Web Serial: its modules under node, against the boot ROM on a serial
# line, with the cable pulled at every step; and what it makes of files is what a device starts with.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

command -v node >/dev/null || {
    echo "no node here"
    exit 77
}

export TMPDIR=$work
step "packets, log, flash, files, a whole board"
for test in "$root"/test/gui/unit/serial*.test.js; do
    expect_exit 0 node --test "$test"
    expect_match "it has tests" "# pass [1-9]" "$output"
done

step "a device starts with the files of such a partition"
PATH=$root/build/$VARIANT/bin:$PATH
mac=84f3eb012345
pki=$work/pki
secureesp pki init "$pki" >/dev/null
secureesp pki client "$pki" factory --role claim >/dev/null
secureespd --config "$root/server/etc/secureesp.conf" --print-config-json "$mac" |
    sed 's/{/{"enrolserver":"enrol.example",/' >"$work/config.json"
printf '0123-4567' >"$work/code"
declare -A files=([config.json]=$work/config.json [ca.crt]=$pki/ca.crt [code]=$work/code
    [claim.crt]=$pki/clients/factory.crt [claim.key]=$pki/clients/factory.key)
arguments=()
for name in "${!files[@]}"; do
    arguments+=("$name=${files[$name]}")
done
node "$root/test/gui/make_partition.js" "$work/files.bin" "${arguments[@]}"
expect_equal "names" "${#files[@]}" "$(device-files "$work/files.bin" list | wc -l)"
for name in "${!files[@]}"; do
    cmp "${files[$name]}" <(device-files "$work/files.bin" get "$name")
done
expect_exit 0 device-files "$work/files.bin" check "$mac"
