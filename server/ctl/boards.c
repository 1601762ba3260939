// `secureesp boards`: how devices climb the release chains.
#include "server/ctl/boards.h"

#include <stdio.h>
#include <string.h>

#include "server/ctl/field.h"
#include "server/ctl/listing.h"
#include "server/ctl/present.h"
#include "server/ctl/url.h"

static const struct option_rule set_options[] = {
    {"policy", OPTION_VALUE, "step|leap", "to the next image, or to the furthest"},
    {"force", OPTION_FLAG, NULL, "even if it strands devices"},
    {0},
};

static const struct table_column columns[] = {
    {"BOARD", TABLE_LEFT, TABLE_CUT_END, 12},
    {"POLICY", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"IMAGES", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"DEVICES", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"NEWEST", TABLE_LEFT, TABLE_CUT_MIDDLE, 14},
};

static void add_board(struct table *table, const json_t *board, int64_t now_ms)
{
    char text[TEXT_SHORT_SIZE];

    (void)now_ms;
    table_add(table, TABLE_PLAIN, field_text(board, "board", ""));
    table_add(table, TABLE_PLAIN, field_text(board, "policy", ""));
    field_number(board, "images", text);
    table_add(table, TABLE_PLAIN, text);
    field_number(board, "devices", text);
    table_add(table, TABLE_PLAIN, text);
    table_add(table, TABLE_PLAIN, field_text(board, "newest", ""));
}

static int show_list(const struct subcommand_call *call, const json_t *boards, struct err *err)
{
    static const struct listing listing = {columns, sizeof columns / sizeof columns[0], add_board};

    return listing_show(&listing, call, boards, err);
}

static int run_list(const struct subcommand_call *call, struct err *err)
{
    return present_get(call, "/api/v1/boards", show_list, err);
}

static int show_set(const struct subcommand_call *call, const json_t *board, struct err *err)
{
    (void)call;
    (void)err;
    text_line(stdout, "%s: %s", field_text(board, "board", "-"),
        strcmp(field_text(board, "policy", ""), "leap") == 0
            ? "leap: devices go to the furthest image that theirs verifies"
            : "step: devices go to the image that follows theirs");
    return SUBCOMMAND_OK;
}

static int run_set(const struct subcommand_call *call, struct err *err)
{
    const char *policy = options_value(call->options, "policy");
    struct client_request request = {.method = "POST"};
    struct url url;

    if (policy == NULL)
        return subcommand_misuse(err, "--policy is missing: step or leap");
    url_init(&url, "/api/v1/boards");
    url_segment(&url, call->options->arguments[0]);
    url_query(&url, "policy", policy);
    if (options_has(call->options, "force"))
        url_query(&url, "force", "1");
    request.path = url_text(&url);

    int rc = present_request(call, &request, show_set, err);

    url_clear(&url);
    return rc;
}

const struct subcommand boards_subcommands[] = {
    {"boards", "list", "[--json]", "list boards, and how their devices climb", NULL, 0, 0,
        run_list},
    {"boards", "set", "BOARD --policy step|leap [--force] [--json]",
        "let devices of a board go image by image, or as far as they can", set_options, 1, 1,
        run_set},
    {0},
};
