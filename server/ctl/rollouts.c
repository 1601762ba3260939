// `secureesp rollouts`: how they stand, and what is done with them.
#include "server/ctl/rollouts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "server/base/clock.h"
#include "server/ctl/away.h"
#include "server/ctl/client.h"
#include "server/ctl/field.h"
#include "server/ctl/listing.h"
#include "server/ctl/output.h"
#include "server/ctl/present.h"
#include "server/ctl/rollouts_config.h"
#include "server/ctl/rollouts_create.h"
#include "server/ctl/rollouts_reason.h"
#include "server/ctl/rollouts_terms.h"
#include "server/ctl/url.h"

#define INTERVAL_S 2

static const struct table_column columns[] = {
    {"ROLLOUT", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"BRINGS", TABLE_LEFT, TABLE_CUT_MIDDLE, 20},
    {"STATE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"PHASE", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"UPDATED", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"FAILED", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"CREATED", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"REASON", TABLE_LEFT, TABLE_CUT_END, 20},
};

static const struct table_column device_columns[] = {
    {"MAC", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"PHASE", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"STAGE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"SINCE", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"SITE", TABLE_LEFT, TABLE_CUT_END, 8},
    {"REASON", TABLE_LEFT, TABLE_CUT_END, 30},
};

static int64_t count_of(const json_t *rollout, const char *name)
{
    return field_integer(json_object_get(rollout, "devices"), name, 0);
}

static enum table_style style_of(const char *state)
{
    return strcmp(state, "paused") == 0 || strcmp(state, "failed") == 0     ? TABLE_BAD
           : strcmp(state, "done") == 0 || strcmp(state, "updated") == 0    ? TABLE_GOOD
           : strcmp(state, "aborted") == 0 || strcmp(state, "waiting") == 0 ? TABLE_DIM
                                                                            : TABLE_PLAIN;
}

static void add_rollout(struct table *table, const json_t *rollout, int64_t now_ms)
{
    const char *state = field_text(rollout, "state", "");
    char text[2 * TEXT_SHORT_SIZE];
    char age[TEXT_SHORT_SIZE];
    char reason[ROLLOUTS_REASON_SIZE];
    char what[ROLLOUTS_CONFIG_WHAT_SIZE];

    rollouts_config_name(rollout, what);
    table_add(table, TABLE_PLAIN, field_text(rollout, "name", ""));
    table_add(table, TABLE_PLAIN, what);
    table_add(table, style_of(state), state);
    snprintf(text, sizeof text, "%lld/%lld", (long long)field_integer(rollout, "phase", 0),
        (long long)field_integer(rollout, "phases", 0));
    table_add(table, TABLE_PLAIN, text);
    snprintf(text, sizeof text, "%lld/%lld", (long long)count_of(rollout, "updated"),
        (long long)(count_of(rollout, "total") - count_of(rollout, "left_out")));
    table_add(table, TABLE_PLAIN, text);
    snprintf(text, sizeof text, "%lld", (long long)count_of(rollout, "failed"));
    table_add(table, TABLE_PLAIN, text);
    field_age(rollout, "created_at_ms", now_ms, age);
    table_add(table, TABLE_PLAIN, age);
    rollouts_reason_write(rollout, reason);
    table_add(table, TABLE_PLAIN, reason);
}

static void add_device(struct table *table, const json_t *device, int64_t now_ms)
{
    const char *stage = field_text(device, "stage", "");
    char text[TEXT_SHORT_SIZE];

    table_add(table, TABLE_PLAIN, field_text(device, "mac", ""));
    field_number(device, "phase", text);
    table_add(table, TABLE_PLAIN, text);
    table_add(table, style_of(stage), stage);
    field_age(
        device, field_has(device, "ended_at_ms") ? "ended_at_ms" : "began_at_ms", now_ms, text);
    table_add(table, TABLE_PLAIN, text);
    table_add(table, TABLE_PLAIN, field_text(device, "site", ""));
    table_add(table, TABLE_PLAIN, field_text(device, "reason", ""));
}

static size_t cells(int64_t part, const struct rollouts_bar *bar, size_t room)
{
    size_t n;

    if (part <= 0 || room == 0)
        return 0;
    n = bar->total > 0 ? (size_t)(part * ROLLOUTS_BAR_CELLS / bar->total) : 0;
    if (n == 0)
        n = 1;
    return n < room ? n : room;
}

void rollouts_draw(const struct rollouts_bar *bar, char out[ROLLOUTS_BAR_SIZE])
{
    size_t failed = cells(bar->failed, bar, ROLLOUTS_BAR_CELLS);
    size_t working = cells(bar->working, bar, ROLLOUTS_BAR_CELLS - failed);
    size_t updated = cells(bar->updated, bar, ROLLOUTS_BAR_CELLS - failed - working);

    memset(out, '.', ROLLOUTS_BAR_SIZE - 1);
    out[0] = '[';
    memset(out + 1, '#', updated);
    memset(out + 1 + updated, '>', working);
    memset(out + 1 + ROLLOUTS_BAR_CELLS - failed, 'x', failed);
    out[ROLLOUTS_BAR_SIZE - 2] = ']';
    out[ROLLOUTS_BAR_SIZE - 1] = '\0';
}

void rollouts_print(const json_t *rollout, int64_t now_ms)
{
    struct rollouts_bar bar = {count_of(rollout, "updated"),
        count_of(rollout, "downloading") + count_of(rollout, "installing"),
        count_of(rollout, "failed"), count_of(rollout, "total") - count_of(rollout, "left_out")};
    char drawn[ROLLOUTS_BAR_SIZE];
    char text[TEXT_SHORT_SIZE];
    char reason[ROLLOUTS_REASON_SIZE];

    rollouts_draw(&bar, drawn);
    text_print(stdout, field_text(rollout, "name", "-"));
    if (field_has(rollout, "config"))
        fputs(" (config)", stdout);
    fputs(": ", stdout);
    text_print(stdout, field_text(rollout, "state", "-"));
    printf(" %s %lld of %lld updated, %lld under way, %lld failed, %lld away, %lld left out; phase "
           "%lld of %lld",
        drawn, (long long)bar.updated, (long long)bar.total, (long long)bar.working,
        (long long)bar.failed, (long long)count_of(rollout, "away"),
        (long long)count_of(rollout, "left_out"), (long long)field_integer(rollout, "phase", 0),
        (long long)field_integer(rollout, "phases", 0));
    if (field_has(rollout, "estimated_end_ms")) {
        text_age(field_integer(rollout, "estimated_end_ms", 0) - now_ms, text);
        printf("; about %s to go", text);
    }
    rollouts_reason_write(rollout, reason);
    if (reason[0] != '\0') {
        fputs("; ", stdout);
        text_print(stdout, reason);
    }
    putchar('\n');
}

static int show_list(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    static const struct listing listing = {
        columns, sizeof columns / sizeof columns[0], add_rollout};

    return listing_show(&listing, call, answer, err);
}

static int run_list(const struct subcommand_call *call, struct err *err)
{
    return present_get(call, "/api/v1/rollouts", show_list, err);
}

static int show_devices(const struct subcommand_call *call, const json_t *devices, struct err *err)
{
    static const struct listing listing = {
        device_columns, sizeof device_columns / sizeof device_columns[0], add_device};

    return listing_show(&listing, call, devices, err);
}

static int show_one(const struct subcommand_call *call, const json_t *rollout, struct err *err)
{
    const json_t *members = json_object_get(rollout, "members");
    int64_t hidden = count_of(rollout, "total") - (int64_t)json_array_size(members);

    rollouts_print(rollout, clock_system_ms());
    rollouts_terms_print(rollout);

    int rc = show_devices(call, members, err);

    if (hidden > 0)
        printf("... and %lld more, which --all lists\n", (long long)hidden);
    return rc;
}

// Of one, by its name; verb: NULL, or what is done with it.
static int ask(
    const struct subcommand_call *call, const char *verb, present_show *show, struct err *err)
{
    struct url url;
    struct client_request request = {.method = verb != NULL ? "POST" : "GET"};

    url_init(&url, "/api/v1/rollouts");
    url_segment(&url, call->options->arguments[0]);
    if (verb != NULL)
        url_segment(&url, verb);
    request.path = url_text(&url);

    int rc = present_request(call, &request, show, err);

    url_clear(&url);
    return rc;
}

static const struct option_rule show_options[] = {
    {"all", OPTION_FLAG, NULL, "all of its devices, by MAC, and nothing else"},
    {0},
};

static int run_show(const struct subcommand_call *call, struct err *err)
{
    struct url url;
    int rc;

    if (!options_has(call->options, "all"))
        return ask(call, NULL, show_one, err);
    url_init(&url, "/api/v1/rollouts");
    url_segment(&url, call->options->arguments[0]);
    url_segment(&url, "devices");
    rc = present_get(call, url_text(&url), show_devices, err);
    url_clear(&url);
    return rc;
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

static void print_retried(const json_t *rollout)
{
    int64_t count = field_integer(rollout, "retried", 0);

    printf(count == 1 ? "%lld device is tried again" : "%lld devices are tried again",
        (long long)count);
    if (count > 0 && strcmp(field_text(rollout, "state", ""), "paused") == 0)
        fputs(", once it is resumed", stdout);
    putchar('\n');
}

static int show_changed(const struct subcommand_call *call, const json_t *rollout, struct err *err)
{
    (void)call;
    (void)err;
    if (field_has(rollout, "retried"))
        print_retried(rollout);
    rollouts_print(rollout, clock_system_ms());
    return SUBCOMMAND_OK;
}

// A device never goes to a lower version, so the way back is an image of its own.
static int show_aborted(const struct subcommand_call *call, const json_t *rollout, struct err *err)
{
    int64_t updated = count_of(rollout, "updated");
    const char *image = field_text(rollout, "image", "-");
    int rc = show_changed(call, rollout, err);

    if (field_has(rollout, "config")) {
        rollouts_config_print_aborted(rollout);
        return rc;
    }
    text_line(stdout,
        "%s stays with %lld device%s, and is offered to no other; 'secureesp images withdraw %s' "
        "takes it back; published again then, it is offered to all",
        image, (long long)updated, updated == 1 ? "" : "s", image);
    if (updated > 0)
        text_line(stdout,
            "the way back for those is the older program under a higher version, as far as keys "
            "allow: 'secureesp images reissue OLD NEWNAME' prepares it");
    return rc;
}

static int run_pause(const struct subcommand_call *call, struct err *err)
{
    return ask(call, "pause", show_changed, err);
}

static int run_resume(const struct subcommand_call *call, struct err *err)
{
    return ask(call, "resume", show_changed, err);
}

static int run_abort(const struct subcommand_call *call, struct err *err)
{
    return ask(call, "abort", show_aborted, err);
}

static int run_retry(const struct subcommand_call *call, struct err *err)
{
    return ask(call, "retry", show_changed, err);
}

static bool has_ended(const json_t *rollout)
{
    const char *state = field_text(rollout, "state", "");

    return strcmp(state, "done") == 0 || strcmp(state, "aborted") == 0;
}

static bool has_changed(const json_t *before, const json_t *rollout)
{
    static const char *const members[] = {"devices", "state", "waits_for"};

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (!json_equal(json_object_get(before, members[i]), json_object_get(rollout, members[i])))
            return true;
    }
    return false;
}

// One look: 1 if it goes on. Only what is new is printed where nobody watches.
static int look(const struct subcommand_call *call, struct client *client,
    const struct client_request *request, json_t **before, struct err *err)
{
    json_t *rollout;
    int rc = client_call(client, request, &rollout, err);

    if (rc < 0)
        return rc;
    rc = !has_ended(rollout);
    if (has_changed(*before, rollout)) {
        json_object_del(rollout, "members");
        if (call->json) {
            int printed = output_json(json_incref(rollout), err);

            rc = printed < 0 ? printed : rc;
        } else
            rollouts_print(rollout, clock_system_ms());
        (void)fflush(stdout);
    }
    json_decref(*before);
    *before = rollout;
    return rc;
}

static int run_watch(const struct subcommand_call *call, struct err *err)
{
    struct timespec pause = {.tv_sec = INTERVAL_S};
    struct client_request request = {.method = "GET", .is_look = true};
    struct away away = {0};
    struct client *client;
    struct url url;
    json_t *before = NULL;
    bool goes_on = true;
    int rc = client_open(call->target, &client, err);

    if (rc < 0)
        return rc;
    url_init(&url, "/api/v1/rollouts");
    url_segment(&url, call->options->arguments[0]);
    request.path = url_text(&url);
    while (rc == 0 && goes_on) {
        rc = look(call, client, &request, &before, err);
        goes_on = rc != 0;
        rc = away_judge(&away, rc, err);
        if (goes_on)
            nanosleep(&pause, NULL);
    }
    json_decref(before);
    url_clear(&url);
    client_close(client);
    return rc;
}

const struct subcommand rollouts_subcommands[] = {
    {"rollouts", "create",
        "NAME {--image IMAGE {--all | --filter FILTER | --group NAME} | --config PATCH|FILE "
        "{--fleet | --group NAME}} [--phases LIST] [--dry-run] [OPTION...] [--json]",
        "bring an image, or a change of config.json, to devices, phase by phase",
        rollouts_create_options, 1, 1, rollouts_create_run},
    {"rollouts", "list", "[--json]", "list rollouts", NULL, 0, 0, run_list},
    {"rollouts", "show", "NAME [--all] [--json]", "show a rollout with its devices", show_options,
        1, 1, run_show},
    {"rollouts", "remove", "NAME [--json]", "remove a rollout that has ended", NULL, 1, 1,
        run_remove},
    {"rollouts", "watch", "NAME [--json]", "follow a rollout to its end", NULL, 1, 1, run_watch},
    {"rollouts", "pause", "NAME [--json]", "let no device begin", NULL, 1, 1, run_pause},
    {"rollouts", "resume", "NAME [--json]", "go on, whatever has failed so far", NULL, 1, 1,
        run_resume},
    {"rollouts", "abort", "NAME [--json]", "end a rollout where it is", NULL, 1, 1, run_abort},
    {"rollouts", "retry", "NAME [--json]", "take in again what has failed or was left out", NULL, 1,
        1, run_retry},
    {0},
};
