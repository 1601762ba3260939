// The operator's endpoints over their Unix socket, with a real store: what is refused, and how;
// what answers look like.
#include <stdlib.h>
#include <string.h>

#include "server/image/image_descriptor_build.h"
#include "server/image/image_sign.h"
#include "server/store/command_store.h"
#include "server/store/device_store.h"
#include "test/unit/server/api/api_fixture.h"

static const struct {
    const char *method, *target, *body;
    int status;
    const char *code, *reason;
} refusals[] = {
    {"GET", "/api/v1/devices/84f3eb012345", "", 404, "\"not-found\"", "devices list"},
    {"GET", "/api/v1/devices/nonsense", "", 400, "\"invalid\"", "not a MAC address"},
    {"GET", "/api/v1/devices?state=asleep", "", 400, "\"invalid\"", "online, offline or revoked"},
    {"POST", "/api/v1/commands", "", 400, "\"invalid\"", "empty"},
    {"POST", "/api/v1/commands", "{\"command\": \"reboot\"}", 400, "\"invalid\"", "MAC"},
    {"POST", "/api/v1/commands", "{\"command\": 7, \"all\": true}", 400, "\"invalid\"", ""},
    {"POST", "/api/v1/commands", "{\"all\": true, \"command\": \"dance\"}", 400, "\"invalid\"",
        "dance"},
    {"POST", "/api/v1/commands", "{\"mac\": \"84f3eb012345\", \"command\": \"reboot\"}", 404,
        "\"not-found\"", "84f3eb012345"},
    {"GET", "/api/v1/commands/1", "", 404, "\"not-found\"", "command list"},
    {"GET", "/api/v1/commands/x", "", 400, "\"invalid\"", "number"},
    {"POST", "/api/v1/images", "", 400, "\"invalid\"", "signed image"},
    {"POST", "/api/v1/images", "too short", 400, "\"invalid\"", ""},
    {"POST", "/api/v1/images/B-1/publish", "", 404, "\"not-found\"", "images list"},
    {"POST", "/api/v1/images/B-1/withdraw", "", 404, "\"not-found\"", "B-1"},
    {"GET", "/api/v1/images/B-1/verify", "", 404, "\"not-found\"", "B-1"},
    {"GET", "/api/v1/devices?stat=online", "", 400, "\"invalid\"",
        "unknown parameter \\\"stat\\\"; there are: state, image"},
    {"GET", "/api/v1/devices?state=online&state=offline", "", 400, "\"invalid\"", "twice"},
    {"GET", "/api/v1/status?x", "", 400, "\"invalid\"", "there are: none"},
    {"GET", "/api/v1/status", "{}", 400, "\"invalid\"", "no body"},
    {"POST", "/api/v1/images/B-1/withdraw?force=yes", "", 400, "\"invalid\"", "1 or 0"},
    {"POST", "/api/v1/images?publish=true", "x", 400, "\"invalid\"", "1 or 0"},
    {"POST", "/api/v1/images?names=B-1", "x", 400, "\"invalid\"", "names"},
    {"POST", "/api/v1/images/B-1/publish?by=1", "", 400, "\"invalid\"", "by"},
    {"POST", "/api/v1/images/B-1/remove", "", 404, "\"not-found\"", "B-1"},
    {"POST", "/api/v1/keys/B-1/remove", "", 404, "\"not-found\"", "keys list"},
    {"POST", "/api/v1/keys?nam=a", "x", 400, "\"invalid\"", "nam"},
    {"POST", "/api/v1/devices/84f3eb012345/forget", "", 404, "\"not-found\"", "84f3eb012345"},
    {"POST", "/api/v1/devices/x/forget", "", 400, "\"invalid\"", "is not a MAC address"},
    {"POST", "/api/v1/devices/x/revoke", "", 400, "\"invalid\"", "is not a MAC address"},
    {"POST", "/api/v1/devices/x/readmit", "", 400, "\"invalid\"", "is not a MAC address"},
    {"POST", "/api/v1/devices/84f3eb012345/revoke?reason=stolen", "", 400, "\"invalid\"",
        "keyCompromise"},
    {"POST", "/api/v1/devices/84f3eb012345/readmit?reason=stolen", "", 400, "\"invalid\"", "none"},
    {"POST", "/api/v1/commands/cancel", "{}", 400, "\"invalid\"", "something in it"},
    {"POST", "/api/v1/commands/cancel", "{\"ids\": [1.5]}", 400, "\"invalid\"", "whole numbers"},
    {"POST", "/api/v1/commands/cancel", "{\"ids\": 1}", 400, "\"invalid\"", "whole numbers"},
    {"POST", "/api/v1/commands/cancel", "{\"macs\": [\"x\"]}", 400, "\"invalid\"",
        "is not a MAC address"},
    {"POST", "/api/v1/commands/cancel", "{\"mac\": [\"x\"]}", 400, "\"invalid\"", "ids, macs"},
    {"POST", "/api/v1/commands/cancel", "{\"ids\": [7]}", 404, "\"not-found\"",
        "none is cancelled"},
    {"POST", "/api/v1/commands?mac=1", "{}", 400, "\"invalid\"", "mac"},
    {"GET", "/api/v1/settings?at=7", "", 404, "\"not-found\"", "no change 7"},
    {"GET", "/api/v1/nonsense", "", 404, "\"not-found\"",
        "no such path: /api/v1/nonsense; /api/v1/openapi.json lists"},
    {"GET", "/api/v1/rollouts/%00", "", 404, "\"not-found\"", "no rollout ?"},
    {"POST", "/api/v1/commands", "{\"mac\": \"\\u0000\"}", 400, "\"invalid\"", "the body has a"},
    {"POST", "/api/v1/commands", "{\"\\u0000\": 1}", 400, "\"invalid\"", "the body has a"},
    {"POST", "/api/v1/images/a/../publish", "", 404, "\"not-found\"", "no such path"},
    {"POST", "/api/v1/devices", "", 405, "\"invalid\"",
        "method not allowed: /api/v1/devices takes GET, HEAD"},
    {"POST", "/api/v1/boards/B?policy=leap", "", 404, "\"not-found\"", "unknown board B"},
    {"POST", "/api/v1/boards/B?policy=fly", "", 400, "\"invalid\"", "'step' or 'leap'"},
    {"POST", "/api/v1/boards/B", "", 400, "\"invalid\"", "'step' or 'leap'"},
    {"POST", "/api/v1/images/B-1/must-pass?on=1", "", 404, "\"not-found\"", "images list"},
    {"POST", "/api/v1/images/B-1/must-pass", "", 400, "\"invalid\"", "on must be"},
    {"GET", "/api/v1/chains/B", "", 404, "\"not-found\"", "unknown board B"},
    {"POST", "/api/v1/keys", "", 400, "\"invalid\"", "PEM"},
    {"POST", "/api/v1/keys", "nonsense", 400, "\"invalid\"", ""},
    {"POST", "/api/v1/keys?name=a%FF", "nonsense", 400, "\"invalid\"", "UTF-8"},
    {"GET", "/api/v1/devices/a%FFb", "", 400, "\"invalid\"", "'a?b' is not a MAC address"},
    {"GET", "/api/v1/chains/%FF", "", 404, "\"not-found\"", "unknown board ?"},
};

static void refusals_name_code_and_reason(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        ask(f, refusals[i].method, refusals[i].target, refusals[i].body, strlen(refusals[i].body));
        expect(f, refusals[i].target, refusals[i].status, refusals[i].code, refusals[i].reason);
    }
}

// RFC 9457, also where the HTTP server refuses before a route is found.
static void refusals_are_problems(void **state)
{
    static const char with[] = "Content-Type: application/problem+json\r\n";
    struct fixture *f = *state;

    ask(f, "GET", "/api/v1/devices/nonsense", NULL, 0);
    expect(f, "by a route", 400, with,
        "{\"type\":\"/api/v1/openapi.json#/x-problems/invalid\",\"title\":\"The request is wrong\","
        "\"status\":400,\"detail\":\"'nonsense' is not a MAC "
        "address\",\"error\":{\"code\":\"invalid\","
        "\"message\":\"'nonsense' is not a MAC address\"}}");
    ask(f, "POST", "/api/v1/devices", NULL, 0);
    expect(f, "by the method", 405, with,
        "\"status\":405,\"detail\":\"method not allowed: /api/v1/devices takes");
    ask(f, "GET", "/api/v1/devices/84f3eb0%00", NULL, 0);
    expect(f, "by the path", 400, with, "#/x-problems/invalid\",\"title\"");
}

static void empty_lists_are_lists(void **state)
{
    static const char *const targets[] = {
        "/api/v1/devices", "/api/v1/images", "/api/v1/keys", "/api/v1/commands"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        ask(f, "GET", targets[i], NULL, 0);
        expect(f, targets[i], 200, "[]", "application/json");
    }
    ask(f, "GET", "/api/v1/status", NULL, 0);
    expect(f, "status", 200, "\"total\":0", "\"statuses\":7");
    expect(f, "status", 200, "broker.example", "\"connected\":false");
}

static int put_devices(struct store_connection *connection, void *ctx, struct err *err)
{
    (void)ctx;
    for (int i = 0; i < 600; i++) {
        struct device_record device = {.online = i % 2 == 0, .reason = DEVICE_REASON_STATUS};

        snprintf(device.mac, sizeof device.mac, "84f3eb%06x", (unsigned)i);
        snprintf(device.status.image, sizeof device.status.image, "B-%d", i % 3);
        int rc = device_store_put(connection, &device,
            i == 2 ? "{\"extra\": 99999999999999999999}" : "{\"extra\": [1]}", err);

        if (rc < 0)
            return rc;
    }
    return 0;
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;

    for (const char *p = text; (p = strstr(p, part)) != NULL; p++)
        n++;
    return n;
}

// More devices than one page, so that the pieces must join.
static void devices_are_listed_whole_and_by_filter(void **state)
{
    static const struct {
        const char *target;
        size_t devices;
    } cases[] = {
        {"/api/v1/devices", 600},
        {"/api/v1/devices?state=online", 300},
        {"/api/v1/devices?state=offline", 300},
        {"/api/v1/devices?image=B-1", 200},
        {"/api/v1/devices?image=B-%5B12%5D", 400},
        {"/api/v1/devices?image=C-*", 0},
    };
    struct fixture *f = *state;
    struct err err = {0};

    if (store_write(f->api.store, put_devices, NULL, &err) < 0)
        fail_msg("%s", err.message);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ask(f, "GET", cases[i].target, NULL, 0);
        assert_int_equal(count(f->answer, "\"mac\""), cases[i].devices);
        assert_string_equal(f->answer + strlen(f->answer) - 2, "]\n");
    }
    ask(f, "GET", "/api/v1/devices/84:F3:EB:00:00:01", NULL, 0);
    expect(f, "one device", 200, "\"extra\":[1]", "\"image\":\"B-1\"");
    ask(f, "GET", "/api/v1/devices/84f3eb000002", NULL, 0);
    expect(f, "a large integer", 200, "\"extra\":1e20", "");
}

// An image that says its name and trusts its own key; the caller frees it.
static uint8_t *make_image(const char *name, struct public_key *key, size_t *size)
{
    static const uint8_t body[8] = {1};
    struct image_descriptor_build_block block;
    struct private_key *private_half;
    uint8_t *described;
    uint8_t *image;
    size_t n;
    struct err err = {0};

    assert_int_equal(private_key_generate(PRIVATE_KEY_P256, &private_half, &err), 0);
    assert_int_equal(private_key_public(private_half, key, &err), 0);
    assert_int_equal(image_descriptor_build(name, key, 1, &block, &err), 0);
    assert_int_equal(image_descriptor_build_append(body, sizeof body, &block, &described, &n), 0);
    assert_int_equal(image_sign(described, n, private_half, &image, size, &err), 0);
    private_key_free(private_half);
    free(described);
    return image;
}

// As after a crash between taking the key and trying it on the images.
static void an_image_is_verified_by_a_key_that_came_later(void **state)
{
    struct fixture *f = *state;
    struct public_key key;
    struct image_key known = {.name = "later", .algorithm = "P-256", .added_at_ms = 1};
    struct err err = {0};
    size_t n;
    bool existed;
    uint8_t *image = make_image("BOARD-1", &key, &n);

    ask(f, "POST", "/api/v1/images", image, n);
    expect(f, "add", 201, "\"signer\":null", "BOARD-1");
    ask(f, "POST", "/api/v1/images/BOARD-1/publish", NULL, 0);
    expect(f, "publish", 403, "\"denied\"", "keys add");
    memcpy(known.id, key.id, sizeof known.id);
    memcpy(known.der, key.der, key.size_bytes);
    known.der_size = key.size_bytes;
    assert_int_equal(release_add_key(f->api.release, NULL, &known, &existed, &err), 0);
    ask(f, "POST", "/api/v1/images/BOARD-1/publish", NULL, 0);
    expect(f, "publish", 200, "\"state\":\"published\"", "\"name\":\"later\"");
    free(image);
}

// Asked about, and taken by the letter where the operator says so.
static void a_name_that_can_be_read_in_two_ways(void **state)
{
    struct fixture *f = *state;
    struct public_key key;
    size_t n;
    uint8_t *image = make_image("TWO-1.0-2", &key, &n);

    ask(f, "POST", "/api/v1/images?literal_name=0", image, n);
    expect(f, "as usual", 409, "\"conflict\"", "--literal-name");
    ask(f, "POST", "/api/v1/images?literal_name=1", image, n);
    expect(f, "by the letter", 201, "\"TWO-1.0-2\"", "");
    free(image);
}

// What is kept free is not for images: the mark itself, and what would reach below it.
static void no_image_below_the_mark(void **state)
{
    struct fixture *f = *state;
    struct public_key key;
    size_t n;
    uint8_t *image = make_image("ROOM-1", &key, &n);

    api_fixture_disk.free_bytes = api_fixture_disk.kept_bytes + n - 1;
    ask(f, "POST", "/api/v1/images", image, n);
    expect(f, "no room", 503, "\"unavailable\"", "nearly full");
    api_fixture_disk.free_bytes = n - 1;
    ask(f, "POST", "/api/v1/images", image, n);
    expect(f, "less than it has", 503, "\"unavailable\"", "nearly full");
    api_fixture_disk.low = true;
    ask(f, "GET", "/api/v1/status", NULL, 0);
    expect(f, "status", 200, "\"low\":true", "\"kept_free_bytes\":5000");
    api_fixture_disk.low = false;
    api_fixture_disk.free_bytes = api_fixture_disk.kept_bytes + n;
    ask(f, "POST", "/api/v1/images", image, n);
    expect(f, "room", 201, "\"ROOM-1\"", "");
    api_fixture_disk.free_bytes = 1000000;
    free(image);
}

static int put_commands(struct store_connection *connection, void *ctx, struct err *err)
{
    static const struct {
        enum command_state state;
        int64_t accepted_at_ms;
    } rows[] = {{COMMAND_SENT, 0}, {COMMAND_SENT, 5}, {COMMAND_SENT, 6}, {COMMAND_DONE, 7},
        {COMMAND_DONE, 0}, {COMMAND_QUEUED, 0}};
    int rc = 0;

    (void)ctx;
    for (size_t i = 0; rc == 0 && i < sizeof rows / sizeof rows[0]; i++) {
        struct command command = {.mac = "84f3eb000001",
            .name = "config",
            .state = rows[i].state,
            .created_at_ms = 1,
            .sent_at_ms = 2};

        rc = command_store_add(connection, &command, err);
        command.accepted_at_ms = rows[i].accepted_at_ms;
        if (rc == 0)
            rc = command_store_update(connection, &command, err);
    }
    return rc;
}

// By the word that is shown: what was sent and accepted is one thing, what was only sent another.
static void commands_are_found_by_their_state(void **state)
{
    static const struct {
        const char *word;
        size_t count;
    } rows[] = {{"sent", 1}, {"accepted", 2}, {"done", 2}, {"failed", 0}};
    struct fixture *f = *state;
    char target[100];
    char shown[40];

    assert_int_equal(store_write(f->api.store, put_commands, NULL, NULL), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int of_device = 0; of_device < 2; of_device++) {
            snprintf(target, sizeof target, "/api/v1/commands?command=config&state=%s%s",
                rows[i].word, of_device ? "&mac=84f3eb000001" : "");
            snprintf(shown, sizeof shown, "\"state\":\"%s\"", rows[i].word);
            ask(f, "GET", target, NULL, 0);
            expect(f, target, 200, "", "");
            assert_int_equal(count(f->answer, shown), rows[i].count);
            assert_int_equal(count(f->answer, "\"state\":"), rows[i].count);
        }
    }
    ask(f, "GET", "/api/v1/commands?state=taken", NULL, 0);
    expect(f, "no state", 400, "no command's state", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_name_code_and_reason),
        cmocka_unit_test(refusals_are_problems),
        cmocka_unit_test(empty_lists_are_lists),
        cmocka_unit_test(devices_are_listed_whole_and_by_filter),
        cmocka_unit_test(an_image_is_verified_by_a_key_that_came_later),
        cmocka_unit_test(a_name_that_can_be_read_in_two_ways),
        cmocka_unit_test(no_image_below_the_mark),
        cmocka_unit_test(commands_are_found_by_their_state),
    };

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
