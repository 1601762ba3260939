#!/usr/bin/env bash
# Sketches and applications of Espressif's SDK are never in one chain, and no device is offered an
# image of the other kind, whatever the database holds.
# shellcheck source=test/system/deployed_lib.sh
. "$(dirname "$0")/deployed_lib.sh"

eboot='\xe9\x02\x03\x40\x80\xf4\x10\x40\x00\xf0\x10\x40\x60\x0d\x00\x00'
sdk='\xe9\x05\x02\x20\x28\x1f\x21\x40\x10\x00\x21\x40\xd0\x22\x07\x00'
fleet=$sketch_board          # what the sketches in the field are called
moved=${sketch_board}_SDK    # the same board with our firmware
database=$sandbox/state/secureesp.db

# make_body HEADER: $work/payload, which begins so.
make_body() {
    # shellcheck disable=SC2059  # the header is the format
    printf "$1" >"$work/payload"
    head -c 30000 /dev/urandom >>"$work/payload"
}

# make_sketch_file NAME [HEADER]: as a sketch's is: no descriptor, a PEM key inside.
make_sketch_file() {
    make_body "${2:-$eboot}"
    cat "$SANDBOX_PKI/signing/1.pub" >>"$work/payload"
    secureesp images sign --key "$SANDBOX_PKI/signing/1.key" "$work/payload" "$work/$1.bin" >/dev/null
}

# make_sdk_file NAME: as ours are: with a descriptor.
make_sdk_file() {
    make_body "$sdk"
    sign_image "$1" 1 1 "$work/payload" >/dev/null
}

# expect_refused NAME REGEX COMMAND...
expect_refused() {
    expect_exit 1 "${@:3}"
    expect_match "the reason of '${*:3}'" "$1 is not published: $2" "$output"
    expect_match "what to do" "never starts again; use another BOARD name for it" "$output"
    expect_equal "state of $1" added "$(image_member "$1" state)"
}

# image_member NAME MEMBER
image_member() {
    api /images >"$work/images.json"
    sqlite3 :memory: "select value ->> '\$.$2' from json_each(readfile('$work/images.json'))
        where value ->> '\$.name' = '$1'"
}

# expect_offer MAC NAME OFFER: what a device on that image gets: "current", "nothing" or an image.
expect_offer() {
    local offer
    get "$1" "/firmware.bin?curimage=$2"
    case $status in
    200) offer=$(header x-image) ;;
    304) offer=current ;;
    404) offer=nothing ;;
    *) offer="status $status" ;;
    esac
    expect_equal "the offer to $2" "$3" "$offer"
}

# The sketch in the field, newly started.
sketch_online() {
    : >"$work/sketch-512.log"
    start_sketch 512 00.00.08.i
    await 512 '^online commands=0 '
    eventually 20 "the sketch online" device_has "$deployed_mac" '$.online' 1
}

obstacle() {
    json_get "$(api "/chains/$1")" "\$.images[$2].obstacle"
}

sandbox_up --devices 1
ours=$(mac_of 1)
deployed_mac=$(sketch_mac 512)
new_device "$deployed_mac"

step "a chain of sketches takes sketches, packed ones, too"
make_sketch_file "$fleet-00.00.08.g"
make_sketch_file "$fleet-00.00.08.h"
make_sketch_file "$fleet-00.00.08.i" '\x1f\x8b\x08\x00'
publish_image "$work/$fleet-00.00.08.g.bin" --name "$fleet-00.00.08.g"
publish_image "$work/$fleet-00.00.08.h.bin" --name "$fleet-00.00.08.h"
publish_image "$work/$fleet-00.00.08.i.bin" --name "$fleet-00.00.08.i"
expect_equal layout sketch "$(image_member "$fleet-00.00.08.g" layout)"
expect_equal "layout of a packed one" sketch "$(image_member "$fleet-00.00.08.i" layout)"
expect_offer "$deployed_mac" "$fleet-00.00.08.g" "$fleet-00.00.08.h"
expect_offer "$deployed_mac" "$fleet-00.00.08.h" "$fleet-00.00.08.i"

step "but no image of the SDK, wherever in the chain"
make_sdk_file "$fleet-00.01.00"
make_sdk_file "$fleet-00.00.01"
expect_refused "$fleet-00.01.00" \
    "it is an image of ESP8266_RTOS_SDK, $fleet-00.00.08.g is an Arduino sketch" \
    secureesp images add "$work/$fleet-00.01.00.bin" --publish
expect_equal layout sdk "$(image_member "$fleet-00.01.00" layout)"
expect_refused "$fleet-00.01.00" "it is an image of" secureesp images publish "$fleet-00.01.00"
expect_refused "$fleet-00.00.01" "it is an image of" \
    secureesp images add "$work/$fleet-00.00.01.bin" --publish
expect_offer "$deployed_mac" "$fleet-00.00.08.i" current
expect_match "the list" "00.00.08.g +published +sketch " "$(secureesp images list)"
expect_match "the list" "00.01.00 +added +sdk " "$(secureesp images list)"

step "under a name of its own it is published, and no sketch behind it"
make_sdk_file "$moved-00.00.01"
make_sdk_file "$moved-00.00.02"
make_sketch_file "$moved-00.00.03"
publish_image "$work/$moved-00.00.01.bin"
publish_image "$work/$moved-00.00.02.bin"
expect_refused "$moved-00.00.03" \
    "it is an Arduino sketch, $moved-00.00.01 is an image of ESP8266_RTOS_SDK" \
    secureesp images add "$work/$moved-00.00.03.bin" --name "$moved-00.00.03" --publish
expect_offer "$ours" "$moved-00.00.01" "$moved-00.00.02"
expect_offer "$ours" "$moved-00.00.02" current

step "a sketch that was never published, but that a device runs, counts; one that nobody runs does not"
make_sketch_file ESP8266_OTHER-1
make_sdk_file ESP8266_OTHER-2
secureesp images add "$work/ESP8266_OTHER-1.bin" --name ESP8266_OTHER-1 >/dev/null
publish_text "$deployed_mac" "/status/$deployed_mac" '{"espimage": "ESP8266_OTHER-1"}'
eventually 10 "its status" device_has "$deployed_mac" '$.image' ESP8266_OTHER-1
expect_refused ESP8266_OTHER-2 "it is an image of" \
    secureesp images add "$work/ESP8266_OTHER-2.bin" --publish
publish_text "$deployed_mac" "/status/$deployed_mac" "{\"espimage\": \"$fleet-00.00.08.i\"}"
eventually 10 "its status" device_has "$deployed_mac" '$.image' "$fleet-00.00.08.i"
expect_exit 0 secureesp images publish ESP8266_OTHER-2
expect_offer "$deployed_mac" ESP8266_OTHER-1 nothing

step "what is no program for a real board goes with either"
publish_image "$SANDBOX_IMAGE"
expect_equal layout "" "$(image_member "$(image_name 00.00.01)" layout)"
make_sdk_file "$(image_name 00.00.02)"
publish_image "$work/$(image_name 00.00.02).bin"
publish_image "$(make_image 00.00.03 1 1)"
climb "$ours" "$(image_name 00.00.02)"

step "a database of an earlier version, in which it has happened"
make_sketch_file "$(image_name 00.00.02.a)"
secureesp images add "$work/$(image_name 00.00.02.a).bin" --name "$(image_name 00.00.02.a)" >/dev/null
part stop daemon
# All that later versions added goes, or they could not add it again.
sqlite3 "$database" "drop table certificates;
    drop table device_revocations;
    drop table replacements;
    drop table retained;
    drop table device_faults;
    drop table device_left_out;
    drop table device_broker_limits;
    drop table device_tags;
    drop table device_marks;
    drop table device_groups;
    drop table settings_layers;
    drop table settings_history;
    drop table settings_members;
    drop table device_configs;
    alter table devices drop column config_hash;
    drop table device_labels;
    drop table boards;
    drop table webhook_messages; drop table webhooks;
    drop table sessions; drop table tokens; drop table users;
    drop table rollout_devices; drop table rollouts;
    alter table keys drop column retired_at_ms;
    alter table images drop column must_pass;
    alter table images drop column channel;
    alter table images drop column was_stable;
    alter table devices drop column limited_at_ms;
    alter table events drop column class;
    alter table devices drop column spelling;
    alter table devices drop column bad_payload_at_ms;
    alter table commands drop column forced;
    drop index commands_sent;
    alter table commands drop column step;
    alter table commands drop column code;
    alter table commands drop column accepted_at_ms;
    alter table commands drop column due_at_ms;
    alter table commands drop column sends;
    alter table commands drop column last_sent_at_ms;
    alter table commands drop column inferred;
    create index commands_sent on commands(sent_at_ms) where state = 1;
    alter table events drop column step;
    alter table events drop column code;
    drop table event_clock;
    drop index audit_object;
    drop table answers;
    alter table statuses drop column new_errors;
    alter table status_hours drop column new_errors;
    drop table command_payloads;
    drop index commands_batch;
    drop index commands_waiting;
    alter table commands drop column batch;
    alter table commands drop column wave;
    drop table staged;
    drop table downloads;
    drop table audit;
    drop table rotation;
    drop table rotation_devices;
    drop table rotation_certificates;
    drop table key_permits;
    drop table enrolments;
    drop table enrolment_window;
    alter table images drop column layout; pragma user_version = 4;
    update images set state = 1 where name in ('$fleet-00.01.00', '$(image_name 00.00.02.a)')"
part start daemon
expect_equal layout sdk "$(image_member "$fleet-00.01.00" layout)"
expect_equal layout sketch "$(image_member "$fleet-00.00.08.g" layout)"
expect_equal layout "" "$(image_member "$(image_name 00.00.01)" layout)"

step "a sketch of the field and a device of ours are offered nothing across"
make_sketch 512
sketch_online
eventually 20 "the device online" device_has "$ours" '$.online' 1
expect_offer "$deployed_mac" "$fleet-00.00.08.h" "$fleet-00.00.08.i"
expect_offer "$deployed_mac" "$fleet-00.00.08.i" nothing
expect_match "the reason" "$fleet-00.01.00 of another flash layout" "$(cat "$work/answer")"
expect_match "the sketch's outcome" "^failed " "$(command_device "$deployed_mac" firmware)"
await 512 '^answer name=firmware.bin status=404 '
process_wait_end "$work/512.pid" 20 || fail "the sketch does not end" # as it does on each failure
[ ! -e "$work/sketch-512/firmware.bin.next" ] || fail "the sketch has downloaded something"
expect_equal "our outcome" "failed http-status" "$(command_device "$ours" firmware)"
expect_equal "obstacle" layout "$(obstacle "$fleet" 3)"
expect_match "the chain" "00.00.08.i would never start again with the next" \
    "$(secureesp chain "$fleet")"

step "the mistake is withdrawn, and the chain goes on"
make_sketch_file "$fleet-00.01.01"
expect_refused "$fleet-00.01.01" "it is an Arduino sketch, $fleet-00.01.00 is" \
    secureesp images add "$work/$fleet-00.01.01.bin" --name "$fleet-00.01.01" --publish
expect_exit 0 secureesp images withdraw "$fleet-00.01.00"
expect_offer "$deployed_mac" "$fleet-00.00.08.i" current
expect_exit 0 secureesp images publish "$fleet-00.01.01"
expect_offer "$deployed_mac" "$fleet-00.00.08.i" "$fleet-00.01.01"
expect_offer "$deployed_mac" "$fleet-00.01.00" nothing
expect_equal "obstacle" "" "$(obstacle "$fleet" 3)"
sketch_online
expect_equal "the sketch's outcome" "done ok" "$(command_device "$deployed_mac" firmware)"
cmp "$work/$fleet-00.01.01.bin" "$work/sketch-512/firmware.bin.next" || fail "another image"
expect_exit 0 secureesp images withdraw "$(image_name 00.00.02.a)"
climb "$ours" "$(image_name 00.00.03)"
