// Devices by filters over the API; tags, holds, pins, canaries, groups.
#include "test/unit/server/api/api_fixture.h"

#include "server/store/device_store.h"

#define MAC_1 "84f3eb000001"
#define MAC_2 "84f3eb000002"
#define DEVICE(mac, rest) "/api/v1/devices/" mac rest

static int put_device(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device = {.reason = DEVICE_REASON_STATUS, .last_seen_ms = 1};

    snprintf(device.mac, sizeof device.mac, "%s", (const char *)ctx);
    snprintf(device.status.image, sizeof device.status.image, "A-1");
    return device_store_put(connection, &device, NULL, err);
}

static void post(struct fixture *f, const char *target, const char *body)
{
    ask(f, "POST", target, body, strlen(body));
}

static void devices_are_marked(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(store_write(f->api.store, put_device, (void *)MAC_1, NULL), 0);
    assert_int_equal(store_write(f->api.store, put_device, (void *)MAC_2, NULL), 0);
    post(f, DEVICE(MAC_1, "/tags"), "{\"add\": [\"north\", \"cellar\"]}");
    expect(f, "tags", 200, "\"tags\":[\"cellar\",\"north\"]", MAC_1);
    post(f, DEVICE(MAC_1, "/tags"), "{\"remove\": [\"north\"]}");
    expect(f, "fewer", 200, "\"tags\":[\"cellar\"]", MAC_1);
    post(f, DEVICE(MAC_1, "/tags"), "{}");
    expect(f, "none", 200, "\"tags\":[\"cellar\"]", MAC_1);
    post(f, DEVICE(MAC_1, "/tags"), "{\"add\": [\"a b\"]}");
    expect(f, "no tag", 400, "is no tag", "");
    post(f, DEVICE(MAC_1, "/tags"), "{\"added\": [\"a\"]}");
    expect(f, "unknown member", 400, "unknown member", "");
    post(f, DEVICE("84f3eb000009", "/tags"), "{\"add\": [\"a\"]}");
    expect(f, "unknown device", 404, "not-found", "");
    post(f, DEVICE(MAC_1, "/hold?on=1&reason=roof"), "");
    expect(f, "hold", 200, "\"reason\":\"roof\"", "\"by\":\"uid ");
    post(f, DEVICE(MAC_1, "/hold"), "");
    expect(f, "neither on nor off", 400, "on must be", "");
    post(f, DEVICE(MAC_1, "/pin?image=A-2"), "");
    expect(f, "pin", 200, "\"pin\":\"A-2\"", MAC_1);
    post(f, DEVICE(MAC_1, "/pin?image=B-2"), "");
    expect(f, "another board", 409, "another board", "");
    post(f, DEVICE(MAC_1, "/pin"), "");
    expect(f, "no image", 400, "image must be", "");
    post(f, DEVICE(MAC_1, "/canary?on=1"), "");
    expect(f, "canary", 200, "\"canary\":true", MAC_1);
    ask(f, "GET", DEVICE(MAC_1, ""), NULL, 0);
    expect(f, "shown", 200, "\"tags\":[\"cellar\"]", "\"pin\":\"A-2\"");
    expect(f, "shown", 200, "\"canary\":true", "\"reason\":\"roof\"");
}

static void devices_are_labelled(void **state)
{
    struct fixture *f = *state;

    post(f, DEVICE(MAC_1, "/label"), "{\"name\": \"Back door\", \"note\": \"new \\\"board\\\"\"}");
    expect(f, "label", 200, MAC_1,
        "\"label\":{\"name\":\"Back door\",\"place\":null,\"note\":\"new \\\"board\\\"\"}");
    post(f, DEVICE(MAC_1, "/label"), "{\"place\": \"barn\", \"note\": \"\"}");
    expect(f, "place", 200, "\"name\":\"Back door\",\"place\":\"barn\",\"note\":null}", "");
    ask(f, "GET", DEVICE(MAC_1, ""), NULL, 0);
    expect(f, "shown", 200, "\"label\":{\"name\":\"Back door\"", "\"tags\":[\"cellar\"]");
    ask(f, "GET", "/api/v1/devices?marks=1", NULL, 0);
    expect(f, "listed", 200, "\"label\":{\"name\":\"Back door\",\"place\":\"barn\",\"note\":null}",
        "\"label\":null");
    ask(f, "GET", "/api/v1/devices/count?filter=label%3DBack*%20place%3Dbarn", NULL, 0);
    expect(f, "selected", 200, "{\"count\":1}", "");
    ask(f, "GET", "/api/v1/devices/count?filter=place%21%3Dbarn", NULL, 0);
    expect(f, "all but it", 200, "{\"count\":1}", "");
    post(f, DEVICE(MAC_1, "/label"), "{\"name\": 1}");
    expect(f, "a number", 400, "invalid", "");
    post(f, DEVICE(MAC_1, "/label"), "{\"label\": \"x\"}");
    expect(f, "unknown member", 400, "unknown member", "");
    post(f, DEVICE(MAC_1, "/label"), "{\"name\": \"a\\nb\"}");
    expect(f, "a line end", 400, "control characters", "");
    post(f, DEVICE("84f3eb000009", "/label"), "{\"name\": \"x\"}");
    expect(f, "unknown device", 404, "not-found", "");
    post(f, DEVICE(MAC_1, "/label"), "{\"name\": \"\", \"place\": \"\"}");
    expect(f, "none", 200, "\"label\":null", "");
}

// The state that an ETag tells of is another after it.
static void labels_are_seen_first(void **state)
{
    struct fixture *f = *state;
    char header[128];
    const char *tag;

    ask(f, "GET", DEVICE(MAC_2, ""), NULL, 0);
    tag = strstr(f->answer, "ETag: ");
    assert_non_null(tag);
    snprintf(header, sizeof header, "If-Match: %.*s\r\n", (int)strcspn(tag + 6, "\r"), tag + 6);
    api_fixture_headers = header;
    post(f, DEVICE(MAC_2, "/label"), "{\"name\": \"mine\"}");
    expect(f, "as it was seen", 200, "\"name\":\"mine\"", "");
    post(f, DEVICE(MAC_2, "/label"), "{\"name\": \"yours\"}");
    expect(f, "as it was before", 412, "precondition-failed", "");
    api_fixture_headers = "";
    ask(f, "GET", DEVICE(MAC_2, ""), NULL, 0);
    expect(f, "it stays", 200, "\"name\":\"mine\"", "");
}

static void devices_are_selected(void **state)
{
    struct fixture *f = *state;

    ask(f, "GET", "/api/v1/devices?filter=tag%3Dcellar", NULL, 0);
    expect(f, "by a tag", 200, MAC_1, "");
    assert_null(strstr(f->answer, MAC_2));
    ask(f, "GET", "/api/v1/devices/count?filter=image%3DA-1", NULL, 0);
    expect(f, "count", 200, "{\"count\":2}", "");
    ask(f, "GET", "/api/v1/devices/count?filter=image%3DA-1&filter=canary%3Dno", NULL, 0);
    expect(f, "both are met", 200, "{\"count\":1}", "");
    ask(f, "GET", "/api/v1/devices/count?state=online&filter=image%3DA-1", NULL, 0);
    expect(f, "and the state", 200, "{\"count\":0}", "");
    ask(f, "GET", "/api/v1/devices?filter=tag%3Ccellar", NULL, 0);
    expect(f, "no filter", 400, "filter, column 4: expected one of =, != after tag", "");
    ask(f, "GET", "/api/v1/devices?filter=", NULL, 0);
    expect(f, "empty", 400, "filter, column 1: expected a comparison", "");
}

static void groups_are_set(void **state)
{
    struct fixture *f = *state;

    post(f, "/api/v1/groups", "{\"name\": \"low\", \"filter\": \"tag=cellar\"}");
    expect(f, "set", 200, "\"name\":\"low\"", "\"set_by\":\"uid ");
    post(f, "/api/v1/groups", "{\"name\": \"low\", \"filter\": \"tag=cel*\"}");
    expect(f, "set anew", 200, "\"filter\":\"tag=cel*\"", "");
    ask(f, "GET", "/api/v1/groups", NULL, 0);
    expect(f, "listed", 200, "[{\"name\":\"low\",\"filter\":\"tag=cel*\"", "");
    post(f, "/api/v1/groups", "{\"name\": \"low\", \"filter\": \"tag<a\"}");
    expect(f, "no filter", 400, "filter, column 4", "");
    post(f, "/api/v1/groups", "{\"name\": \"a b\", \"filter\": \"tag=a\"}");
    expect(f, "no name", 400, "is no name of a group", "");
    post(f, "/api/v1/groups", "{\"name\": \".\", \"filter\": \"tag=a\"}");
    expect(f, "a path's dot", 400, "is no name of a group", "");
    post(f, "/api/v1/groups", "{\"name\": \"..\", \"filter\": \"tag=a\"}");
    expect(f, "a path's dots", 400, "is no name of a group", "");
    post(f, "/api/v1/groups", "{\"name\": \"low\"}");
    expect(f, "neither", 400, "lacks \\\"filter\\\"", "");
    post(f, "/api/v1/groups/low/remove", "");
    expect(f, "removed", 200, "\"removed\":true", "");
    post(f, "/api/v1/groups/low/remove", "");
    expect(f, "twice", 404, "no group low", "");
}

static void channels_are_followed(void **state)
{
    struct fixture *f = *state;

    post(f, "/api/v1/groups", "{\"name\": \"low\", \"filter\": \"image=A-1\"}");
    post(f, "/api/v1/groups", "{\"name\": \"high\", \"filter\": \"group=low\"}");
    expect(f, "within another", 200, "\"channel\":null", "");
    post(f, "/api/v1/groups", "{\"name\": \"low\", \"filter\": \"group=high\"}");
    expect(f, "a loop", 409, "group low would come to itself", "");
    post(f, "/api/v1/groups/low/remove", "");
    expect(f, "in use", 409, "group high refers to it", "");
    post(f, "/api/v1/groups/high/channel?channel=gamma", "");
    expect(f, "no channel", 400, "'stable', 'beta' or 'none'", "");
    post(f, "/api/v1/groups/nobody/channel?channel=beta", "");
    expect(f, "no group", 404, "no group nobody", "");
    post(f, "/api/v1/groups/high/channel?channel=beta", "");
    expect(f, "of a group", 200, "\"channel\":\"beta\"", "\"filter\":\"group=low\"");
    ask(f, "GET", DEVICE(MAC_1, ""), NULL, 0);
    expect(f, "its devices", 200, "\"channel\":\"beta\",\"channel_from\":\"group\"",
        "\"channel_group\":\"high\",\"ahead\":false");
    post(f, "/api/v1/groups", "{\"name\": \"high\", \"filter\": \"mac=" MAC_1 "\"}");
    expect(f, "set anew", 200, "\"channel\":\"beta\"", "");
    post(f, DEVICE(MAC_1, "/channel?channel=stable"), "");
    expect(f, "of a device", 200, "\"channel\":\"stable\"", "");
    post(f, DEVICE(MAC_1, "/channel"), "");
    expect(f, "of none", 400, "channel must be", "");
    ask(f, "GET", DEVICE(MAC_1, ""), NULL, 0);
    expect(f, "its own", 200, "\"channel_from\":\"device\"", "\"channel_group\":null");
    ask(f, "GET", "/api/v1/devices?filter=channel%3Dbeta", NULL, 0);
    expect(f, "nobody", 200, "[]", "");
    ask(f, "GET", "/api/v1/devices?filter=group%3Dnobody", NULL, 0);
    expect(f, "an unknown group", 404, "no group nobody", "");
    ask(f, "GET", "/api/v1/devices?marks=1&filter=mac%3D" MAC_1, NULL, 0);
    expect(f, "marks", 200, "\"limited_at_ms\":null,\"label\":null,\"tags\":[", "\"canary\":");
    ask(f, "GET", "/api/v1/chains/A?channel=gamma", NULL, 0);
    expect(f, "a chain of none", 400, "'stable' or 'beta'", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(devices_are_marked),
        cmocka_unit_test(devices_are_labelled),
        cmocka_unit_test(labels_are_seen_first),
        cmocka_unit_test(devices_are_selected),
        cmocka_unit_test(groups_are_set),
        cmocka_unit_test(channels_are_followed),
    };

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
