// `secureesp webhooks`: where events are sent to.
#include "server/ctl/webhooks.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "server/ctl/client.h"
#include "server/ctl/field.h"
#include "server/ctl/listing.h"
#include "server/ctl/output.h"
#include "server/ctl/present.h"
#include "server/ctl/url.h"
#include "server/ctl/webhooks_add.h"

#define PATIENCE_LOOKS 150
#define LOOK_NS 200000000L

static const struct table_column columns[] = {
    {"WEBHOOK", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"STATE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"QUEUED", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"SENT", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"FAILED", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"GIVEN-UP", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"DROPPED", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"LAST", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"URL/ERROR", TABLE_LEFT, TABLE_CUT_END, 30},
};

static void add_number(struct table *table, const json_t *webhook, const char *name, bool is_bad)
{
    char text[TEXT_SHORT_SIZE];

    field_number(webhook, name, text);
    table_add(table, is_bad && field_integer(webhook, name, 0) > 0 ? TABLE_BAD : TABLE_PLAIN, text);
}

static void add_webhook(struct table *table, const json_t *webhook, int64_t now_ms)
{
    const json_t *last = json_object_get(webhook, "last");
    const char *state = field_text(webhook, "state", "");
    const char *error = field_text(last, "error", "");
    char age[TEXT_SHORT_SIZE];

    field_age(last, "at_ms", now_ms, age);
    table_add(table, TABLE_PLAIN, field_text(webhook, "name", ""));
    table_add(table, strcmp(state, "on") == 0 ? TABLE_GOOD : TABLE_BAD, state);
    add_number(table, webhook, "queued", false);
    add_number(table, webhook, "sent", false);
    add_number(table, webhook, "failed", false);
    add_number(table, webhook, "given_up", true);
    add_number(table, webhook, "dropped", true);
    table_add(table, TABLE_PLAIN, age);
    table_add(table, error[0] != '\0' ? TABLE_BAD : TABLE_PLAIN,
        error[0] != '\0' ? error : field_text(webhook, "url", ""));
}

static int show_list(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    static const struct listing listing = {
        columns, sizeof columns / sizeof columns[0], add_webhook};

    return listing_show(&listing, call, answer, err);
}

static int run_list(const struct subcommand_call *call, struct err *err)
{
    return present_get(call, "/api/v1/webhooks", show_list, err);
}

static void print_events(const json_t *webhook)
{
    const json_t *events = json_object_get(webhook, "events");
    size_t i;
    json_t *it;

    printf("events:   %s", json_array_size(events) == 0 ? "all" : "");
    json_array_foreach(events, i, it)
    {
        if (i > 0)
            putchar(' ');
        text_print(stdout, json_string_value(it));
    }
    putchar('\n');
}

static void print_line(const json_t *object, const char *label, const char *name)
{
    char text[TEXT_SHORT_SIZE];

    field_number(object, name, text);
    printf("%-10s%s\n", label, text);
}

static int show_one(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    const json_t *last = json_object_get(answer, "last");
    char at[TEXT_SHORT_SIZE];

    (void)call;
    (void)err;
    text_line(stdout, "webhook:  %s", field_text(answer, "name", "-"));
    text_line(stdout, "url:      %s", field_text(answer, "url", "-"));
    print_events(answer);
    text_line(stdout, "filter:   %s", field_text(answer, "filter", "-"));
    text_line(stdout, "state:    %s", field_text(answer, "state", "-"));
    text_line(stdout, "set by:   %s", field_text(answer, "set_by", "-"));
    print_line(answer, "queued:", "queued");
    print_line(answer, "sent:", "sent");
    print_line(answer, "failed:", "failed");
    print_line(answer, "given up:", "given_up");
    print_line(answer, "dropped:", "dropped");
    field_time(last, "at_ms", at);
    text_line(stdout, "last:     %s %s", at, field_text(last, "message", "-"));
    if (field_has(last, "error"))
        text_line(stdout, "error:    %s", field_text(last, "error", "-"));
    return SUBCOMMAND_OK;
}

// Asks for /api/v1/webhooks/NAME, or an action below it.
static struct client_request make_request(
    const struct subcommand_call *call, const char *action, struct url *url)
{
    struct client_request request = {.method = action != NULL ? "POST" : "GET"};

    url_init(url, "/api/v1/webhooks");
    url_segment(url, call->options->arguments[0]);
    if (action != NULL)
        url_segment(url, action);
    request.path = url_text(url);
    return request;
}

static int ask(const struct subcommand_call *call, const char *action, present_show *show_answer,
    struct err *err)
{
    struct url url;
    struct client_request request = make_request(call, action, &url);

    int rc = present_request(call, &request, show_answer, err);

    url_clear(&url);
    return rc;
}

static int run_show(const struct subcommand_call *call, struct err *err)
{
    return ask(call, NULL, show_one, err);
}

static int show_removed(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    (void)call;
    (void)err;
    text_line(stdout, "%s: removed", field_text(answer, "name", "-"));
    return SUBCOMMAND_OK;
}

static int run_remove(const struct subcommand_call *call, struct err *err)
{
    return ask(call, "remove", show_removed, err);
}

// --- test: sends, and waits for what becomes of it

static int call_json(const struct subcommand_call *call, struct client *client, const char *action,
    json_t **out, struct err *err)
{
    struct url url;
    struct client_request request = make_request(call, action, &url);
    int rc = client_call(client, &request, out, err);

    url_clear(&url);
    return rc;
}

// 1 when it was tried: *out is how that ended.
static int look(const struct subcommand_call *call, struct client *client, const char *message,
    json_t **out, struct err *err)
{
    json_t *webhook;
    int rc = call_json(call, client, NULL, &webhook, err);

    if (rc < 0)
        return rc;
    *out = json_incref(json_object_get(webhook, "last"));
    json_decref(webhook);
    if (strcmp(field_text(*out, "message", ""), message) == 0)
        return 1;
    json_decref(*out);
    return 0;
}

static int show_tried(const struct subcommand_call *call, json_t *last, struct err *err)
{
    const char *name = call->options->arguments[0];
    bool has_failed = field_has(last, "error");
    char status[TEXT_SHORT_SIZE];
    int rc = SUBCOMMAND_OK;

    field_number(last, "status", status);
    if (call->json)
        rc = output_json(json_incref(last), err);
    else if (has_failed)
        text_line(stdout, "%s: not sent: %s, HTTP status %s; it is tried again", name,
            field_text(last, "error", ""), status);
    else
        text_line(stdout, "%s: sent, HTTP status %s", name, status);
    json_decref(last);
    return rc == SUBCOMMAND_OK && has_failed ? SUBCOMMAND_FAILED : rc;
}

static int wait_for(
    const struct subcommand_call *call, struct client *client, const char *message, struct err *err)
{
    const struct timespec pause = {.tv_nsec = LOOK_NS};
    json_t *last = NULL;

    for (int i = 0; i < PATIENCE_LOOKS; i++) {
        int rc = look(call, client, message, &last, err);

        if (rc < 0)
            return rc;
        if (rc > 0)
            return show_tried(call, last, err);
        nanosleep(&pause, NULL);
    }
    return err_set(err, ERR_UNAVAILABLE, "not sent yet; 'secureesp webhooks list' says why");
}

static int run_test(const struct subcommand_call *call, struct err *err)
{
    struct client *client;
    json_t *answer = NULL;
    int rc = client_open(call->target, &client, err);

    if (rc < 0)
        return rc;
    rc = call_json(call, client, "test", &answer, err);
    if (rc == 0)
        rc = wait_for(call, client, field_text(answer, "message", ""), err);
    json_decref(answer);
    client_close(client);
    return rc;
}

const struct subcommand webhooks_subcommands[] = {
    {"webhooks", "list", "[--json]", "list where events are sent to", NULL, 0, 0, run_list},
    {"webhooks", "show", "NAME [--json]", "show one, and what has become of it", NULL, 1, 1,
        run_show},
    {"webhooks", "add",
        "URL [--name NAME] [--event KIND]... [--filter FILTER] [--secret FILE] [--json]",
        "send events there, signed", webhooks_add_options, 1, 1, webhooks_add_run},
    {"webhooks", "test", "NAME [--json]", "send it an event to try it, and wait for its answer",
        NULL, 1, 1, run_test},
    {"webhooks", "remove", "NAME [--json]", "send nothing there any more", NULL, 1, 1, run_remove},
    {0},
};
