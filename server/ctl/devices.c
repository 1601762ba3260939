// `secureesp devices`.
#include "server/ctl/devices.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/mac.h"
#include "server/base/clock.h"
#include "server/ctl/device_columns.h"
#include "server/ctl/device_details.h"
#include "server/ctl/devices_key.h"
#include "server/ctl/devices_history.h"
#include "server/ctl/devices_label.h"
#include "server/ctl/devices_mark.h"
#include "server/ctl/devices_replace.h"
#include "server/ctl/devices_revoke.h"
#include "server/ctl/devices_sorted.h"
#include "server/ctl/devices_watch.h"
#include "server/ctl/field.h"
#include "server/ctl/pages.h"
#include "server/ctl/present.h"
#include "server/ctl/selection.h"

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
#define OPTION_FILTER                                                                              \
    {                                                                                              \
        "filter", OPTION_LIST, "FILTER", "only devices that meet it: see FILTERS in secureesp(1)"  \
    }
// clang-format on

static const struct option_rule list_options[] = {
    OPTION_ONLINE,
    OPTION_OFFLINE,
    OPTION_STATE,
    OPTION_IMAGE,
    OPTION_FILTER,
    {"group", OPTION_LIST, "NAME", "only devices of this group"},
    {"outdated", OPTION_FLAG, NULL, "only devices that may have a newer image"},
    {"failed", OPTION_FLAG, NULL, "only devices that report an error"},
    {"drifted", OPTION_FLAG, NULL, "only devices that do not run the config.json that they should"},
    {"sort", OPTION_VALUE, "COLUMN", "in the order of this column; -COLUMN: backwards"},
    {"columns", OPTION_VALUE, "A,B,...", "show these columns"},
    PAGES_OPTION("all"),
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
    OPTION_FILTER,
    {"interval", OPTION_VALUE, "SECONDS", "refresh this often (2)"},
    {0},
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

// What a device must meet goes into the path.
static int add_filters(const struct subcommand_call *call, struct url *url, struct err *err)
{
    struct client *client;
    json_t *filters;
    json_t *filter;
    size_t i;
    int rc;

    if (!selection_is_given(call->options))
        return SUBCOMMAND_OK;
    rc = client_open(call->target, &client, err);
    if (rc < 0)
        return rc;
    rc = selection_read(call->options, client, &filters, err);
    client_close(client);
    if (rc < 0)
        return rc;
    json_array_foreach(filters, i, filter)
    {
        url_query(url, "filter", json_string_value(filter));
    }
    json_decref(filters);
    return SUBCOMMAND_OK;
}

// How a list is to be shown.
struct wish {
    struct device_columns columns;
    char order[DEVICE_COLUMNS_ORDER_SIZE]; // "": by MAC
    int64_t max;                           // of devices; 0: all
};

static int read_wish(const struct options *options, struct wish *out, struct err *err)
{
    const char *named = options_value(options, "columns");
    const char *by = options_value(options, "sort");
    int rc = pages_read_limit(options, 0, &out->max, err);

    out->order[0] = '\0';
    device_columns_usual(&out->columns);
    if (rc == SUBCOMMAND_OK && named != NULL)
        rc = device_columns_read(named, &out->columns, err);
    if (rc == SUBCOMMAND_OK && by != NULL)
        rc = device_columns_order(by, out->order, err);
    return rc;
}

// What the daemon tells only when it is asked. With --json it is not: that has no columns.
static void ask_for_columns(const struct subcommand_call *call, struct url *url)
{
    static const struct {
        const char *column, *parameter;
    } rows[] = {{"note", "marks"}, {"tags", "marks"}, {"hold", "marks"}, {"pin", "marks"},
        {"canary", "marks"}, {"label", "marks"}, {"place", "marks"}, {"group", "groups"},
        {"channel", "groups"}};
    const char *columns = options_value(call->options, "columns");
    const char *asked = "";

    if (columns == NULL)
        columns = call->json ? "" : "note"; // of the usual ones
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (device_columns_name(columns, rows[i].column) && strcmp(asked, rows[i].parameter) != 0) {
            asked = rows[i].parameter;
            url_query(url, asked, "1");
        }
    }
}

static void add_device(struct table *table, const json_t *device, int64_t now_ms, const void *ctx)
{
    device_columns_add(ctx, table, device, now_ms);
}

// Takes the url.
static int show_list(
    const struct subcommand_call *call, struct url *url, const struct wish *wish, struct err *err)
{
    struct pages_view view = {
        wish->columns.shown, wish->columns.count, add_device, &wish->columns, NULL, NULL};
    struct url count;
    struct url sorted;
    int rc;

    if (wish->order[0] == '\0') {
        ask_for_columns(call, url);
        return pages_show(call, url, wish->max, &view, err);
    }
    url_init_like(&count, "/api/v1/devices/count", url);
    ask_for_columns(call, url);
    url_init_like(&sorted, "/api/v1/devices", url);
    url_query(&sorted, "sort", wish->order);
    rc = devices_sorted_show(
        call, &(struct devices_sorted){&sorted, url, &count}, wish->max, &view, err);
    url_clear(&sorted);
    url_clear(&count);
    url_clear(url);
    return rc;
}

static int run_list(const struct subcommand_call *call, struct err *err)
{
    const struct options *options = call->options;
    struct wish wish;
    struct url url;
    int rc;

    if (call->json && (options_has(options, "sort") || options_has(options, "columns")))
        return subcommand_misuse(err, "--sort and --columns are for the table, not for --json");
    rc = read_wish(options, &wish, err);
    if (rc == SUBCOMMAND_OK)
        rc = devices_list_path(options, &url, err);
    if (rc != SUBCOMMAND_OK)
        return rc;
    rc = add_filters(call, &url, err);
    if (rc != SUBCOMMAND_OK) {
        url_clear(&url);
        return rc;
    }
    return show_list(call, &url, &wish, err);
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

static const struct option_rule events_options[] = {
    {"event", OPTION_VALUE, "KIND", "only events of this kind"},
    PAGES_OPTION("100"),
    {0},
};

static int run_events(const struct subcommand_call *call, struct err *err)
{
    const char *kind = options_value(call->options, "event");
    char mac[MAC_SIZE];
    int64_t max;
    struct url url;

    if (subcommand_read_mac(call->options->arguments[0], mac, err) != SUBCOMMAND_OK ||
        pages_read_limit(call->options, 100, &max, err) != SUBCOMMAND_OK)
        return SUBCOMMAND_USAGE;
    url_init(&url, "/api/v1/devices");
    url_segment(&url, mac);
    url_segment(&url, "events");
    if (kind != NULL)
        url_query(&url, "event", kind);
    return pages_show_listing(call, &url, max, &device_details_events, err);
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
    {"devices", "list",
        "[--online|--offline|--state STATE] [--image GLOB] [--filter FILTER]... [--group NAME]... "
        "[--outdated] [--failed] [--drifted] [--sort COLUMN] [--columns A,B,...] [--limit N] "
        "[--json]",
        "list devices", list_options, 0, 0, run_list},
    {"devices", "show", "MAC [--json]", "show all that is known about a device", NULL, 1, 1,
        run_show},
    {"devices", "events", "MAC [--event KIND] [--limit N] [--json]",
        "list what a device has said and done, the newest first", events_options, 1, 1, run_events},
    {"devices", "history", "MAC [--since DURATION] [--csv|--json]",
        "show the hours of a device: how it was heard, its signal, memory and restarts",
        devices_history_options, 1, 1, devices_history_run},
    {"devices", "forget", "MAC [--force] [--json]", "remove a device with its history and commands",
        forget_options, 1, 1, run_forget},
    {"devices", "tag", "MAC... [--add TAG]... [--remove TAG]... [--force] [--json]",
        "give devices tags, or take them; without either, show them", devices_mark_tag_options, 1,
        DEVICES_MARK_MAX, devices_mark_run_tag},
    {"devices", "label",
        "MAC [--name NAME] [--place PLACE] [--note TEXT] [--clear] [--force] [--json]",
        "say what a device is called, where it is, and what is to be known of it",
        devices_label_options, 1, 1, devices_label_run},
    {"devices", "hold", "MAC... [--reason TEXT] [--force] [--json]",
        "let nothing be changed on devices", devices_mark_hold_options, 1, DEVICES_MARK_MAX,
        devices_mark_run_hold},
    {"devices", "unhold", "MAC... [--force] [--json]", "let devices be changed again",
        devices_mark_end_options, 1, DEVICES_MARK_MAX, devices_mark_run_unhold},
    {"devices", "pin", "MAC... IMAGE [--force] [--json]", "let devices not go beyond an image",
        devices_mark_pin_options, 2, DEVICES_MARK_MAX, devices_mark_run_pin},
    {"devices", "unpin", "MAC... [--force] [--json]", "let devices go on to later images",
        devices_mark_end_options, 1, DEVICES_MARK_MAX, devices_mark_run_unpin},
    {"devices", "channel", "MAC... stable|beta|none [--force] [--json]",
        "let devices follow a channel, or what their groups do", devices_mark_channel_options, 2,
        DEVICES_MARK_MAX, devices_mark_run_channel},
    {"devices", "canary", "MAC... [--off] [--force] [--json]", "mark devices that are to go first",
        devices_mark_canary_options, 1, DEVICES_MARK_MAX, devices_mark_run_canary},
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
        "[--online|--offline|--state STATE] [--image GLOB] [--filter FILTER]... "
        "[--interval SECONDS] [--json]",
        "list devices and keep the list current; a line per change if not on a terminal",
        watch_options, 0, 0, devices_watch_run},
    {0},
};
