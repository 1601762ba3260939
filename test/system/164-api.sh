#!/usr/bin/env bash
# The operator's API is as its document says: what a daemon with a device answers, and all that the
# unit tests of server/api are answered, is of the types and schemas that stand there.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

answers=$work/answers
raw() {
    curl -s -i --http1.0 --unix-socket "$SECUREESP_SOCKET" -X "$1" "http://localhost$2" -o "$work/raw" "${@:3}"
}

# note METHOD TARGET: asks, and keeps the answer.
note() {
    raw "$1" "$2"
    keep "$1" "$2"
}

# keep METHOD TARGET: what was answered last.
keep() {
    python3 -c 'import json, sys
print(json.dumps({"method": sys.argv[1], "target": sys.argv[2], "answer": open(sys.argv[3], newline="").read()}))' \
        "$1" "$2" "$work/raw" >>"$answers"
}

# judge ANSWERS all|some: by the document that the daemon serves.
judge() {
    python3 -B "$root/test/system/api_answers.py" "$work/document.json" "$1" "$2"
}

sandbox_up --devices 1
mac=$(mac_of 1)
eventually 30 "the device is online" device_has "$mac" '$.online' 1
expect_exit 0 secureesp command --wait "$mac" config
expect_exit 0 secureesp images add --publish "$(make_image 00.00.02 1 1)"
api /openapi.json >"$work/document.json"

step "answers of a daemon with a device"
id=$(json_get "$(api /commands)" '$[0].id')
for target in status openapi.json devices devices/count "devices/$mac" groups certificates enrolments rotation \
    commands "commands/$id" wifi images boards chains/$board "chains/$board?channel=beta" keys audit audit/head \
    audit/verify "devices?limit=1&marks=1" rollouts webhooks session users tokens settings "settings?at=0" settings/history \
    "settings/effective/$mac" settings/schema "images/$(image_name 00.00.02)" "boards/$board"; do
    note GET "/api/v1/$target"
done
note GET "/api/v1/images/$(image_name 00.00.02)/verify"
raw GET /api/v1/events --max-time 2 || true # it goes on until its client does
keep GET /api/v1/events
note GET /api/v1/devices/nonsense
note GET /api/v1/nonsense
note POST /api/v1/devices

step "answers of the unit tests"
for test in "$root/build/$VARIANT/test/unit/server/api/"*_test; do
    API_ANSWERS=$answers "$test" >"$work/test.log" 2>&1 || fail "$test: $(tail -n 3 "$work/test.log")"
done

step "all are as the document says"
judge "$answers" all || fail "they are not"

step "what is not is found"
# finds WHAT PATTERN PYTHON: an answer that was changed so.
finds() {
    raw GET "/api/v1/devices/$mac"
    python3 -c "import json, sys
target, raw = sys.argv[1:]
head, _, body = open(raw, newline='').read().partition('\r\n\r\n')
body = json.loads(body)
$3
print(json.dumps({'method': 'GET', 'target': target, 'answer': head + '\r\n\r\n' + json.dumps(body)}))" \
        "/api/v1/devices/$mac" "$work/raw" >"$work/changed"
    expect_exit 1 judge "$work/changed" some
    expect_match "$1" "$2" "$output"
}
sed -n 5p "$answers" >"$work/same"
finds "a member more" "Unevaluated properties .*'more' was unexpected" "body['more'] = 1"
finds "a member less" "'canary' is a required property" "del body['canary']"
finds "another type" "'yes' is not of type 'boolean'" "body['online'] = 'yes'"
finds "within a list" "'broken' is not one of" "body['commands'][0]['state'] = 'broken'"
finds "another status" "299: not described" "head = head.replace(' 200 ', ' 299 ')"
finds "another type of body" "of type text/plain" "head = head.replace('application/json', 'text/plain')"

step "and so is an operation that nobody has asked for"
expect_exit 0 judge "$work/same" some
expect_exit 1 judge "$work/same" all
expect_match "what is missing" "showChain: was never answered well" "$output"
