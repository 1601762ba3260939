#!/usr/bin/env bash
# device-files makes a device's files and reads them, in a file of their own or within a whole flash.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

PATH=$root/build/$VARIANT/bin:$PATH
region=$work/files.bin
head -c 1234 /dev/urandom >"$work/a"
head -c 4096 /dev/urandom >"$work/b"
: >"$work/empty"

step "made, listed, read"
device-files "$region" put "config.json=$work/a" "84f3eb000001.key=$work/b" "empty=$work/empty"
expect_equal "mode" 600 "$(stat -c %a "$region")"
expect_equal "size" 262144 "$(stat -c %s "$region")"
expect_equal "list" "  1234  config.json
  4096  84f3eb000001.key
     0  empty" "$(device-files "$region" list)"
cmp "$work/a" <(device-files "$region" get config.json)
cmp "$work/b" <(device-files "$region" get 84f3eb000001.key)
expect_equal "an empty one" "" "$(device-files "$region" get empty)"

step "replaced, removed"
device-files "$region" put "config.json=$work/b"
cmp "$work/b" <(device-files "$region" get config.json)
device-files "$region" remove empty config.json
expect_equal "list" "  4096  84f3eb000001.key" "$(device-files "$region" list)"
expect_exit 1 device-files "$region" get config.json
expect_match "get" "config.json: no such file" "$output"
expect_exit 1 device-files "$region" remove config.json
expect_match "remove" "config.json: no such file" "$output"

step "within a whole flash, with large sectors"
flash=$work/flash.bin
head -c 4194304 /dev/urandom >"$flash"
cp "$flash" "$work/before"
in_flash() {
    device-files --offset 0x200000 --size 0x180000 --sector 0x10000 "$flash" "$@"
}
expect_equal "no file yet" "" "$(in_flash list)"
in_flash put "a=$work/a" "b=$work/b"
cmp "$work/a" <(in_flash get a)
cmp "$work/b" <(in_flash get b)
expect_equal "its size" 4194304 "$(stat -c %s "$flash")"
cmp -n 2097152 "$flash" "$work/before"
cmp -i $((2097152 + 1572864)) "$flash" "$work/before"

step "a new one is erased but for its files"
new=$work/new.bin
device-files -o 4096 -s 16384 "$new" put "a=$work/empty"
expect_equal "size" 20480 "$(stat -c %s "$new")"
expect_equal "bytes that are not erased" yes \
    "$([ "$(tr -d '\377' <"$new" | wc -c)" -le 48 ] && echo yes)"
expect_exit 1 device-files -o 4096 -s 16384 "$new" put "b=$work/a"
expect_match "full" "b: no place is free" "$output"
expect_exit 1 device-files -o 65536 "$new" list
expect_match "too short" "ends before the region" "$output"

step "what goes wrong"
head -c 8145 /dev/zero >"$work/large"
expect_exit 1 device-files "$region" put "large=$work/large"
expect_match "too large" "large: too large" "$output"
expect_exit 1 device-files "$work/none" list
expect_match "no region" "none: No such file" "$output"
expect_exit 1 device-files "$work/none" put "a=$work/nowhere"
expect_match "no source" "nowhere: No such file" "$output"
[ ! -e "$work/none" ] || fail "a region was made of nothing"
expect_exit 1 device-files "$work" put "a=$work/a"
expect_match "a folder" "Is a directory" "$output"
for arguments in "" "list" "$region" "$region explode" "$region get" "$region get a b" "$region put" \
    "$region put a" "$region put =$work/a" "$region list a" "--size 100 $region list" \
    "--sector 0 $region list" "--size 4096 $region list" "--offset many $region list" \
    "--explode $region list" "$region put a-name-of-two-and-thirty-letters=$work/a"; do
    # shellcheck disable=SC2086  # words
    expect_exit 2 device-files $arguments
done
expect_exit 0 device-files --help
expect_match "help" "Usage: device-files" "$output"
expect_exit 0 device-files --version
