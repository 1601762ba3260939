// `secureesp chain`: which image follows which, and who can follow.
#include "server/ctl/chain.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "server/ctl/field.h"
#include "server/ctl/image_label.h"
#include "server/ctl/listing.h"
#include "server/ctl/present.h"
#include "server/ctl/url.h"

static const struct table_column columns[] = {
    {"IMAGE", TABLE_LEFT, TABLE_CUT_MIDDLE, 14},
    {"STATE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"SIGNED BY", TABLE_LEFT, TABLE_CUT_END, 9},
    {"EMBEDS", TABLE_LEFT, TABLE_CUT_END, 9},
    {"DEVICES", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"NEXT", TABLE_LEFT, TABLE_CUT_MIDDLE, 14},
};

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
    if (field_is_true(image, "stranded"))
        table_add(table, TABLE_BAD, "STRANDED");
    else
        table_add(table, TABLE_PLAIN, field_text(image, "next", ""));
}

static const struct listing listing = {columns, sizeof columns / sizeof columns[0], add_image};

static void warn_of_stranded(const json_t *images)
{
    size_t i;
    json_t *image;

    json_array_foreach((json_t *)images, i, image)
    {
        if (!field_is_true(image, "stranded"))
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

static int show_chain(const struct subcommand_call *call, const json_t *chain, struct err *err)
{
    const json_t *images = json_object_get(chain, "images");
    int rc = listing_show(&listing, call, images, err);

    if (rc < 0)
        return rc;
    warn_of_stranded(images);
    show_unknown(json_object_get(chain, "unknown"));
    return SUBCOMMAND_OK;
}

static int run_chain(const struct subcommand_call *call, struct err *err)
{
    struct url url;

    url_init(&url, "/api/v1/chains");
    url_segment(&url, call->options->arguments[0]);

    int rc = present_get(call, url_text(&url), show_chain, err);

    url_clear(&url);
    return rc;
}

const struct subcommand chain_subcommands[] = {
    {"chain", NULL, "BOARD [--json]", "show a board's images in order, and who can update", NULL, 1,
        1, run_chain},
    {0},
};
