// Networks for devices: for those that can take them, canaries first, and nothing of them in the
// clear.
#include "test/unit/server/wifi/wifi_fixture.h"

#include "server/base/base64.h"
#include "server/base/file.h"
#include "server/store/batch_store.h"
#include "server/store/command_store.h"
#include "server/store/mark_store.h"
#include "server/store/payload_store.h"
#include "server/wifi/wifi_order.h"

#define MAC_4 "84f3eb000004"
#define PASSWORD "open sesame 1"

static const struct wifi_network networks[2] = {{"new site", PASSWORD}, {"old site", "0123456789"}};

static const char all_macs[4][MAC_SIZE] = {MAC_1, MAC_2, MAC_3, MAC_4};

static struct wifi_order order_for(size_t count, size_t canaries)
{
    return (struct wifi_order){.macs = all_macs,
        .mac_count = count,
        .networks = networks,
        .network_count = 2,
        .canaries = canaries};
}

static int run(struct wifi_fixture *w, const struct wifi_order *order,
    struct wifi_order_result *result, struct err *err)
{
    return wifi_order_run(w->f->store, &w->sources, order, result, err);
}

static void set_up_devices(struct wifi_fixture *w, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        wifi_fixture_add_device(w, all_macs[i], true);
        wifi_fixture_file(w, all_macs[i], PRIVATE_KEY_P256, 1);
    }
}

static struct command get(struct wifi_fixture *w, int64_t id)
{
    struct store_connection *connection = fixture_read(w->f);
    struct command command;

    assert_int_equal(command_store_get(connection, id, &command, NULL), 0);
    store_read_end(w->f->store, connection);
    return command;
}

// Canaries are those that are online; each gets the networks sealed anew.
static void test_canaries_first(void **state)
{
    struct wifi_fixture *w = *state;
    struct wifi_order order = order_for(4, 2);
    struct wifi_order_result result;
    struct err err = {0};
    static const char *const expected[] = {MAC_2, MAC_4, MAC_1, MAC_3};

    set_up_devices(w, 4);
    wifi_fixture_add_device(w, MAC_1, false);
    wifi_fixture_add_device(w, MAC_3, false);
    if (run(w, &order, &result, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(result.count, 4);
    assert_int_equal(result.refused, 0);
    for (size_t i = 0; i < 4; i++) {
        struct command command = get(w, result.items[i].id);

        assert_string_equal(result.items[i].mac, expected[i]);
        assert_string_equal(command.mac, expected[i]);
        assert_string_equal(command.name, "wifi");
        assert_int_equal(command.batch, result.batch);
        assert_int_equal(command.wave, i < 2 ? 0 : 1);
        assert_int_equal(command.state, i < 2 ? COMMAND_QUEUED : COMMAND_WAITING);
        assert_null(result.items[i].sealed);
    }
    assert_int_equal(result.batch, result.items[0].id);
    assert_int_equal(fixture_query(w->f, "SELECT count(DISTINCT sealed) FROM command_payloads"), 4);
    // Two networks are 8 + 2 * 96 bytes, and 81 more when they are sealed.
    assert_int_equal(fixture_query(w->f, "SELECT max(length(sealed)) FROM command_payloads"),
        BASE64_SIZE(8 + 2 * 96 + 81) - 1);
    wifi_order_clear(&result);
}

static void test_all_are_canaries(void **state)
{
    static const size_t canaries[] = {0, 2, 3};
    struct wifi_fixture *w = *state;
    struct wifi_order_result result;

    set_up_devices(w, 2);
    for (size_t i = 0; i < sizeof canaries / sizeof canaries[0]; i++) {
        struct wifi_order order = order_for(2, canaries[i]);

        assert_int_equal(run(w, &order, &result, NULL), 0);
        for (size_t k = 0; k < 2; k++)
            assert_int_equal(get(w, result.items[k].id).state, COMMAND_QUEUED);
        wifi_order_clear(&result);
        fixture_query(w->f, "UPDATE commands SET state = 2");
    }
}

// In the database's file and its log there is neither name nor password.
static void test_nothing_in_the_clear(void **state)
{
    struct wifi_fixture *w = *state;
    struct wifi_order order = order_for(1, 1);
    struct wifi_order_result result;
    static const char *const suffixes[] = {"", "-wal"};

    set_up_devices(w, 1);
    assert_int_equal(run(w, &order, &result, NULL), 0);
    wifi_order_clear(&result);
    for (size_t i = 0; i < 2; i++) {
        char path[SCRATCH_PATH_SIZE + 8];
        uint8_t *bytes;
        size_t n;

        snprintf(path, sizeof path, "%s%s", w->f->path, suffixes[i]);
        assert_int_equal(file_read(path, 1 << 24, &bytes, &n, NULL), 0);
        assert_null(memmem(bytes, n, PASSWORD, strlen(PASSWORD)));
        assert_null(memmem(bytes, n, "new site", 8));
        assert_null(memmem(bytes, n, "0123456789", 10));
        free(bytes);
    }
}

// Who cannot take them: a sketch, a key that is RSA, no certificate, nobody.
static void test_who_cannot(void **state)
{
    struct wifi_fixture *w = *state;
    struct device_record sketch = fixture_device(MAC_2);
    struct wifi_order order = order_for(4, 1);
    struct wifi_order_result result;
    struct err err = {0};

    set_up_devices(w, 4);
    fixture_write(w->f, fixture_put, &sketch);
    wifi_fixture_file(w, MAC_3, PRIVATE_KEY_RSA2048, 1);
    assert_int_equal(fixture_query(w->f, "DELETE FROM devices WHERE mac = 0x84f3eb000004"), -1);
    assert_int_equal(run(w, &order, &result, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "3 of 4 devices cannot be given networks, so none is: "));
    assert_non_null(strstr(err.message, MAC_2 ": it does not know the command"));
    assert_non_null(strstr(err.message, "; and others"));
    assert_int_equal(result.batch, 0);
    assert_int_equal(result.refused, 3);
    assert_null(result.items[0].reason);
    assert_int_equal(result.items[0].id, 0);
    assert_non_null(strstr(result.items[1].reason, "as sketches do not"));
    assert_non_null(strstr(result.items[2].reason, "not on P-256"));
    assert_non_null(strstr(result.items[3].reason, "unknown"));
    wifi_order_clear(&result);
    assert_int_equal(fixture_query(w->f, "SELECT count(*) FROM commands"), 0);
    assert_int_equal(fixture_query(w->f, "SELECT count(*) FROM command_payloads"), 0);

    order.skip = true;
    assert_int_equal(run(w, &order, &result, &err), 0);
    assert_int_equal(result.refused, 3);
    assert_int_equal(fixture_query(w->f, "SELECT count(*) FROM commands"), 1);
    assert_string_equal(get(w, result.batch).mac, MAC_1);
    wifi_order_clear(&result);

    order.macs = all_macs + 1;
    order.mac_count = 2;
    assert_int_equal(run(w, &order, &result, &err), ERR_CONFLICT); // nobody is left
    wifi_order_clear(&result);
    assert_int_equal(fixture_query(w->f, "SELECT count(*) FROM commands"), 1);
}

static int put_mark(struct store_connection *connection, void *ctx, struct err *err)
{
    return mark_store_put(connection, MAC_1, ctx, err);
}

static void test_held(void **state)
{
    struct wifi_fixture *w = *state;
    struct wifi_order order = order_for(1, 1);
    struct wifi_order_result result;
    struct device_mark held = {.held_at_ms = 5, .held_by = "uid 7"};
    struct err err = {0};

    set_up_devices(w, 1);
    fixture_write(w->f, put_mark, &held);
    assert_int_equal(run(w, &order, &result, &err), ERR_CONFLICT);
    assert_non_null(strstr(result.items[0].reason, "is held by uid 7"));
    wifi_order_clear(&result);
}

static void test_revoked(void **state)
{
    struct wifi_fixture *w = *state;
    struct device_revocation revocation = {MAC_1, 50, REVOCATION_REASON_USUAL, 0, 0};
    struct wifi_order order = order_for(1, 1);
    struct wifi_order_result result;

    set_up_devices(w, 1);
    fixture_write(w->f, wifi_fixture_put_revocation, &revocation);
    assert_int_equal(run(w, &order, &result, NULL), ERR_CONFLICT);
    assert_string_equal(result.items[0].reason, "the device is revoked");
    wifi_order_clear(&result);
}

// Of two orders that wait the older could come last.
static void test_one_at_a_time(void **state)
{
    struct wifi_fixture *w = *state;
    struct wifi_order order = order_for(2, 1);
    struct wifi_order_result result;
    struct err err = {0};

    set_up_devices(w, 2);
    assert_int_equal(run(w, &order, &result, NULL), 0);
    wifi_order_clear(&result);
    assert_int_equal(run(w, &order, &result, &err), ERR_CONFLICT);
    assert_non_null(strstr(result.items[0].reason, "'secureesp command cancel 1'"));
    assert_non_null(strstr(result.items[1].reason, "'secureesp command cancel 2'"));
    wifi_order_clear(&result);
    assert_int_equal(fixture_query(w->f, "SELECT count(*) FROM commands"), 2);
}

static void test_by_filter(void **state)
{
    struct wifi_fixture *w = *state;
    struct wifi_order order = order_for(0, 0);
    struct wifi_order_result result;
    struct err err = {0};

    assert_int_equal(run(w, &order, &result, &err), ERR_NOT_FOUND);
    wifi_order_clear(&result);
    set_up_devices(w, 3);
    wifi_fixture_add_device(w, MAC_2, false);
    order.filter.online = 1;
    assert_int_equal(run(w, &order, &result, NULL), 0);
    assert_int_equal(result.count, 2);
    assert_string_equal(result.items[0].mac, MAC_1);
    assert_string_equal(result.items[1].mac, MAC_3);
    wifi_order_clear(&result);
    order.filter.online = -1;
    assert_int_equal(run(w, &order, &result, NULL), 0);
    assert_int_equal(result.count, 1);
    wifi_order_clear(&result);
    order.filter.image_glob = "NONE*";
    assert_int_equal(run(w, &order, &result, NULL), ERR_NOT_FOUND);
    wifi_order_clear(&result);
}

// It is all or nothing in the database, too.
static void test_named_twice(void **state)
{
    struct wifi_fixture *w = *state;
    static const char twice[2][MAC_SIZE] = {MAC_1, MAC_1};
    struct wifi_order order = order_for(2, 1);
    struct wifi_order_result result;
    struct err err = {0};

    set_up_devices(w, 1);
    order.macs = twice;
    assert_int_equal(run(w, &order, &result, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "changed meanwhile"));
    assert_int_equal(result.batch, 0);
    assert_int_equal(result.items[0].id, 0);
    wifi_order_clear(&result);
    assert_int_equal(fixture_query(w->f, "SELECT count(*) FROM commands"), 0);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, wifi_fixture_set_up, wifi_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_canaries_first),
        TEST(test_all_are_canaries),
        TEST(test_nothing_in_the_clear),
        TEST(test_who_cannot),
        TEST(test_held),
        TEST(test_revoked),
        TEST(test_one_at_a_time),
        TEST(test_by_filter),
        TEST(test_named_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
