// Alerts in the database: told once, and their end once, across restarts.
#include "server/alert/alert_look.h"

#include "server/store/alert_store.h"
#include "server/store/event_store.h"
#include "test/unit/server/store/store_fixture.h"

#define DAY_MS INT64_C(86400000)

static void look(struct fixture *f, const char *lasting, int64_t now_ms, int64_t silent_ms)
{
    struct alert_look look = {.now_ms = now_ms, .silent_ms = silent_ms};
    struct store_connection *connection = fixture_read(f);

    if (lasting != NULL)
        alert_list_add(&look.now, lasting, "", "detail", now_ms);
    assert_int_equal(alert_look_read(connection, &look, NULL), 0);
    store_read_end(f->store, connection);
    if (look.is_changed)
        fixture_write(f, alert_look_write, &look);
    alert_look_clear(&look);
}

static int64_t notes(struct fixture *f, const char *where)
{
    char sql[200];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM alert_notes WHERE %s", where);
    return fixture_query(f, sql);
}

static void told_once(void **state)
{
    struct fixture *f = *state;

    look(f, "disk-low", 1000, 0);
    look(f, "disk-low", 2000, 0);
    assert_int_equal(notes(f, "1"), 1);
    fixture_close(f);
    fixture_open(f);
    look(f, "disk-low", 3000, 0);
    assert_int_equal(notes(f, "1"), 1);
    assert_int_equal(fixture_query(f, "SELECT since_ms FROM alerts"), 1000);
    look(f, NULL, 4000, 0);
    look(f, NULL, 5000, 0);
    assert_int_equal(notes(f, "state = 1 AND since_ms = 1000 AND at_ms = 4000"), 1);
    assert_int_equal(notes(f, "1"), 2);
    look(f, "disk-low", 6000, 0);
    assert_int_equal(notes(f, "1"), 3);
}

static int add_event(struct store_connection *connection, void *ctx, struct err *err)
{
    return event_store_add(connection, ctx, EVENT_CLASS_NOTICE, err);
}

static void happens_at(struct fixture *f, const char *mac, const char *kind, int64_t at_ms)
{
    struct event event = {.at_ms = at_ms};

    snprintf(event.mac, sizeof event.mac, "%s", mac);
    snprintf(event.kind, sizeof event.kind, "%s", kind);
    fixture_write(f, add_event, &event);
}

static void happens(struct fixture *f, const char *mac)
{
    happens_at(f, mac, "shared-identity", 5);
}

// Within an hour, and the same device.
static void restarts_are_counted(void **state)
{
    const int64_t hour_ms = 3600000;
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    happens_at(f, MAC_1, "reboot", 1);
    for (int64_t i = 0; i < 5; i++) {
        happens_at(f, MAC_1, "reboot", hour_ms + i);
        happens_at(f, MAC_1, "boot", hour_ms + i);
        happens_at(f, MAC_2, "boot", hour_ms + i);
    }
    look(f, NULL, hour_ms + 6, 0);
    assert_int_equal(notes(f, "1"), 0);
    happens_at(f, MAC_1, "reboot", hour_ms + 7);
    look(f, NULL, hour_ms + 8, 0);
    assert_int_equal(notes(f, "kind = 'device-restarts' AND subject = '" MAC_1 "'"), 1);
    assert_int_equal(notes(f, "1"), 1);
}

// Of those no end is told, and one that comes again within a day is no other.
static void events_are_told_once_a_day(void **state)
{
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    happens(f, MAC_1);
    look(f, NULL, 1000, 0);
    look(f, NULL, 2000, 0);
    assert_int_equal(notes(f, "1"), 1);
    happens(f, MAC_1);
    happens(f, MAC_2);
    look(f, NULL, 3000, 0);
    assert_int_equal(notes(f, "1"), 2);
    look(f, NULL, 3000 + DAY_MS, 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM alerts"), 0);
    assert_int_equal(notes(f, "1"), 2);
    happens(f, MAC_1);
    look(f, NULL, 4000 + DAY_MS, 0);
    assert_int_equal(notes(f, "1"), 3);
}

static int put_silent(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device = {.first_seen_ms = 1, .last_seen_ms = 2};

    snprintf(device.mac, sizeof device.mac, "%s", (const char *)ctx);
    return device_store_put(connection, &device, NULL, err);
}

static void silent(struct fixture *f, int from, int to)
{
    for (int i = from; i < to; i++) {
        char mac[MAC_SIZE];

        snprintf(mac, sizeof mac, "84f3eb%06x", (unsigned)i);
        fixture_write(f, put_silent, mac);
    }
}

static void silent_devices(void **state)
{
    struct fixture *f = *state;

    silent(f, 1, 3);
    look(f, NULL, DAY_MS, DAY_MS);
    assert_int_equal(notes(f, "1"), 0);
    look(f, NULL, DAY_MS + 3, DAY_MS);
    assert_int_equal(notes(f, "kind = 'device-offline'"), 2);
    look(f, NULL, DAY_MS + 4, 0); // not looked for
    assert_int_equal(notes(f, "1"), 2);
    fixture_query(f, "UPDATE devices SET online = 1 WHERE mac % 2 = 1");
    look(f, NULL, DAY_MS + 5, DAY_MS);
    assert_int_equal(notes(f, "state = 1 AND subject = '84f3eb000001'"), 1);
    assert_int_equal(notes(f, "1"), 3);
}

static void many_silent_devices_are_one_alert(void **state)
{
    struct fixture *f = *state;

    silent(f, 1, 3);
    look(f, NULL, 2 * DAY_MS, DAY_MS);
    silent(f, 3, 80);
    look(f, NULL, 3 * DAY_MS, DAY_MS);
    look(f, NULL, 3 * DAY_MS + 1, DAY_MS);
    assert_int_equal(notes(f, "1"), 3);
    assert_int_equal(notes(f, "subject = 'fleet'"), 1);
    assert_int_equal(notes(f, "state = 1"), 0);
    fixture_query(f, "UPDATE devices SET online = 1");
    look(f, NULL, 3 * DAY_MS + 2, DAY_MS);
    assert_int_equal(notes(f, "state = 1"), 3);
}

static int forget(struct store_connection *connection, void *ctx, struct err *err)
{
    return alert_store_forget(connection, *(const int64_t *)ctx, err);
}

// Else its number would come again, and who follows them would miss it.
static void the_newest_note_is_kept(void **state)
{
    struct fixture *f = *state;
    int64_t before_ms = 9000;

    look(f, "disk-low", 1000, 0);
    look(f, NULL, 2000, 0);
    fixture_write(f, forget, &before_ms);
    assert_int_equal(notes(f, "1"), 1);
    look(f, "disk-low", 3000, 0);
    assert_int_equal(notes(f, "number = 3"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(told_once),
        TEST(events_are_told_once_a_day),
        TEST(restarts_are_counted),
        TEST(silent_devices),
        TEST(many_silent_devices_are_one_alert),
        TEST(the_newest_note_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
