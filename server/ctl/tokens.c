// `secureesp tokens`: what programs show to use the API over HTTPS.
#include "server/ctl/tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/ctl/field.h"
#include "server/ctl/listing.h"
#include "server/ctl/present.h"
#include "server/ctl/url.h"

#define TOKENS "/api/v1/tokens"
#define DAY_MS ((int64_t)24 * 3600 * 1000)

static const struct option_rule create_options[] = {
    {"role", OPTION_VALUE, "ROLE", "viewer, operator or administrator"},
    {"days", OPTION_VALUE, "DAYS", "how long it is good (90)"},
    {0},
};

static const struct table_column columns[] = {
    {"TOKEN", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"USER", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"ROLE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"ENDS", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"USED", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
};

static void add_token(struct table *table, const json_t *token, int64_t now_ms)
{
    int64_t left_ms = field_integer(token, "ends_at_ms", 0) - now_ms;
    char ends[TEXT_SHORT_SIZE];
    char used[TEXT_SHORT_SIZE];

    if (left_ms <= 0)
        snprintf(ends, sizeof ends, "ended");
    else
        snprintf(ends, sizeof ends, "in %lldd", (long long)(left_ms / DAY_MS));
    field_age(token, "used_at_ms", now_ms, used);
    table_add(table, TABLE_PLAIN, field_text(token, "name", ""));
    table_add(table, TABLE_PLAIN, field_text(token, "user", "-"));
    table_add(table, TABLE_PLAIN, field_text(token, "role", ""));
    table_add(table, left_ms <= 0 ? TABLE_BAD : TABLE_PLAIN, ends);
    table_add(table, TABLE_PLAIN, used);
}

static int show_list(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    static const struct listing listing = {columns, sizeof columns / sizeof columns[0], add_token};

    return listing_show(&listing, call, answer, err);
}

static int run_list(const struct subcommand_call *call, struct err *err)
{
    return present_get(call, TOKENS, show_list, err);
}

static int show_created(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    char ends[TEXT_SHORT_SIZE];

    (void)call;
    (void)err;
    field_time(answer, "ends_at_ms", ends);
    text_line(stdout, "%s", field_text(answer, "token", "-"));
    text_line(stderr, "%s: %s, good until %s; keep it: it is not shown again",
        field_text(answer, "name", "-"), field_text(answer, "role", "-"), ends);
    return SUBCOMMAND_OK;
}

static int run_create(const struct subcommand_call *call, struct err *err)
{
    static const int64_t range[2] = {1, 3650};
    const char *role = options_value(call->options, "role");
    int64_t days = 90;
    json_t *body;

    if (role == NULL)
        return subcommand_misuse(err, "give --role: viewer, operator or administrator");
    if (options_number(call->options, "days", range, &days, err) < 0)
        return SUBCOMMAND_USAGE;
    body = json_object();
    if (json_object_set_new(body, "name", json_string(call->options->arguments[0])) < 0 ||
        json_object_set_new(body, "role", json_string(role)) < 0 ||
        json_object_set_new(body, "days", json_integer(days)) < 0) {
        json_decref(body);
        return subcommand_misuse(err, "name and role must be UTF-8");
    }
    return present_post(call, TOKENS, body, show_created, err);
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
    struct client_request request = {.method = "POST"};
    struct url url;

    url_init(&url, TOKENS);
    url_segment(&url, call->options->arguments[0]);
    url_segment(&url, "remove");
    request.path = url_text(&url);

    int rc = present_request(call, &request, show_removed, err);

    url_clear(&url);
    return rc;
}

const struct subcommand tokens_subcommands[] = {
    {"tokens", "list", "[--json]", "list what programs show to use the API", NULL, 0, 0, run_list},
    {"tokens", "create", "NAME --role ROLE [--days DAYS] [--json]",
        "make one, and print it: this once", create_options, 1, 1, run_create},
    {"tokens", "remove", "NAME [--json]", "take one out of use", NULL, 1, 1, run_remove},
    {0},
};
