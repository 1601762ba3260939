// Begins a rollout: says what it means, asks, and gives the order.
#include "server/ctl/rollouts_create.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/base/clock.h"
#include "server/ctl/client.h"
#include "server/ctl/confirm.h"
#include "server/ctl/duration.h"
#include "server/ctl/field.h"
#include "server/ctl/output.h"
#include "server/ctl/rollouts.h"
#include "server/ctl/rollouts_config.h"
#include "server/ctl/selection.h"

#define DURATION_MAX_S (365LL * 24 * 3600)

const struct option_rule rollouts_create_options[] = {
    {"image", OPTION_VALUE, "IMAGE", "that they are to run; added, and published by this"},
    {"config", OPTION_VALUE, "PATCH", "of config.json: a merge patch, or a file with one"},
    {"fleet", OPTION_FLAG, NULL, "of --config: it is for all devices"},
    {"force", OPTION_FLAG, NULL, "of --config: also an address that nothing is known of"},
    {"all", OPTION_FLAG, NULL, "every device of its board"},
    {"filter", OPTION_LIST, "FILTER", "devices that meet it: see FILTERS in secureesp(1)"},
    {"group", OPTION_LIST, "NAME", "devices of this group"},
    {"phases", OPTION_VALUE, "LIST", "how many have it by then (1,10%,50%,100%)"},
    {"rate", OPTION_VALUE, "N", "devices that begin within a minute (60; 0: no bound)"},
    {"at-once", OPTION_VALUE, "K", "devices that download at a time (20; 0: no bound)"},
    {"site", OPTION_VALUE, "PREFIX", "a tag that begins so is a device's site"},
    {"per-site", OPTION_VALUE, "K", "devices of a site that download at a time"},
    {"start", OPTION_VALUE, "TIME", "not before: 2026-12-24T22:00, or +2h"},
    {"window", OPTION_VALUE, "TIMES", "begin only then: \"22:00-05:00 Europe/Berlin\""},
    {"success", OPTION_VALUE, "P%", "of a phase, before the next (95%)"},
    {"soak", OPTION_VALUE, "DURATION", "that this has to last (10m)"},
    {"failures", OPTION_VALUE, "N|P%", "so many pause it (5%)"},
    {"timeout", OPTION_VALUE, "DURATION", "for a device to return (30m)"},
    {"canaries-first", OPTION_FLAG, NULL, "devices marked as canary begin"},
    {"dry-run", OPTION_FLAG, NULL, "only list the phases with their devices"},
    {"yes", OPTION_FLAG, NULL, "do not ask"},
    {0},
};

// Whether the month has that day, which strptime(3) does not look at.
static bool is_day(const struct tm *tm)
{
    struct tm day = {.tm_year = tm->tm_year, .tm_mon = tm->tm_mon, .tm_mday = tm->tm_mday};

    return timegm(&day) != (time_t)-1 && day.tm_mday == tm->tm_mday;
}

bool rollouts_create_read_start(const char *text, int64_t now_ms, int64_t *at_ms)
{
    struct tm tm = {.tm_isdst = -1};
    int64_t seconds;
    time_t local;
    const char *end;

    if (text[0] == '+') {
        if (!duration_parse(text + 1, &seconds))
            return false;
        *at_ms = now_ms + seconds * 1000;
        return true;
    }
    end = strptime(text, "%Y-%m-%dT%H:%M", &tm);
    if (end != NULL && *end == ':')
        end = strptime(end, ":%S", &tm);
    if (end == NULL || (*end != '\0' && strcmp(end, "Z") != 0) || !is_day(&tm))
        return false;
    if (*end == 'Z') {
        *at_ms = clock_utc_ms(&tm);
        return true;
    }
    local = mktime(&tm);
    if (local == (time_t)-1)
        return false;
    *at_ms = (int64_t)local * 1000;
    return true;
}

static int put_texts(const struct options *options, json_t *body)
{
    static const char *const names[] = {"image", "phases", "site", "window", "failures"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = options_value(options, names[i]);

        if (value != NULL && json_object_set_new(body, names[i], json_string(value)) < 0)
            return ERR_INVALID;
    }
    return 0;
}

static int put_numbers(const struct options *options, json_t *body, struct err *err)
{
    static const struct {
        const char *option, *member;
    } names[] = {{"rate", "rate"}, {"at-once", "at_once"}, {"per-site", "per_site"}};
    static const int64_t range[2] = {0, 10000000};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int64_t value = -1;

        if (options_number(options, names[i].option, range, &value, err) < 0)
            return SUBCOMMAND_USAGE;
        if (value >= 0)
            json_object_set_new(body, names[i].member, json_integer(value));
    }
    return 0;
}

static int put_durations(const struct options *options, json_t *body, struct err *err)
{
    static const struct {
        const char *option, *member;
        int64_t min_s;
        const char *range;
    } names[] = {{"soak", "soak_s", 0, "0 to 365d"}, {"timeout", "timeout_s", 1, "1s to 365d"}};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = options_value(options, names[i].option);
        int64_t seconds = 0;

        if (value == NULL)
            continue;
        if (strcmp(value, "0") != 0 && !duration_parse(value, &seconds))
            return subcommand_misuse(err, "--%s: \"%.40s\" is no duration, as 90s, 15m, 2h or 1d",
                names[i].option, value);
        if (seconds < names[i].min_s || seconds > DURATION_MAX_S)
            return subcommand_misuse(
                err, "--%s %.40s: give a duration from %s", names[i].option, value, names[i].range);
        json_object_set_new(body, names[i].member, json_integer(seconds));
    }
    return 0;
}

// "95%" or "95".
static int put_success(const struct options *options, json_t *body, struct err *err)
{
    const char *value = options_value(options, "success");
    char *end;
    long percent;

    if (value == NULL)
        return 0;
    percent = strtol(value, &end, 10);
    if (end == value || (*end != '\0' && strcmp(end, "%") != 0) || percent < 1 || percent > 100)
        return subcommand_misuse(err, "--success %.40s: give a share from 1%% to 100%%", value);
    json_object_set_new(body, "success", json_integer(percent));
    return 0;
}

static int put_start(const struct options *options, json_t *body, struct err *err)
{
    const char *value = options_value(options, "start");
    int64_t at_ms;

    if (value == NULL)
        return 0;
    if (!rollouts_create_read_start(value, clock_system_ms(), &at_ms))
        return subcommand_misuse(err,
            "--start: \"%.40s\" is no time, as 2026-12-24T22:00, 2026-12-24T21:00Z or +2h", value);
    json_object_set_new(body, "start_ms", json_integer(at_ms));
    return 0;
}

// SUBCOMMAND_OK, SUBCOMMAND_USAGE or an error.
static int make_body(
    const struct subcommand_call *call, struct client *client, json_t *body, struct err *err)
{
    const struct options *options = call->options;
    json_t *filters = NULL;
    int rc = put_texts(options, body);

    if (rc < 0 || json_object_set_new(body, "name", json_string(options->arguments[0])) < 0)
        return subcommand_misuse(err, "what is given must be UTF-8");
    rc = put_numbers(options, body, err);
    if (rc == 0)
        rc = put_durations(options, body, err);
    if (rc == 0)
        rc = put_success(options, body, err);
    if (rc == 0)
        rc = put_start(options, body, err);
    if (options_has(options, "canaries-first"))
        json_object_set_new(body, "canaries_first", json_true());
    if (options_has(options, "all"))
        json_object_set_new(body, "all", json_true());
    else if (options_value(options, "config") != NULL)
        rc = rc == 0 ? rollouts_config_put(options, body, err) : rc;
    else if (rc == 0)
        rc = selection_read(options, client, &filters, err);
    if (filters != NULL)
        json_object_set_new(body, "filters", filters);
    return rc;
}

static int post(struct client *client, json_t *body, bool dry_run, json_t **out, struct err *err)
{
    struct client_request request = {
        .method = "POST", .path = "/api/v1/rollouts", .type = "application/json", .once = true};
    char *text;
    int rc;

    json_object_set_new(body, "dry_run", json_boolean(dry_run));
    text = json_dumps(body, JSON_COMPACT);
    if (text == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the request");
    request.body = (const uint8_t *)text;
    request.size_bytes = strlen(text);
    rc = client_call(client, &request, out, err);
    free(text);
    return rc;
}

static void print_phase(const json_t *phase)
{
    size_t i;
    json_t *mac;

    int64_t count = field_integer(phase, "count", 0);

    printf(count == 1 ? "phase %lld: %lld device" : "phase %lld: %lld devices",
        (long long)field_integer(phase, "phase", 0), (long long)count);
    json_array_foreach(json_object_get(phase, "macs"), i, mac)
    {
        fputs(i == 0 ? ": " : " ", stdout);
        text_print(stdout, json_string_value(mac));
    }
    putchar('\n');
}

static void tell_off_channel(FILE *to, const json_t *plan)
{
    int64_t devices = field_integer(plan, "off_channel", 0);

    if (devices > 0)
        text_line(to, "%lld more follow stable, which the image is not published to: left out",
            (long long)devices);
}

static void tell_no_canary(FILE *to, const struct subcommand_call *call, const json_t *plan)
{
    if (options_has(call->options, "canaries-first") && field_integer(plan, "canaries", 0) == 0)
        fputs("--canaries-first: none of these devices is a canary; 'secureesp devices canary' "
              "marks one\n",
            to);
}

static void print_plan_of_image(const json_t *plan)
{
    text_line(stdout,
        "%s to %lld device%s%s; %lld more run it or a later one, %lld are of another "
        "board, %lld revoked",
        field_text(plan, "image", "-"), (long long)field_integer(plan, "count", 0),
        field_integer(plan, "count", 0) == 1 ? "" : "s",
        field_is_true(plan, "publishes") ? ", and published" : "",
        (long long)field_integer(plan, "current", 0), (long long)field_integer(plan, "foreign", 0),
        (long long)field_integer(plan, "revoked", 0));
    tell_off_channel(stdout, plan);
}

static int print_plan(const struct subcommand_call *call, json_t *plan, struct err *err)
{
    size_t i;
    json_t *phase;

    if (call->json)
        return output_json(json_incref(plan), err);
    if (options_has(call->options, "config"))
        rollouts_config_print_plan(plan);
    else
        print_plan_of_image(plan);
    tell_no_canary(stdout, call, plan);
    json_array_foreach(json_object_get(plan, "phases"), i, phase)
    {
        print_phase(phase);
    }
    return SUBCOMMAND_OK;
}

static int create(
    const struct subcommand_call *call, struct client *client, json_t *body, struct err *err)
{
    json_t *answer;
    int rc = post(client, body, false, &answer, err);

    if (rc < 0)
        return rc;
    if (call->json)
        rc = output_json(json_incref(answer), err);
    else {
        rollouts_print(answer, clock_system_ms());
        text_line(stdout, "follow it with `secureesp rollouts watch %s`",
            field_text(answer, "name", "-"));
    }
    json_decref(answer);
    return rc;
}

static int plan_and_create(
    const struct subcommand_call *call, struct client *client, json_t *body, struct err *err)
{
    json_t *plan = NULL;
    char name[ROLLOUTS_CONFIG_WHAT_SIZE];
    char what[128];
    int rc = make_body(call, client, body, err);

    if (rc == 0)
        rc = post(client, body, true, &plan, err);
    if (rc != 0)
        return rc;
    if (options_has(call->options, "dry-run"))
        rc = print_plan(call, plan, err);
    else {
        tell_off_channel(stderr, plan);
        tell_no_canary(stderr, call, plan);
        rollouts_config_name(plan, name);
        snprintf(what, sizeof what, "a rollout of %s", name);
        rc = confirm_change(call, field_integer(plan, "count", 0), what, err);
        if (rc == SUBCOMMAND_OK)
            rc = create(call, client, body, err);
    }
    json_decref(plan);
    return rc;
}

int rollouts_create_run(const struct subcommand_call *call, struct err *err)
{
    const struct options *options = call->options;
    struct client *client;
    json_t *body;
    int rc;

    if (rollouts_config_check(options, err) != SUBCOMMAND_OK)
        return SUBCOMMAND_USAGE;
    if (options_value(options, "config") == NULL &&
        options_has(options, "all") == selection_is_given(options))
        return subcommand_misuse(err, "one of --all, --filter and --group says which devices");
    if ((options_value(options, "site") != NULL) != (options_value(options, "per-site") != NULL))
        return subcommand_misuse(err, "--site and --per-site go together");
    rc = client_open(call->target, &client, err);
    if (rc < 0)
        return rc;
    body = json_object();
    rc = body != NULL ? plan_and_create(call, client, body, err)
                      : err_set(err, ERR_NO_MEMORY, "no memory for the request");
    json_decref(body);
    client_close(client);
    return rc;
}
