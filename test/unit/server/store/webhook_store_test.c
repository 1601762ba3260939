// Webhooks in the database.
#include "test/unit/server/store/store_fixture.h"

#include <stdio.h>
#include <string.h>

#include "server/store/event_store.h"
#include "server/store/webhook_store.h"

static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    return webhook_store_add(connection, ctx, err);
}

static int take(struct store_connection *connection, void *ctx, struct err *err)
{
    return webhook_store_remove(connection, ctx, err);
}

static int update(struct store_connection *connection, void *ctx, struct err *err)
{
    return webhook_store_update(connection, ctx, err);
}

static int queue(struct store_connection *connection, void *ctx, struct err *err)
{
    return webhook_store_queue(connection, ctx, "body", err);
}

static int add_event(struct store_connection *connection, void *ctx, struct err *err)
{
    struct event event = {.mac = MAC_1, .at_ms = 5, .kind = "boot"};

    struct device_record device = {.mac = MAC_1, .first_seen_ms = 1, .last_seen_ms = 1};
    int rc = device_store_put(connection, &device, NULL, err);

    (void)ctx;
    return rc < 0 ? rc : event_store_add(connection, &event, EVENT_CLASS_START, err);
}

static struct webhook full(const char *name)
{
    struct webhook webhook = {.url = "https://a.example/x",
        .kinds = "boot error",
        .filter = "tag=cellar",
        .sealed = {1, 0, 255},
        .sealed_size = 3,
        .set_by = "uid 7",
        .created_at_ms = 8};

    snprintf(webhook.name, sizeof webhook.name, "%s", name);
    return webhook;
}

static struct webhook get(struct fixture *f, const char *name)
{
    struct store_connection *connection = fixture_read(f);
    struct webhook webhook;

    assert_int_equal(webhook_store_get(connection, name, &webhook, NULL), 0);
    store_read_end(f->store, connection);
    return webhook;
}

static void one_comes_back_as_it_was(void **state)
{
    struct fixture *f = *state;
    struct webhook webhook = full("a");
    struct webhook back;

    assert_int_equal(store_write(f->store, add_event, NULL, NULL), 0);
    assert_int_equal(store_write(f->store, add, &webhook, NULL), 0);
    back = get(f, "a");
    assert_int_equal(back.event_cursor, 1); // it begins behind what has been
    webhook.event_cursor = 1;
    assert_memory_equal(&back, &webhook, sizeof back);
    webhook.state = WEBHOOK_GONE;
    webhook.event_cursor = 11;
    webhook.audit_cursor = 12;
    webhook.sent = 13;
    webhook.failed = 14;
    webhook.given_up = 15;
    webhook.dropped = 16;
    webhook.last = (struct webhook_last){"msg_1", 17, 18, "no"};
    assert_int_equal(store_write(f->store, update, &webhook, NULL), 0);
    back = get(f, "a");
    assert_memory_equal(&back, &webhook, sizeof back);
}

static void names_are_one_webhook_s(void **state)
{
    struct fixture *f = *state;
    struct webhook webhook = full("a");

    assert_int_equal(store_write(f->store, add, &webhook, NULL), 0);
    assert_int_equal(store_write(f->store, add, &webhook, NULL), ERR_CONFLICT);
    assert_int_equal(store_write(f->store, take, (void *)(uintptr_t) "b", NULL), ERR_NOT_FOUND);
}

static void what_waits_goes_with_it(void **state)
{
    struct fixture *f = *state;
    struct webhook webhook = full("a");
    struct webhook_message message = {.id = "msg_1", .queued_at_ms = 3, .next_at_ms = 4};

    assert_int_equal(store_write(f->store, queue, &message, NULL), ERR_NOT_FOUND);
    assert_int_equal(store_write(f->store, add, &webhook, NULL), 0);
    message.webhook = webhook.id;
    assert_int_equal(store_write(f->store, queue, &message, NULL), 0);
    assert_int_equal(store_write(f->store, take, webhook.name, NULL), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM webhook_messages"), 0);
}

static int first(struct fixture *f, const struct webhook_store_due *due, char id[WEBHOOK_ID_SIZE])
{
    struct store_connection *connection = fixture_read(f);
    struct webhook_message message;
    char *body;
    int rc = webhook_store_first(connection, due, &message, &body, NULL);

    store_read_end(f->store, connection);
    if (rc < 0)
        return rc;
    memcpy(id, message.id, WEBHOOK_ID_SIZE);
    assert_string_equal(body, "body");
    free(body);
    return 0;
}

static void the_oldest_that_is_due_is_first(void **state)
{
    static const int64_t times[] = {500, 100, 90, 5000};
    struct fixture *f = *state;
    struct webhook webhook = full("a");
    struct webhook_message message = {.queued_at_ms = 3};
    char id[WEBHOOK_ID_SIZE];
    int64_t count = 0, oldest_ms = 0;

    assert_int_equal(store_write(f->store, add, &webhook, NULL), 0);
    message.webhook = webhook.id;
    for (int i = 0; i < 4; i++) {
        snprintf(message.id, sizeof message.id, "msg_%d", i);
        message.next_at_ms = times[i];
        assert_int_equal(store_write(f->store, queue, &message, NULL), 0);
    }
    assert_int_equal(
        first(f, &(struct webhook_store_due){webhook.id, 89, 9999}, id), ERR_NOT_FOUND);
    assert_int_equal(first(f, &(struct webhook_store_due){webhook.id, 100, 9999}, id), 0);
    assert_string_equal(id, "msg_1");
    assert_int_equal(first(f, &(struct webhook_store_due){webhook.id, 90, 9999}, id), 0);
    assert_string_equal(id, "msg_2");
    assert_int_equal(first(f, &(struct webhook_store_due){webhook.id, 0, 4999}, id), 0);
    assert_string_equal(id, "msg_3"); // so far ahead that the clock was set
    assert_int_equal(
        first(f, &(struct webhook_store_due){webhook.id + 1, 9999, 9999}, id), ERR_NOT_FOUND);

    struct store_connection *connection = fixture_read(f);

    assert_int_equal(webhook_store_count(connection, webhook.id, &count, &oldest_ms, NULL), 0);
    store_read_end(f->store, connection);
    assert_int_equal(count, 4);
    assert_int_equal(oldest_ms, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_comes_back_as_it_was),
        TEST(names_are_one_webhook_s),
        TEST(what_waits_goes_with_it),
        TEST(the_oldest_that_is_due_is_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
