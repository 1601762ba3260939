// `secureesp enrolments`.
#include "server/ctl/enrolments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/ctl/duration.h"
#include "server/ctl/field.h"
#include "server/ctl/listing.h"
#include "server/ctl/present.h"
#include "server/ctl/url.h"

#define PATH "/api/v1/enrolments"
#define KEY_SHOWN "%.16s"
#define MACS_MAX 10000

static const struct option_rule list_options[] = {
    {"state", OPTION_VALUE, "STATE",
        "only those that are listed, pending, approved, rejected or enrolled"},
    {0},
};

static const struct option_rule add_options[] = {
    {"code", OPTION_FLAG, NULL, "make up a code for each, which it must give as challengePassword"},
    {0},
};

static const struct option_rule approve_options[] = {
    {"key", OPTION_VALUE, "SHA256", "only with this key; at least 16 hex digits of it"},
    {"any-key", OPTION_FLAG, NULL, "whichever asks next in its name"},
    {0},
};

static const struct option_rule open_options[] = {
    {"for", OPTION_VALUE, "DURATION", "for so long, as 30m, 1h or 1d"},
    {"at-most", OPTION_VALUE, "N", "let in so many devices (100), then close"},
    {0},
};

static const struct table_column columns[] = {
    {"MAC", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"STATE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"KEY", TABLE_LEFT, TABLE_CUT_END, 8},
    {"ADDRESS", TABLE_LEFT, TABLE_CUT_END, 9},
    {"CLAIM", TABLE_LEFT, TABLE_CUT_END, 8},
    {"ASKED", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"TIMES", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"BY", TABLE_LEFT, TABLE_CUT_END, 8},
    {"NOTE", TABLE_LEFT, TABLE_CUT_END, 12},
};

static enum table_style style_of(const char *state)
{
    if (strcmp(state, "enrolled") == 0)
        return TABLE_GOOD;
    return strcmp(state, "pending") == 0 || strcmp(state, "rejected") == 0 ? TABLE_BAD
                                                                           : TABLE_PLAIN;
}

// What is worth a word.
static void add_note(struct table *table, const json_t *it)
{
    int64_t alarms = field_integer(it, "alarms", 0);
    int64_t wrong = field_integer(it, "wrong_codes", 0);
    const char *trouble = field_text(it, "trouble", "");
    char text[256];

    if (trouble[0] != '\0')
        snprintf(text, sizeof text, "%s", trouble);
    else if (alarms > 0 && field_has(it, "alarm_key_sha256"))
        snprintf(text, sizeof text, "refused %lld other request%s, key " KEY_SHOWN,
            (long long)alarms, alarms == 1 ? "" : "s", field_text(it, "alarm_key_sha256", ""));
    else if (alarms > 0)
        snprintf(text, sizeof text, "refused %lld other request%s", (long long)alarms,
            alarms == 1 ? "" : "s");
    else if (wrong > 0)
        snprintf(text, sizeof text, "%lld wrong code%s", (long long)wrong, wrong == 1 ? "" : "s");
    else
        snprintf(text, sizeof text, "%s", field_is_true(it, "needs_code") ? "needs its code" : "");
    table_add(table, alarms > 0 || wrong > 0 || trouble[0] != '\0' ? TABLE_BAD : TABLE_PLAIN, text);
}

static void add_enrolment(struct table *table, const json_t *it, int64_t now_ms)
{
    const char *state = field_text(it, "state", "");
    char text[TEXT_SHORT_SIZE];

    table_add(table, TABLE_PLAIN, field_text(it, "mac", ""));
    table_add(table, style_of(state), state);
    snprintf(text, sizeof text, KEY_SHOWN, field_text(it, "key_sha256", ""));
    table_add(table, TABLE_PLAIN, text);
    table_add(table, TABLE_PLAIN, field_text(it, "address", ""));
    table_add(table, TABLE_PLAIN, field_text(it, "claim", ""));
    field_age(it, "last_asked_ms", now_ms, text);
    table_add(table, TABLE_PLAIN, text);
    field_number(it, "tries", text);
    table_add(table, TABLE_PLAIN, text);
    table_add(table, TABLE_PLAIN, field_text(it, "decided_by", ""));
    add_note(table, it);
}

static int show_list(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    static const struct listing listing = {
        columns, sizeof columns / sizeof columns[0], add_enrolment};

    return listing_show(&listing, call, answer, err);
}

static int run_list(const struct subcommand_call *call, struct err *err)
{
    const char *state = options_value(call->options, "state");
    struct url url;

    url_init(&url, PATH);
    if (state != NULL)
        url_query(&url, "state", state);

    int rc = present_get(call, url_text(&url), show_list, err);

    url_clear(&url);
    return rc;
}

static int show_added(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    size_t i;
    json_t *it;

    (void)call;
    (void)err;
    json_array_foreach((json_t *)answer, i, it)
    {
        text_print(stdout, field_text(it, "mac", "-"));
        fputs(field_is_true(it, "new") ? ": registered" : ": was already registered", stdout);
        if (field_has(it, "code")) {
            fputs("; its code, which is not shown again: ", stdout);
            text_print(stdout, field_text(it, "code", "-"));
        }
        putchar('\n');
    }
    return SUBCOMMAND_OK;
}

static int run_add(const struct subcommand_call *call, struct err *err)
{
    struct client_request request = {.method = "POST",
        .path = PATH,
        .type = "application/json",
        .once = !options_has(call->options, "code")};
    json_t *macs = json_array();
    json_t *wish = json_pack("{sO sb}", "macs", macs, "code", options_has(call->options, "code"));
    int rc = SUBCOMMAND_OK;

    for (size_t i = 0; rc == SUBCOMMAND_OK && i < call->options->argument_count; i++) {
        char mac[MAC_SIZE];

        rc = subcommand_read_mac(call->options->arguments[i], mac, err);
        if (rc == SUBCOMMAND_OK)
            json_array_append_new(macs, json_string(mac));
    }

    char *text = rc == SUBCOMMAND_OK ? json_dumps(wish, JSON_COMPACT) : NULL;

    if (rc == SUBCOMMAND_OK && text == NULL)
        rc = err_set(err, ERR_NO_MEMORY, "no memory for a request");
    if (rc == SUBCOMMAND_OK) {
        request.body = (const uint8_t *)text;
        request.size_bytes = strlen(text);
        rc = present_request(call, &request, show_added, err);
    }
    free(text);
    json_decref(wish);
    json_decref(macs);
    return rc;
}

static int show_approved(const struct subcommand_call *call, const json_t *it, struct err *err)
{
    (void)call;
    (void)err;
    text_print(stdout, field_text(it, "mac", "-"));
    if (field_has(it, "key_sha256")) {
        fputs(": approved, with the key ", stdout);
        text_print(stdout, field_text(it, "key_sha256", "-"));
        putchar('\n');
    } else {
        puts(": approved; the next request of its name gets a certificate, whoever makes it");
    }
    return SUBCOMMAND_OK;
}

static int show_rejected(const struct subcommand_call *call, const json_t *it, struct err *err)
{
    (void)call;
    (void)err;
    text_print(stdout, field_text(it, "mac", "-"));
    puts(": rejected");
    return SUBCOMMAND_OK;
}

static int show_removed(const struct subcommand_call *call, const json_t *it, struct err *err)
{
    (void)call;
    (void)err;
    text_print(stdout, field_text(it, "mac", "-"));
    puts(": removed");
    return SUBCOMMAND_OK;
}

static int decide(
    const struct subcommand_call *call, const char *verb, present_show *show, struct err *err)
{
    char path[64 + MAC_SIZE];
    char mac[MAC_SIZE];
    struct client_request request = {.method = "POST", .path = path};

    if (subcommand_read_mac(call->options->arguments[0], mac, err) != SUBCOMMAND_OK)
        return SUBCOMMAND_USAGE;
    snprintf(path, sizeof path, PATH "/%s/%s", mac, verb);
    return present_request(call, &request, show, err);
}

static int run_approve(const struct subcommand_call *call, struct err *err)
{
    const char *key = options_value(call->options, "key");
    bool any_key = options_has(call->options, "any-key");
    struct client_request request = {.method = "POST"};
    char mac[MAC_SIZE];
    struct url url;

    if (subcommand_read_mac(call->options->arguments[0], mac, err) != SUBCOMMAND_OK)
        return SUBCOMMAND_USAGE;
    if (key != NULL && any_key)
        return subcommand_misuse(err, "--key and --any-key exclude each other");
    url_init(&url, PATH);
    url_segment(&url, mac);
    url_segment(&url, "approve");
    if (key != NULL)
        url_query(&url, "key", key);
    if (any_key)
        url_query(&url, "any_key", "1");
    request.path = url_text(&url);

    int rc = present_request(call, &request, show_approved, err);

    url_clear(&url);
    return rc;
}

static int run_reject(const struct subcommand_call *call, struct err *err)
{
    return decide(call, "reject", show_rejected, err);
}

static int run_remove(const struct subcommand_call *call, struct err *err)
{
    return decide(call, "remove", show_removed, err);
}

static int show_window(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    char until[TEXT_SHORT_SIZE];

    (void)call;
    (void)err;
    field_time(answer, "open_until_ms", until);
    if (field_has(answer, "open_until_ms"))
        printf("every new device that has a claim certificate gets its own, until %s or until %lld "
               "have got one\n",
            until, (long long)field_integer(answer, "open_at_most", 0));
    else
        puts("closed");
    return SUBCOMMAND_OK;
}

static int set_window(const struct subcommand_call *call, int64_t seconds, struct err *err)
{
    const char *at_most = options_value(call->options, "at-most");
    char text[24];
    struct client_request request = {.method = "POST"};
    struct url url;

    snprintf(text, sizeof text, "%lld", (long long)seconds);
    url_init(&url, PATH "/window");
    url_query(&url, "for_s", text);
    if (at_most != NULL)
        url_query(&url, "at_most", at_most);
    request.path = url_text(&url);

    int rc = present_request(call, &request, show_window, err);

    url_clear(&url);
    return rc;
}

static int run_open(const struct subcommand_call *call, struct err *err)
{
    const char *text = options_value(call->options, "for");
    const char *at_most = options_value(call->options, "at-most");
    int64_t seconds;

    if (text == NULL)
        return subcommand_misuse(err, "say for how long, as --for 1h");
    if (!duration_parse(text, &seconds) || seconds == 0)
        return subcommand_misuse(
            err, "\"%s\" is not a duration: a number and s, m, h or d, as 30m", text);
    if (at_most != NULL && (at_most[0] == '\0' || at_most[strspn(at_most, "0123456789")] != '\0'))
        return subcommand_misuse(err, "\"%s\" is not a number of devices", at_most);
    return set_window(call, seconds, err);
}

static int run_close(const struct subcommand_call *call, struct err *err)
{
    return set_window(call, 0, err);
}

const struct subcommand enrolments_subcommands[] = {
    {"enrolments", "list", "[--state STATE] [--json]",
        "list devices on the way to their certificate, those that wait first", list_options, 0, 0,
        run_list},
    {"enrolments", "add", "MAC... [--code] [--json]",
        "register devices that are to get a certificate", add_options, 1, MACS_MAX, run_add},
    {"enrolments", "approve", "MAC [--key SHA256|--any-key] [--json]",
        "let a device have a certificate", approve_options, 1, 1, run_approve},
    {"enrolments", "reject", "MAC [--json]", "let a device have none", NULL, 1, 1, run_reject},
    {"enrolments", "remove", "MAC [--json]", "forget that a device is registered, or has asked",
        NULL, 1, 1, run_remove},
    {"enrolments", "open", "--for DURATION [--at-most N] [--json]",
        "let every device with a claim certificate have its own, for a time", open_options, 0, 0,
        run_open},
    {"enrolments", "close", "[--json]", "end that", NULL, 0, 0, run_close},
    {0},
};
