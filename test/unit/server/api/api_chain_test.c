// Release chains and boards over the API.
#include "test/unit/server/api/api_fixture.h"

#include "server/store/device_store.h"
#include "server/store/image_store.h"
#include "server/store/mark_store.h"
#include "server/store/rollout_store.h"

#define MANY 110 // images, from each of which all later ones can be verified

// Published; who signed it and what it embeds, a letter each.
struct shape {
    const char *name, *signer, *embeds;
};

static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct shape *shape = ctx;
    struct image image = {.state = IMAGE_PUBLISHED, .embeds_from = "descriptor", .embeds_count = 1};

    assert_true(image_name_parse(shape->name, strlen(shape->name), &image.name));
    snprintf(image.signer, sizeof image.signer, "%s", shape->signer);
    snprintf(image.embeds[0], sizeof image.embeds[0], "%s", shape->embeds);
    return image_store_add(connection, &image, err);
}

static int put_device(struct store_connection *connection, void *ctx, struct err *err)
{
    const char *const *words = ctx; // its MAC and image
    struct device_record device = {.reason = DEVICE_REASON_STATUS, .last_seen_ms = 1};

    snprintf(device.mac, sizeof device.mac, "%s", words[0]);
    snprintf(device.status.image, sizeof device.status.image, "%s", words[1]);
    return device_store_put(connection, &device, NULL, err);
}

static void the_graph_and_who_is_stranded(void **state)
{
    static struct shape shapes[] = {{"A-1", "a", "a"}, {"A-2", "a", "a"}, {"A-3", "a", "b"}};
    static struct shape last = {"A-4", "c", "c"};
    static const char *devices[][2] = {{"84f3eb000001", "A-2"}, {"84f3eb000002", "A-0"}};
    struct fixture *f = *state;

    for (size_t i = 0; i < 3; i++)
        assert_int_equal(store_write(f->api.store, add, &shapes[i], NULL), 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(store_write(f->api.store, put_device, devices[i], NULL), 0);
    ask(f, "GET", "/api/v1/chains/A", NULL, 0);
    expect(f, "steps", 200, "\"policy\":\"step\",\"stranded\":0,\"edges_cut\":false",
        "{\"from\":\"A-1\",\"to\":\"A-2\",\"offered\":true},"
        "{\"from\":\"A-1\",\"to\":\"A-3\",\"offered\":false},"
        "{\"from\":\"A-2\",\"to\":\"A-3\",\"offered\":true}]");
    expect(f, "nobody is lost", 200, "\"comes_to\":\"A-3\",\"fault\":null,\"stranded_macs\":[]",
        "\"unknown\":[{\"image\":\"A-0\",\"devices\":1}]");
    ask(f, "POST", "/api/v1/boards/A?policy=leap", NULL, 0);
    expect(f, "set", 200, "\"board\":\"A\",\"policy\":\"leap\",\"images\":3,\"newest\":\"A-3\"",
        "\"devices\":1");
    ask(f, "GET", "/api/v1/boards", NULL, 0);
    expect(f, "boards", 200, "[{\"board\":\"A\",\"policy\":\"leap\"", "\"newest\":\"A-3\"");
    ask(f, "GET", "/api/v1/chains/A", NULL, 0);
    expect(f, "leaps", 200, "\"policy\":\"leap\"",
        "{\"from\":\"A-1\",\"to\":\"A-3\",\"offered\":true}");
    assert_int_equal(store_write(f->api.store, add, &last, NULL), 0);
    ask(f, "GET", "/api/v1/chains/A", NULL, 0);
    expect(f, "lost", 200, "\"stranded\":1,",
        "\"comes_to\":\"A-3\",\"fault\":{\"image\":\"A-3\",\"next\":\"A-4\",\"obstacle\":\"key\","
        "\"key\":{\"id\":\"c\",\"name\":null}},\"stranded_macs\":[\"84f3eb000001\"]");
    ask(f, "POST", "/api/v1/images/A-2/must-pass?on=1", NULL, 0);
    expect(f, "mark", 200, "\"name\":\"A-2\"", "\"must_pass\":true");
}

static int add_rollout(struct store_connection *connection, void *ctx, struct err *err)
{
    struct rollout rollout = {.name = "r", .state = ROLLOUT_PAUSED, .is_gated = true};

    (void)ctx;
    rollout.terms.phase_count = 1;
    rollout.terms.phases[0] = rollout.terms.failures = (struct rollout_amount){100, true};
    assert_true(image_name_parse("G-3", 3, &rollout.image));
    return rollout_store_add(connection, &rollout, err);
}

static int hold(struct store_connection *connection, void *ctx, struct err *err)
{
    return mark_store_put(connection, ctx, &(struct device_mark){.held_at_ms = 1}, err);
}

// What a rollout keeps from a device is not told as if it were offered.
static void what_a_rollout_keeps_is_said(void **state)
{
    static struct shape shapes[] = {{"G-1", "a", "a"}, {"G-2", "a", "a"}, {"G-3", "a", "a"}};
    static const char *devices[][2] = {
        {"84f3eb00000a", "G-1"}, {"84f3eb00000b", "G-2"}, {"84f3eb00000c", "G-3"}};
    struct fixture *f = *state;

    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(store_write(f->api.store, add, &shapes[i], NULL), 0);
        assert_int_equal(store_write(f->api.store, put_device, devices[i], NULL), 0);
    }
    ask(f, "POST", "/api/v1/boards/G?policy=leap", NULL, 0);
    ask(f, "GET", "/api/v1/chains/G", NULL, 0);
    expect(f, "all", 200, "\"next\":\"G-3\",\"kept_by\":null,\"kept_next\":null", "");
    ask(f, "GET", "/api/v1/devices/84f3eb00000a", NULL, 0);
    expect(f, "a device", 200,
        "\"offer\":{\"image\":\"G-3\",\"next\":\"G-3\",\"reason\":null,\"rollout\":null}", "");
    assert_int_equal(store_write(f->api.store, add_rollout, NULL, NULL), 0);
    ask(f, "POST", "/api/v1/boards/G?policy=leap", NULL, 0);
    ask(f, "GET", "/api/v1/chains/G", NULL, 0);
    expect(f, "kept", 200, "\"next\":\"G-3\",\"kept_by\":\"r\",\"kept_next\":\"G-2\"",
        "\"next\":\"G-3\",\"kept_by\":\"r\",\"kept_next\":null");
    ask(f, "GET", "/api/v1/devices/84f3eb00000a", NULL, 0);
    expect(f, "what is before it", 200,
        "\"offer\":{\"image\":\"G-2\",\"next\":\"G-2\",\"reason\":null,\"rollout\":null}", "");
    ask(f, "GET", "/api/v1/devices/84f3eb00000b", NULL, 0);
    expect(f, "nothing", 200,
        "\"offer\":{\"image\":null,\"next\":\"G-3\",\"reason\":\"rollout\",\"rollout\":\"r\"}", "");
    ask(f, "GET", "/api/v1/devices/84f3eb00000c", NULL, 0);
    expect(f, "the newest", 200,
        "\"offer\":{\"image\":null,\"next\":null,\"reason\":\"newest\",\"rollout\":null}", "");
    ask(f, "GET", "/api/v1/devices/count?filter=board%3DG%20image!%3Dlatest", NULL, 0);
    expect(f, "outdated", 200, "\"count\":1", "");
    assert_int_equal(store_write(f->api.store, hold, (void *)devices[0][0], NULL), 0);
    ask(f, "GET", "/api/v1/devices/84f3eb00000a", NULL, 0);
    expect(f, "held", 200,
        "\"offer\":{\"image\":null,\"next\":\"G-2\",\"reason\":\"held\",\"rollout\":null}", "");
}

static void a_graph_has_an_end(void **state)
{
    struct fixture *f = *state;
    size_t edges = 0;
    char name[32];

    for (int i = 1; i <= MANY; i++) {
        struct shape shape = {name, "a", "a"};

        snprintf(name, sizeof name, "M-%d", i);
        assert_int_equal(store_write(f->api.store, add, &shape, NULL), 0);
    }
    ask(f, "GET", "/api/v1/chains/M", NULL, 0);
    expect(f, "many", 200, "\"edges_cut\":true", "\"to\":\"M-110\",\"offered\":true}]");
    for (const char *at = f->answer; (at = strstr(at, "\"offered\":")) != NULL; at++)
        edges++;
    assert_in_range(edges, 5000, 5000 + MANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_graph_and_who_is_stranded),
        cmocka_unit_test(what_a_rollout_keeps_is_said),
        cmocka_unit_test(a_graph_has_an_end),
    };

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
