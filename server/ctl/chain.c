// `secureesp chain`: which image follows which, and who can follow.
#include "server/ctl/chain.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "server/ctl/chain_graph.h"
#include "server/ctl/field.h"
#include "server/ctl/image_label.h"
#include "server/ctl/keys.h"
#include "server/ctl/listing.h"
#include "server/ctl/present.h"
#include "server/ctl/url.h"

static const struct option_rule chain_options[] = {
    {"channel", OPTION_VALUE, "stable|beta", "as devices of this channel see it"},
    {"dot", OPTION_FLAG, NULL, "write the graph for Graphviz"},
    {0},
};

static const struct table_column columns[] = {
    {"IMAGE", TABLE_LEFT, TABLE_CUT_MIDDLE, 14},
    {"STATE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"SIGNED BY", TABLE_LEFT, TABLE_CUT_END, 9},
    {"EMBEDS", TABLE_LEFT, TABLE_CUT_END, 9},
    {"DEVICES", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"NEXT", TABLE_LEFT, TABLE_CUT_MIDDLE, 14},
    {"ROLLOUT", TABLE_LEFT, TABLE_CUT_END, 9},
};

// That an image would strand who runs it says nothing where nobody does.
static bool is_stranded(const json_t *image)
{
    return field_is_true(image, "stranded") && field_integer(image, "devices", 0) > 0;
}

// What a device on it is offered, and by which rollout it is kept from those not reached.
static void add_next(struct table *table, const json_t *image)
{
    char text[256]; // two images, a rollout
    const char *instead = field_text(image, "kept_next", "");

    if (!field_has(image, "kept_by")) {
        table_add(table, TABLE_PLAIN, field_text(image, "next", ""));
        return;
    }
    snprintf(text, sizeof text, "%s (kept by rollout %s%s%s)", field_text(image, "next", "-"),
        field_text(image, "kept_by", "-"), instead[0] != '\0' ? ", else " : "", instead);
    table_add(table, TABLE_PLAIN, text);
}

static void add_image(struct table *table, const json_t *image, int64_t now_ms)
{
    char devices[TEXT_SHORT_SIZE];

    (void)now_ms;
    field_number(image, "devices", devices);
    table_add(table, TABLE_PLAIN, field_text(image, "name", ""));
    image_label_add_state(table, image);
    image_label_add_signer(table, image);
    image_label_add_embeds(table, image);
    table_add(table, TABLE_PLAIN, devices);
    if (is_stranded(image))
        table_add(table, TABLE_BAD, "STRANDED");
    else
        add_next(table, image);
    image_label_add_rollout(table, image);
}

static const struct listing listing = {columns, sizeof columns / sizeof columns[0], add_image};

static void warn_of_stranded(const json_t *images)
{
    size_t i;
    json_t *image;

    json_array_foreach((json_t *)images, i, image)
    {
        if (!is_stranded(image))
            continue;
        printf("%lld device(s) on ", (long long)field_integer(image, "devices", 0));
        text_print(stdout, field_text(image, "name", "-"));
        if (strcmp(field_text(image, "obstacle", ""), "layout") == 0) {
            puts(" would never start again with the next published image, which has another flash "
                 "layout and is not offered to them: withdraw it");
        } else if (field_has(image, "next")) {
            fputs(" can only go to ", stdout);
            text_print(stdout, field_text(image, "next", "-"));
            puts(": they cannot verify a later published image");
        } else {
            puts(" cannot verify any later published image: publish one that is signed with a key "
                 "that this one embeds");
        }
    }
}

static void show_unknown(const json_t *unknown)
{
    size_t i;
    json_t *entry;

    json_array_foreach((json_t *)unknown, i, entry)
    {
        printf("%lld device(s) run ", (long long)field_integer(entry, "devices", 0));
        text_print(stdout, field_text(entry, "image", "-"));
        puts(", which was never added: nothing is offered to them");
    }
}

static void print_macs(const json_t *image)
{
    const json_t *macs = json_object_get(image, "stranded_macs");
    int64_t more = field_integer(image, "devices", 0) - (int64_t)json_array_size(macs);

    for (size_t i = 0; i < json_array_size(macs); i++) {
        fputs("  ", stdout);
        text_print(stdout, json_string_value(json_array_get(macs, i)));
        putchar('\n');
    }
    if (more > 0)
        printf("  and %lld more\n", (long long)more);
}

// Who is at fault: an image, and the key that it lacks.
static void print_fault(const json_t *image)
{
    const json_t *fault = json_object_get(image, "fault");
    const char *end = field_text(fault, "image", "-");
    const char *next = field_text(fault, "next", "-");
    const json_t *key = json_object_get(fault, "key");
    char label[KEYS_LABEL_SIZE];

    keys_label(key, label);
    if (strcmp(field_text(fault, "obstacle", ""), "layout") == 0)
        text_line(stdout,
            "on %s, which come no further than %s: %s, which follows it, has another flash layout",
            field_text(image, "name", "-"), end, next);
    else
        text_line(stdout,
            "on %s, which come no further than %s: it does not embed key %s (%.12s), which signed "
            "%s",
            field_text(image, "name", "-"), end, label, field_text(key, "id", "unknown"), next);
    print_macs(image);
}

static void show_stranded(const json_t *chain)
{
    size_t i;
    json_t *image;

    printf("stranded: %lld\n", (long long)field_integer(chain, "stranded", 0));
    json_array_foreach(json_object_get(chain, "images"), i, image)
    {
        if (field_has(image, "fault") && field_integer(image, "devices", 0) > 0)
            print_fault(image);
    }
}

// Which channel this is, and who follows each, where they see other images.
static void show_channels(const json_t *chain)
{
    size_t i;
    json_t *channel;

    if (!field_is_true(chain, "channels_differ"))
        return;
    text_line(stdout, "channel %s:", field_text(chain, "channel", "-"));
    json_array_foreach(json_object_get(chain, "channels"), i, channel)
    {
        text_line(stdout, "  %lld device(s) follow %s, of which %lld are stranded",
            (long long)field_integer(channel, "devices", 0), field_text(channel, "channel", "-"),
            (long long)field_integer(channel, "stranded", 0));
    }
}

// Who left beta stays until stable has something newer.
static void tell_ahead(const json_t *images)
{
    size_t i;
    json_t *image;

    json_array_foreach((json_t *)images, i, image)
    {
        if (field_is_true(image, "ahead") && field_integer(image, "devices", 0) > 0)
            text_line(stdout,
                "%lld device(s) on %s, of channel beta, follow stable: they stay on it until "
                "stable has a newer image",
                (long long)field_integer(image, "devices", 0), field_text(image, "name", "-"));
    }
}

// Who is offered less than the chain says.
static void tell_rollouts(const json_t *images)
{
    size_t i;
    json_t *image;

    json_array_foreach((json_t *)images, i, image)
    {
        const json_t *rollout = json_object_get(image, "rollout");

        if (field_has(rollout, "effect"))
            text_line(stdout, "%s: %s", field_text(image, "name", "-"),
                field_text(rollout, "effect", "-"));
    }
}

static int show_chain(const struct subcommand_call *call, const json_t *chain, struct err *err)
{
    const json_t *images = json_object_get(chain, "images");
    int rc;

    if (options_has(call->options, "dot")) {
        chain_graph_print_dot(stdout, chain);
        return SUBCOMMAND_OK;
    }
    show_channels(chain);
    rc = listing_show(&listing, call, images, err);
    if (rc < 0)
        return rc;
    text_line(stdout, "policy %s; => goes to, -> could verify:", field_text(chain, "policy", "-"));
    chain_graph_print(stdout, chain);
    warn_of_stranded(images);
    tell_ahead(images);
    tell_rollouts(images);
    show_unknown(json_object_get(chain, "unknown"));
    show_stranded(chain);
    return SUBCOMMAND_OK;
}

static int run_chain(const struct subcommand_call *call, struct err *err)
{
    const char *channel = options_value(call->options, "channel");
    struct url url;

    if (call->json && options_has(call->options, "dot"))
        return subcommand_misuse(err, "--dot and --json exclude each other");
    url_init(&url, "/api/v1/chains");
    url_segment(&url, call->options->arguments[0]);
    if (channel != NULL)
        url_query(&url, "channel", channel);

    int rc = present_get(call, url_text(&url), show_chain, err);

    url_clear(&url);
    return rc;
}

const struct subcommand chain_subcommands[] = {
    {"chain", NULL, "BOARD [--channel stable|beta] [--dot | --json]",
        "show a board's images in order, and who can update", chain_options, 1, 1, run_chain},
    {0},
};
