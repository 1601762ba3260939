// Rollouts over the API: what a body may be, what it would mean, and how one stands.
#include "test/unit/server/api/api_fixture.h"

#include "server/api/api_rollout_create.h"
#include "server/store/device_store.h"
#include "server/store/image_store.h"
#include "server/store/revocation_store.h"

#define API "/api/v1"
#define CONFIG "\"name\": \"spring\", \"config\": {\"waittimeout\": 9000}"
#define LEAST "\"name\": \"spring\", \"image\": \"B-2\", \"all\": true"

static const struct {
    const char *body;
    const char *reason; // NULL: it is taken
} bodies[] = {
    {"{" LEAST "}", NULL},
    {"{" LEAST ", \"phases\": \"1,100%\", \"failures\": \"3\", \"rate\": 0, \"success\": 100}",
        NULL},
    {"{" LEAST ", \"site\": \"site-\", \"per_site\": 2, \"window\": \"1:00-2:00\"}", NULL},
    {"{\"name\": \"spring\", \"image\": \"B-2\", \"filters\": [\"tag=a\"]}", NULL},
    {"", "body"},
    {"{\"image\": \"B-2\", \"all\": true}", "\"name\""},
    {"{\"name\": \"a b\", \"image\": \"B-2\", \"all\": true}", "\"a b\" is no name of a rollout"},
    {"{\"name\": \"..\", \"image\": \"B-2\", \"all\": true}", "\"..\" is no name of a rollout"},
    {"{\"name\": \"spring\", \"all\": true}", "\"image\""},
    {"{\"name\": \"spring\", \"image\": \"B\", \"all\": true}", "\"image\""},
    {"{\"name\": \"spring\", \"image\": \"B-2\"}", "\"all\""},
    {"{\"name\": \"spring\", \"image\": \"B-2\", \"filters\": []}", "\"all\""},
    {"{" LEAST ", \"filters\": [\"tag=a\"]}", "\"all\""},
    {"{\"name\": \"spring\", \"image\": \"B-2\", \"filters\": [\"colour=red\"]}", "column 1"},
    {"{" LEAST ", \"phases\": \"5\"}", "\"5\" are no phases"},
    {"{" LEAST ", \"failures\": \"0\"}", "\"0\" are no failures"},
    {"{" LEAST ", \"window\": \"22-5\"}", "\"22-5\" is no window"},
    {"{" LEAST ", \"window\": \"22:00-22:00\"}", "which differ"},
    {"{" LEAST ", \"window\": \"00:00-24:00\"}", "from 00:00 to 23:59"},
    {"{" LEAST ", \"success\": 0}", "success must be from 1 to 100"},
    {"{" LEAST ", \"success\": 101}", "success"},
    {"{" LEAST ", \"rate\": -1}", "rate"},
    {"{" LEAST ", \"rate\": 10000001}", "rate"},
    {"{" LEAST ", \"timeout_s\": 0}", "timeout_s"},
    {"{" LEAST ", \"soak_s\": -1}", "soak_s"},
    {"{" LEAST ", \"soak_s\": 31536001}", "soak_s"},
    {"{" LEAST ", \"site\": \"site-\"}", "go together"},
    {"{" LEAST ", \"per_site\": 1}", "go together"},
    {"{" LEAST ", \"site\": \"a b\", \"per_site\": 1}", "tag"},
    {"{" LEAST ", \"colour\": 1}", "colour"},
    {"{" LEAST ", \"rate\": \"1\"}", "rate"},
    {"{" LEAST ", \"scope\": \"fleet\"}", "\"scope\" goes with \"config\""},
    {"{" LEAST ", \"force\": true}", "\"force\" goes with"},
    {"{" CONFIG ", \"scope\": \"fleet\"}", NULL},
    {"{" CONFIG ", \"scope\": \"group\", \"group\": \"a\", \"force\": true}", NULL},
    {"{" CONFIG "}", "scope must be fleet or group"},
    {"{" CONFIG ", \"scope\": \"device\"}", "scope must be fleet or group"},
    {"{" CONFIG ", \"scope\": \"group\"}", "names a group"},
    {"{" CONFIG ", \"scope\": \"fleet\", \"group\": \"a\"}", "names a group"},
    {"{" CONFIG ", \"scope\": \"group\", \"group\": \"0123456789abcdef0123456789abcdef0\"}",
        "names a group"},
    {"{" CONFIG ", \"scope\": \"fleet\", \"image\": \"B-2\"}", "exclude each other"},
    {"{" CONFIG ", \"scope\": \"fleet\", \"all\": true}", "do not go with it"},
    {"{" CONFIG ", \"scope\": \"fleet\", \"filters\": [\"tag=a\"]}", "do not go with it"},
    {"{\"name\": \"spring\", \"config\": [], \"scope\": \"fleet\"}", "must be an object"},
};

static void bodies_are_read_strictly(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct api_rollout_create create = {.all = false};
        struct err err = {0};
        int rc = api_rollout_create_decode(
            (const uint8_t *)bodies[i].body, strlen(bodies[i].body), &create, &err);

        api_rollout_create_clear(&create);
        if ((rc == 0) != (bodies[i].reason == NULL) ||
            (rc < 0 && strstr(err.message, bodies[i].reason) == NULL))
            fail_msg("%s: %d, %s", bodies[i].body, rc, err.message);
    }
}

static void what_is_not_said_is_usual(void **state)
{
    static const char body[] = "{" LEAST "}";
    struct api_rollout_create create = {.all = false};
    const struct rollout_terms *terms = &create.rollout.terms;

    (void)state;
    assert_int_equal(
        api_rollout_create_decode((const uint8_t *)body, strlen(body), &create, NULL), 0);
    assert_int_equal(terms->phase_count, 4);
    assert_int_equal(terms->rate, 60);
    assert_int_equal(terms->at_once, 20);
    assert_int_equal(terms->site_size, 0);
    assert_int_equal(terms->success, 95);
    assert_int_equal(terms->soak_ms, 600000);
    assert_int_equal(terms->timeout_ms, 1800000);
    assert_true(terms->failures.is_percent && terms->failures.value == 5);
    assert_false(terms->canaries_first);
    assert_int_equal(terms->window_from, terms->window_to);
    api_rollout_create_clear(&create);
}

static int put_device(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device = {.online = true, .last_seen_ms = 1};

    snprintf(device.mac, sizeof device.mac, "84f3eb00000%c", *(const char *)ctx);
    snprintf(device.status.image, sizeof device.status.image, "%s", (const char *)ctx + 2);
    return device_store_put(connection, &device, NULL, err);
}

static int put_images(struct store_connection *connection, void *ctx, struct err *err)
{
    struct image image = {.signer = "a", .embeds = {"a"}, .embeds_count = 1};
    int rc = 0;

    (void)ctx;
    for (int i = 1; rc == 0 && i <= 2; i++) {
        char name[] = {'B', '-', (char)('0' + i), '\0'};

        image.state = i == 1 ? IMAGE_PUBLISHED : IMAGE_ADDED;
        assert_true(image_name_parse(name, strlen(name), &image.name));
        rc = image_store_add(connection, &image, err);
    }
    return rc;
}

static int shut_out(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_revocation revocation = {.mac = "84f3eb000005", .revoked_at_ms = 1};

    (void)ctx;
    return revocation_store_put(connection, &revocation, err);
}

static void fill_devices(struct fixture *f)
{
    static char devices[][8] = {"1 B-1", "2 B-1", "3 B-2", "4 C-1", "5 B-1"};

    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
        assert_int_equal(store_write(f->api.store, put_device, devices[i], NULL), 0);
    assert_int_equal(store_write(f->api.store, shut_out, NULL, NULL), 0);
}

static void fill(struct fixture *f)
{
    fill_devices(f);
    assert_int_equal(store_write(f->api.store, put_images, NULL, NULL), 0);
    assert_int_equal(release_refresh(f->api.release, NULL), 0);
}

static void post(struct fixture *f, const char *target, const char *body)
{
    ask(f, "POST", target, body, strlen(body));
}

static void an_abort_makes_room(struct fixture *f)
{
    post(f, API "/rollouts/spring/abort", "");
    expect(f, "aborted", 200, "\"state\":\"aborted\"", "\"gated\":true");
    post(f, API "/rollouts/spring/resume", "");
    expect(f, "no way back", 409, "was aborted", "");
    post(f, API "/images/B-2/publish", "");
    expect(f, "its image stays kept", 200, "rollout spring, which was aborted, keeps it from",
        "withdraw it and publish it again: 'secureesp images withdraw B-2'");
    post(f, API "/rollouts",
        "{\"name\": \"summer\", \"image\": \"B-2\", \"all\": true, \"start_ms\": 253402300799000}");
    expect(f, "it waits", 201, "\"waits_for\":\"start\",\"waits_until_ms\":253402300799000,", "");
    ask(f, "GET", API "/rollouts?limit=1", NULL, 0);
    expect(f, "a page", 200, "\"name\":\"summer\"", "Link: <?limit=1&cursor=");
    assert_null(strstr(f->answer, "spring"));
    ask(f, "GET", API "/rollouts/summer/devices?limit=1", NULL, 0);
    expect(f, "a page of devices", 200, "\"mac\":\"84f3eb000001\"", "Link: <?limit=1&cursor=");
    ask(f, "GET", API "/rollouts/summer/devices", NULL, 0);
    expect(f, "all", 200, "\"mac\":\"84f3eb000001\"", "\"mac\":\"84f3eb000002\"");
    ask(f, "GET", API "/rollouts/winter/devices", NULL, 0);
    expect(f, "of none", 404, "not-found", "");
    post(f, API "/rollouts/summer/remove", "");
    expect(f, "not over", 409, "has not ended", "");
    post(f, API "/rollouts/spring/remove", "");
    expect(f, "over", 200, "\"name\":\"spring\",\"removed\":true", "");
    ask(f, "GET", API "/rollouts/spring", NULL, 0);
    expect(f, "gone", 404, "not-found", "");
    post(f, API "/images/B-2/withdraw?force=1", "");
    expect(f, "withdrawn", 200, "\"state\":\"withdrawn\"", "rollout summer of it pauses");
}

static void it_is_planned_created_and_shown(void **state)
{
    struct fixture *f = *state;

    fill(f);
    post(f, API "/rollouts", "{" LEAST ", \"dry_run\": true, \"phases\": \"1,100%\"}");
    expect(f, "plan", 200,
        "\"publishes\":true,\"met\":5,\"current\":1,\"foreign\":1,\"revoked\":1,\"off_channel\":0,"
        "\"count\":2,\"canaries\":0,",
        "{\"phase\":2,\"count\":1,\"macs\":[\"84f3eb00000");
    ask(f, "GET", API "/rollouts", NULL, 0);
    expect(f, "nothing is done", 200, "[]", "");
    post(f, API "/rollouts", "{" LEAST ", \"phases\": \"1,100%\"}");
    expect(f, "created", 201,
        "\"state\":\"running\",\"reason\":null,\"waits_for\":null,\"waits_until_ms\":null,"
        "\"phase\":1,\"phases\":2,",
        "\"total\":2,\"waiting\":2,\"away\":0,");
    ask(f, "GET", API "/images", NULL, 0);
    expect(f, "its image", 200, "\"name\":\"B-2\"", "\"state\":\"published\"");
    expect(f, "says so", 200, "\"rollout\":{\"name\":\"spring\",\"state\":\"running\",",
        "\"effect\":\"rollout spring keeps it from devices");
    ask(f, "GET", API "/chains/B", NULL, 0);
    expect(f, "the chain, too", 200, "\"rollout\":null",
        "\"rollout\":{\"name\":\"spring\",\"state\":\"running\",");
    post(f, API "/rollouts", "{" LEAST "}");
    expect(f, "twice", 409, "conflict", "rollout spring");
    ask(f, "GET", API "/rollouts", NULL, 0);
    expect(f, "list", 200, "\n{\"name\":\"spring\"", "");
    ask(f, "GET", API "/rollouts/spring", NULL, 0);
    expect(f, "shown", 200, "\"members\":[{\"mac\":\"84f3eb00000", "\"stage\":\"waiting\"");
    ask(f, "GET", API "/rollouts/summer", NULL, 0);
    expect(f, "unknown", 404, "not-found", "secureesp rollouts list");
    post(f, API "/rollouts/spring/pause", "");
    expect(f, "paused", 200, "\"state\":\"paused\"", "\"reason\":\"by an operator\"");
    ask(f, "GET", API "/status", NULL, 0);
    expect(f, "status", 200, "\"rollouts\":{\"running\":0,\"paused\":[{\"name\":\"spring\"",
        "by an operator");
    post(f, API "/rollouts/spring/retry", "");
    expect(f, "nobody", 200, "\"retried\":0", "");
    an_abort_makes_room(f);
}

static void one_of_a_configuration(void **state)
{
    static const char start[] =
        "{\"name\": \"spring\", \"scope\": \"fleet\", \"config\": {\"a\": \"";
    struct fixture *f = *state;
    char longest[sizeof start + ROLLOUT_PATCH_SIZE + 8];

    fill_devices(f);
    snprintf(longest, sizeof longest, "%s%0*d\"}}", start, ROLLOUT_PATCH_SIZE, 0);
    post(f, API "/rollouts", longest);
    expect(f, "a long patch", 413, "config: it has more than 2048 bytes", "");
    post(f, API "/rollouts", "{" CONFIG ", \"scope\": \"fleet\", \"dry_run\": true}");
    expect(f, "plan", 200, "\"kind\":\"config\",\"image\":null,",
        "\"publishes\":false,\"met\":5,\"current\":0,\"foreign\":0,\"revoked\":1,\"off_channel\":0,"
        "\"count\":4,");
    post(f, API "/rollouts", "{" CONFIG ", \"scope\": \"fleet\"}");
    expect(f, "created", 201,
        "\"config\":{\"scope\":\"fleet\",\"name\":null,\"patch\":{\"waittimeout\":9000}},",
        "\"gated\":false,");
    post(f, API "/settings?scope=fleet", "{\"waittimeout\": 8000}");
    expect(f, "beside it", 409, "waittimeout: rollout spring is about to set it there", "");
    ask(f, "GET", API "/audit", NULL, 0);
    expect(f, "in the audit log", 200, "\"scope\":\"fleet\"", "{\\\"waittimeout\\\":9000}");
    post(f, API "/rollouts/spring/abort", "");
    expect(f, "aborted", 200, "\"state\":\"aborted\"", "\"kind\":\"config\"");
    post(f, API "/settings?scope=fleet", "{\"waittimeout\": 8000}");
    expect(f, "and now", 200, "\"number\":1", "");
    ask(f, "GET", API "/settings/history", NULL, 0);
    expect(f, "of nobody's end", 200, "\"rollout\":null", "");
    post(f, API "/rollouts/spring/remove", "");
    expect(f, "removed", 200, "\"removed\":true", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_are_read_strictly),
        cmocka_unit_test(what_is_not_said_is_usual),
        cmocka_unit_test(one_of_a_configuration),
        cmocka_unit_test(it_is_planned_created_and_shown),
    };

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
