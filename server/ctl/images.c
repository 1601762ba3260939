// `secureesp images` that the daemon answers.
#include "server/ctl/images.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "server/ctl/field.h"
#include "server/ctl/image_add.h"
#include "server/ctl/image_label.h"
#include "server/ctl/image_reissue.h"
#include "server/ctl/images_local.h"
#include "server/ctl/keys.h"
#include "server/ctl/listing.h"
#include "server/ctl/pages.h"
#include "server/ctl/output.h"
#include "server/ctl/present.h"
#include "server/ctl/url.h"

static const struct option_rule list_options[] = {
    PAGES_OPTION("all"),
    {0},
};

static const struct option_rule publish_options[] = {
    {"channel", OPTION_VALUE, "stable|beta", "to whom (stable)"},
    {"force", OPTION_FLAG, NULL, "even if it strands devices"},
    {0},
};

static const struct option_rule remove_options[] = {
    {"force", OPTION_FLAG, NULL, "even if devices need it"},
    {0},
};

static const struct option_rule withdraw_options[] = {
    {"force", OPTION_FLAG, NULL, "even if it strands devices"},
    {0},
};

static const struct option_rule must_pass_options[] = {
    {"off", OPTION_FLAG, NULL, "they may again"},
    {"force", OPTION_FLAG, NULL, "even if it strands devices"},
    {0},
};

static const struct option_rule verify_options[] = {
    {"key", OPTION_LIST, "PEM", "verify a file with this public key, without the daemon"},
    {0},
};

static const struct table_column columns[] = {
    {"NAME", TABLE_LEFT, TABLE_CUT_MIDDLE, 16},
    {"STATE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"LAYOUT", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"SIZE", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"SIGNED BY", TABLE_LEFT, TABLE_CUT_END, 9},
    {"EMBEDS", TABLE_LEFT, TABLE_CUT_END, 9},
    {"DEVICES", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"ADDED", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"ROLLOUT", TABLE_LEFT, TABLE_CUT_END, 9},
};

static void add_image(struct table *table, const json_t *image, int64_t now_ms)
{
    char text[TEXT_SHORT_SIZE];

    table_add(table, TABLE_PLAIN, field_text(image, "name", ""));
    image_label_add_state(table, image);
    table_add(table, TABLE_PLAIN, field_text(image, "layout", ""));
    text_size(field_integer(image, "size_bytes", 0), text);
    table_add(table, TABLE_PLAIN, text);
    image_label_add_signer(table, image);
    image_label_add_embeds(table, image);
    field_number(image, "devices", text);
    table_add(table, TABLE_PLAIN, text);
    field_age(image, "added_at_ms", now_ms, text);
    table_add(table, TABLE_PLAIN, text);
    image_label_add_rollout(table, image);
}

static int run_list(const struct subcommand_call *call, struct err *err)
{
    static const struct listing listing = {columns, sizeof columns / sizeof columns[0], add_image};
    int64_t max;
    struct url url;

    if (pages_read_limit(call->options, 0, &max, err) != SUBCOMMAND_OK)
        return SUBCOMMAND_USAGE;
    url_init(&url, "/api/v1/images");
    return pages_show_listing(call, &url, max, &listing, err);
}

// What it means with a rollout of it.
static void tell_rollout(const json_t *image)
{
    const json_t *rollout = json_object_get(image, "rollout");

    if (!field_has(rollout, "effect"))
        return;
    fputs("; ", stdout);
    text_print(stdout, field_text(rollout, "effect", "-"));
}

static int show_state(const struct subcommand_call *call, const json_t *image, struct err *err)
{
    int64_t staged = field_integer(image, "staged", 0);

    (void)call;
    (void)err;
    text_print(stdout, field_text(image, "name", "-"));
    fputs(": ", stdout);
    text_print(stdout, field_text(image, "state", "-"));
    if (strcmp(field_text(image, "state", ""), "published") == 0 &&
        strcmp(field_text(image, "channel", ""), "beta") == 0)
        fputs(" in channel beta", stdout);
    if (strcmp(field_text(image, "state", ""), "withdrawn") == 0 && staged > 0)
        printf(staged == 1 ? "; %lld device has downloaded it and will not be told to install it"
                           : "; %lld devices have downloaded it and will not be told to install it",
            (long long)staged);
    tell_rollout(image);
    putchar('\n');
    return SUBCOMMAND_OK;
}

static int show_removed(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    (void)call;
    (void)err;
    text_print(stdout, field_text(answer, "name", "-"));
    puts(": removed");
    return SUBCOMMAND_OK;
}

static int show_mark(const struct subcommand_call *call, const json_t *image, struct err *err)
{
    (void)call;
    (void)err;
    text_line(stdout, "%s: %s", field_text(image, "name", "-"),
        field_is_true(image, "must_pass") ? "must be passed through" : "may be passed by");
    return SUBCOMMAND_OK;
}

// POST /api/v1/images/NAME/ACTION
static int change(
    const struct subcommand_call *call, const char *action, present_show *show, struct err *err)
{
    const char *channel = options_value(call->options, "channel");
    struct client_request request = {.method = "POST"};
    struct url url;

    url_init(&url, "/api/v1/images");
    url_segment(&url, call->options->arguments[0]);
    url_segment(&url, action);
    if (strcmp(action, "must-pass") == 0)
        url_query(&url, "on", options_has(call->options, "off") ? "0" : "1");
    if (channel != NULL)
        url_query(&url, "channel", channel);
    if (options_has(call->options, "force"))
        url_query(&url, "force", "1");
    request.path = url_text(&url);

    int rc = present_request(call, &request, show, err);

    url_clear(&url);
    return rc;
}

static int run_publish(const struct subcommand_call *call, struct err *err)
{
    return change(call, "publish", show_state, err);
}

static int run_promote(const struct subcommand_call *call, struct err *err)
{
    return change(call, "promote", show_state, err);
}

static int run_withdraw(const struct subcommand_call *call, struct err *err)
{
    return change(call, "withdraw", show_state, err);
}

static int run_must_pass(const struct subcommand_call *call, struct err *err)
{
    return change(call, "must-pass", show_mark, err);
}

static int run_remove(const struct subcommand_call *call, struct err *err)
{
    return change(call, "remove", show_removed, err);
}

static bool is_sound(const json_t *answer)
{
    return field_is_true(answer, "stored_ok") && field_is_true(answer, "signature_ok");
}

static void print_verdict(const json_t *answer)
{
    char signer[KEYS_LABEL_SIZE];

    text_print(stdout, field_text(answer, "name", "-"));
    printf(": file %s, ", field_is_true(answer, "stored_ok") ? "intact" : "DAMAGED");
    if (!field_is_true(answer, "signature_ok")) {
        puts("signature NOT VERIFIED by any known key");
        return;
    }
    keys_label(json_object_get(answer, "signer"), signer);
    fputs("signed by ", stdout);
    text_print(stdout, signer);
    putchar('\n');
}

static int judge(const struct subcommand_call *call, json_t *answer, struct err *err)
{
    if (!call->json)
        print_verdict(answer);
    else if (output_json(json_incref(answer), err) < 0)
        return err->code;
    return is_sound(answer) ? SUBCOMMAND_OK : SUBCOMMAND_FAILED;
}

// Not by present_request(): the exit code depends on the answer with --json, too.
static int run_verify(const struct subcommand_call *call, struct err *err)
{
    struct client_request request = {.method = "GET"};
    struct client *client;
    struct url url;
    json_t *answer;

    if (options_has(call->options, "key"))
        return images_local_verify(call, err);

    int rc = client_open(call->target, &client, err);

    if (rc < 0)
        return rc;
    url_init(&url, "/api/v1/images");
    url_segment(&url, call->options->arguments[0]);
    url_segment(&url, "verify");
    request.path = url_text(&url);
    rc = client_call(client, &request, &answer, err);
    url_clear(&url);
    client_close(client);
    if (rc < 0)
        return rc;
    rc = judge(call, answer, err);
    json_decref(answer);
    return rc;
}

const struct subcommand images_subcommands[] = {
    {"images", "add",
        "FILE [--name IMAGE [--literal-name]] [--embeds PEM]... [--publish [--channel "
        "stable|beta]] "
        "[--json]",
        "add a signed image", image_add_options, 1, 1, image_add_run},
    {"images", "list", "[--limit N] [--json]", "list images", list_options, 0, 0, run_list},
    {"images", "publish", "NAME [--channel stable|beta] [--force] [--json]",
        "offer an image to devices of a channel", publish_options, 1, 1, run_publish},
    {"images", "promote", "NAME [--force] [--json]",
        "offer an image of channel beta to all devices", withdraw_options, 1, 1, run_promote},
    {"images", "withdraw", "NAME [--force] [--json]", "stop offering an image", withdraw_options, 1,
        1, run_withdraw},
    {"images", "must-pass", "NAME [--off] [--force] [--json]",
        "let no device go past an image, or let them", must_pass_options, 1, 1, run_must_pass},
    {"images", "remove", "NAME [--force] [--json]", "remove an image that nothing needs",
        remove_options, 1, 1, run_remove},
    {"images", "reissue",
        "OLD NEWNAME [--literal-name] [--from FILE --trust PEM [--trust PEM]... --to BODY] "
        "[--json]",
        "tell how devices come to an older program again, and prepare it", image_reissue_options, 2,
        2, image_reissue_run},
    {"images", "verify", "NAME [--json] | FILE --key PEM [--key PEM]... [--json]",
        "verify an image that the daemon stores, or a file", verify_options, 1, 1, run_verify},
    {0},
};
