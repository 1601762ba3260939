// All of one device.
#include "server/ctl/device_details.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/ctl/command_table.h"
#include "server/ctl/device_offer.h"
#include "server/ctl/devices_label.h"
#include "server/ctl/devices_history.h"
#include "server/ctl/field.h"
#include "server/ctl/listing.h"

enum shape { TEXT, NUMBER, AGE, DURATION };

static const struct {
    const char *label;
    const char *member;
    enum shape shape;
} lines[] = {
    {"name", "name", TEXT},
    {"image", "image", TEXT},
    {"build", "build", TEXT},
    {"ip", "ip", TEXT},
    {"rssi", "rssi", NUMBER},
    {"free heap", "free_heap_bytes", NUMBER},
    {"uptime", "uptime_ms", DURATION},
    {"longest loop, ms", "max_loop_ms", NUMBER},
    {"mqtt connected", "mqtt_ms", DURATION},
    {"reboots", "reboots", NUMBER},
    {"bad payloads", "bad_payloads", NUMBER},
    {"first seen, ago", "first_seen_ms", AGE},
    {"last seen, ago", "last_seen_ms", AGE},
    {"error", "error", TEXT},
};

static const struct table_column event_columns[] = {
    {"AGE", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"EVENT", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"COMMAND", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"RESULT", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"IMAGE", TABLE_LEFT, TABLE_CUT_MIDDLE, 14},
    {"DETAIL", TABLE_LEFT, TABLE_CUT_END, 10},
};

static const struct table_column certificate_columns[] = {
    {"SERIAL", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"KNOWN", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"BEGINS", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"ENDS", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"REVOKED", TABLE_LEFT, TABLE_CUT_NEVER, 0},
};

static void show_line(const json_t *device, size_t i, int64_t now_ms)
{
    const char *member = lines[i].member;
    char text[TEXT_SHORT_SIZE];

    printf("%-18s", lines[i].label);
    // Known by what an operator did alone.
    if (strcmp(member, "first_seen_ms") == 0 && !field_has(device, "last_seen_ms") &&
        !field_has(device, "replaces")) {
        puts("-");
        return;
    }
    switch (lines[i].shape) {
    case TEXT: text_print(stdout, field_text(device, member, "-")); break;
    case NUMBER: field_number(device, member, text); break;
    case AGE: field_age(device, member, now_ms, text); break;
    case DURATION: field_duration(device, member, text); break;
    }
    puts(lines[i].shape == TEXT ? "" : text);
}

// One topic's line: what could not be read of it, last and in all.
static void show_fault(const json_t *fault, int64_t now_ms)
{
    int64_t more = field_integer(fault, "more", 0);
    char age[TEXT_SHORT_SIZE];

    field_age(fault, "at_ms", now_ms, age);
    printf("%-18s", "cannot be read");
    text_print(stdout, field_text(fault, "topic", "-"));
    printf(" %lld times, last %s ago: ", (long long)field_integer(fault, "count", 0), age);
    text_print(stdout, field_text(fault, "reason", "-"));
    printf(" at byte %lld", (long long)field_integer(fault, "position", 0));
    if (more > 0)
        printf(" (and %lld more)", (long long)more);
    printf("\n%-18s", "");
    text_print(stdout, field_text(fault, "excerpt", "(nothing)"));
    putchar('\n');
}

static void show_faults(const json_t *device, int64_t now_ms)
{
    size_t i;
    json_t *fault;

    json_array_foreach(json_object_get(device, "faults"), i, fault)
    {
        show_fault(fault, now_ms);
    }
}

static void show_replacement(const json_t *device)
{
    static const char *const members[][2] = {
        {"replaces", "replaces"},
        {"config.json of", "config_of"},
        {"replaced by", "replaced_by"},
    };

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (!field_has(device, members[i][1]))
            continue;
        printf("%-18s", members[i][0]);
        text_print(stdout, field_text(device, members[i][1], "-"));
        putchar('\n');
    }
}

static void show_channel(const json_t *device)
{
    const char *group = field_text(device, "channel_group", "");

    text_line(stdout, "%-18s%s%s%s", "channel", field_text(device, "channel", "-"),
        group[0] != '\0' ? ", as of group " : "", group);
    if (field_is_true(device, "ahead"))
        puts("                  its image is of channel beta: it stays on it until stable has a "
             "newer one");
    device_offer_show(device);
}

// Which config.json it runs.
static void show_config(const json_t *config)
{
    bool drifted = field_is_true(config, "drifted");

    if (field_has(config, "hash"))
        text_line(stdout, "%-18s%s (%s)%s%s%s", "config.json", field_text(config, "hash", "-"),
            field_text(config, "basis", "-"), drifted ? ", is to run " : "",
            drifted ? field_text(config, "wanted", "-") : "", drifted ? ": it has drifted" : "");
}

// What an operator has said of it.
static void show_marks(const json_t *device, int64_t now_ms)
{
    const json_t *hold = json_object_get(device, "hold");
    const json_t *tags = json_object_get(device, "tags");
    char age[TEXT_SHORT_SIZE];
    size_t i;
    json_t *tag;

    devices_label_show(json_object_get(device, "label"));
    if (json_array_size(tags) > 0)
        printf("%-17s", "tags");
    json_array_foreach((json_t *)tags, i, tag)
    {
        putchar(' ');
        text_print(stdout, json_string_value(tag));
    }
    if (json_array_size(tags) > 0)
        putchar('\n');
    if (json_is_object(hold)) {
        field_age(hold, "at_ms", now_ms, age);
        text_line(stdout, "%-18s%s ago, by %s: %s", "held", age, field_text(hold, "by", "-"),
            field_text(hold, "reason", "no reason given"));
    }
    if (field_has(device, "pin"))
        text_line(stdout, "%-18s%s", "not beyond", field_text(device, "pin", "-"));
    if (field_is_true(device, "canary"))
        puts("canary            yes");
    show_channel(device);
    show_config(json_object_get(device, "config"));
}

static void show_key(const json_t *key, int64_t now_ms)
{
    bool is_fetched = field_has(key, "fetched_at_ms");
    char age[TEXT_SHORT_SIZE];

    if (!json_is_object(key))
        return;
    field_age(key, is_fetched ? "fetched_at_ms" : "allowed_at_ms", now_ms, age);
    printf("%-18s%s %s ago, %s ", "private key",
        is_fetched ? "fetched" : "may be fetched once, since", age, is_fetched ? "from" : "by");
    text_print(stdout, field_text(key, is_fetched ? "fetched_from" : "allowed_by", "-"));
    putchar('\n');
}

// Also of one that was readmitted: its old certificates may be shut out still.
static void show_revocation(const json_t *revocation, int64_t now_ms)
{
    char age[TEXT_SHORT_SIZE];
    char time[TEXT_SHORT_SIZE];

    if (!json_is_object(revocation))
        return;
    field_time(revocation, "revoked_at_ms", time);
    printf("%-18s%s, ", "revoked", time);
    text_print(stdout, field_text(revocation, "reason", "-"));
    if (field_has(revocation, "readmitted_at_ms")) {
        field_age(revocation, "readmitted_at_ms", now_ms, age);
        printf("; readmitted %s ago", age);
    }
    putchar('\n');
    if (!field_has(revocation, "before_ms"))
        return;
    field_time(revocation, "before_ms", time);
    printf("%-18scertificates valid from before %s stay shut out\n", "", time);
}

// One line for each reason: how much of what it says is left out, and since when.
static void show_left_out(const json_t *device, int64_t now_ms)
{
    size_t i;
    json_t *out;

    json_array_foreach(json_object_get(device, "left_out"), i, out)
    {
        char since[TEXT_SHORT_SIZE];
        char age[TEXT_SHORT_SIZE];

        field_age(out, "since_ms", now_ms, since);
        field_age(out, "at_ms", now_ms, age);
        printf("%-18s%lld ", "left out", (long long)field_integer(out, "count", 0));
        text_print(stdout, field_text(out, "reason", "-"));
        printf(" since %s, last %s ago: it says too much\n", since, age);
    }
}

static void show_broker_limit(const json_t *limit, int64_t now_ms)
{
    char since[TEXT_SHORT_SIZE];
    char age[TEXT_SHORT_SIZE];

    if (!json_is_object(limit))
        return;
    field_age(limit, "since_ms", now_ms, since);
    field_age(limit, "at_ms", now_ms, age);
    printf("%-18s%lld messages, %lld bytes, %lld subscriptions, %lld connections since %s, last %s "
           "ago (",
        "broker dropped", (long long)field_integer(limit, "messages", 0),
        (long long)field_integer(limit, "bytes", 0),
        (long long)field_integer(limit, "subscriptions", 0),
        (long long)field_integer(limit, "connections", 0), since, age);
    text_print(stdout, field_text(limit, "reason", "no reason known"));
    if (field_integer(limit, "disconnected_s", 0) > 0)
        printf("; then shut out for %lld s", (long long)field_integer(limit, "disconnected_s", 0));
    puts(")");
}

// In words, where there is more to say than one.
static void show_reason(const json_t *device)
{
    const char *reason = field_text(device, "reason", "no reason known");

    if (!field_has(device, "last_seen_ms"))
        reason = "it has never reported";
    else if (strcmp(reason, "certificate") == 0)
        reason = "its certificate was revoked";
    text_print(stdout, reason);
}

static void show_facts(const json_t *device, int64_t now_ms)
{
    char age[TEXT_SHORT_SIZE];

    printf("%-18s", "mac");
    text_print(stdout, field_text(device, "mac", "-"));
    printf("\n%-18s%s (", "state",
        field_has(device, "revoked_at_ms") ? "REVOKED"
        : field_is_true(device, "online")  ? "online"
                                           : "offline");
    show_reason(device);
    puts(")");
    show_revocation(json_object_get(device, "revocation"), now_ms);
    show_marks(device, now_ms);
    show_key(json_object_get(device, "key"), now_ms);
    show_replacement(device);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        show_line(device, i, now_ms);
    show_faults(device, now_ms);
    show_left_out(device, now_ms);
    show_broker_limit(json_object_get(device, "broker_limit"), now_ms);
    if (field_has(device, "spelling")) {
        printf("%-18sits topics and certificate spell the MAC ", "spelling");
        text_print(stdout, field_text(device, "spelling", "?"));
        puts(": commands use that spelling");
    }
    if (!field_has(device, "shared_identity_at_ms"))
        return;
    field_age(device, "shared_identity_at_ms", now_ms, age);
    printf("%-18stwo devices used this one's certificate %s ago: issue a new one to each\n",
        "certificate", age);
}

static void add_event(struct table *table, const json_t *event, int64_t now_ms)
{
    static const char *const members[] = {"event", "command", "result", "image"};
    char text[TEXT_SHORT_SIZE];
    char detail[COMMAND_TABLE_DETAIL_SIZE];

    field_age(event, "at_ms", now_ms, text);
    table_add(table, TABLE_PLAIN, text);
    for (size_t m = 0; m < sizeof members / sizeof members[0]; m++)
        table_add(table, TABLE_PLAIN, field_text(event, members[m], ""));
    command_table_detail(event, detail, sizeof detail);
    table_add(table, TABLE_PLAIN, detail);
}

const struct listing device_details_events = {
    event_columns, sizeof event_columns / sizeof event_columns[0], add_event};

static void add_certificate(struct table *table, const json_t *certificate, int64_t now_ms)
{
    bool revoked = field_has(certificate, "revoked_at_ms");
    char text[TEXT_SHORT_SIZE];

    (void)now_ms;
    table_add(table, TABLE_PLAIN, field_text(certificate, "serial", ""));
    table_add(table, TABLE_PLAIN, field_text(certificate, "origin", ""));
    field_time(certificate, "not_before_ms", text);
    table_add(table, TABLE_PLAIN, text);
    field_time(certificate, "not_after_ms", text);
    table_add(table, TABLE_PLAIN, text);
    table_add(table, revoked ? TABLE_BAD : TABLE_PLAIN, field_text(certificate, "reason", ""));
}

static const struct listing certificate_listing = {certificate_columns,
    sizeof certificate_columns / sizeof certificate_columns[0], add_certificate};

// Takes over the table.
static int show_section(
    const struct subcommand_call *call, const char *title, struct table *table, struct err *err)
{
    printf("\n%s\n", title);
    return listing_print(call, table, err);
}

int device_details_show(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    const json_t *commands = json_object_get(answer, "commands");
    const json_t *certificates = json_object_get(answer, "certificates");
    const json_t *events = json_object_get(answer, "events");
    const json_t *hours = json_object_get(answer, "hours");
    int64_t now_ms = clock_system_ms();
    int rc = 0;

    show_facts(answer, now_ms);
    if (json_array_size(certificates) > 0)
        rc = show_section(
            call, "certificates", listing_fill(&certificate_listing, certificates, now_ms), err);
    if (rc == 0 && json_array_size(commands) > 0)
        rc = show_section(call, "commands", command_table_new(commands, now_ms), err);
    if (rc == 0 && json_array_size(events) > 0)
        rc =
            show_section(call, "events", listing_fill(&device_details_events, events, now_ms), err);
    if (rc == 0 && json_array_size(hours) > 0)
        rc =
            show_section(call, "hours", listing_fill(&devices_history_listing, hours, now_ms), err);
    return rc;
}
