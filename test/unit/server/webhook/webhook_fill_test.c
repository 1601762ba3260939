// From what has happened to what is sent: what a webhook asks for, once each, and no more than
// fits.
#include "test/unit/server/store/store_fixture.h"

#include <stdio.h>
#include <string.h>

#include "server/audit/audit_run.h"
#include "server/store/alert_store.h"
#include "server/store/event_store.h"
#include "server/webhook/webhook_fill.h"

static char *body_of_event(const struct event *event, int64_t id)
{
    char text[64];

    snprintf(text, sizeof text, "%lld %s %s", (long long)id, event->mac, event->kind);
    return strdup(text);
}

static char *body_of_rollout(const struct audit_row *row)
{
    char text[64];

    snprintf(text, sizeof text, "%.20s %.20s", row->verb, row->object);
    return strdup(text);
}

static char *body_of_alert(const struct alert_note *note)
{
    char text[64];

    snprintf(text, sizeof text, "alert %.20s %.20s", note->alert.kind, note->alert.subject);
    return strdup(text);
}

static const struct webhook_bodies bodies = {body_of_event, body_of_rollout, body_of_alert};

static int add_event(struct store_connection *connection, void *ctx, struct err *err)
{
    return event_store_add(connection, ctx, EVENT_CLASS_OTHER, err);
}

static void happens(struct fixture *f, const char *mac, const char *kind)
{
    struct event event = {.at_ms = 5};

    snprintf(event.mac, sizeof event.mac, "%s", mac);
    snprintf(event.kind, sizeof event.kind, "%s", kind);
    assert_int_equal(store_write(f->store, add_event, &event, NULL), 0);
}

static int nothing(struct store_connection *connection, void *ctx, struct err *err)
{
    (void)connection;
    (void)ctx;
    (void)err;
    return 0;
}

static void tell(struct audit_told *told, const void *ctx)
{
    snprintf(told->object, sizeof told->object, "%s", (const char *)ctx);
    audit_json_add_number(&told->after, "n", 1);
}

static void changes(struct fixture *f, enum audit_kind kind, const char *verb, const char *object)
{
    struct audit_change change = {.verb = verb, .kind = kind, .tell = tell};

    assert_int_equal(audit_run(f->store, &change, nothing, (void *)(uintptr_t)object, NULL), 0);
}

static int put_device(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device = {.first_seen_ms = 1, .last_seen_ms = 1};

    snprintf(device.mac, sizeof device.mac, "%s", (const char *)ctx);
    return device_store_put(connection, &device, NULL, err);
}

static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    return webhook_store_add(connection, ctx, err);
}

static struct webhook hook(struct fixture *f, const char *kinds, const char *filter)
{
    struct webhook webhook = {.name = "a", .url = "https://a.example", .sealed_size = 1};

    snprintf(webhook.kinds, sizeof webhook.kinds, "%s", kinds);
    snprintf(webhook.filter, sizeof webhook.filter, "%s", filter);
    assert_int_equal(store_write(f->store, add, &webhook, NULL), 0);
    return webhook;
}

static struct webhook get(struct fixture *f)
{
    struct store_connection *connection;
    struct webhook webhook;

    assert_int_equal(store_read_begin(f->store, &connection, NULL), 0);
    assert_int_equal(webhook_store_get(connection, "a", &webhook, NULL), 0);
    store_read_end(f->store, connection);
    return webhook;
}

// Fills the queue as the drive does; what was read stays for a second writing.
static void fill(struct fixture *f, struct webhook_fill *out, int64_t keep)
{
    struct store_connection *connection;
    struct err err = {0};

    *out = (struct webhook_fill){.webhook = get(f), .keep = keep};
    assert_int_equal(store_read_begin(f->store, &connection, NULL), 0);
    if (webhook_fill_read(connection, &bodies, out, &err) < 0)
        fail_msg("%s", err.message);
    store_read_end(f->store, connection);
    assert_int_equal(store_write(f->store, webhook_fill_write, out, NULL), 0);
}

// Of whose messages all are due.
static void expect_queue(struct fixture *f, const char *expected)
{
    struct webhook_store_due due = {get(f).id, INT64_MAX, INT64_MAX};
    struct store_connection *connection;
    struct webhook_message message;
    char text[1024] = "";
    char sql[80];
    char *body;
    int rc;

    do {
        assert_int_equal(store_read_begin(f->store, &connection, NULL), 0);
        rc = webhook_store_first(connection, &due, &message, &body, NULL);
        store_read_end(f->store, connection);
        if (rc < 0)
            continue;
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s|", body);
        free(body);
        snprintf(sql, sizeof sql, "DELETE FROM webhook_messages WHERE id = %lld",
            (long long)message.number);
        fixture_query(f, sql);
    } while (rc == 0);
    assert_string_equal(text, expected);
}

static void all_that_comes_is_queued_once(void **state)
{
    struct fixture *f = *state;
    struct webhook_fill read;

    happens(f, MAC_1, "boot");
    changes(f, AUDIT_ROLLOUT, "create", "spring");
    hook(f, "", "");
    fill(f, &read, 10);
    assert_false(webhook_fill_has(&read, &read.webhook));
    assert_int_equal(read.count, 0);
    webhook_fill_clear(&read);
    happens(f, MAC_1, "boot");
    happens(f, MAC_2, "error");
    changes(f, AUDIT_GROUP, "set", "cellar");
    changes(f, AUDIT_ROLLOUT, "pause", "spring");
    fill(f, &read, 10);
    assert_false(read.is_full);
    webhook_fill_clear(&read);
    fill(f, &read, 10);
    webhook_fill_clear(&read);
    expect_queue(f, "2 84f3eb000001 boot|3 84f3eb000002 error|pause spring|");
    assert_int_equal(get(f).event_cursor, 3);
    assert_int_equal(get(f).audit_cursor, 3);
}

static void only_kinds_that_are_asked_for(void **state)
{
    struct fixture *f = *state;
    struct webhook_fill read;

    hook(f, "error rollout-p*", "");
    happens(f, MAC_1, "boot");
    happens(f, MAC_1, "error");
    changes(f, AUDIT_ROLLOUT, "create", "spring");
    changes(f, AUDIT_ROLLOUT, "pause", "spring");
    fill(f, &read, 10);
    webhook_fill_clear(&read);
    expect_queue(f, "2 84f3eb000001 error|pause spring|");
}

static void only_devices_that_meet_the_filter(void **state)
{
    struct fixture *f = *state;
    struct webhook_fill read;

    hook(f, "", "mac=" MAC_1 " or mac=84f3eb00000f");
    happens(f, MAC_1, "boot");
    happens(f, MAC_2, "boot");
    changes(f, AUDIT_ROLLOUT, "pause", "spring");
    fill(f, &read, 10);
    assert_false(read.is_broken);
    webhook_fill_clear(&read);
    expect_queue(f, "1 84f3eb000001 boot|pause spring|");
}

static int add_note(struct store_connection *connection, void *ctx, struct err *err)
{
    return alert_store_note(connection, ctx, err);
}

static void alerted(struct fixture *f, const char *kind, const char *subject)
{
    struct alert_note note = {.at_ms = 1};

    snprintf(note.alert.kind, sizeof note.alert.kind, "%s", kind);
    snprintf(note.alert.subject, sizeof note.alert.subject, "%s", subject);
    assert_int_equal(store_write(f->store, add_note, &note, NULL), 0);
}

// Those of devices by the filter; a webhook begins behind what there was.
static void alerts_are_queued_once(void **state)
{
    struct fixture *f = *state;
    struct webhook_fill read;

    alerted(f, "disk-low", "before");
    hook(f, "alert-d*", "mac=" MAC_1);
    alerted(f, "disk-low", "");
    alerted(f, "broker-lost", "");
    alerted(f, "device-offline", MAC_1);
    alerted(f, "device-offline", MAC_2);
    fill(f, &read, 10);
    webhook_fill_clear(&read);
    fill(f, &read, 10);
    webhook_fill_clear(&read);
    expect_queue(f, "alert disk-low |alert device-offline " MAC_1 "|");
    assert_int_equal(get(f).alert_cursor, 5);
}

static void a_filter_that_cannot_be_asked_drops_and_counts(void **state)
{
    struct fixture *f = *state;
    struct webhook_fill read;

    hook(f, "", "group=gone");
    happens(f, MAC_1, "boot");
    fill(f, &read, 10);
    assert_true(read.is_broken);
    webhook_fill_clear(&read);
    expect_queue(f, "");
    assert_int_equal(get(f).dropped, 1);
}

static void the_oldest_beyond_the_bound_are_dropped(void **state)
{
    struct fixture *f = *state;
    struct webhook_fill read;

    hook(f, "", "");
    for (int i = 0; i < 5; i++)
        happens(f, MAC_1, "boot");
    fill(f, &read, 2);
    assert_int_equal(read.dropped, 3);
    webhook_fill_clear(&read);
    assert_int_equal(get(f).dropped, 3);
    expect_queue(f, "4 84f3eb000001 boot|5 84f3eb000001 boot|");
}

static void much_comes_in_pieces(void **state)
{
    struct fixture *f = *state;
    struct webhook_fill read;

    hook(f, "none", "");
    for (int i = 0; i <= WEBHOOK_FILL_ROWS; i++)
        happens(f, MAC_1, "boot");
    fill(f, &read, 2);
    assert_true(read.is_full);
    assert_int_equal(read.webhook.event_cursor, WEBHOOK_FILL_ROWS);
    webhook_fill_clear(&read);
    fill(f, &read, 2);
    assert_false(read.is_full);
    webhook_fill_clear(&read);
    assert_int_equal(get(f).event_cursor, WEBHOOK_FILL_ROWS + 1);
}

// Whoever was removed meanwhile, or has gone, gets nothing.
static void nothing_is_queued_for_who_is_not_there(void **state)
{
    struct fixture *f = *state;
    struct webhook_fill read;

    hook(f, "", "");
    happens(f, MAC_1, "boot");
    fixture_query(f, "UPDATE webhooks SET state = 1");
    fill(f, &read, 10);
    assert_int_equal(read.count, 1);
    expect_queue(f, "");
    fixture_query(f, "DELETE FROM webhooks");
    assert_int_equal(store_write(f->store, webhook_fill_write, &read, NULL), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM webhook_messages"), 0);
    webhook_fill_clear(&read);
}

static int set_up(void **state)
{
    static const char *const macs[] = {MAC_1, MAC_2};
    int rc = fixture_set_up(state);

    for (size_t i = 0; rc == 0 && i < 2; i++) {
        struct fixture *f = *state;

        rc = store_write(f->store, put_device, (void *)(uintptr_t)macs[i], NULL);
    }
    return rc;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_that_comes_is_queued_once),
        TEST(only_kinds_that_are_asked_for),
        TEST(only_devices_that_meet_the_filter),
        TEST(alerts_are_queued_once),
        TEST(a_filter_that_cannot_be_asked_drops_and_counts),
        TEST(the_oldest_beyond_the_bound_are_dropped),
        TEST(much_comes_in_pieces),
        TEST(nothing_is_queued_for_who_is_not_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
