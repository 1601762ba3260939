// Certificates that the daemon knows, for people.
#include "server/ctl/pki_list.h"

#include <stdio.h>
#include <string.h>

#include "server/ctl/field.h"
#include "server/ctl/listing.h"
#include "server/ctl/pages.h"
#include "server/ctl/url.h"

static const struct table_column columns[] = {
    {"SERIAL", TABLE_LEFT, TABLE_CUT_NEVER, 0}, // what `pki revoke` takes
    {"NAME", TABLE_LEFT, TABLE_CUT_END, 12},
    {"KIND", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"ROLE", TABLE_LEFT, TABLE_CUT_END, 7},
    {"FROM", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"UNTIL", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"STATE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
};

static void add_day(struct table *table, const json_t *certificate, const char *member)
{
    char text[TEXT_SHORT_SIZE];

    field_time(certificate, member, text);
    text[strcspn(text, "T")] = '\0'; // the day is enough
    table_add(table, TABLE_PLAIN, text);
}

static void add_certificate(struct table *table, const json_t *certificate, int64_t now_ms)
{
    const char *state = field_text(certificate, "state", "");
    const char *reason = field_text(certificate, "reason", "");
    bool is_good = strcmp(state, "good") == 0;
    char text[96];

    (void)now_ms;
    table_add(table, TABLE_PLAIN, field_text(certificate, "serial", ""));
    table_add(table, TABLE_PLAIN, field_text(certificate, "common_name", ""));
    table_add(table, TABLE_PLAIN, field_text(certificate, "kind", ""));
    table_add(table, TABLE_PLAIN, field_text(certificate, "role", ""));
    add_day(table, certificate, "not_before_ms");
    add_day(table, certificate, "not_after_ms");
    snprintf(text, sizeof text, "%s%s%s", state, reason[0] != '\0' ? ": " : "", reason);
    table_add(table, is_good ? TABLE_GOOD : TABLE_BAD, text);
}

int pki_list_run(const struct subcommand_call *call, struct err *err)
{
    static const struct listing listing = {
        columns, sizeof columns / sizeof columns[0], add_certificate};
    const char *state = options_value(call->options, "state");
    char mac[MAC_SIZE] = "";
    int64_t max;
    struct url url;

    if (call->options->argument_count > 0 &&
        subcommand_read_mac(call->options->arguments[0], mac, err) != SUBCOMMAND_OK)
        return SUBCOMMAND_USAGE;
    if (pages_read_limit(call->options, 0, &max, err) != SUBCOMMAND_OK)
        return SUBCOMMAND_USAGE;
    url_init(&url, "/api/v1/certificates");
    if (state != NULL)
        url_query(&url, "state", state);
    if (mac[0] != '\0')
        url_query(&url, "mac", mac);
    return pages_show_listing(call, &url, max, &listing, err);
}
