// How far a change of the CA has come.
#include "server/ctl/pki_rotate_show.h"

#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/ctl/field.h"
#include "server/ctl/listing.h"

static const struct table_column columns[] = {
    {"MAC", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"HAS", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"STEP", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"SINCE", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"STATE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"SEEN", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"IF THE PHASE ENDED NOW, IT", TABLE_LEFT, TABLE_CUT_END, 20},
    {"TRIES", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"ERROR", TABLE_LEFT, TABLE_CUT_END, 12},
};

static const char *state_of(const json_t *it)
{
    if (!field_has(it, "last_seen_ms"))
        return "never came";
    return field_is_true(it, "online") ? "online" : "offline";
}

static void describe_fate(const json_t *it, char *out, size_t size)
{
    snprintf(out, size, "%s%s", field_is_true(it, "lost") ? "is lost: " : "",
        field_text(it, "fate", "-"));
}

static void add_device(struct table *table, const json_t *it, int64_t now_ms)
{
    bool is_lost = field_is_true(it, "lost");
    char age[TEXT_SHORT_SIZE];
    char text[256];

    table_add(table, TABLE_PLAIN, field_text(it, "mac", ""));
    table_add(table, is_lost ? TABLE_BAD : TABLE_GOOD, field_text(it, "has", ""));
    table_add(table, TABLE_PLAIN, field_text(it, "step", ""));
    field_age(it, "since_ms", now_ms, age);
    table_add(table, TABLE_PLAIN, age);
    table_add(table, TABLE_PLAIN, state_of(it));
    field_age(it, "last_seen_ms", now_ms, age);
    table_add(table, TABLE_PLAIN, age);
    describe_fate(it, text, sizeof text);
    table_add(table, is_lost ? TABLE_BAD : TABLE_PLAIN, text);
    field_number(it, "tries", age);
    table_add(table, TABLE_PLAIN, age);
    table_add(table, TABLE_PLAIN, field_text(it, "error", ""));
}

static const char *next_of(const json_t *answer)
{
    const char *phase = field_text(answer, "phase", "");
    bool is_lost = field_integer(answer, "lost", 0) > 0;

    if (field_has(answer, "waits_for"))
        return NULL;
    if (strcmp(phase, "last") == 0)
        return "done once every device trusts the new CA alone";
    if (is_lost)
        return "wait for those that would be lost";
    if (strcmp(phase, "trust") == 0)
        return "'secureesp pki rotate issue DIR'";
    if (strcmp(phase, "certificates") == 0)
        return "'secureesp pki rotate finish DIR'";
    return "'secureesp pki rotate abort DIR'";
}

int pki_rotate_show(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    static const struct listing listing = {columns, sizeof columns / sizeof columns[0], add_device};
    const char *next = next_of(answer);

    if (strcmp(field_text(answer, "phase", "none"), "none") == 0) {
        puts("no change of the CA is under way");
        return SUBCOMMAND_OK;
    }
    text_line(stdout, "phase %s: from CA %.12s to CA %.12s", field_text(answer, "phase", "-"),
        field_text(answer, "old_ca", "-"), field_text(answer, "new_ca", "-"));
    text_line(
        stdout, "%lld would be lost if it ended now", (long long)field_integer(answer, "lost", 0));
    text_line(stdout, "next: %s", next != NULL ? next : field_text(answer, "waits_for", "-"));
    return listing_show(&listing, call, json_object_get(answer, "devices"), err);
}

void pki_rotate_show_lost(const json_t *answer)
{
    int64_t now_ms = clock_system_ms();
    char age[TEXT_SHORT_SIZE];
    json_t *it;
    size_t i;

    json_array_foreach(json_object_get(answer, "devices"), i, it)
    {
        if (!field_is_true(it, "lost"))
            continue;
        field_age(it, "last_seen_ms", now_ms, age);
        text_line(stderr, "secureesp: %s (%s, last seen %s ago) %s", field_text(it, "mac", "-"),
            state_of(it), age, field_text(it, "fate", "-"));
    }
}
