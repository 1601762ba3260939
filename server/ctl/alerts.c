// `secureesp alerts`: what goes wrong, and who hears of it.
#include "server/ctl/alerts.h"

#include <stdio.h>

#include "server/ctl/field.h"
#include "server/ctl/listing.h"
#include "server/ctl/present.h"
#include "server/ctl/text.h"
#include "server/ctl/url.h"

static const struct table_column columns[] = {
    {"SINCE", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"KIND", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"SUBJECT", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"DETAIL", TABLE_LEFT, TABLE_CUT_END, 30},
};

static void add_alert(struct table *table, const json_t *alert, int64_t now_ms)
{
    const char *subject = field_text(alert, "subject", "");
    char age[TEXT_SHORT_SIZE];

    field_age(alert, "since_ms", now_ms, age);
    table_add(table, TABLE_PLAIN, age);
    table_add(table, TABLE_BAD, field_text(alert, "kind", ""));
    table_add(table, TABLE_PLAIN, subject[0] != '\0' ? subject : "-");
    table_add(table, TABLE_PLAIN, field_text(alert, "detail", ""));
}

static int show_list(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    static const struct listing listing = {columns, sizeof columns / sizeof columns[0], add_alert};

    return listing_show(&listing, call, answer, err);
}

static int run_list(const struct subcommand_call *call, struct err *err)
{
    return present_get(call, "/api/v1/alerts", show_list, err);
}

static int show_test(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    (void)call;
    (void)err;
    text_line(stdout, "%s: mail to %s, and %lld webhooks", field_text(answer, "kind", "-"),
        field_text(answer, "mail_to", "nobody"), (long long)field_integer(answer, "webhooks", 0));
    if (!field_has(answer, "mail_to"))
        puts("mail_to and kinds in section [alerts] of secureesp.conf say who gets mail");
    return SUBCOMMAND_OK;
}

static int run_test(const struct subcommand_call *call, struct err *err)
{
    struct url url;
    int rc;

    url_init(&url, "/api/v1/alerts/test");
    if (call->options->argument_count > 0)
        url_query(&url, "kind", call->options->arguments[0]);

    struct client_request request = {.method = "POST", .path = url_text(&url)};

    rc = present_request(call, &request, show_test, err);
    url_clear(&url);
    return rc;
}

const struct subcommand alerts_subcommands[] = {
    {"alerts", "list", "[--json]", "list what goes wrong now", NULL, 0, 0, run_list},
    {"alerts", "test", "[KIND] [--json]", "tell whoever is told of alerts that this is a test",
        NULL, 0, 1, run_test},
    {0},
};
