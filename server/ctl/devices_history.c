// `secureesp devices history`.
#include "server/ctl/devices_history.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/ctl/duration.h"
#include "server/ctl/field.h"
#include "server/ctl/history_chart.h"
#include "server/ctl/listing.h"
#include "server/ctl/present.h"
#include "server/ctl/sparkline.h"
#include "server/ctl/terminal.h"
#include "server/ctl/url.h"

#define SINCE_S (7 * (int64_t)86400)

const struct option_rule devices_history_options[] = {
    {"since", OPTION_VALUE, "DURATION", "of the last time, as 24h (7d)"},
    {"csv", OPTION_FLAG, NULL, "print a line an hour, with commas"},
    {0},
};

static const struct table_column columns[] = {
    {"HOUR", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"COUNT", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"RSSI MIN", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"AVG", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"MAX", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"HEAP MIN", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"LOOP MAX", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"REBOOTS", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"ERRORS", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
};

// Behind the hour.
static const char *const members[] = {"count", "rssi_min", "rssi_avg", "rssi_max", "free_heap_min",
    "max_loop_max", "reboots", "new_errors"};

#define MEMBERS (sizeof members / sizeof members[0])

static void add_hour(struct table *table, const json_t *hour, int64_t now_ms)
{
    char text[TEXT_SHORT_SIZE];

    (void)now_ms;
    field_time(hour, "hour_ms", text);
    table_add(table, TABLE_PLAIN, text);
    for (size_t i = 0; i < MEMBERS; i++) {
        field_number(hour, members[i], text);
        table_add(table, TABLE_PLAIN, text);
    }
}

const struct listing devices_history_listing = {
    columns, sizeof columns / sizeof columns[0], add_hour};

// Numbers and times only, so that nothing has to be quoted (RFC 4180).
static int show_csv(const struct subcommand_call *call, const json_t *hours, struct err *err)
{
    char text[TEXT_SHORT_SIZE];
    size_t i;
    json_t *hour;

    (void)call;
    (void)err;
    fputs("hour", stdout);
    for (size_t m = 0; m < MEMBERS; m++)
        printf(",%s", members[m]);
    putchar('\n');
    json_array_foreach((json_t *)hours, i, hour)
    {
        field_time(hour, "hour_ms", text);
        fputs(text, stdout);
        for (size_t m = 0; m < MEMBERS; m++) {
            field_number(hour, members[m], text);
            printf(",%s", field_has(hour, members[m]) ? text : "");
        }
        putchar('\n');
    }
    return SUBCOMMAND_OK;
}

static int show(const struct subcommand_call *call, const json_t *hours, struct err *err)
{
    struct terminal terminal;

    terminal_describe(STDOUT_FILENO, &terminal);
    if (json_array_size(hours) == 0) {
        puts("no hour is known; one is when it is over");
        return SUBCOMMAND_OK;
    }
    if (!terminal.is_terminal || !sparkline_can_be_shown())
        return listing_show(&devices_history_listing, call, hours, err);
    return history_chart_print(hours, clock_system_ms(), terminal.columns, stdout, err);
}

int devices_history_run(const struct subcommand_call *call, struct err *err)
{
    const char *since = options_value(call->options, "since");
    bool csv = options_has(call->options, "csv");
    int64_t seconds = SINCE_S;
    char mac[MAC_SIZE];
    char text[24];
    struct url url;
    int rc;

    if (subcommand_read_mac(call->options->arguments[0], mac, err) != SUBCOMMAND_OK)
        return SUBCOMMAND_USAGE;
    if (csv && call->json)
        return subcommand_misuse(err, "--csv and --json exclude each other");
    if (since != NULL && !duration_parse(since, &seconds))
        return subcommand_misuse(
            err, "\"%s\" is not a duration: a number and s, m, h or d, as 24h", since);
    snprintf(text, sizeof text, "%" PRId64, clock_system_ms() - seconds * 1000);
    url_init(&url, "/api/v1/devices");
    url_segment(&url, mac);
    url_segment(&url, "history");
    url_query(&url, "since_ms", text[0] != '-' ? text : "0");
    rc = present_get(call, url_text(&url), csv ? show_csv : show, err);
    url_clear(&url);
    return rc;
}
