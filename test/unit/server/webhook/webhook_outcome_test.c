// What follows from an answer, decided and written.
#include "test/unit/server/store/store_fixture.h"

#include <stdio.h>
#include <string.h>

#include "server/webhook/webhook_outcome.h"

static const struct webhook_backoff backoff = {1000, 8000, 60000};

static const struct {
    int64_t status;
    const char *error;
    int64_t age_ms;
    enum webhook_outcome outcome;
} rows[] = {
    {200, "", 0, WEBHOOK_OUTCOME_SENT},
    {204, "", 99999, WEBHOOK_OUTCOME_SENT},
    {299, "", 0, WEBHOOK_OUTCOME_SENT},
    {199, "", 0, WEBHOOK_OUTCOME_AGAIN},
    {200, "the answer is too long", 0, WEBHOOK_OUTCOME_AGAIN},
    {300, "", 0, WEBHOOK_OUTCOME_AGAIN},
    {302, "a redirection", 0, WEBHOOK_OUTCOME_AGAIN},
    {404, "refused", 0, WEBHOOK_OUTCOME_AGAIN},
    {410, "refused", 0, WEBHOOK_OUTCOME_GONE},
    {410, "refused", 99999, WEBHOOK_OUTCOME_GONE},
    {500, "refused", 59999, WEBHOOK_OUTCOME_AGAIN},
    {500, "refused", 60000, WEBHOOK_OUTCOME_GIVEN_UP},
    {0, "no connection", 0, WEBHOOK_OUTCOME_AGAIN},
    {0, "no connection", 60000, WEBHOOK_OUTCOME_GIVEN_UP},
};

static void answers_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct webhook_result result = {
            .status = rows[i].status, .message = {.queued_at_ms = 1000, .tries = 2}};

        snprintf(result.error, sizeof result.error, "%s", rows[i].error);
        webhook_outcome_decide(&result, &backoff, 1000 + rows[i].age_ms, 0);
        if (result.outcome != rows[i].outcome)
            fail_msg("%lld %s: %d", (long long)rows[i].status, rows[i].error, result.outcome);
        assert_int_equal(result.message.tries, 3);
        assert_int_equal(result.message.next_at_ms, 1000 + rows[i].age_ms + 4000);
    }
}

static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    struct webhook_message message = {.id = "msg_1", .queued_at_ms = 1000, .next_at_ms = 1000};
    struct webhook webhook = {.name = "a", .url = "https://a.example", .sealed_size = 1};
    int rc = webhook_store_add(connection, &webhook, err);

    (void)ctx;
    message.webhook = webhook.id;
    if (rc == 0)
        rc = webhook_store_queue(connection, &message, "one", err);
    memcpy(message.id, "msg_2", 6);
    return rc < 0 ? rc : webhook_store_queue(connection, &message, "two", err);
}

// Of the first message.
static struct webhook_result end(struct fixture *f, int64_t status, int64_t age_ms)
{
    struct webhook_result result = {.message = {.number = 1, .id = "msg_1", .queued_at_ms = 1000},
        .name = "a",
        .status = status,
        .error = ""};
    struct err err = {0};

    if (status / 100 != 2)
        snprintf(result.error, sizeof result.error, "refused");
    webhook_outcome_decide(&result, &backoff, 1000 + age_ms, 0);
    if (store_write(f->store, webhook_outcome_write, &result, &err) < 0)
        fail_msg("%s", err.message);
    return result;
}

static void expect(struct fixture *f, const char *sql, int64_t number)
{
    int64_t got = fixture_query(f, sql);

    if (got != number)
        fail_msg("%s: %lld", sql, (long long)got);
}

static void what_was_sent_is_counted_once(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(store_write(f->store, add, NULL, NULL), 0);
    end(f, 204, 0);
    end(f, 204, 0); // it does not wait any more
    expect(f, "SELECT count(*) FROM webhook_messages", 1);
    expect(f, "SELECT sent FROM webhooks", 1);
    expect(f, "SELECT failed FROM webhooks", 0);
    expect(f, "SELECT last_message = 'msg_1' AND last_status = 204 FROM webhooks", 1);
}

// A number that came again, for another message, is not mistaken for it.
static void another_message_is_left_alone(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(store_write(f->store, add, NULL, NULL), 0);
    fixture_query(f, "UPDATE webhook_messages SET message = 'msg_9' WHERE id = 1");
    end(f, 204, 0);
    end(f, 500, 0);
    end(f, 410, 0);
    expect(f, "SELECT count(*) FROM webhook_messages", 2);
    expect(f, "SELECT sent + failed + state FROM webhooks", 0);
}

static void what_did_not_arrive_waits(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(store_write(f->store, add, NULL, NULL), 0);
    end(f, 500, 10);
    expect(f, "SELECT next_at_ms FROM webhook_messages WHERE id = 1", 2010);
    expect(f, "SELECT tries FROM webhook_messages WHERE id = 1", 1);
    expect(f, "SELECT failed FROM webhooks", 1);
    expect(f, "SELECT last_error = 'refused' FROM webhooks", 1);
    end(f, 500, 60000);
    expect(f, "SELECT count(*) FROM webhook_messages", 1);
    expect(f, "SELECT given_up FROM webhooks", 1);
    expect(f, "SELECT state FROM webhooks", 0);
}

static void who_has_gone_gets_nothing(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(store_write(f->store, add, NULL, NULL), 0);
    assert_int_equal(end(f, 410, 0).dropped, 2);
    expect(f, "SELECT count(*) FROM webhook_messages", 0);
    expect(f, "SELECT state FROM webhooks", 1);
    expect(f, "SELECT dropped FROM webhooks", 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_judged),
        TEST(what_was_sent_is_counted_once),
        TEST(another_message_is_left_alone),
        TEST(what_did_not_arrive_waits),
        TEST(who_has_gone_gets_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
