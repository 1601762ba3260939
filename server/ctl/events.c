// `secureesp events`: what happened to devices, and what happens.
#include "server/ctl/events.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/contract.h"
#include "server/ctl/away.h"
#include "server/ctl/client.h"
#include "server/ctl/command_table.h"
#include "server/ctl/field.h"
#include "server/ctl/output.h"
#include "server/ctl/sse.h"
#include "server/ctl/url.h"
#include "server/model/event_kind.h"

#define LINES 100
#define LINES_BEFORE 10 // what comes
#define LINES_MAX 1000
#define PAUSE_S 1

static const struct option_rule options[] = {
    {"follow", OPTION_FLAG, NULL, "go on with what happens, until it is interrupted (-f)"},
    {"lines", OPTION_VALUE, "N", "the newest N first, 0 to 1000 (100, with --follow 10; -n)"},
    {"event", OPTION_VALUE, "KIND", "only events of that kind, as error"},
    {"filter", OPTION_LIST, "FILTER",
        "only of devices that meet it now: see FILTERS in secureesp(1)"},
    {0},
};

// Kinds are texts that devices send, so that one that is not known is no mistake for sure.
static void doubt_kind(const char *kind)
{
    static const char *const kinds[] = {CONTRACT_EVENT_KIND_BOOT, CONTRACT_EVENT_KIND_COMMAND,
        CONTRACT_EVENT_KIND_ACCEPTED, CONTRACT_EVENT_KIND_TRIAL, CONTRACT_EVENT_KIND_ERROR};
    bool is_known = event_kind_is_own(kind);

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        is_known |= strcmp(kinds[i], kind) == 0;
    if (!is_known)
        text_line(stderr,
            "secureesp: no kind of event is known as %s; secureesp(1) lists them, under events",
            kind);
}

struct follower {
    const struct subcommand_call *call;
    struct sse *sse;
    struct away away;
    struct err *err;
};

static void print_gap(const json_t *gap)
{
    int64_t after = field_integer(gap, "after", 0);
    int64_t next = field_integer(gap, "next", 0);

    if (next > after)
        text_line(stderr, "secureesp: events behind number %lld and before %lld were removed",
            (long long)after, (long long)next);
    else
        text_line(stderr, "secureesp: the database is another one: events may be missing here");
}

static void print_event(const json_t *event)
{
    static const char *const members[] = {"command", "result", "image"};
    char text[TEXT_SHORT_SIZE];
    char detail[COMMAND_TABLE_DETAIL_SIZE];

    field_time(event, "at_ms", text);
    printf("%s ", text);
    text_print(stdout, field_text(event, "mac", "-"));
    putchar(' ');
    text_print(stdout, field_text(event, "event", "-"));
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (field_has(event, members[i]))
            field_print_pair(event, members[i]);
    }
    command_table_detail(event, detail, sizeof detail);
    if (detail[0] != '\0') {
        fputs(": ", stdout);
        text_print(stdout, detail);
    }
    putchar('\n');
}

static int print_json(json_t *object, bool is_gap, const char *id, struct err *err)
{
    if (is_gap)
        json_object_set_new(object, "event", json_string("gap"));
    else
        json_object_set_new(object, "id", json_integer(strtoll(id, NULL, 10)));
    return output_json(json_incref(object), err);
}

static int show(const struct sse_message *message, void *ctx)
{
    struct follower *follower = ctx;
    bool is_gap = strcmp(message->type, "gap") == 0;
    json_t *object = json_loads(message->data, JSON_ALLOW_NUL, NULL);
    int rc = 0;

    if (!is_gap && message->type[0] != '\0') {
        json_decref(object); // of a later daemon
        return 0;
    }
    if (object == NULL)
        return err_set(follower->err, ERR_IO, "an event of the daemon's is not JSON");
    if (follower->call->json)
        rc = print_json(object, is_gap, sse_id(follower->sse), follower->err);
    else if (is_gap)
        print_gap(object);
    else
        print_event(object);
    json_decref(object);
    if (rc == 0 && fflush(stdout) != 0)
        rc = err_set(follower->err, ERR_IO, "cannot write to standard output");
    return rc;
}

static int take(const char *p, size_t n, void *ctx)
{
    struct follower *follower = ctx;
    int rc = away_judge(&follower->away, 0, NULL);

    output_end_unheard(); // the daemon sends a comment now and then
    if (rc == 0)
        rc = sse_take(follower->sse, p, n, show, follower);
    if (rc == ERR_TOO_LARGE || rc == ERR_NO_MEMORY)
        err_set(follower->err, rc, "no memory for an event");
    return rc;
}

// Begins anew, behind the last that came, when the stream ends: the daemon may have been restarted.
static int follow(
    struct follower *follower, struct client *client, struct client_request *request, bool goes_on)
{
    struct timespec pause = {.tv_sec = PAUSE_S};

    for (;;) {
        request->last_event_id = sse_id(follower->sse)[0] != '\0' ? sse_id(follower->sse) : NULL;
        sse_restart(follower->sse);

        int rc = client_feed(client, request, take, follower, follower->err);

        if (!goes_on)
            return rc;
        if (rc == 0)
            rc = err_set(follower->err, ERR_UNAVAILABLE, "the daemon has ended the stream");
        rc = away_judge(&follower->away, rc, follower->err);
        if (rc < 0)
            return rc;
        nanosleep(&pause, NULL);
        output_end_unheard();
    }
}

// The path and its query; SUBCOMMAND_OK, or SUBCOMMAND_USAGE with its message.
static int make_path(const struct subcommand_call *call, struct url *url, struct err *err)
{
    static const int64_t range[2] = {0, LINES_MAX};
    const struct options *given = call->options;
    const char *event = options_value(given, "event");
    const char *filter;
    bool goes_on = options_has(given, "follow");
    int64_t lines = goes_on ? LINES_BEFORE : LINES;
    char mac[MAC_SIZE];
    char text[24];
    size_t cursor = 0;

    if (options_number(given, "lines", range, &lines, err) < 0)
        return SUBCOMMAND_USAGE;
    if (given->argument_count > 0 &&
        subcommand_read_mac(given->arguments[0], mac, err) != SUBCOMMAND_OK)
        return SUBCOMMAND_USAGE;
    snprintf(text, sizeof text, "%lld", (long long)lines);
    url_init(url, "/api/v1/events");
    url_query(url, "newest", text);
    url_query(url, "follow", goes_on ? "1" : "0");
    if (given->argument_count > 0)
        url_query(url, "mac", mac);
    if (event != NULL) {
        doubt_kind(event);
        url_query(url, "event", event);
    }
    while ((filter = options_next(given, "filter", &cursor)) != NULL)
        url_query(url, "filter", filter);
    return SUBCOMMAND_OK;
}

static int run(const struct subcommand_call *call, struct err *err)
{
    struct follower follower = {.call = call, .err = err};
    struct client_request request = {.method = "GET"};
    struct client *client;
    struct url url;
    int rc = make_path(call, &url, err);

    if (rc != SUBCOMMAND_OK)
        return rc;
    request.path = url_text(&url);
    follower.sse = sse_new();
    rc = follower.sse == NULL ? err_set(err, ERR_NO_MEMORY, "no memory for events")
                              : client_open(call->target, &client, err);
    if (rc == 0) {
        rc = follow(&follower, client, &request, options_has(call->options, "follow"));
        client_close(client);
    }
    sse_free(follower.sse);
    url_clear(&url);
    return rc;
}

const struct subcommand events_subcommands[] = {
    {"events", NULL, "[MAC] [--follow] [--lines N] [--event KIND] [--filter FILTER] [--json]",
        "show what happened to devices, and what happens", options, 0, 1, run},
    {0},
};
