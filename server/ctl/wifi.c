// `secureesp wifi`: the networks that devices join.
#include "server/ctl/wifi.h"

#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/ctl/field.h"
#include "server/ctl/listing.h"
#include "server/ctl/present.h"
#include "server/ctl/url.h"
#include "server/ctl/wifi_set.h"

#define MACS_MAX 10000

static const struct table_column batch_columns[] = {
    {"BATCH", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"AGE", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"DEVICES", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"MOVED", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"ON THE WAY", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"WAITING", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"NOT MOVED", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
};

static const struct table_column device_columns[] = {
    {"MAC", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"WAVE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"STATE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"COMMAND", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"SINCE", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"RESULT", TABLE_LEFT, TABLE_CUT_END, 8},
    {"DETAIL", TABLE_LEFT, TABLE_CUT_END, 12},
};

// How many have come to nothing.
static int64_t count_lost(const json_t *batch)
{
    return field_integer(batch, "failed", 0) + field_integer(batch, "expired", 0) +
           field_integer(batch, "cancelled", 0);
}

static void add_count(struct table *table, enum table_style style, int64_t count)
{
    char text[TEXT_SHORT_SIZE];

    snprintf(text, sizeof text, "%lld", (long long)count);
    table_add(table, style, text);
}

static void add_batch(struct table *table, const json_t *batch, int64_t now_ms)
{
    int64_t lost = count_lost(batch);
    char text[TEXT_SHORT_SIZE];

    add_count(table, TABLE_PLAIN, field_integer(batch, "batch", 0));
    field_age(batch, "created_at_ms", now_ms, text);
    table_add(table, TABLE_PLAIN, text);
    add_count(table, TABLE_PLAIN, field_integer(batch, "total", 0));
    add_count(table, TABLE_PLAIN, field_integer(batch, "done", 0));
    add_count(table, TABLE_PLAIN,
        field_integer(batch, "queued", 0) + field_integer(batch, "sent", 0) +
            field_integer(batch, "accepted", 0));
    add_count(table, TABLE_PLAIN, field_integer(batch, "waiting", 0));
    add_count(table, lost > 0 ? TABLE_BAD : TABLE_PLAIN, lost);
}

static int show_batches(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    static const struct listing listing = {
        batch_columns, sizeof batch_columns / sizeof batch_columns[0], add_batch};

    return listing_show(&listing, call, answer, err);
}

static enum table_style style_of(const char *state)
{
    if (strcmp(state, "done") == 0)
        return TABLE_GOOD;
    return strcmp(state, "failed") == 0 || strcmp(state, "expired") == 0 ||
                   strcmp(state, "cancelled") == 0
               ? TABLE_BAD
               : TABLE_PLAIN;
}

static void add_device(struct table *table, const json_t *command, int64_t now_ms)
{
    const char *state = field_text(command, "state", "");
    bool is_done = strcmp(state, "done") == 0;
    const char *since = field_has(command, "ended_at_ms")  ? "ended_at_ms"
                        : field_has(command, "sent_at_ms") ? "sent_at_ms"
                                                           : "created_at_ms";
    char text[TEXT_SHORT_SIZE];

    table_add(table, TABLE_PLAIN, field_text(command, "mac", ""));
    table_add(table, TABLE_PLAIN, field_integer(command, "wave", 0) == 0 ? "first" : "rest");
    table_add(table, style_of(state), is_done ? "moved" : state);
    field_number(command, "id", text);
    table_add(table, TABLE_PLAIN, text);
    field_age(command, since, now_ms, text);
    table_add(table, TABLE_PLAIN, text);
    table_add(table, TABLE_PLAIN, field_text(command, "result", ""));
    table_add(table, TABLE_PLAIN, field_text(command, "detail", ""));
}

static int show_devices(const struct subcommand_call *call, const json_t *batch, struct err *err)
{
    static const struct listing listing = {
        device_columns, sizeof device_columns / sizeof device_columns[0], add_device};

    return listing_show(&listing, call, json_object_get(batch, "devices"), err);
}

static int run_status(const struct subcommand_call *call, struct err *err)
{
    const char *batch = call->options->argument_count > 0 ? call->options->arguments[0] : NULL;
    struct url url;

    if (batch != NULL && (batch[0] == '\0' || batch[strspn(batch, "0123456789")] != '\0'))
        return subcommand_misuse(err, "\"%s\" is not the number of a batch", batch);
    url_init(&url, "/api/v1/wifi");
    if (batch != NULL)
        url_segment(&url, batch);

    int rc = present_get(call, url_text(&url), batch != NULL ? show_devices : show_batches, err);

    url_clear(&url);
    return rc;
}

const struct subcommand wifi_subcommands[] = {
    {"wifi", "set",
        "MAC...|--all|[--state STATE] [--image GLOB] --networks FILE|--ssid NAME [--canary N] "
        "[--skip] [--json]",
        "give devices new Wi-Fi networks, sealed for each of them", wifi_set_options, 0, MACS_MAX,
        wifi_set_run},
    {"wifi", "status", "[BATCH] [--json]",
        "list the newest orders, or the devices of one: who has moved", NULL, 0, 1, run_status},
    {0},
};
