// Tests of what tells Home Assistant of the fleet, and does what it orders.
#include <stdio.h>

#include "server/store/command_store.h"
#include "server/store/image_store.h"
#include "server/store/label_store.h"
#include "server/store/mark_store.h"
#include "server/store/revocation_store.h"
#include "test/unit/server/homeassistant/kept_messages.h"
#include "test/unit/server/store/store_fixture.h"

#define CONFIG(mac) "homeassistant/device/secureesp_" mac "/config"
#define STATE(mac) "secureesp/" mac "/state"
#define DAEMON "secureesp/availability"

// --- the fleet

static int add_images(struct store_connection *connection, void *ctx, struct err *err)
{
    static const char *const names[] = {"B-1", "B-2"};
    int rc = 0;

    (void)ctx;
    for (size_t i = 0; rc == 0 && i < 2; i++) {
        struct image image = {.signer = "a",
            .embeds = {"a"},
            .embeds_count = 1,
            .state = IMAGE_PUBLISHED,
            .channel = CHANNEL_STABLE};

        assert_true(image_name_parse(names[i], strlen(names[i]), &image.name));
        rc = image_store_add(connection, &image, err);
    }
    return rc;
}

struct report {
    const char *mac, *image, *status;
    bool offline;
};

static int put_report(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct report *report = ctx;
    struct device_record device = fixture_device(report->mac);

    device.online = !report->offline;
    snprintf(device.status.image, sizeof device.status.image, "%s", report->image);
    return device_store_put(connection, &device, report->status, err);
}

static void report(struct fixture *f, const char *mac, const char *image, const char *status)
{
    fixture_write(f, put_report, &(struct report){mac, image, status, false});
}

static int remove_device(struct store_connection *connection, void *ctx, struct err *err)
{
    return device_store_remove(connection, ctx, err);
}

static int hold(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_mark mark = {.held_at_ms = *(int64_t *)ctx};

    return mark_store_put(connection, MAC_1, &mark, err);
}

static int put_label(struct store_connection *connection, void *ctx, struct err *err)
{
    return label_store_put(connection, MAC_1, ctx, err);
}

static int put_revocation(struct store_connection *connection, void *ctx, struct err *err)
{
    return revocation_store_put(connection, ctx, err);
}

static struct release *release;

static struct homeassistant_drive *start(struct fixture *f, bool is_on)
{
    struct homeassistant_drive_settings settings = {.store = f->store,
        .release = release,
        .is_on = is_on,
        .per_second = 1000,
        .publish = publish};
    struct homeassistant_drive *drive;

    assert_int_equal(homeassistant_drive_new(&settings, &drive, NULL), 0);
    assert_int_equal(homeassistant_drive_start(drive, NULL), 0);
    return drive;
}

static int set_up(void **state)
{
    if (fixture_set_up(state) < 0)
        return -1;
    fixture_write(*state, add_images, NULL);
    lose_all();
    broker.published = 0;
    broker.is_there = false;
    return release_open(((struct fixture *)*state)->store, &release, NULL);
}

static int tear_down(void **state)
{
    release_close(release);
    return fixture_tear_down(state);
}

static void test_tells(void **state)
{
    struct fixture *f = *state;
    struct homeassistant_drive *drive = start(f, true);
    size_t before;

    report(f, MAC_1, "B-1", "{\"espimage\": \"B-1\", \"a\": 1}");
    fixture_add_device(f, MAC_2); // has not said what it runs
    (void)usleep(50000);
    assert_int_equal(published(), 0); // nobody is there
    set_there(drive, true);
    wait_until_kept(CONFIG(MAC_1), "app_a");
    assert_true(keeps(STATE(MAC_1), "\"latest_version\":\"B-2\""));
    assert_true(keeps("secureesp/" MAC_1 "/availability", "online"));
    assert_true(keeps(CONFIG(MAC_2), NULL));

    before = published();
    (void)usleep(2500000); // two looks
    assert_int_equal(published(), before);
    report(f, MAC_1, "B-1", "{\"espimage\": \"B-1\", \"a\": 2}");
    wait_until_kept(STATE(MAC_1), "\"a\":2");
    assert_int_equal(published(), before + 1); // the state alone
    fixture_write(
        f, put_report, &(struct report){MAC_1, "B-1", "{\"espimage\": \"B-1\", \"a\": 2}", true});
    wait_until_kept("secureesp/" MAC_1 "/availability", "offline");
    assert_int_equal(published(), before + 2);
    fixture_write(f, put_label, &(struct device_label){.name = "pump", .place = "cellar"});
    wait_until_kept(CONFIG(MAC_1), "\"name\":\"pump\"");
    assert_true(keeps(CONFIG(MAC_1), "\"suggested_area\":\"cellar\""));
    assert_int_equal(published(), before + 3); // the announcement alone
    fixture_write(f, put_label, &(struct device_label){.note = "nothing of this is told"});
    wait_until_kept(CONFIG(MAC_1), "\"name\":\"" MAC_1 "\"");
    assert_false(keeps(CONFIG(MAC_1), "cellar"));
    assert_int_equal(published(), before + 4);
    assert_true(keeps(DAEMON, "online"));
    homeassistant_drive_free(drive);
    assert_true(keeps(DAEMON, "offline"));
}

// Whoever starts anew: all is said again, and nothing is lost.
static void test_starts_anew(void **state)
{
    struct fixture *f = *state;
    struct homeassistant_drive *drive = start(f, true);
    size_t before;

    report(f, MAC_1, "B-1", NULL);
    set_there(drive, true);
    wait_until_kept(CONFIG(MAC_1), "");
    set_there(drive, false);
    lose_all();
    report(f, MAC_1, "B-2", NULL);
    (void)usleep(1200000);
    assert_true(keeps(CONFIG(MAC_1), NULL));
    set_there(drive, true);
    wait_until_kept(CONFIG(MAC_1), "B-2");
    wait_until_kept(STATE(MAC_1), "B-2");
    wait_until_kept("secureesp/" MAC_1 "/availability", "online"); // as before
    wait_until_kept(DAEMON, "online");

    before = published();
    assert_true(homeassistant_drive_hear(drive, "homeassistant/status", (uint8_t *)"offline", 7));
    (void)usleep(1500000);
    assert_int_equal(published(), before);
    lose_all();
    for (int i = 0; i < 100; i++)
        assert_true(
            homeassistant_drive_hear(drive, "homeassistant/status", (uint8_t *)"online", 6));
    wait_until_kept(CONFIG(MAC_1), "B-2");
    assert_in_range(published(), before + 1, before + 2); // once, or twice
    homeassistant_drive_free(drive);
}

static void test_takes_away(void **state)
{
    struct fixture *f = *state;
    struct homeassistant_drive *drive = start(f, true);

    report(f, MAC_1, "B-1", NULL);
    report(f, MAC_2, "B-1", NULL);
    set_there(drive, true);
    wait_until_kept(CONFIG(MAC_1), "");
    wait_until_kept(CONFIG(MAC_2), "");
    fixture_write(f, remove_device, MAC_1);
    wait_until_kept(CONFIG(MAC_1), NULL);
    assert_string_equal(broker.last, CONFIG(MAC_1)); // while it is there the others are found
    assert_true(keeps(STATE(MAC_1), NULL));
    assert_true(keeps("secureesp/" MAC_1 "/availability", NULL));
    assert_true(keeps(CONFIG(MAC_2), ""));

    // what an earlier daemon said of a device that is no more; and of others it says nothing
    assert_int_equal(publish(CONFIG(MAC_3), "{}", 2, NULL), 0);
    assert_int_equal(publish("homeassistant/device/other/config", "{}", 2, NULL), 0);
    assert_true(homeassistant_drive_hear(drive, CONFIG(MAC_3), (uint8_t *)"{}", 2));
    assert_true(
        homeassistant_drive_hear(drive, "homeassistant/device/other/config", (uint8_t *)"{}", 2));
    assert_false(homeassistant_drive_hear(drive, "/status/" MAC_1, (uint8_t *)"{}", 2));
    wait_until_kept(CONFIG(MAC_3), NULL);
    assert_true(keeps("homeassistant/device/other/config", "{}"));
    assert_true(keeps(CONFIG(MAC_2), ""));
    homeassistant_drive_free(drive);
}

static void test_off(void **state)
{
    struct fixture *f = *state;
    struct homeassistant_drive *drive = start(f, false);

    report(f, MAC_1, "B-1", NULL);
    set_there(drive, true);
    assert_int_equal(publish(CONFIG(MAC_1), "{}", 2, NULL), 0);
    assert_true(homeassistant_drive_hear(drive, CONFIG(MAC_1), (uint8_t *)"{}", 2));
    assert_int_equal(publish(DAEMON, "offline", 7, NULL), 0); // the one before said so
    wait_until_kept(CONFIG(MAC_1), NULL);
    (void)usleep(1200000);
    assert_true(keeps(DAEMON, NULL));
    assert_true(keeps(STATE(MAC_1), NULL));
    homeassistant_drive_free(drive);
}

// --- orders

static void order(struct homeassistant_drive *drive, const char *mac, const char *order)
{
    char text[128];
    int n = snprintf(
        text, sizeof text, "{\"client\": \"ha\", \"mac\": \"%s\", \"order\": \"%s\"}", mac, order);

    assert_true(
        homeassistant_drive_hear(drive, "/broker/homeassistant", (uint8_t *)text, (size_t)n));
}

static uint64_t counts[3]; // published, orders, refused

static void note(const char *name, uint64_t value, void *ctx)
{
    size_t *i = ctx;

    (void)name;
    counts[(*i)++] = value;
}

static void wait_for_orders(struct homeassistant_drive *drive, uint64_t done, uint64_t refused)
{
    for (int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;;) {
        homeassistant_drive_each_counter(drive, note, &(size_t){0});
        if (counts[1] + counts[2] >= done + refused || clock_monotonic_ms() > until_ms)
            break;
        (void)usleep(10000);
    }
    assert_int_equal(counts[1], done);
    assert_int_equal(counts[2], refused);
}

static void test_orders(void **state)
{
    struct fixture *f = *state;
    struct homeassistant_drive *drive = start(f, true);
    int64_t since = 5;

    report(f, MAC_1, "B-1", NULL);
    report(f, MAC_2, "B-2", NULL);
    set_there(drive, true);
    wait_until_kept(CONFIG(MAC_2), "");
    fixture_write(f, hold, &since);
    order(drive, MAC_1, "install"); // held
    order(drive, MAC_2, "install"); // nothing is newer
    order(drive, MAC_3, "restart"); // unknown
    wait_for_orders(drive, 0, 3);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM commands"), 0);
    wait_until_kept(STATE(MAC_1), "Held by an operator, before B-2.");
    assert_true(keeps(STATE(MAC_1), "\"latest_version\":\"B-1\""));

    since = 0;
    fixture_write(f, hold, &since);
    order(drive, MAC_1, "install");
    order(drive, MAC_1, "install"); // it is at it
    order(drive, MAC_1, "restart");
    order(drive, MAC_1, "restart");
    wait_for_orders(drive, 2, 5);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM commands"), 3);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM commands WHERE name = 'firmware'"
                                      " AND state = 0 AND batch = id"),
        1);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM commands WHERE name = 'flash'"
                                      " AND state = 6 AND wave = 1 AND batch > 0"),
        1);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM audit WHERE who = 'homeassistant'"
                                      " AND user_name = 'ha' AND object = '" MAC_1 "'"),
        2);
    wait_until_kept(STATE(MAC_1), "\"in_progress\":true,\"update_percentage\":0");
    homeassistant_drive_free(drive);
}

// Nothing is said of them, and nothing is done to them.
static void test_orders_of_others(void **state)
{
    struct fixture *f = *state;
    struct homeassistant_drive *drive = start(f, true);
    struct device_revocation revocation = {.mac = MAC_1, .revoked_at_ms = 5};

    report(f, MAC_1, "B-1", NULL);
    report(f, MAC_2, "B-1", NULL);
    fixture_add_device(f, MAC_3); // has not said what it runs
    set_there(drive, true);
    wait_until_kept(CONFIG(MAC_1), "");
    fixture_write(f, put_revocation, &revocation);
    wait_until_kept(CONFIG(MAC_1), NULL);
    order(drive, MAC_1, "restart");
    order(drive, MAC_3, "restart");
    order(drive, MAC_2, "restart");
    wait_for_orders(drive, 1, 2);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM commands"), 1);
    assert_true(keeps(CONFIG(MAC_3), NULL));
    homeassistant_drive_free(drive);
}

static void test_orders_off(void **state)
{
    struct fixture *f = *state;
    struct homeassistant_drive *drive = start(f, false);

    report(f, MAC_1, "B-1", NULL);
    set_there(drive, true);
    order(drive, MAC_1, "install");
    assert_true(homeassistant_drive_hear(drive, "/broker/homeassistant", (uint8_t *)"{", 1));
    (void)usleep(300000);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM commands"), 0);
    homeassistant_drive_free(drive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tells, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_starts_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_takes_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_off, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_orders, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_orders_of_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_orders_off, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
