// `secureesp audit`: who has changed what, and whether that log is whole.
#include "server/ctl/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/ctl/client.h"
#include "server/ctl/duration.h"
#include "server/ctl/field.h"
#include "server/ctl/listing.h"
#include "server/ctl/output.h"
#include "server/ctl/pages.h"
#include "server/ctl/present.h"
#include "server/ctl/url.h"

#define PATH "/api/v1/audit"
#define AUTHOR_SIZE 160

static const struct option_rule list_options[] = {
    {"since", OPTION_VALUE, "DURATION", "only changes of the last time, as 24h"},
    {"who", OPTION_VALUE, "WHO",
        "only those of a user (and his tokens) or token, of \"uid 1000\", an address, or "
        "\"daemon\""},
    {"object", OPTION_VALUE, "OBJECT",
        "only those of a device, image, key..., or of a kind of these"},
    PAGES_OPTION("all"),
    {0},
};

static const struct option_rule verify_options[] = {
    {"anchor", OPTION_VALUE, "NUMBER:HASH", "the log must hold the row that this names"},
    {0},
};

static const struct table_column columns[] = {
    {"ROW", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"TIME", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"WHO", TABLE_LEFT, TABLE_CUT_END, 8},
    {"CHANGE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"OBJECT", TABLE_LEFT, TABLE_CUT_MIDDLE, 12},
    {"BEFORE", TABLE_LEFT, TABLE_CUT_END, 8},
    {"AFTER", TABLE_LEFT, TABLE_CUT_END, 8},
};

static void add_state(struct table *table, const json_t *row, const char *name)
{
    const json_t *state = json_object_get(row, name);
    char *text = json_is_object(state) ? json_dumps(state, JSON_COMPACT) : NULL;

    table_add(table, TABLE_PLAIN, text != NULL ? text : field_text(row, name, ""));
    free(text);
}

// Who it was: on the daemon's machine his name there, else what he has here, and from where.
static void name_author(const json_t *row, char out[AUTHOR_SIZE])
{
    const char *who = field_text(row, "who", "");
    const char *user = field_text(row, "user", "");

    if (strncmp(who, "uid ", 4) == 0)
        snprintf(out, AUTHOR_SIZE, "%s", user[0] != '\0' ? user : who);
    else
        snprintf(out, AUTHOR_SIZE, "%s%s%s", who, user[0] != '\0' ? " from " : "", user);
}

static void add_row(struct table *table, const json_t *row, int64_t now_ms)
{
    char author[AUTHOR_SIZE];
    char text[TEXT_SHORT_SIZE];
    char change[64];

    (void)now_ms;
    name_author(row, author);
    field_number(row, "number", text);
    table_add(table, TABLE_PLAIN, text);
    field_time(row, "at_ms", text);
    table_add(table, TABLE_PLAIN, text);
    table_add(table, TABLE_PLAIN, author);
    snprintf(change, sizeof change, "%s %s%s", field_text(row, "kind", ""),
        field_text(row, "verb", ""), field_is_true(row, "forced") ? " (forced)" : "");
    table_add(table, TABLE_PLAIN, change);
    table_add(table, TABLE_PLAIN, field_text(row, "object", ""));
    add_state(table, row, "before");
    add_state(table, row, "after");
}

static int run_list(const struct subcommand_call *call, struct err *err)
{
    static const struct listing listing = {columns, sizeof columns / sizeof columns[0], add_row};
    const char *since = options_value(call->options, "since");
    const char *who = options_value(call->options, "who");
    const char *object = options_value(call->options, "object");
    int64_t seconds = 0;
    int64_t max;
    char text[24];
    struct url url;

    if (since != NULL && !duration_parse(since, &seconds))
        return subcommand_misuse(
            err, "\"%s\" is not a duration: a number and s, m, h or d, as 24h", since);
    if (pages_read_limit(call->options, 0, &max, err) != SUBCOMMAND_OK)
        return SUBCOMMAND_USAGE;
    url_init(&url, PATH);
    if (since != NULL) {
        snprintf(text, sizeof text, "%lld", (long long)(clock_system_ms() - seconds * 1000));
        url_query(&url, "since_ms", text);
    }
    if (who != NULL)
        url_query(&url, "who", who);
    if (object != NULL)
        url_query(&url, "object", object);

    return pages_show_listing(call, &url, max, &listing, err);
}

// The exit code tells, also with --json.
static int judge(const struct subcommand_call *call, json_t *answer, struct err *err)
{
    bool whole = field_is_true(answer, "whole");
    const json_t *head = json_object_get(answer, "head");

    if (!whole)
        err_set(err, ERR_CONFLICT, "row %lld of the audit log is bad: %.200s",
            (long long)field_integer(answer, "bad", 0), field_text(answer, "reason", "-"));
    if (call->json)
        return output_json(json_incref(answer), whole ? err : NULL) < 0 || !whole
                   ? SUBCOMMAND_FAILED
                   : SUBCOMMAND_OK;
    if (!whole)
        return SUBCOMMAND_FAILED;
    text_line(stdout, "whole: %lld rows, up to %s", (long long)field_integer(head, "number", 0),
        field_text(head, "anchor", "-"));
    return SUBCOMMAND_OK;
}

static int run_verify(const struct subcommand_call *call, struct err *err)
{
    const char *anchor = options_value(call->options, "anchor");
    struct client_request request = {.method = "GET"};
    struct client *client;
    json_t *answer = NULL;
    struct url url;
    int rc = client_open(call->target, &client, err);

    if (rc < 0)
        return rc;
    url_init(&url, PATH "/verify");
    if (anchor != NULL)
        url_query(&url, "anchor", anchor);
    request.path = url_text(&url);
    rc = client_call(client, &request, &answer, err);
    if (rc == 0)
        rc = judge(call, answer, err);
    json_decref(answer);
    url_clear(&url);
    client_close(client);
    return rc;
}

static int show_anchor(const struct subcommand_call *call, const json_t *head, struct err *err)
{
    (void)call;
    (void)err;
    text_line(stdout, "%s", field_text(head, "anchor", "-"));
    return SUBCOMMAND_OK;
}

static int run_anchor(const struct subcommand_call *call, struct err *err)
{
    return present_get(call, PATH "/head", show_anchor, err);
}

const struct subcommand audit_subcommands[] = {
    {"audit", "list", "[--since DURATION] [--who WHO] [--object OBJECT] [--limit N] [--json]",
        "list who has changed what, the oldest first", list_options, 0, 0, run_list},
    {"audit", "verify", "[--anchor NUMBER:HASH] [--json]",
        "tell whether the list is whole: no row removed, altered or moved", verify_options, 0, 0,
        run_verify},
    {"audit", "anchor", "[--json]", "print the last row's number and hash, to be kept elsewhere",
        NULL, 0, 0, run_anchor},
    {0},
};
