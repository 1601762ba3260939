#!/usr/bin/env bash
# Attack: rollback and replay. Older images and the one that runs are offered again, all of them
# genuine, and commands that were given once are sent again.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/attack_lib.sh
. "$(dirname "$0")/attack_lib.sh"

attack_up 1
second=$work/second.bin
updates_to 00.00.02 1 1
mv "$work/$(image_name 00.00.02).bin" "$second"
firmware_id=$(json_get "$(api "/commands?mac=$target")" '$[1].id')
flash_id=$(json_get "$(api "/commands?mac=$target")" '$[0].id')

step "rollback"
refuses_image not-newer "$(factory_image)" "the image from the factory"
refuses_image not-newer "$(make_genuine_image 00.00.01.99 1 1)" "an image between"
refuses_image not-newer "$(make_genuine_image 00.00 1 1)" "a version of fewer fields"

step "replay of an image"
refuses_image not-newer "$second" "the image that runs"
refuses_image not-newer "$(make_genuine_image 00.00.02 1 2)" "other software of the same version"
refuses_image not-newer "$(make_genuine_image 0.0.002 1 1)" "the same version spelt otherwise"

step "replay of commands"
tester_up
offer "$(factory_image)"
# repeats COMMAND ID RESULT OPTION...: the old command comes again and ends so.
repeats() {
    local before
    before=$(newest_event)
    tester_publish "/command/$target/$1" -m "{\"id\": $2}" "${@:4}"
    eventually 30 "the outcome of an old $1" newer_event "$before" "$1" "$2" "$3"
    eventually 30 "the device back" device_has "$target" '$.online' 1
    is_alive "an old $1"
}
# ignores COMMAND ID OPTION...: the last command comes again, and is not done again.
ignores() {
    local before
    before=$(newest_event)
    tester_publish "/command/$target/$1" -m "{\"id\": $2}" "${@:3}"
    eventually 30 "that it is known" newer_event "$before" "$1" "$2" "" accepted
    is_alive "the last $1"
    expect_equal "events of a $1 that is known" 1 "$(sqlite3 -readonly "$SANDBOX_DB" "select count(*)
        from events where id > $before and command = '$1'")"
}
newest_event() {
    sqlite3 -readonly "$SANDBOX_DB" "select max(id) from events"
}
newer_event() {
    [ "$(sqlite3 -readonly "$SANDBOX_DB" "select count(*) from events where id > $1 and
        command = '$2' and command_id = $3 and result = '$4' and kind = '${5:-command}'")" -gt 0 ]
}
for qos in 0 1; do
    repeats firmware "$firmware_id" not-newer -q "$qos"
    repeats flash "$flash_id" nothing-downloaded -q "$qos"
    ignores flash "$flash_id" -q "$qos"
done
expect_equal "what the operator was told" "done ok" "$(command_outcome "$firmware_id")"
expect_equal "what the operator was told" "done ok" "$(command_outcome "$flash_id")"

step "replay of commands by the broker itself, which retains them"
# A broker passes on what it is to retain as any other command to who hears it already.
repeats firmware "$firmware_id" not-newer -r -q 1
repeats flash "$flash_id" nothing-downloaded -r -q 1
before=$(newest_event)
reboot_target
holds "a restart that hears both again"
heard=$(sqlite3 -readonly "$SANDBOX_DB" "select count(*) from events where id > $before and
    command_id in ($firmware_id, $flash_id)")
expect_equal "retained commands that were done again" 0 "$heard"

updates_to 00.00.03 1 1
