#!/usr/bin/env bash
# Two hundred devices in one process.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_up --devices 200 --status-interval 5000
status_json=$(api /status)
expect_equal "devices online" 200 "$(json_get "$status_json" '$.devices.online')"
expect_equal "devices known" 200 "$(json_get "$status_json" '$.devices.total')"
expect_equal "bad payloads" 0 "$(counter bad_payloads)"
expect_equal "rows of the list" 200 "$(secureesp devices list --json | grep -o '"mac"' | wc -l)"

step "all of them are commanded"
publish_image "$SANDBOX_IMAGE"
publish_image "$(make_image 00.00.02 1 1 20000)"
all_on_second() {
    expect_equal "firmware for all" "" "$(secureesp command --all firmware --yes --wait=120 >/dev/null || echo failed)"
    expect_equal "flash for all" "" "$(secureesp command --all flash --yes --wait=120 >/dev/null || echo failed)"
}
all_on_second
count_is_200() {
    [ "$(secureesp devices list --image "$(image_name 00.00.02)" --json | grep -o '"mac"' | wc -l)" -eq 200 ]
}
eventually 60 "all on the second image" count_is_200

step "the broker counts its memory right"
# It told the daemon of 200 certificates meanwhile: what of that it counts as freed it has counted as taken.
! grep -i "out of memory" "$sandbox/log/broker.log" || fail "the broker believes that it has no memory"
