// Commands as a table.
#include "server/ctl/command_table.h"

#include <stdio.h>
#include <string.h>

#include "server/ctl/field.h"
#include "server/ctl/listing.h"

static const struct table_column columns[] = {
    {"ID", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"MAC", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"COMMAND", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"STATE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"AGE", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"RESULT", TABLE_LEFT, TABLE_CUT_END, 8},
    {"IMAGE", TABLE_LEFT, TABLE_CUT_MIDDLE, 10},
    {"DETAIL", TABLE_LEFT, TABLE_CUT_END, 6},
};

static enum table_style style_of(const char *state)
{
    if (strcmp(state, "done") == 0)
        return TABLE_GOOD;
    if (strcmp(state, "failed") == 0 || strcmp(state, "expired") == 0 ||
        strcmp(state, "cancelled") == 0)
        return TABLE_BAD;
    return TABLE_PLAIN;
}

void command_table_detail(const json_t *object, char *out, size_t size)
{
    const char *step = field_text(object, "step", "");
    int64_t code = field_integer(object, "code", 0);
    char number[32] = "";

    if (code != 0)
        snprintf(number, sizeof number, " (%lld)", (long long)code);
    snprintf(out, size, "%s%s%s%s", step, step[0] != '\0' ? ": " : "",
        field_text(object, "detail", ""), number);
}

static void add_command(struct table *table, const json_t *command, int64_t now_ms)
{
    const char *state = field_text(command, "state", "");
    char text[TEXT_SHORT_SIZE];
    char detail[COMMAND_TABLE_DETAIL_SIZE];

    field_number(command, "id", text);
    table_add(table, TABLE_PLAIN, text);
    table_add(table, TABLE_PLAIN, field_text(command, "mac", ""));
    table_add(table, TABLE_PLAIN, field_text(command, "command", ""));
    snprintf(
        text, sizeof text, "%s%s", state, field_is_true(command, "inferred") ? " (inferred)" : "");
    table_add(table, style_of(state), text);
    field_age(command, "created_at_ms", now_ms, text);
    table_add(table, TABLE_PLAIN, text);
    table_add(table, TABLE_PLAIN, field_text(command, "result", ""));
    table_add(table, TABLE_PLAIN, field_text(command, "image", ""));
    command_table_detail(command, detail, sizeof detail);
    table_add(table, TABLE_PLAIN, detail);
}

const struct listing command_table_listing = {
    columns, sizeof columns / sizeof columns[0], add_command};

struct table *command_table_new(const json_t *commands, int64_t now_ms)
{
    return listing_fill(&command_table_listing, commands, now_ms);
}
