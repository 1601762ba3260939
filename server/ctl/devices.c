// `secureesp devices`.
#include "server/ctl/devices.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/contract.h"
#include "common/mac.h"
#include "server/base/clock.h"
#include "server/ctl/device_details.h"
#include "server/ctl/devices_key.h"
#include "server/ctl/devices_replace.h"
#include "server/ctl/devices_revoke.h"
#include "server/ctl/devices_watch.h"
#include "server/ctl/field.h"
#include "server/ctl/listing.h"
#include "server/ctl/present.h"

#define GARBLED_MS 3600000 // a device is marked so long after what is wrong with what it says

// clang-format off: its versions differ in braces
#define OPTION_ONLINE                                                                              \
    {                                                                                              \
        "online", OPTION_FLAG, NULL, "only devices that are online"                                \
    }
#define OPTION_OFFLINE                                                                             \
    {                                                                                              \
        "offline", OPTION_FLAG, NULL, "only devices that are offline"                              \
    }
#define OPTION_STATE                                                                               \
    {                                                                                              \
        "state", OPTION_VALUE, "STATE", "only devices that are online, offline or revoked"         \
    }
#define OPTION_IMAGE                                                                               \
    {                                                                                              \
        "image", OPTION_VALUE, "GLOB", "only devices whose image has such a name"                  \
    }
// clang-format on

static const struct option_rule list_options[] = {
    OPTION_ONLINE,
    OPTION_OFFLINE,
    OPTION_STATE,
    OPTION_IMAGE,
    {0},
};

static const struct option_rule forget_options[] = {
    {"force", OPTION_FLAG, NULL, "even while it is online"},
    {0},
};

static const struct option_rule watch_options[] = {
    OPTION_ONLINE,
    OPTION_OFFLINE,
    OPTION_STATE,
    OPTION_IMAGE,
    {"interval", OPTION_VALUE, "SECONDS", "refresh this often (2)"},
    {0},
};

static const struct table_column columns[] = {
    {"MAC", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"STATE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"IMAGE", TABLE_LEFT, TABLE_CUT_MIDDLE, 14},
    {"RSSI", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"HEAP", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"UPTIME", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"SEEN", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"NAME/ERROR", TABLE_LEFT, TABLE_CUT_END, 4},
};

int devices_list_path(const struct options *options, struct url *out, struct err *err)
{
    const char *image = options_value(options, "image");
    const char *state = options_value(options, "state");
    bool online = options_has(options, "online");
    bool offline = options_has(options, "offline");

    if (online + offline + (state != NULL) > 1)
        return subcommand_misuse(err, "--online, --offline and --state exclude each other");
    if (online || offline)
        state = online ? "online" : "offline";
    url_init(out, "/api/v1/devices");
    if (state != NULL)
        url_query(out, "state", state);
    if (image != NULL)
        url_query(out, "image", image);
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

// What is worth a word: that a certificate is shared, that what it sends cannot be read, an error,
// or a name of its own (the default one only repeats the MAC).
static void add_note(struct table *table, const json_t *device)
{
    const char *name = field_text(device, "name", "");
    const char *error = field_text(device, "error", "");
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
    else if (name[0] == '\0' && !field_has(device, "last_seen_ms"))
        table_add(table, TABLE_PLAIN, "has never reported");
    else
        table_add(table, TABLE_PLAIN, strcmp(name, usual) == 0 ? "" : name);
}

static void add_device(struct table *table, const json_t *device, int64_t now_ms)
{
    bool online = field_is_true(device, "online");
    char text[TEXT_SHORT_SIZE];

    table_add(table, TABLE_PLAIN, field_text(device, "mac", ""));
    if (field_has(device, "revoked_at_ms"))
        table_add(table, TABLE_BAD, "revoked");
    else
        table_add(table, online ? TABLE_GOOD : TABLE_BAD, online ? "online" : "offline");
    table_add(table, TABLE_PLAIN, field_text(device, "image", ""));
    field_number(device, "rssi", text);
    table_add(table, TABLE_PLAIN, text);
    field_number(device, "free_heap_bytes", text);
    table_add(table, TABLE_PLAIN, text);
    field_duration(device, "uptime_ms", text);
    table_add(table, TABLE_PLAIN, text);
    field_age(device, "last_seen_ms", now_ms, text);
    table_add(table, TABLE_PLAIN, text);
    add_note(table, device);
}

struct table *devices_table(const json_t *devices, int64_t now_ms)
{
    static const struct listing listing = {columns, sizeof columns / sizeof columns[0], add_device};

    return listing_fill(&listing, devices, now_ms);
}

static int show_list(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    return listing_print(call, devices_table(answer, clock_system_ms()), err);
}

static int run_list(const struct subcommand_call *call, struct err *err)
{
    struct url url;
    int rc = devices_list_path(call->options, &url, err);

    if (rc != SUBCOMMAND_OK)
        return rc;
    rc = present_get(call, url_text(&url), show_list, err);
    url_clear(&url);
    return rc;
}

static int show_forgotten(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    (void)call;
    (void)err;
    text_print(stdout, field_text(answer, "mac", "-"));
    puts(field_is_true(answer, "revoked")
             ? ": forgotten, with its history and commands; it stays revoked: 'secureesp devices "
               "readmit' would let it in again"
             : ": forgotten, with its history and commands; it is listed again when it reports");
    return SUBCOMMAND_OK;
}

static int run_forget(const struct subcommand_call *call, struct err *err)
{
    char path[64 + MAC_SIZE];
    char mac[MAC_SIZE];
    struct client_request request = {.method = "POST", .path = path};

    if (subcommand_read_mac(call->options->arguments[0], mac, err) != SUBCOMMAND_OK)
        return SUBCOMMAND_USAGE;
    snprintf(path, sizeof path, "/api/v1/devices/%s/forget%s", mac,
        options_has(call->options, "force") ? "?force=1" : "");
    return present_request(call, &request, show_forgotten, err);
}

static int run_show(const struct subcommand_call *call, struct err *err)
{
    char path[32 + MAC_SIZE];
    char mac[MAC_SIZE];

    if (subcommand_read_mac(call->options->arguments[0], mac, err) != SUBCOMMAND_OK)
        return SUBCOMMAND_USAGE;
    snprintf(path, sizeof path, "/api/v1/devices/%s", mac);
    return present_get(call, path, device_details_show, err);
}

const struct subcommand devices_subcommands[] = {
    {"devices", "list", "[--online|--offline|--state STATE] [--image GLOB] [--json]",
        "list devices", list_options, 0, 0, run_list},
    {"devices", "show", "MAC [--json]", "show all that is known about a device", NULL, 1, 1,
        run_show},
    {"devices", "forget", "MAC [--force] [--json]", "remove a device with its history and commands",
        forget_options, 1, 1, run_forget},
    {"devices", "revoke", "MAC [--reason REASON] [--json]",
        "shut a device out, with all its certificates, at once", devices_revoke_options, 1, 1,
        devices_revoke_run},
    {"devices", "readmit", "MAC [--json]", "let a revoked device in again", NULL, 1, 1,
        devices_revoke_run_readmit},
    {"devices", "key", "MAC on --key FILE | off [--json]",
        "hand over a device's private key, for it to fetch once", devices_key_options, 2, 2,
        devices_key_run},
    {"devices", "replace", "OLD NEW [--reason REASON] [--force] [--json]",
        "give a device the place of another, which is revoked", devices_replace_options, 2, 2,
        devices_replace_run},
    {"devices", "watch",
        "[--online|--offline|--state STATE] [--image GLOB] [--interval SECONDS] [--json]",
        "list devices and keep the list current; a line per change if not on a terminal",
        watch_options, 0, 0, devices_watch_run},
    {0},
};
