// Changes in the stream of events: each once and in order, and with what to come back with.
#include "test/unit/server/api/api_fixture.h"

#include "server/api/api_event_changes.h"
#include "server/store/event_store.h"

#define STREAM "/api/v1/events?follow=0&changes=1"
#define MANY (3 * API_EVENT_CHANGES_MAX + 1)

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device = {.mac = "84f3eb000001", .last_seen_ms = 1};
    struct event event = {.mac = "84f3eb000001", .at_ms = 1, .kind = "boot"};
    int rc = device_store_put(connection, &device, NULL, err);

    (void)ctx;
    return rc < 0 ? rc : event_store_add(connection, &event, EVENT_CLASS_OTHER, err);
}

static void happen(struct fixture *f)
{
    assert_int_equal(store_write(f->api.store, put, NULL, NULL), 0);
}

// Each is a row of the audit log.
static void change(struct fixture *f, const char *group, int tag)
{
    char body[96];
    int n = snprintf(body, sizeof body, "{\"name\": \"%s\", \"filter\": \"tag=t%d\"}", group, tag);

    api_fixture_headers = "";
    ask(f, "POST", "/api/v1/groups", body, (size_t)n);
    expect(f, body, 200, "", "");
}

static const char *stream(struct fixture *f, const char *target, const char *last)
{
    static char headers[96];

    snprintf(headers, sizeof headers, last[0] != '\0' ? "Last-Event-ID: %s\r\n" : "%s", last);
    api_fixture_headers = headers;
    ask(f, "GET", target, NULL, 0);
    api_fixture_headers = "";
    return f->answer;
}

static void expect_lacks(struct fixture *f, const char *text)
{
    if (strstr(f->answer, text) != NULL)
        fail_msg("has %s: %s", text, f->answer);
}

static void they_come_only_if_asked_for(void **state)
{
    struct fixture *f = *state;

    stream(f, STREAM, "");
    expect(f, "nothing so far", 200, ":\nid: 0.0\n\n", "text/event-stream");
    change(f, "first", 0);
    happen(f);
    stream(f, STREAM, "0.0");
    expect(f, "both", 200, "id: 1.0\ndata: {\"at_ms\"",
        "id: 1.1\nevent: change\ndata: {\"number\":1,\"at_ms\":");
    expect(f, "who and what", 200, ",\"who\":\"uid ",
        ",\"verb\":\"set\",\"kind\":\"group\",\"object\":\"first\"}\n\n");
    expect_lacks(f, "before");
    expect_lacks(f, "gap");
    stream(f, "/api/v1/events?follow=0", "0.0");
    expect(f, "not asked for", 200, "id: 1\ndata: {", "");
    expect_lacks(f, "change");
    stream(f, "/api/v1/events?follow=0&changes=0", "0");
    expect_lacks(f, "change");
    stream(f, STREAM, "");
    expect(f, "from now on", 200, ":\nid: 1.1\n\n", "");
    expect_lacks(f, "event:");
}

// Of which devices events are wanted does not matter for them.
static void they_go_on_where_a_client_was(void **state)
{
    struct fixture *f = *state;

    change(f, "second", 0);
    stream(f, STREAM "&mac=84f3eb000001&event=none", "1.1");
    expect(f, "the next", 200, "id: 1.2\nevent: change\n", "\"object\":\"second\"");
    expect_lacks(f, "first");
    expect_lacks(f, "data: {\"at_ms\"");
    stream(f, STREAM, "1.2");
    expect_lacks(f, "event:");
    stream(f, STREAM, "0");
    expect(f, "it knows of none", 200, "id: 1.2\ndata: {", "");
    expect_lacks(f, "change");
}

static void none_is_lost_of_many(void **state)
{
    struct fixture *f = *state;
    const char *p;
    long number = 2;

    for (int i = 0; i < MANY; i++)
        change(f, "many", i);
    p = stream(f, STREAM, "1.2");
    while ((p = strstr(p, "\nevent: change\ndata: {\"number\":")) != NULL) {
        p += strlen("\nevent: change\ndata: {\"number\":");
        assert_int_equal(strtol(p, NULL, 10), ++number);
    }
    assert_int_equal(number, 2 + MANY);
}

static void another_log_is_a_gap(void **state)
{
    struct fixture *f = *state;
    char text[80];

    stream(f, STREAM, "1.999999");
    snprintf(
        text, sizeof text, "data: {\"after_change\": 999999, \"next_change\": %d}\n\n", MANY + 3);
    expect(f, "gap", 200, "event: gap\n", text);
    snprintf(text, sizeof text, "id: 1.%d\n", MANY + 2);
    expect(f, "from now on", 200, text, "");
    expect_lacks(f, "event: change");
}

static void what_is_no_id_is_refused(void **state)
{
    struct fixture *f = *state;

    stream(f, STREAM, "1.");
    expect(f, "no id", 400, "Last-Event-ID is not the id of an event", "");
    ask(f, "GET", "/api/v1/events?changes=x", NULL, 0);
    expect(f, "no flag", 400, "changes", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_come_only_if_asked_for),
        cmocka_unit_test(they_go_on_where_a_client_was),
        cmocka_unit_test(none_is_lost_of_many),
        cmocka_unit_test(another_log_is_a_gap),
        cmocka_unit_test(what_is_no_id_is_refused),
    };

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
