// The columns of lists of devices.
#include "server/ctl/device_columns.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "common/mac.h"
#include "server/ctl/field.h"
#include "server/ctl/subcommand.h"

#define GARBLED_MS 3600000 // a device is marked so long after what is wrong with what it says
#define USUAL 8            // so many of the first

enum shape { TEXT, NUMBER, DURATION, AGE, STATE, NOTE, WORDS, HOLD, FLAG, LABEL };

static const struct {
    const char *name;
    const char *member; // also what the daemon sorts by; NULL: that has the column's name
    enum shape shape;
    struct table_column column;
} all[] = {
    {"mac", "mac", TEXT, {"MAC", TABLE_LEFT, TABLE_CUT_NEVER, 0}},
    {"state", NULL, STATE, {"STATE", TABLE_LEFT, TABLE_CUT_NEVER, 0}},
    {"image", "image", TEXT, {"IMAGE", TABLE_LEFT, TABLE_CUT_MIDDLE, 14}},
    {"rssi", "rssi", NUMBER, {"RSSI", TABLE_RIGHT, TABLE_CUT_NEVER, 0}},
    {"heap", "free_heap_bytes", NUMBER, {"HEAP", TABLE_RIGHT, TABLE_CUT_NEVER, 0}},
    {"uptime", "uptime_ms", DURATION, {"UPTIME", TABLE_RIGHT, TABLE_CUT_NEVER, 0}},
    {"seen", "last_seen_ms", AGE, {"SEEN", TABLE_RIGHT, TABLE_CUT_NEVER, 0}},
    {"note", NULL, NOTE, {"NAME/ERROR", TABLE_LEFT, TABLE_CUT_END, 4}},
    {"name", "name", TEXT, {"NAME", TABLE_LEFT, TABLE_CUT_END, 4}},
    {"error", "error", TEXT, {"ERROR", TABLE_LEFT, TABLE_CUT_END, 5}},
    {"build", "build", TEXT, {"BUILD", TABLE_LEFT, TABLE_CUT_END, 5}},
    {"ip", "ip", TEXT, {"IP", TABLE_LEFT, TABLE_CUT_NEVER, 0}},
    {"reboots", "reboots", NUMBER, {"REBOOTS", TABLE_RIGHT, TABLE_CUT_NEVER, 0}},
    {"loop", "max_loop_ms", NUMBER, {"LOOP MS", TABLE_RIGHT, TABLE_CUT_NEVER, 0}},
    {"mqtt", "mqtt_ms", DURATION, {"MQTT", TABLE_RIGHT, TABLE_CUT_NEVER, 0}},
    {"firstseen", "first_seen_ms", AGE, {"FIRST SEEN", TABLE_RIGHT, TABLE_CUT_NEVER, 0}},
    {"tags", "tags", WORDS, {"TAGS", TABLE_LEFT, TABLE_CUT_END, 8}},
    {"group", "groups", WORDS, {"GROUP", TABLE_LEFT, TABLE_CUT_END, 8}},
    {"channel", "channel", TEXT, {"CHANNEL", TABLE_LEFT, TABLE_CUT_NEVER, 0}},
    {"hold", "hold", HOLD, {"HOLD", TABLE_LEFT, TABLE_CUT_END, 8}},
    {"pin", "pin", TEXT, {"PIN", TABLE_LEFT, TABLE_CUT_MIDDLE, 14}},
    {"canary", "canary", FLAG, {"CANARY", TABLE_LEFT, TABLE_CUT_NEVER, 0}},
    {"label", "label", LABEL, {"LABEL", TABLE_LEFT, TABLE_CUT_END, 8}},
    {"place", "place", LABEL, {"PLACE", TABLE_LEFT, TABLE_CUT_END, 8}},
};

#define ALL (sizeof all / sizeof all[0])

_Static_assert(ALL <= DEVICE_COLUMNS_MAX, "all fit");

static void append(struct device_columns *columns, size_t place)
{
    columns->shown[columns->count] = all[place].column;
    columns->places[columns->count++] = place;
}

void device_columns_usual(struct device_columns *out)
{
    *out = (struct device_columns){.count = 0};
    for (size_t i = 0; i < USUAL; i++)
        append(out, i);
}

// The place of the name, n bytes long; ALL if there is none.
static size_t find(const char *name, size_t n)
{
    size_t i = 0;

    while (i < ALL && (strlen(all[i].name) != n || memcmp(all[i].name, name, n) != 0))
        i++;
    return i;
}

static int refuse(const char *name, size_t n, struct err *err)
{
    char names[256] = "";

    for (size_t i = 0; i < ALL; i++)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i > 0 ? ", " : "",
            all[i].name);
    return subcommand_misuse(
        err, "\"%.*s\" is no column; there are %s", (int)(n < 40 ? n : 40), name, names);
}

int device_columns_read(const char *text, struct device_columns *out, struct err *err)
{
    struct device_columns columns = {.count = 0};

    for (const char *p = text;; p++) {
        size_t n = strcspn(p, ",");
        size_t place = find(p, n);

        if (place == ALL)
            return refuse(p, n, err);
        if (columns.count == DEVICE_COLUMNS_MAX)
            return subcommand_misuse(err, "at most %d columns are shown", DEVICE_COLUMNS_MAX);
        append(&columns, place);
        p += n;
        if (*p == '\0')
            break;
    }
    *out = columns;
    return SUBCOMMAND_OK;
}

// Whether the device has lately sent what cannot be read in full.
static bool is_garbled(const json_t *device)
{
    return field_has(device, "bad_payload_at_ms") &&
           field_integer(device, "last_seen_ms", 0) -
                   field_integer(device, "bad_payload_at_ms", 0) <
               GARBLED_MS;
}

// Whether the device lately said more than one may: it is broken, or in other hands.
static bool is_limited(const json_t *device)
{
    return field_has(device, "limited_at_ms") &&
           field_integer(device, "last_seen_ms", 0) - field_integer(device, "limited_at_ms", 0) <
               GARBLED_MS;
}

// What an operator calls it, or where it is, or ""
static const char *label_of(const json_t *device, const char *member)
{
    const json_t *label = json_object_get(device, "label");

    return json_is_object(label)
               ? field_text(label, strcmp(member, "label") == 0 ? "name" : member, "")
               : "";
}

// What is worth a word: that a certificate is shared, that what it sends cannot be read, an error,
// what an operator calls it, or a name of its own (the default one only repeats the MAC).
static void add_note(struct table *table, const json_t *device)
{
    const char *name = field_text(device, "name", "");
    const char *error = field_text(device, "error", "");
    const char *label = label_of(device, "label");
    char usual[16 + MAC_SIZE];

    snprintf(usual, sizeof usual, CONTRACT_NAME_PREFIX "%.12s", field_text(device, "mac", ""));
    if (field_has(device, "shared_identity_at_ms"))
        table_add(table, TABLE_BAD, "certificate shared by two devices");
    else if (is_limited(device))
        table_add(table, TABLE_BAD, "says too much: see devices show");
    else if (is_garbled(device))
        table_add(table, TABLE_BAD, "sends what cannot be read: see devices show");
    else if (strcmp(field_text(device, "reason", ""), "certificate") == 0)
        table_add(table, TABLE_BAD, "its certificate was revoked");
    else if (error[0] != '\0')
        table_add(table, TABLE_BAD, error);
    else if (label[0] != '\0')
        table_add(table, TABLE_PLAIN, label);
    else if (name[0] == '\0' && !field_has(device, "last_seen_ms"))
        table_add(table, TABLE_PLAIN, "has never reported");
    else
        table_add(table, TABLE_PLAIN, strcmp(name, usual) == 0 ? "" : name);
}

static const char *state_of(const json_t *device)
{
    if (field_has(device, "revoked_at_ms"))
        return "revoked";
    return field_is_true(device, "online") ? "online" : "offline";
}

// A list of words, with blanks between them.
static void add_words(struct table *table, const json_t *words)
{
    char text[1024] = "";
    size_t i;
    json_t *word;

    json_array_foreach((json_t *)words, i, word)
    {
        size_t n = strlen(text);

        snprintf(text + n, sizeof text - n, "%s%s", n > 0 ? " " : "", json_string_value(word));
    }
    table_add(table, TABLE_PLAIN, text);
}

// Why it is held, or ""
static const char *hold_of(const json_t *device)
{
    const json_t *hold = json_object_get(device, "hold");

    return json_is_object(hold) ? field_text(hold, "reason", "held") : "";
}

static const char *flag_of(const json_t *device, const char *member)
{
    return field_is_true(device, member) ? "yes" : "";
}

static void add_cell(struct table *table, size_t place, const json_t *device, int64_t now_ms)
{
    const char *member = all[place].member;
    const char *state = state_of(device);
    char text[TEXT_SHORT_SIZE];

    switch (all[place].shape) {
    case STATE:
        table_add(table, strcmp(state, "online") == 0 ? TABLE_GOOD : TABLE_BAD, state);
        return;
    case NOTE: add_note(table, device); return;
    case TEXT: table_add(table, TABLE_PLAIN, field_text(device, member, "")); return;
    case WORDS: add_words(table, json_object_get(device, member)); return;
    case HOLD: table_add(table, TABLE_PLAIN, hold_of(device)); return;
    case FLAG: table_add(table, TABLE_PLAIN, flag_of(device, member)); return;
    case LABEL: table_add(table, TABLE_PLAIN, label_of(device, member)); return;
    case NUMBER: field_number(device, member, text); break;
    case DURATION: field_duration(device, member, text); break;
    case AGE: field_age(device, member, now_ms, text); break;
    }
    table_add(table, TABLE_PLAIN, text);
}

void device_columns_add(
    const struct device_columns *columns, struct table *table, const json_t *device, int64_t now_ms)
{
    for (size_t i = 0; i < columns->count; i++)
        add_cell(table, columns->places[i], device, now_ms);
}

struct table *device_columns_table(
    const struct device_columns *columns, const json_t *devices, int64_t now_ms)
{
    struct table *table = table_new(columns->shown, columns->count);
    size_t i;
    json_t *device;

    json_array_foreach((json_t *)devices, i, device)
    {
        device_columns_add(columns, table, device, now_ms);
    }
    return table;
}

bool device_columns_name(const char *columns, const char *name)
{
    size_t n = strlen(name);

    for (const char *p = columns; p != NULL && *p != '\0'; p += *p == ',') {
        size_t size = strcspn(p, ",");

        if (size == n && memcmp(p, name, n) == 0)
            return true;
        p += size;
    }
    return false;
}

int device_columns_order(const char *by, char out[DEVICE_COLUMNS_ORDER_SIZE], struct err *err)
{
    bool is_backwards = by[0] == '-';
    const char *name = by + is_backwards;
    size_t place = find(name, strlen(name));

    if (place == ALL)
        return refuse(name, strlen(name), err);
    if (all[place].shape == AGE) // the later, the younger
        is_backwards = !is_backwards;
    snprintf(out, DEVICE_COLUMNS_ORDER_SIZE, "%s%s", is_backwards ? "-" : "",
        all[place].member != NULL ? all[place].member : name);
    return SUBCOMMAND_OK;
}
